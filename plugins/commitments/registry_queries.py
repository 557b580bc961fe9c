"""What anybody may read of the signing: processes, organisations in alphabetical order, stances once a commitment is complete.

What is public, and when:

* an organisation's state, from the day its process opens; its reason for declining or withdrawing only if it said so;
* signatories (name, capacity, organisation, date), stances and the document, once every expected person has signed;
* before that, only whoever brings the instrument's code (printed on the paper) reads its page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments import counting
from plugins.commitments.models import Commitment, Event, Process, Slot, Stance
from plugins.commitments.states import COMPLETE, DECLINED, SUPERSEDED, WITHDRAWN
from portal.agendas.models import Agenda, AgendaVersion
from portal.errors import NotFound
from portal.organisations.models import Organisation

PUBLIC_EVENTS = ("issued", "signed", "complete", "published", "declined", "withdrawn", "superseded", "expired")


@dataclass(frozen=True)
class Page:
    """One page of a long list; `first` and `last` are positions, from 1."""

    number: int
    size: int
    total: int

    @classmethod
    def of(cls, wanted: int, size: int, total: int) -> "Page":
        """Return page `wanted`, or the last one when there are not so many."""
        return cls(min(wanted, max(1, -(-total // size))), size, total)

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Position of the first row shown."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self) -> int:
        """Position of the last row shown."""
        return min(self.total, self.number * self.size)

    @property
    def offset(self) -> int:
        """Rows to leave out before this page."""
        return (self.number - 1) * self.size


def is_public(commitment: Commitment) -> bool:
    """Tell whether signatories, stances and document may be shown to anybody: everybody expected has signed."""
    return commitment.completed_at is not None


def _complete() -> ColumnElement[bool]:
    return Commitment.completed_at.is_not(None)


def processes(session: Session, now: datetime) -> Sequence[Process]:
    """Return the processes that have opened, latest first, with version and agenda."""
    rows = select(Process).where(Process.opens_at <= now).order_by(Process.opens_at.desc(), Process.id.desc())
    return session.scalars(rows.options(joinedload(Process.version).joinedload(AgendaVersion.agenda).joinedload(Agenda.territory))).all()


def chosen(found: Sequence[Process], code: str | None) -> Process | None:
    """Return the process called `code`, by default the latest; None when none has opened. Raises `NotFound`."""
    if not code:
        return found[0] if found else None
    for one in found:
        if one.code == code:
            return one
    raise NotFound


def counts(session: Session, process_id: int) -> dict[str, int]:
    """Return how many commitments of a process are in each state."""
    rows = select(Commitment.state, func.count()).where(Commitment.process_id == process_id).group_by(Commitment.state)
    return {state: number for state, number in session.execute(rows)}  # noqa: C416 - rows are not tuples to mypy


def roll(session: Session, process_id: int, page: Page) -> Sequence[Row[Any]]:
    """Return a page of (Commitment, Organisation, signatures given, signatures expected) in alphabetical order."""
    columns = select(Commitment, Organisation, counting.signed(), counting.expected())
    return session.execute(_alphabetical(columns, process_id, page)).all()


def _alphabetical(rows: Any, process_id: int, page: Page | None = None, *more: ColumnElement[bool]) -> Any:
    rows = rows.join(Organisation, Organisation.id == Commitment.organisation_id).where(Commitment.process_id == process_id, *more)
    rows = rows.order_by(Organisation.sort_name, Organisation.id)
    return rows.limit(page.size).offset(page.offset) if page else rows


def stance_counts(session: Session, process_id: int) -> dict[str, dict[str, int]]:
    """Return, of the complete commitments, how many took each stance on each item: {item: {stance: n}}."""
    rows = (
        select(Stance.item_code, Stance.stance, func.count())
        .join(Commitment, Commitment.id == Stance.commitment_id)
        .where(Commitment.process_id == process_id, Commitment.state == COMPLETE, Stance.stance.is_not(None))
        .group_by(Stance.item_code, Stance.stance)
    )
    found: dict[str, dict[str, int]] = {}
    for item, stance, number in session.execute(rows):
        found.setdefault(item, {})[str(stance)] = number
    return found


def how_many_complete(session: Session, process_id: int) -> int:
    """Return how many commitments are complete, and so in the matrix."""
    return session.scalar(select(func.count()).where(Commitment.process_id == process_id, Commitment.state == COMPLETE)) or 0


def matrix(session: Session, process_id: int, page: Page) -> list[tuple[Row[Any], dict[str, str]]]:
    """Return a page of ((code, name) of an organisation whose commitment is complete, {item: stance})."""
    columns = select(Commitment.id, Commitment.code, Organisation.name)
    rows = session.execute(_alphabetical(columns, process_id, page, Commitment.state == COMPLETE)).all()
    stances: dict[int, dict[str, str]] = {row.id: {} for row in rows}
    found = select(Stance.commitment_id, Stance.item_code, Stance.stance).where(
        Stance.commitment_id.in_(stances), Stance.stance.is_not(None)
    )
    for commitment_id, item, stance in session.execute(found):
        stances[commitment_id][item] = str(stance)
    return [(row, stances[row.id]) for row in rows]


def stances_on(session: Session, process_id: int, item: str, page: Page) -> Sequence[Row[Any]]:
    """Return a page of (code, name, stance or None, observation) of complete commitments on one item."""
    on_item = and_(Stance.commitment_id == Commitment.id, Stance.item_code == item)
    columns = select(Commitment.code, Organisation.name, Stance.stance, Stance.observation).outerjoin(Stance, on_item)
    return session.execute(_alphabetical(columns, process_id, page, Commitment.state == COMPLETE)).all()


def commitment(session: Session, code: str) -> Commitment | None:
    """Return a commitment by its public code with all that its page shows."""
    return session.scalar(
        select(Commitment)
        .where(Commitment.code == code)
        .options(
            joinedload(Commitment.organisation),
            joinedload(Commitment.process).joinedload(Process.version).joinedload(AgendaVersion.agenda),
            selectinload(Commitment.slots).joinedload(Slot.person),
            selectinload(Commitment.stances),
            selectinload(Commitment.revisions),
        )
    )


def timeline(session: Session, commitment_id: int) -> Sequence[Event]:
    """Return the public facts of a commitment, oldest first."""
    rows = select(Event).where(Event.commitment_id == commitment_id, Event.kind.in_(PUBLIC_EVENTS))
    return session.scalars(rows.order_by(Event.at, Event.id)).all()


def signatories(session: Session, process_id: int) -> Sequence[Row[Any]]:
    """Return the roll of complete commitments: (code, organisation, state, name, capacity, side, way of signing, signed at)."""
    columns = select(
        Commitment.code,
        Organisation.name.label("organisation"),
        Commitment.state,
        Slot.signed_name,
        Slot.capacity,
        Slot.side,
        Slot.signed_method,
        Slot.signed_at,
    ).join(Slot, Slot.commitment_id == Commitment.id)
    rows = _alphabetical(columns, process_id, None, _complete(), Slot.signed_at.is_not(None)).order_by(Slot.position)
    return session.execute(rows).all()


def has_page(commitment: Commitment) -> bool:
    """Tell whether the registry links to the commitment's own page."""
    return is_public(commitment) or commitment.state in {DECLINED, WITHDRAWN, SUPERSEDED}
