"""What can be read of groups and meetings; every list costs a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.calendars import RECENT
from plugins.groups.models import Attendance, Group, Invitation, Meeting, MeetingEvent, Member
from plugins.groups.words import CANCELLED, CONVENED, HELD, MEETING_KINDS, SHOWN, STATES
from portal.accounts.models import Person
from portal.agendas.models import Agenda, Item
from portal.errors import NotFound
from portal.organisations.models import POLITICAL_KINDS, Organisation
from portal.organisations.queries import PAGE, Page

MOST_OFFERED = 500  # meetings and groups in a form's list


def agenda_of(session: Session, code: str) -> Agenda:
    """Return an agenda. Raises `NotFound`."""
    found = session.scalar(select(Agenda).where(Agenda.code == code))
    if found is None:
        raise NotFound
    return found


def group_of(session: Session, agenda: Agenda, code: str) -> Group:
    """Return a group of `agenda` by its code. Raises `NotFound`."""
    found = session.scalar(
        select(Group).where(Group.agenda_id == agenda.id, Group.code == code).options(joinedload(Group.agenda), joinedload(Group.territory))
    )
    if found is None:
        raise NotFound
    return found


def groups(session: Session, agenda_id: int) -> list[tuple[Group, int, int]]:
    """Return (Group, members of today, meetings) of an agenda: those at work first. One query."""
    members = select(func.count(Member.id)).where(Member.group_id == Group.id, Member.until.is_(None)).correlate(Group).scalar_subquery()
    met = select(func.count(Meeting.id)).where(Meeting.group_id == Group.id).correlate(Group).scalar_subquery()
    rows = session.execute(
        select(Group, members, met)
        .where(Group.agenda_id == agenda_id)
        .options(joinedload(Group.agenda), joinedload(Group.territory))
        .order_by(Group.active.desc(), Group.number)
    ).all()
    return [(row[0], row[1], row[2]) for row in rows]


def members(session: Session, group: Group) -> Sequence[Member]:
    """Return a group's members by name, those who left too. One query."""
    return session.scalars(
        select(Member)
        .join(Person, Person.id == Member.person_id)
        .where(Member.group_id == group.id)
        .options(joinedload(Member.person), joinedload(Member.organisation))
        .order_by(Person.full_name, Member.id)
    ).all()


@dataclass(frozen=True)
class Filters:
    """What the address asks of the list of meetings: ?estado= ?tipo= ?grupo= ?q=."""

    state: str = ""
    kind: str = ""
    group: str = ""
    q: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filters":
        """Read the address; what means nothing is left out."""
        return cls(
            state=given.get("estado", "") if given.get("estado") in STATES else "",
            kind=given.get("tipo", "") if given.get("tipo") in MEETING_KINDS else "",
            group=given.get("grupo", "")[:12],
            q=given.get("q", "").strip()[:100],
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The same as an address's arguments."""
        found = {"estado": self.state, "tipo": self.kind, "grupo": self.group, "q": self.q}
        return {key: value for key, value in found.items() if value}

    def criteria(self) -> list[ColumnElement[bool]]:
        """Return the conditions on meetings."""
        found: list[ColumnElement[bool]] = []
        if self.state:
            found.append(Meeting.state == self.state)
        if self.kind:
            found.append(Meeting.kind == self.kind)
        if self.group:
            found.append(Meeting.group_id.in_(select(Group.id).where(Group.code == self.group, Group.agenda_id == Meeting.agenda_id)))
        if self.q:
            found.append(or_(Meeting.title.icontains(self.q, autoescape=True), Meeting.code == self.q.upper()))
        return found


def meetings(session: Session, agenda_id: int, *, filters: Filters, number: int = 1, public: bool = False, size: int = PAGE) -> Page:
    """Return a page of (Meeting, how many came), the latest first. `public`: only what anybody may know of. Two queries."""
    criteria: list[ColumnElement[bool]] = [Meeting.agenda_id == agenda_id, *filters.criteria()]
    if public:
        criteria += [Meeting.public.is_(True), Meeting.state.in_(SHOWN)]
    total = session.scalar(select(func.count(Meeting.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // size)))
    came = select(func.count(Attendance.id)).where(Attendance.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
    rows = session.execute(
        select(Meeting, came)
        .where(*criteria)
        .options(joinedload(Meeting.agenda), joinedload(Meeting.group), joinedload(Meeting.organisation))
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, number, total, size)


def meeting_of(session: Session, agenda: Agenda, code: str) -> Meeting:
    """Return a meeting of `agenda` by its code. Raises `NotFound`."""
    found = session.scalar(
        select(Meeting)
        .where(Meeting.agenda_id == agenda.id, Meeting.code == code)
        .options(joinedload(Meeting.agenda), joinedload(Meeting.group), joinedload(Meeting.organisation))
    )
    if found is None:
        raise NotFound
    return found


def invitation_of(session: Session, meeting: Meeting, identity: int) -> Invitation | None:
    """Return an invitation of `meeting`, None when it was withdrawn. Raises `NotFound` for another meeting's."""
    found = session.get(Invitation, identity, options=[joinedload(Invitation.person)])
    if found is not None and found.meeting_id != meeting.id:
        raise NotFound
    return found


def events(session: Session, meeting: Meeting) -> list[tuple[MeetingEvent, str | None]]:
    """Return (MeetingEvent, name of who did it or None), the latest first. One query."""
    rows = session.execute(
        select(MeetingEvent, Person.full_name)
        .outerjoin(Person, Person.id == MeetingEvent.person_id)
        .where(MeetingEvent.meeting_id == meeting.id)
        .order_by(MeetingEvent.id.desc())
    ).all()
    return [(row[0], row[1]) for row in rows]


def for_feed(session: Session, *, now: datetime, agenda_id: int, group_id: int | None = None) -> Sequence[Meeting]:
    """Return the meetings of a calendar: an agenda's public ones, or all of a group's that were convened; a year back. One query."""
    rows = select(Meeting).where(Meeting.agenda_id == agenda_id, Meeting.state.in_(SHOWN), Meeting.ends_at > now - RECENT)
    rows = rows.where(Meeting.public) if group_id is None else rows.where(Meeting.group_id == group_id)
    return session.scalars(rows.options(joinedload(Meeting.agenda)).order_by(Meeting.starts_at, Meeting.id).limit(500)).all()


def political(session: Session) -> Sequence[Organisation]:
    """Return the political organisations in activity, alphabetically. One query."""
    rows = select(Organisation).where(Organisation.active, Organisation.kind.in_(POLITICAL_KINDS))
    return session.scalars(rows.order_by(Organisation.sort_name, Organisation.id)).all()


def organisation_names(session: Session, ids: set[int]) -> dict[int, str]:
    """Return organisations' names by id. One query, none for none."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))).all() if ids else []
    return {identity: name for identity, name in rows}  # noqa: C416 - a Row is not a pair to mypy


def offered_names(session: Session) -> Sequence[str]:
    """Return the names that a form's organisation field proposes. One query."""
    return session.scalars(select(Organisation.name).where(Organisation.active).order_by(Organisation.sort_name).limit(MOST_OFFERED)).all()


def item_codes(session: Session, agenda_id: int) -> Sequence[str]:
    """Return the codes of the agenda's items. One query."""
    return session.scalars(select(Item.code).where(Item.agenda_id == agenda_id, Item.retired.is_(False)).order_by(Item.code)).all()


@dataclass(frozen=True)
class State:
    """In a line, how an agenda's groups and meetings stand."""

    groups: int
    held: int
    convened: int
    next: Meeting | None


def state(session: Session, agenda_id: int, *, now: datetime) -> State:
    """Return how an agenda's groups and meetings stand. Three queries."""
    number = session.scalar(select(func.count(Group.id)).where(Group.agenda_id == agenda_id, Group.active)) or 0
    grouped = session.execute(
        select(Meeting.state, func.count()).where(Meeting.agenda_id == agenda_id, Meeting.state != CANCELLED).group_by(Meeting.state)
    ).all()
    counts = {row[0]: row[1] for row in grouped}
    soon = session.scalars(
        select(Meeting)
        .where(Meeting.agenda_id == agenda_id, Meeting.state == CONVENED, Meeting.ends_at > now)
        .order_by(Meeting.starts_at)
        .limit(1)
    ).first()
    return State(number, counts.get(HELD, 0), counts.get(CONVENED, 0), soon)
