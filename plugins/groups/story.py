"""What the rest of the portal may say of groups and meetings: their stations in a thread, and what can be found of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.models import Group, Meeting
from plugins.groups.words import GROUP_KINDS, MEETING_KINDS, READ, READERS, SHOWN, STATES, may
from portal.accounts.actor import Actor
from portal.agendas.models import Agenda
from portal.extend import SearchEntry, ThreadStage, ThreadStation, ThreadTie
from portal.search import service as search
from portal.threads.words import ref

SOURCE = "groups"
STAGE = ThreadStage(name="meeting", label="Reunión", gap="sin reunión", weight=20)


def group_ref(group: Group) -> str:
    """Return a group's stable name."""
    return ref("group", group.agenda.code, group.code)


def meeting_ref(meeting: Meeting) -> str:
    """Return a meeting's stable name."""
    return ref("meeting", meeting.agenda.code, meeting.code)


def is_public(meeting: Meeting) -> bool:
    """Whether anybody may know of the meeting."""
    return meeting.public and meeting.state in SHOWN


def group_path(group: Group) -> str:
    """Return a group's address, for staff."""
    return f"/gestion/agendas/{group.agenda.code}/grupos/{group.code}"


def meeting_path(meeting: Meeting, *, public: bool) -> str:
    """Return a meeting's address: the one for everybody, or the staff's."""
    return f"{'' if public else '/gestion'}/agendas/{meeting.agenda.code}/reuniones/{meeting.code}"


def group_entry(group: Group) -> SearchEntry:
    """Return what can be found of a group, by whoever may see the agenda's groups."""
    return SearchEntry(
        ref=group_ref(group),
        kind=GROUP_KINDS.get(group.kind, group.kind),
        title=f"{group.code} {group.name}",
        body=group.purpose,
        href=group_path(group),
        at=group.created_at,
        agenda_id=group.agenda_id,
        action=READ,
    )


def meeting_entry(meeting: Meeting) -> SearchEntry:
    """Return what can be found of a meeting; by everybody once it is public and convened."""
    public = is_public(meeting)
    return SearchEntry(
        ref=meeting_ref(meeting),
        kind=MEETING_KINDS.get(meeting.kind, meeting.kind),
        title=f"{meeting.code} {meeting.title}",
        body=f"{meeting.points}\n{meeting.place}",
        href=meeting_path(meeting, public=public),
        at=meeting.starts_at,
        agenda_id=meeting.agenda_id,
        public=public,
        action=READ,
    )


def tell_group(session: Session, group: Group) -> None:
    """Let the group be found as it is now."""
    search.put(session, group_entry(group), source=SOURCE)


def tell_meeting(session: Session, meeting: Meeting) -> None:
    """Let the meeting be found as it is now."""
    search.put(session, meeting_entry(meeting), source=SOURCE)


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield everything that can be found, for making the index anew."""
    yield from (group_entry(one) for one in session.scalars(select(Group).options(joinedload(Group.agenda)).order_by(Group.id)))
    yield from (meeting_entry(one) for one in session.scalars(select(Meeting).options(joinedload(Meeting.agenda)).order_by(Meeting.id)))


def _wanted(refs: Iterable[str], kind: str) -> dict[str, list[str]]:
    """Return the codes of `kind` in `refs`, by agenda."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in refs:
        name, _, rest = one.partition(":")
        agenda, _, code = rest.rpartition("/")
        if name == kind and agenda:
            found[agenda].append(code)
    return found


def _meetings(session: Session, refs: Iterable[str]) -> Iterator[Meeting]:
    wanted = _wanted(refs, "meeting")
    if not wanted:
        return
    rows = (
        select(Meeting)
        .join(Agenda, Agenda.id == Meeting.agenda_id)
        .where(Agenda.code.in_(wanted), Meeting.code.in_({code for codes in wanted.values() for code in codes}))
        .options(joinedload(Meeting.agenda), joinedload(Meeting.group).joinedload(Group.agenda))
    )
    yield from (one for one in session.scalars(rows) if one.code in wanted[one.agenda.code])


def _groups(session: Session, refs: Iterable[str]) -> Iterator[Group]:
    wanted = _wanted(refs, "group")
    if not wanted:
        return
    rows = (
        select(Group)
        .join(Agenda, Agenda.id == Group.agenda_id)
        .where(Agenda.code.in_(wanted), Group.code.in_({code for codes in wanted.values() for code in codes}))
        .options(joinedload(Group.agenda))
    )
    yield from (one for one in session.scalars(rows) if one.code in wanted[one.agenda.code])


def _reads(actor: Actor, agenda_id: int) -> bool:
    return may(actor, READERS, agenda_id)  # the roles of the permission `READ`: documents and commands ask too, without a request


def stations(session: Session, actor: Actor, refs: frozenset[str]) -> Iterator[ThreadStation]:
    """Yield the meetings and groups among `refs` that `actor` may know of. Two queries."""
    for meeting in _meetings(session, refs):
        public, reads = is_public(meeting), _reads(actor, meeting.agenda_id)
        if public or reads:
            yield ThreadStation(
                ref=meeting_ref(meeting),
                stage=STAGE.name,
                label=f"{MEETING_KINDS.get(meeting.kind, meeting.kind)} {meeting.code}",
                title=meeting.title,
                at=meeting.starts_at,
                href=meeting_path(meeting, public=not reads),
                state=STATES.get(meeting.state, meeting.state),
            )
    for group in _groups(session, refs):
        if _reads(actor, group.agenda_id):
            yield ThreadStation(
                ref=group_ref(group),
                stage=STAGE.name,
                label=f"{GROUP_KINDS.get(group.kind, group.kind)} {group.code}",
                title=group.name,
                at=group.created_at,
                href=group_path(group),
            )


def ties(session: Session, refs: frozenset[str]) -> Iterator[ThreadTie]:
    """Yield what follows from the rows: a meeting came from the group that met. One query a direction."""
    for meeting in _meetings(session, refs):
        if meeting.group is not None:
            yield ThreadTie(source=meeting_ref(meeting), relation="came_from", target=group_ref(meeting.group))
