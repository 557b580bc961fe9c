"""What this plugin asks of the plugin of groups and meetings, when it is in use; without it there is nothing to choose from."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.agendas.models import Agenda
from portal.extend.registry import Registry
from portal.threads.words import codes_of

GROUPS = "groups"


def offered(registry: Registry, session: Session, agenda: Agenda) -> list[tuple[str, str]]:
    """Return the agenda's meetings to choose from, as (ref, words), the last first. One query."""
    if GROUPS not in registry:
        return []
    from plugins.groups import api  # noqa: PLC0415 - only where that plugin is in use

    return api.meeting_choices(session, agenda)


def groups(registry: Registry, session: Session, agenda: Agenda) -> list[tuple[str, str]]:
    """Return the agenda's groups to choose from, as (ref, words). One query."""
    if GROUPS not in registry:
        return []
    from plugins.groups import api  # noqa: PLC0415 - as above

    return api.group_choices(session, agenda)


def members(registry: Registry, session: Session, refs: Iterable[str], *, on: date) -> set[int]:
    """Return the ids of the people who belong, on a day, to the groups that `refs` name."""
    wanted = codes_of(frozenset(refs), "group")
    if GROUPS not in registry or not wanted:
        return set()
    from plugins.groups import api  # noqa: PLC0415 - as above

    rows = (
        select(api.Member.person_id)
        .join(api.Group, api.Group.id == api.Member.group_id)
        .join(Agenda, Agenda.id == api.Group.agenda_id)
        .where(api.Member.since <= on, or_(api.Member.until.is_(None), api.Member.until >= on))
    )
    named = [(Agenda.code == agenda) & api.Group.code.in_(codes) for agenda, codes in wanted.items()]
    return set(session.scalars(rows.where(or_(*named))))
