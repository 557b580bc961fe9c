"""Writes a meeting's acta as HTML: who came, by organisation, what was on the agenda, what was told, what was agreed."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from plugins.groups import attending, figures
from plugins.groups.models import Attendance, Meeting
from plugins.groups.queries import organisation_names
from plugins.groups.records.models import Agreement, Report
from plugins.groups.records.queries import carried, point
from plugins.groups.records.words import STATES
from plugins.groups.story import is_public
from plugins.groups.words import MEETING_KINDS, SECTORS, SEXES, UNSAID
from portal.documents.rendering import render_markdown

if TYPE_CHECKING:
    from portal.context import Portal


def acta_html(
    portal: "Portal", session: Session, meeting: Meeting, *, report: Report | None, agreements: Sequence[Agreement], public: bool
) -> str:
    """Return the acta, without its signatures.

    A public one tells attendance in figures that protect people, another one by name; and what returns from meetings that were announced only.
    """
    returning = [one for one in carried(session, meeting) if not public or is_public(one.meeting)]
    present = attending.present(session, meeting)
    names = organisation_names(session, {one.organisation_id for one in present if one.organisation_id})
    return portal.templates.get_template("groups/records/acta_pdf.html").render(
        meeting=meeting,
        agenda=meeting.agenda,
        kind=MEETING_KINDS.get(meeting.kind, meeting.kind),
        points=[*meeting.points.splitlines(), *map(point, returning)],
        carried=returning,
        report=render_markdown(report.text if report else ""),
        agreements=agreements,
        figures=figures.figures(present, names),
        lists=[] if public else by_organisation(present, names),
        sectors=SECTORS,
        sexes=SEXES,
        unsaid=UNSAID,
        states=STATES,
    )


def by_organisation(present: Sequence[Attendance], names: dict[int, str]) -> list[tuple[str, list[str]]]:
    """Return (organisation, people's names), in alphabetical order; those without organisation last."""

    def organisation(one: Attendance) -> str:
        return (names.get(one.organisation_id, "") if one.organisation_id else one.organisation_name).strip()

    rows = sorted(present, key=lambda one: (not organisation(one), organisation(one).casefold(), (one.name or "").casefold()))
    return [(name, [one.name or "–" for one in group]) for name, group in groupby(rows, organisation)]
