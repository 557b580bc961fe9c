"""What can be read of relatorías and agreements; every list costs a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.models import Group, Meeting, Member
from plugins.groups.records.models import Agreement, Report, Wording
from plugins.groups.records.words import OPEN, STATES
from portal.agendas.models import Agenda
from portal.errors import NotFound
from portal.organisations.queries import PAGE, Page

AHEAD = timedelta(days=7)  # so long before its day an agreement is remembered


def report_of(session: Session, meeting: Meeting) -> Report | None:
    """Return the meeting's relatoría, None before its first wording."""
    return session.scalar(select(Report).where(Report.meeting_id == meeting.id).options(joinedload(Report.acta)))


def wordings(session: Session, report: Report) -> Sequence[Wording]:
    """Return every wording that the relatoría had, the latest first. One query."""
    rows = select(Wording).where(Wording.report_id == report.id).options(joinedload(Wording.by)).order_by(Wording.revision.desc())
    return session.scalars(rows).all()


def _agreements() -> Select[Agreement]:
    meeting = joinedload(Agreement.meeting)
    return select(Agreement).options(meeting.joinedload(Meeting.group), joinedload(Agreement.person), joinedload(Agreement.agenda))


def agreements_of(session: Session, meeting: Meeting) -> Sequence[Agreement]:
    """Return what the meeting agreed on. One query."""
    return session.scalars(_agreements().where(Agreement.meeting_id == meeting.id).order_by(Agreement.number)).all()


def agreement_of(session: Session, agenda: Agenda, code: str) -> Agreement:
    """Return an agreement of `agenda` by its code. Raises `NotFound`."""
    found = session.scalar(_agreements().where(Agreement.agenda_id == agenda.id, Agreement.code == code))
    if found is None:
        raise NotFound
    return found


def carried(session: Session, meeting: Meeting) -> Sequence[Agreement]:
    """Return the agreements that come back to this meeting: of earlier meetings of its group, not closed before it began. One query.

    Of a bilateral: of earlier ones with the same organisation. A meeting of nobody in particular gets none.
    """
    if meeting.group_id is not None:
        same = Meeting.group_id == meeting.group_id
    elif meeting.organisation_id is not None:
        same = Meeting.organisation_id == meeting.organisation_id
    else:
        return []
    earlier = select(Meeting.id).where(same, Meeting.agenda_id == meeting.agenda_id, Meeting.starts_at < meeting.starts_at)
    still = or_(Agreement.closed_at.is_(None), Agreement.closed_at >= meeting.starts_at)
    return session.scalars(_agreements().where(Agreement.meeting_id.in_(earlier), still).order_by(Agreement.number)).all()


def points_of(session: Session, meeting: Meeting) -> list[str]:
    """Return the meeting's points, after them a point for each agreement that comes back to it."""
    return [*meeting.points.splitlines(), *(point(one) for one in carried(session, meeting))]


def point(agreement: Agreement) -> str:
    """Return an agreement as a point of a later meeting."""
    text = " ".join(agreement.text.split())
    return f"Seguimiento del acuerdo {agreement.code}: {text if len(text) <= 160 else text[:159].rstrip() + '…'}"  # noqa: PLR2004


@dataclass(frozen=True)
class Filters:
    """What the address asks of the list of agreements: ?estado= ?vencidos=1 ?grupo= ?q=."""

    state: str = ""
    late: bool = False
    group: str = ""
    q: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filters":
        """Read the address; what means nothing is left out."""
        state = given.get("estado", "")
        return cls(
            state if state in STATES else "", given.get("vencidos") == "1", given.get("grupo", "")[:12], given.get("q", "").strip()[:100]
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The same as an address's arguments."""
        found = {"estado": self.state, "vencidos": "1" if self.late else "", "grupo": self.group, "q": self.q}
        return {key: value for key, value in found.items() if value}

    def criteria(self, today: date) -> list[ColumnElement[bool]]:
        """Return the conditions on agreements."""
        found: list[ColumnElement[bool]] = []
        if self.state:
            found.append(Agreement.state == self.state)
        if self.late:
            found += [Agreement.state == OPEN, Agreement.due_on < today]
        if self.group:
            met = select(Meeting.id).join(Group, Group.id == Meeting.group_id).where(Group.code == self.group)
            found.append(Agreement.meeting_id.in_(met))
        if self.q:
            found.append(
                or_(
                    Agreement.text.icontains(self.q, autoescape=True),
                    Agreement.body.icontains(self.q, autoescape=True),
                    Agreement.code == self.q.upper(),
                )
            )
        return found


def agreements(session: Session, agenda_id: int, *, filters: Filters, today: date, number: int = 1) -> Page:
    """Return a page of an agenda's agreements: those with the nearest day first, closed ones last. Two queries."""
    criteria = [Agreement.agenda_id == agenda_id, *filters.criteria(today)]
    total = session.scalar(select(func.count(Agreement.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // PAGE)))
    rows = _agreements().where(*criteria).order_by(Agreement.state != OPEN, Agreement.due_on.is_(None), Agreement.due_on, Agreement.id)
    return Page(session.scalars(rows.limit(PAGE).offset((number - 1) * PAGE)).all(), number, total)


@dataclass(frozen=True)
class Standing:
    """In a line, how an agenda's agreements stand."""

    open: int
    late: int


def standing(session: Session, agenda_id: int, *, today: date) -> Standing:
    """Return how many agreements are open and how many of those are late. One query."""
    rows = session.scalars(select(Agreement.due_on).where(Agreement.agenda_id == agenda_id, Agreement.state == OPEN)).all()
    return Standing(len(rows), sum(1 for one in rows if one is not None and one < today))


def to_remind(session: Session, now: datetime) -> list[str]:
    """Return the ids of agreements to remember: once when the day is near, once more when it passed."""
    today = now.date()
    near = Agreement.reminded_on.is_(None) & (Agreement.due_on <= today + AHEAD)
    passed = (Agreement.due_on < today) & (Agreement.reminded_on <= Agreement.due_on)
    rows = select(Agreement.id).where(
        Agreement.state == OPEN, Agreement.person_id.is_not(None), Agreement.due_on.is_not(None), near | passed
    )
    return [str(one) for one in session.scalars(rows.order_by(Agreement.due_on, Agreement.id).limit(200))]


def by_refs(session: Session, codes: Mapping[str, Iterable[str]]) -> Sequence[Agreement]:
    """Return agreements by agenda code and own code. One query."""
    if not codes:
        return []
    wanted = {(agenda, code) for agenda, found in codes.items() for code in found}
    rows = _agreements().join(Agenda, Agenda.id == Agreement.agenda_id)
    rows = rows.where(Agenda.code.in_(codes), Agreement.code.in_({code for _, code in wanted}))
    return [one for one in session.scalars(rows) if (one.agenda.code, one.code) in wanted]


def keepers(session: Session, meeting: Meeting) -> dict[int, str]:
    """Return {person: role} of those who coordinate the meeting's group or write its relatoría. One query."""
    if meeting.group_id is None:
        return {}
    rows = select(Member.person_id, Member.role).where(
        Member.group_id == meeting.group_id, Member.until.is_(None), Member.role.in_(["coordinator", "secretary"])
    )
    return {person: role for person, role in session.execute(rows)}  # noqa: C416 - a Row is not a pair to mypy


def agreements_by(session: Session, person_id: int) -> Sequence[Agreement]:
    """Return the agreements that a person answers for: open ones first, at most 200. One query."""
    rows = _agreements().where(Agreement.person_id == person_id)
    rows = rows.order_by(Agreement.state != OPEN, Agreement.due_on.is_(None), Agreement.due_on, Agreement.id)
    return session.scalars(rows.limit(200)).all()
