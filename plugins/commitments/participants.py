"""Who takes part in a commitment: the organisation's representatives, and the people its signatures are expected from."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from plugins.commitments.models import Commitment, Process, Slot
from portal.accounts.models import Grant
from portal.agendas.models import AgendaVersion
from portal.errors import NotFound


@dataclass(frozen=True)
class Part:
    """What one person may do with one commitment: review it (for the organisation), and sign in `slots`."""

    commitment: Commitment
    reviews: bool
    slots: tuple[Slot, ...]
    delegated: tuple[Slot, ...] = ()
    """Signatures that the person left to a substitute."""
    owns: bool = False
    """Whether one of the organisation's signatures is named after the person."""

    @property
    def slot(self) -> Slot | None:
        """The signature that the person owes first, else one already given."""
        return next((one for one in self.slots if one.signed_at is None), self.slots[0] if self.slots else None)

    @property
    def may_decline(self) -> bool:
        """Whether the person speaks for the organisation."""
        return self.reviews or self.owns


def _represents(person_id: int) -> ColumnElement[bool]:
    return exists().where(
        Grant.person_id == person_id,
        Grant.role == "representative",
        Grant.ended_at.is_(None),
        Grant.organisation_id == Commitment.organisation_id,
        exists().where(
            and_(Process.id == Commitment.process_id, AgendaVersion.id == Process.version_id, AgendaVersion.agenda_id == Grant.agenda_id)
        ),
    )


def _signs(person_id: int) -> ColumnElement[bool]:
    return exists().where(
        Slot.commitment_id == Commitment.id,
        or_(Slot.substitute_id == person_id, Slot.person_id == person_id),
    )


def commitments_of(session: Session, person_id: int) -> list[Commitment]:
    """Return the commitments in which somebody takes part, the nearest deadline first."""
    rows = select(Commitment).where(or_(_represents(person_id), _signs(person_id))).order_by(Commitment.deadline, Commitment.id)
    loaded = rows.options(
        selectinload(Commitment.organisation),
        selectinload(Commitment.process).selectinload(Process.version).selectinload(AgendaVersion.agenda),
    )
    return list(session.scalars(loaded))


def takes_part(session: Session, person_id: int | None) -> bool:
    """Tell whether somebody takes part in any commitment."""
    if person_id is None:
        return False
    return session.scalar(select(Commitment.id).where(or_(_represents(person_id), _signs(person_id))).limit(1)) is not None


def part_of(session: Session, *, code: str, person_id: int) -> Part:
    """Return what somebody may do with the commitment `code`. Raises `NotFound` for strangers: a code tells them nothing."""
    commitment = session.scalar(select(Commitment).where(Commitment.code == code))
    if commitment is None:
        raise NotFound
    reviews = bool(session.scalar(select(Commitment.id).where(Commitment.id == commitment.id, _represents(person_id))))
    slots = tuple(slot for slot in commitment.slots if (slot.substitute_id or slot.person_id) == person_id)
    delegated = tuple(slot for slot in commitment.slots if slot.person_id == person_id and slot.substitute_id is not None)
    if not reviews and not slots and not delegated:
        raise NotFound
    owns = any(slot.side == "organisation" and slot.person_id == person_id for slot in commitment.slots)
    return Part(commitment, reviews, slots, delegated, owns)


def reviewer_of(session: Session, *, code: str, person_id: int) -> Part:
    """As `part_of`, for what only the organisation's representatives may do."""
    part = part_of(session, code=code, person_id=person_id)
    if not part.reviews:
        raise NotFound
    return part
