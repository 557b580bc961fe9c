"""Meetings with the organisations of a process that other plugins tell of (hook `organisation_meetings`): without them, only the noted ones."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process
from portal.agendas.models import AgendaVersion
from portal.extend import OrganisationMeeting

if TYPE_CHECKING:
    from portal.extend.ask import Ask

Met = dict[int, list[OrganisationMeeting]]


def met(session: Session, process_id: int, organisation_ids: Iterable[int] | None = None) -> Met:
    """Return the meetings by organisation (of all of the process's organisations by default), oldest first.

    One query and those of whoever answers; none when no plugin does.
    """
    ask: Ask | None = session.info.get("ask")
    if ask is None or not ask.registry.manager.hook.organisation_meetings.get_hookimpls():
        return {}
    agenda_id = select(AgendaVersion.agenda_id).join(Process, Process.version_id == AgendaVersion.id).where(Process.id == process_id)
    rows = session.execute(select(Commitment.organisation_id, agenda_id.scalar_subquery()).where(Commitment.process_id == process_id)).all()
    wanted = frozenset(row[0] for row in rows) & (
        frozenset(organisation_ids) if organisation_ids is not None else frozenset(row[0] for row in rows)
    )
    if not wanted:
        return {}
    found: Met = defaultdict(list)
    for one in ask.organisation_meetings(session, rows[0][1], wanted):
        if one.organisation_id in wanted:
            found[one.organisation_id].append(one)
    return {organisation: sorted(meetings, key=lambda one: (one.at, one.ref)) for organisation, meetings in found.items()}
