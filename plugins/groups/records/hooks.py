"""What this part of the plugin answers to the portal's hooks; plugins/groups/plugin.py calls it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.models import Meeting
from plugins.groups.records import index, queries
from plugins.groups.records.models import Agreement, Report, Wording
from plugins.groups.records.words import LOOKS, STATES, TOPIC
from plugins.groups.story import is_public, meeting_ref
from portal import clock
from portal.accounts.actor import Actor
from portal.actas import queries as actas
from portal.actas import words as acta_words
from portal.extend import JobKind, MailTopic, PageItem, PersonData, SearchEntry, ThreadStation

if TYPE_CHECKING:
    from portal.context import Portal


def mail_topics() -> list[MailTopic]:
    """Return what the notices of agreements are about."""
    return [MailTopic(name=TOPIC, label="Acuerdos a su cargo", often="daily")]


def jobs() -> list[JobKind]:
    """Return the reminding of agreements whose day is near or past."""
    return [JobKind(name="groups.agreements", run=_remind, pending=queries.to_remind)]


def _remind(portal: "Portal", identity: str) -> None:
    from plugins.groups.records import service  # noqa: PLC0415 - only reminding writes

    with portal.sessions() as session:
        service.remind(session, now=clock.now(), agreement_id=int(identity))
        session.commit()


def thread_stations(session: Session, actor: Actor, refs: Iterable[str]) -> Iterator[ThreadStation]:
    """Yield agreements."""
    yield from index.stations(session, actor, refs)


def search_entries(session: Session) -> Iterator[SearchEntry]:
    """Yield agreements and relatorías."""
    yield from index.entries(session)


def person_data(session: Session, person_id: int) -> list[PersonData]:
    """Return the agreements that a person answers for and the relatorías that they wrote."""
    theirs = queries.agreements_by(session, person_id)
    written = session.execute(
        select(Wording, Meeting)
        .join(Report, Report.id == Wording.report_id)
        .join(Meeting, Meeting.id == Report.meeting_id)
        .where(Wording.by_id == person_id)
        .order_by(Wording.id)
    )
    return [
        PersonData(
            label="Acuerdos a su cargo",
            weight=40,
            rows=tuple({"código": one.code, "acuerdo": one.text, "hasta": one.due_on, "estado": STATES[one.state]} for one in theirs),
        ),
        PersonData(
            label="Relatorías que escribió",
            weight=50,
            rows=tuple({"reunión": f"{meeting.code} {meeting.title}", "cuándo": one.at, "texto": one.text} for one, meeting in written),
        ),
    ]


def page_items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield the record's part of a meeting's pages, and the way to the agreements from the page of groups and from one's account."""
    del actor
    if place in {"meeting", "meeting.public", "groups"}:
        yield from {"meeting": _meeting, "meeting.public": _public, "groups": _groups}[place](subject)


def _meeting(meeting: Meeting) -> Iterator[PageItem]:
    from flask import g  # noqa: PLC0415 - commands do without Flask
    from flask_babel import gettext, ngettext  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    from plugins.groups.records.views import paths  # noqa: PLC0415
    from plugins.groups.words import EDIT  # noqa: PLC0415
    from portal import web  # noqa: PLC0415

    report = web.session.scalar(select(Report).where(Report.meeting_id == meeting.id).options(joinedload(Report.acta)))
    made = web.session.scalars(select(Agreement.code).where(Agreement.meeting_id == meeting.id)).all()
    where = paths(meeting)

    def link(name: str, words: str) -> Markup:
        return Markup('<a href="{}">{}</a>').format(where[name], words)

    agreed = ngettext("%(num)s acuerdo", "%(num)s acuerdos", len(made)) if made else gettext("Ninguno todavía")
    items = [
        {
            "key": gettext("Relatoría"),
            "value": link("report", gettext("Versión %(n)s", n=report.revision) if report else gettext("Sin escribir")),
        },
        {"key": gettext("Acuerdos"), "value": link("agreements", agreed)},
    ]
    if web.allowed(EDIT, agenda_id=meeting.agenda_id):
        state = gettext(acta_words.STATES[report.acta.state]) if report and report.acta else gettext("Sin emitir")
        items.append({"key": gettext("Acta"), "value": link("acta", state)})
    context = {
        "items": items,
        "carried": queries.carried(web.session, meeting),
        "states": STATES,
        "looks": LOOKS,
        "today": g.now.date(),
        "code": meeting.agenda.code,
    }
    yield PageItem(label=gettext("Lo que deja la reunión"), template="groups/records/_meeting.html", context=context, weight=10)


def _public(meeting: Meeting) -> Iterator[PageItem]:
    from flask_babel import gettext  # noqa: PLC0415 - as above

    from portal import web  # noqa: PLC0415

    about = actas.actas_about(web.session, [meeting_ref(meeting)])
    shown = next((one for one in reversed(about) if one.public and one.state != acta_words.REPLACED), None)
    points = [queries.point(one) for one in queries.carried(web.session, meeting) if is_public(one.meeting)]
    if shown is not None or points:
        context = {"acta": shown, "points": points}
        yield PageItem(label=gettext("Acta"), template="groups/records/_public_meeting.html", context=context, weight=10)


def _groups(agenda: Any) -> Iterator[PageItem]:
    from flask import g, url_for  # noqa: PLC0415 - as above
    from flask_babel import gettext, ngettext  # noqa: PLC0415

    from portal import web  # noqa: PLC0415

    found = queries.standing(web.session, agenda.id, today=g.now.date())
    text = ngettext("%(num)s acuerdo pendiente", "%(num)s acuerdos pendientes", found.open)
    if found.late:
        text += ", " + ngettext("%(num)s vencido", "%(num)s vencidos", found.late)
    yield PageItem(label=gettext("Acuerdos"), href=url_for("groups.agreements", code=agenda.code), text=f"{text}.", weight=10)
