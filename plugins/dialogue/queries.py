"""What can be read of consultations and contributions; every list costs a fixed number of queries, however long it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.dialogue.models import Answer, Author, Change, Consultation, Contribution, DateChange, Moderation, Reply
from plugins.dialogue.words import KINDS, PUBLISHED, RECEIVED, STATES, UNVERIFIED, VERDICTS, WITHDRAWN, WITHHELD
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda, AgendaVersion
from portal.errors import NotFound
from portal.organisations.queries import Page

SIZE = 20
UNANSWERED = "sin"  # of the filter by answer
MINE, NOBODY = "yo", "nadie"  # of the filter by who answers
SHOWN = (PUBLISHED, WITHHELD, WITHDRAWN)  # what the public list has; what waits is counted


@dataclass(frozen=True)
class Filters:
    """What a list shows; every part is an argument of the address. `place`: a dimension's name or an item's code."""

    kind: str = ""
    place: str = ""
    verdict: str = ""
    state: str = ""
    q: str = ""
    who: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Filters":
        """Read an address; what it cannot mean is left out."""
        kind, verdict, state = (arguments.get(name, "") for name in ("tipo", "respuesta", "estado"))
        return cls(
            kind=kind if kind in KINDS else "",
            place=arguments.get("sobre", "").strip()[:40],
            verdict=verdict if verdict in VERDICTS or verdict == UNANSWERED else "",
            state=state if state in STATES else "",
            q=arguments.get("q", "").strip()[:100],
            who=arguments.get("asignado", "") if arguments.get("asignado", "") in {MINE, NOBODY} else "",
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The same as arguments of an address."""
        values = {
            "tipo": self.kind,
            "sobre": self.place,
            "respuesta": self.verdict,
            "estado": self.state,
            "q": self.q,
            "asignado": self.who,
        }
        return {name: value for name, value in values.items() if value}

    def criteria(self, person_id: int | None, *, public: bool) -> list[ColumnElement[bool]]:
        """Return the same as conditions on `Contribution`. `public`: words are looked for only in what everybody may read."""
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(Contribution.kind == self.kind)
        if self.place:
            found.append((Contribution.item_code == self.place) | (Contribution.dimension == self.place))
        if self.verdict == UNANSWERED:
            found += [Contribution.verdict.is_(None), Contribution.state == PUBLISHED]
        elif self.verdict:
            found.append(Contribution.verdict == self.verdict)
        if self.state:
            found.append(Contribution.state == self.state)
        if self.q:
            found += [Contribution.text.icontains(word, autoescape=True) for word in self.q.split()[:6]]
            if public:  # else a word would tell what a contribution says that is not shown
                found.append(Contribution.state == PUBLISHED)
        if self.who == NOBODY:
            found.append(Contribution.assigned_id.is_(None))
        elif self.who == MINE:
            found.append(Contribution.assigned_id == person_id if person_id else false())
        return found


@dataclass(frozen=True)
class Line:
    """A contribution as a list shows it."""

    contribution: Contribution
    name: str | None
    answer: Answer | None
    reply: Reply | None
    assigned: str | None
    changes: list[Change] = field(default_factory=list)


@dataclass
class Tally:
    """How many contributions there are, counted once for a whole page."""

    total: int = 0
    states: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    dimensions: dict[str, dict[str, int]] = field(default_factory=dict)
    unanswered: int = 0


def consultations(session: Session, agenda_id: int) -> Sequence[Row[Any]]:
    """Return an agenda's consultations with version, contributions received and contributions answered, the latest first."""
    known = Contribution.state != UNVERIFIED
    counts = (
        select(
            Contribution.consultation_id.label("of"),
            func.count().label("received"),
            func.count(Contribution.verdict).label("answered"),
        )
        .where(Contribution.agenda_id == agenda_id, known)
        .group_by(Contribution.consultation_id)
        .subquery()
    )
    rows = (
        select(Consultation, func.coalesce(counts.c.received, 0).label("received"), func.coalesce(counts.c.answered, 0).label("answered"))
        .outerjoin(counts, counts.c["of"] == Consultation.id)
        .where(Consultation.agenda_id == agenda_id)
        .options(joinedload(Consultation.version))
        .order_by(Consultation.number.desc())
    )
    return session.execute(rows).all()


def consultation(session: Session, agenda: str, code: str) -> Consultation:
    """Return a consultation with its agenda and version. Raises `NotFound`."""
    rows = select(Consultation).join(Agenda, Agenda.id == Consultation.agenda_id).where(Agenda.code == agenda, Consultation.code == code)
    found = session.scalar(rows.options(joinedload(Consultation.agenda), joinedload(Consultation.version)))
    if found is None:
        raise NotFound
    return found


def open_now(session: Session, agenda_id: int, now: datetime) -> Sequence[Consultation]:
    """Return the consultations of an agenda that people may contribute to now."""
    rows = select(Consultation).where(Consultation.agenda_id == agenda_id, Consultation.opens_at <= now, Consultation.closes_at > now)
    return session.scalars(rows.order_by(Consultation.closes_at)).all()


def date_changes(session: Session, consultation_id: int) -> Sequence[DateChange]:
    """Return how a consultation's dates were moved, the last first."""
    return session.scalars(select(DateChange).where(DateChange.consultation_id == consultation_id).order_by(DateChange.id.desc())).all()


def contribution(session: Session, agenda: str, code: str) -> Contribution:
    """Return a contribution by its code with all that its page shows. Raises `NotFound`."""
    rows = select(Contribution).join(Agenda, Agenda.id == Contribution.agenda_id).where(Agenda.code == agenda, Contribution.code == code)
    around = joinedload(Contribution.consultation)
    found = session.scalar(
        rows.options(
            around.joinedload(Consultation.agenda),
            around.joinedload(Consultation.version),
            joinedload(Contribution.author),
            selectinload(Contribution.attachments),
        )
    )
    if found is None:
        raise NotFound
    return found


def chosen(session: Session, consultation_id: int, codes: Iterable[str]) -> list[Contribution]:
    """Return the contributions of a consultation with these codes, in order."""
    rows = select(Contribution).where(Contribution.consultation_id == consultation_id, Contribution.code.in_(list(codes)))
    return list(session.scalars(rows.options(joinedload(Contribution.author)).order_by(Contribution.number)))


def answers(session: Session, contribution_id: int) -> list[tuple[Answer, list[Change]]]:
    """Return every answer to a contribution with what it changed, the one that counts first."""
    found = session.scalars(select(Answer).where(Answer.contribution_id == contribution_id).order_by(Answer.id.desc())).all()
    made = _changes(session, [one.id for one in found])
    return [(one, made.get(one.id, [])) for one in found]


def alike(session: Session, batch: str | None) -> int:
    """Return how many contributions got the same answer."""
    return session.scalar(select(func.count()).where(Answer.batch == batch)) or 0 if batch else 1


def reply_to(session: Session, contribution_id: int) -> Reply | None:
    """Return the contributor's reply, if there is one."""
    return session.scalar(select(Reply).where(Reply.contribution_id == contribution_id))


def moderations(session: Session, contribution_id: int) -> Sequence[Row[Any]]:
    """Return every act of moderation as (Moderation, name of who did it)."""
    rows: Any = select(Moderation, Person.full_name).outerjoin(Person, Person.id == Moderation.by_id)
    found: Sequence[Row[Any]] = session.execute(
        rows.where(Moderation.contribution_id == contribution_id).order_by(Moderation.id.desc())
    ).all()
    return found


def page(
    session: Session, found: Consultation, filters: Filters, *, number: int, person_id: int | None = None, public: bool = True
) -> Page:
    """Return a page of `Line`s: three queries. `public`: only what everybody may know of; the oldest first for staff, the latest for others."""
    criteria = [*_of(found, public=public), *filters.criteria(person_id, public=public)]
    total = session.scalar(select(func.count(Contribution.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // SIZE)))
    order = Contribution.number.desc() if public else Contribution.number
    rows = session.execute(_lines(criteria).order_by(order).limit(SIZE).offset((number - 1) * SIZE)).all()
    return Page(_with_changes(session, rows), number, total, SIZE)


def every_line(session: Session, agenda_id: int, filters: Filters, consultation_id: int | None = None) -> list[Line]:
    """Return every public contribution of an agenda, or of one consultation, for a spreadsheet: two queries."""
    criteria = [Contribution.agenda_id == agenda_id, Contribution.state.in_(SHOWN), *filters.criteria(None, public=True)]
    criteria += [Contribution.consultation_id == consultation_id] if consultation_id else []
    return _with_changes(session, session.execute(_lines(criteria).order_by(Contribution.number)).all())


def tally(session: Session, consultation_id: int) -> Tally:
    """Count a consultation's contributions by state, kind, answer and dimension: one query."""
    columns = (Contribution.state, Contribution.kind, Contribution.verdict, Contribution.dimension)
    rows = select(*columns, func.count()).where(Contribution.consultation_id == consultation_id, Contribution.state != UNVERIFIED)
    found = Tally()
    for state, kind, verdict, dimension, number in session.execute(rows.group_by(*columns)):
        found.total += number
        found.states[state] = found.states.get(state, 0) + number
        found.kinds[kind] = found.kinds.get(kind, 0) + number
        of = found.dimensions.setdefault(dimension or "", {})
        for name in ("total", verdict if verdict and state == PUBLISHED else state if state != PUBLISHED else UNANSWERED):
            of[name] = of.get(name, 0) + number
        if state == PUBLISHED and verdict:
            found.verdicts[verdict] = found.verdicts.get(verdict, 0) + number
        elif state == PUBLISHED:
            found.unanswered += number
    return found


def by_place(session: Session, consultation_id: int) -> dict[str, int]:
    """Return how many published contributions each item has; a dimension's name and "" count those on it and on the whole."""
    place = case((Contribution.item_code.is_not(None), Contribution.item_code), else_=func.coalesce(Contribution.dimension, ""))
    rows = select(place, func.count()).where(Contribution.consultation_id == consultation_id, Contribution.state == PUBLISHED)
    return {str(name): number for name, number in session.execute(rows.group_by(place))}


def withheld(session: Session, consultation_id: int) -> dict[str, int]:
    """Return how many contributions are withheld for each kind of reason."""
    rows = select(Contribution.reason_kind, func.count()).where(
        Contribution.consultation_id == consultation_id, Contribution.state == WITHHELD
    )
    return {str(name): number for name, number in session.execute(rows.group_by(Contribution.reason_kind))}


def waiting_answers(session: Session, agenda_id: int) -> tuple[int, int]:
    """Return how many contributions of an agenda wait to be read, and how many published ones to be answered."""
    to_read = func.count(case((Contribution.state == RECEIVED, 1)))
    to_answer = func.count(case(((Contribution.state == PUBLISHED) & Contribution.verdict.is_(None), 1)))
    row = session.execute(select(to_read, to_answer).where(Contribution.agenda_id == agenda_id)).one()
    return int(row[0]), int(row[1])


def team(session: Session, agenda_id: int) -> list[tuple[int, str]]:
    """Return the people who may be asked to answer, by name."""
    roles = Grant.role.in_(["coordinator", "staff", "delegate"])
    rows = select(Person.id, Person.full_name).join(Grant, Grant.person_id == Person.id)
    rows = rows.where(Grant.agenda_id == agenda_id, Grant.ended_at.is_(None), roles).distinct().order_by(Person.full_name)
    return [(row.id, row.full_name) for row in session.execute(rows)]


def later_versions(session: Session, agenda_id: int, number: int) -> list[int]:
    """Return the numbers of the versions frozen after `number`."""
    rows = select(AgendaVersion.number).where(AgendaVersion.agenda_id == agenda_id, AgendaVersion.number > number)
    return list(session.scalars(rows.order_by(AgendaVersion.number)))


def _of(found: Consultation, *, public: bool) -> list[ColumnElement[bool]]:
    states = Contribution.state.in_(SHOWN) if public else Contribution.state != UNVERIFIED
    return [Contribution.consultation_id == found.id, states]


def _lines(criteria: Sequence[ColumnElement[bool]]) -> Any:
    last = and_(Answer.contribution_id == Contribution.id, Answer.last.is_(True))
    return (
        select(Contribution, Author.name.label("name"), Answer, Reply, Person.full_name.label("assigned"))
        .outerjoin(Author, Author.contribution_id == Contribution.id)
        .outerjoin(Answer, last)
        .outerjoin(Reply, Reply.contribution_id == Contribution.id)
        .outerjoin(Person, Person.id == Contribution.assigned_id)
        .where(*criteria)
    )


def _with_changes(session: Session, rows: Sequence[Row[Any]]) -> list[Line]:
    made = _changes(session, [row.Answer.id for row in rows if row.Answer is not None])
    return [
        Line(row.Contribution, row.name, row.Answer, row.Reply, row.assigned, made.get(row.Answer.id, []) if row.Answer else [])
        for row in rows
    ]


def _changes(session: Session, ids: list[int]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = {}
    if ids:
        for one in session.scalars(select(Change).where(Change.answer_id.in_(ids)).order_by(Change.id)):
            found.setdefault(one.answer_id, []).append(one)
    return found
