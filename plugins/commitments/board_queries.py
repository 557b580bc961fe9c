"""What the staff board reads: rows by whose turn it is or by name, counts by stage and turn, processes; each a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments.funnel import STAGES, TURNS, Funnel
from plugins.commitments.met import met
from plugins.commitments.models import Bulk, BulkRow, Commitment, Process, Slot
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda, AgendaVersion
from portal.errors import NotFound
from portal.organisations.models import KINDS, Organisation
from portal.organisations.names import like
from portal.organisations.queries import PAGE, Page

_RANK = {name: place for place, name in enumerate(TURNS)}


@dataclass(frozen=True)
class Filters:
    """What the address asks of the board; `order` "turno" (oldest wait first) or "nombre"."""

    stage: str = ""
    turn: str = ""
    kind: str = ""
    q: str = ""
    overdue: bool = False
    order: str = "turno"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filters":
        """Read ?etapa= ?turno= ?tipo= ?q= ?vencidas= ?orden=; what means nothing is left out."""
        return cls(
            stage=given.get("etapa", "") if given.get("etapa") in STAGES else "",
            turn=given.get("turno", "") if given.get("turno") in TURNS else "",
            kind=given.get("tipo", "") if given.get("tipo") in KINDS else "",
            q=given.get("q", "").strip()[:100],
            overdue=given.get("vencidas") == "1",
            order="nombre" if given.get("orden") == "nombre" else "turno",
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The same as an address's arguments."""
        found = {
            "etapa": self.stage,
            "turno": self.turn,
            "tipo": self.kind,
            "q": self.q,
            "vencidas": "1" if self.overdue else "",
            "orden": self.order if self.order != "turno" else "",
        }
        return {key: value for key, value in found.items() if value}

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return any((self.stage, self.turn, self.kind, self.q, self.overdue))

    def criteria(self, funnel: Funnel) -> list[ColumnElement[bool]]:
        """Return the conditions on a funnel's rows."""
        of = funnel.rows.c
        found: list[ColumnElement[bool]] = [
            of[column] == value for column, value in (("stage", self.stage), ("turn", self.turn), ("kind", self.kind)) if value
        ]
        if self.q:
            found.append(of.sort_name.like(like(self.q), escape="\\") | of.code.contains(self.q.upper(), autoescape=True))
        if self.overdue:
            found.append(of.overdue.is_(True))
        return found


def board(session: Session, process: Process, *, now: datetime, filters: Filters, number: int = 1, size: int = PAGE) -> Page:
    """Return one page of commitments. `extra["stages"]`, `["turns"]`, `["overdue"]`, `["all"]` count the whole process. Two queries, and those of `met`.

    The counts come with the rows that match by (stage, turn, overdue), so the total needs no query of its own.
    """
    funnel = Funnel.of(process.id, now, met(session, process.id))
    of = funnel.rows.c
    matching = func.sum(case((_all(filters.criteria(funnel)), 1), else_=0))
    groups = session.execute(select(of.stage, of.turn, of.overdue, func.count(), matching).group_by(of.stage, of.turn, of.overdue)).all()
    stages, turns = dict.fromkeys(STAGES, 0), dict.fromkeys(TURNS, 0)
    for stage, turn, _, many, _ in groups:
        stages[stage] += many
        if turn:
            turns[turn] += many
    total = sum(int(row[4]) for row in groups)
    number = max(1, min(number, -(-total // size)))
    order = (
        [of.sort_name, of.id]
        if filters.order == "nombre"
        else [case(*((of.turn == name, rank) for name, rank in _RANK.items()), else_=9), of.since, of.sort_name, of.id]
    )
    rows = session.execute(
        select(funnel.rows).where(*filters.criteria(funnel)).order_by(*order).limit(size).offset((number - 1) * size)
    ).all()
    return Page(
        rows,
        number,
        total,
        size,
        {"stages": stages, "turns": turns, "overdue": sum(row[3] for row in groups if row[2]), "all": sum(row[3] for row in groups)},
    )


def _all(criteria: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return and_(true(), *criteria)


def matching_ids(session: Session, process: Process, *, now: datetime, filters: Filters) -> list[int]:
    """Return the ids of all commitments that the filters leave, in alphabetical order."""
    funnel = Funnel.of(process.id, now, met(session, process.id))
    return list(
        session.scalars(select(funnel.rows.c.id).where(*filters.criteria(funnel)).order_by(funnel.rows.c.sort_name, funnel.rows.c.id))
    )


def every_row(
    session: Session, process_id: int, *, now: datetime, filters: Filters | None = None, ids: Sequence[int] | None = None
) -> Sequence[Row[Any]]:
    """Return all rows of a process in alphabetical order (those of `ids`, where given)."""
    funnel = Funnel.of(process_id, now, met(session, process_id))
    criteria = filters.criteria(funnel) if filters else []
    if ids is not None:
        criteria.append(funnel.rows.c.id.in_(ids))
    return session.execute(select(funnel.rows).where(*criteria).order_by(funnel.rows.c.sort_name, funnel.rows.c.id)).all()


def process_of(session: Session, code: str) -> Process:
    """Return a process with its version and agenda. Raises `NotFound`."""
    found = session.scalar(
        select(Process).where(Process.code == code).options(joinedload(Process.version).joinedload(AgendaVersion.agenda))
    )
    if found is None:
        raise NotFound
    return found


def processes(session: Session, agendas: frozenset[int] | None) -> Sequence[Row[Any]]:
    """Return (Process, organisations, signed) of the agendas with these ids (None: all), the latest first. One query."""
    chosen = select(func.count(Commitment.id)).where(Commitment.process_id == Process.id).correlate(Process)
    rows = (
        select(Process, chosen.scalar_subquery(), chosen.where(Commitment.completed_at.is_not(None)).scalar_subquery())
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .options(joinedload(Process.version).joinedload(AgendaVersion.agenda))
        .order_by(Process.opens_at.desc(), Process.id.desc())
    )
    return session.execute(rows if agendas is None else rows.where(AgendaVersion.agenda_id.in_(agendas))).all()


def processes_of_organisation(session: Session, organisation_id: int, agendas: frozenset[int] | None) -> Sequence[Any]:
    """Return (Process, commitment's code) of one organisation, the latest first. One query."""
    rows = (
        select(Process, Commitment.code)
        .join(Commitment, Commitment.process_id == Process.id)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .where(Commitment.organisation_id == organisation_id)
        .order_by(Process.id.desc())
    )
    return session.execute(rows if agendas is None else rows.where(AgendaVersion.agenda_id.in_(agendas))).all()


def versions(session: Session, agendas: frozenset[int] | None) -> Sequence[AgendaVersion]:
    """Return the frozen versions of these agendas, each agenda's latest first."""
    rows = (
        select(AgendaVersion)
        .join(Agenda, Agenda.id == AgendaVersion.agenda_id)
        .options(joinedload(AgendaVersion.agenda))
        .order_by(Agenda.code, AgendaVersion.number.desc())
    )
    return session.scalars(rows if agendas is None else rows.where(AgendaVersion.agenda_id.in_(agendas))).all()


def people_of_the_mesa(session: Session, agenda_id: int) -> Sequence[Person]:
    """Return who may sign for the Mesa or as a witness: coordinators, staff and witnesses of the agenda, and administrators."""
    held = select(Grant.person_id).where(
        Grant.ended_at.is_(None),
        Grant.role.in_(("administrator", "coordinator", "staff", "witness")),
        (Grant.agenda_id == agenda_id) | Grant.agenda_id.is_(None),
    )
    return session.scalars(select(Person).where(Person.id.in_(held), Person.active).order_by(Person.full_name, Person.id)).all()


def names_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return people's names by id."""
    rows = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(ids))).all() if ids else []
    return {identity: name for identity, name in rows}  # noqa: C416 - a Row is not a pair to mypy


def organisations_in(session: Session, process: Process) -> set[int]:
    """Return the ids of the organisations that a process has."""
    return set(session.scalars(select(Commitment.organisation_id).where(Commitment.process_id == process.id)))


def commitment_of(session: Session, process: Process, code: str) -> Commitment:
    """Return a commitment of `process` with organisation, slots and their people. Raises `NotFound`."""
    found = session.scalar(
        select(Commitment)
        .where(Commitment.process_id == process.id, Commitment.code == code)
        .options(
            joinedload(Commitment.organisation).selectinload(Organisation.memberships),
            selectinload(Commitment.slots).joinedload(Slot.person),
        )
    )
    if found is None:
        raise NotFound
    return found


def bulks(session: Session, process: Process) -> Sequence[Row[Any]]:
    """Return (Bulk, done, failed, total) of a process, the latest first. One query."""

    def number(*state: str) -> Any:
        rows = select(func.count(BulkRow.id)).where(BulkRow.bulk_id == Bulk.id).correlate(Bulk)
        return (rows.where(BulkRow.state.in_(state)) if state else rows).scalar_subquery()

    return session.execute(
        select(Bulk, number("done"), number("failed"), number()).where(Bulk.process_id == process.id).order_by(Bulk.id.desc()).limit(100)
    ).all()


def bulk_counts(session: Session, bulk: Bulk) -> dict[str, int]:
    """Return how many rows are done, failed and waiting. One query."""
    found = dict.fromkeys(("done", "failed", "waiting"), 0)
    for state, many in session.execute(select(BulkRow.state, func.count()).where(BulkRow.bulk_id == bulk.id).group_by(BulkRow.state)):
        found[state] = many
    return found


def bulk_rows(session: Session, bulk: Bulk, *, number: int = 1, size: int = 100) -> Page:
    """Return (BulkRow, commitment's code, organisation's name): what failed first, then by name. Two queries."""
    total = session.scalar(select(func.count(BulkRow.id)).where(BulkRow.bulk_id == bulk.id)) or 0
    number = max(1, min(number, -(-total // size)))
    rank = case((BulkRow.state == "failed", 0), (BulkRow.state == "waiting", 1), else_=2)
    rows = session.execute(
        select(BulkRow, Commitment.code, Organisation.name)
        .join(Commitment, Commitment.id == BulkRow.commitment_id)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .where(BulkRow.bulk_id == bulk.id)
        .order_by(rank, Organisation.sort_name, BulkRow.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, number, total, size)
