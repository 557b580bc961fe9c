"""What other pages ask of outside signatures: who issued the certificates, what waits for the Mesa, whether the file may be public."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments.digital.models import ACCEPTED, UNDECIDED, Reception
from plugins.commitments.models import Commitment, Slot
from portal.accounts.models import Person
from portal.organisations.models import Organisation

LISTED = 200


def issuers(session: Session, commitment: Commitment) -> dict[int, str]:
    """Return who issued the certificate of each accepted outside signature, by slot."""
    if not any(slot.signed_method == "digital" for slot in commitment.slots):
        return {}
    rows = select(Reception.slot_id, Reception.issuer).join(Slot, Slot.id == Reception.slot_id)
    found = session.execute(rows.where(Slot.commitment_id == commitment.id, Reception.result == ACCEPTED).order_by(Reception.id))
    return {slot_id: issuer or "" for slot_id, issuer in found}


def issuers_by_field(session: Session, commitment: Commitment) -> dict[str, str]:
    """Return who issued the certificate of each accepted outside signature, by the field it signed. One query."""
    rows = select(Slot.field, Reception.issuer).join(Reception, Reception.slot_id == Slot.id).order_by(Reception.id)
    found = session.execute(rows.where(Slot.commitment_id == commitment.id, Reception.result == ACCEPTED))
    return {field: issuer or "" for field, issuer in found}


def private_from(session: Session, commitment: Commitment) -> int | None:
    """Return the first revision's number that may not be given to anybody; None when all may.

    An outside certificate carries its holder's document number: from that signature on, the file is public only if each
    such holder agreed.
    """
    outside = {slot.id for slot in commitment.slots if slot.signed_method == "digital"}
    if not outside:
        return None
    agreed = select(Reception.slot_id).where(Reception.slot_id.in_(outside), Reception.result == ACCEPTED, Reception.publish)
    private = outside - set(session.scalars(agreed))
    return min((one.number for one in commitment.current_revisions if one.slot_id in private), default=None)


def of_process(session: Session, process_id: int) -> Sequence[Any]:
    """Return (Reception, Commitment, organisation's name, person's name or None) of a process: those to resolve first, then the latest."""
    rows = (
        select(Reception, Commitment, Organisation.name, Person.full_name)
        .join(Slot, Slot.id == Reception.slot_id)
        .join(Commitment, Commitment.id == Slot.commitment_id)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .outerjoin(Person, Person.id == Reception.person_id)
        .where(Commitment.process_id == process_id)
        .order_by((Reception.result == UNDECIDED).desc(), Reception.id.desc())
        .limit(LISTED)
    )
    return session.execute(rows).all()


def waiting(session: Session) -> int:
    """Return how many receptions are undecided."""
    return session.scalar(select(func.count()).where(Reception.result == UNDECIDED)) or 0
