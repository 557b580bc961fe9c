"""Judges an undecided reception again: when its time comes, when the Mesa confirms or asks, when the operator mends the trust folder."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import letters, taking
from plugins.commitments.digital import receiving
from plugins.commitments.digital.models import ACCEPTED, REJECTED, UNDECIDED, Reception
from plugins.commitments.models import Slot
from portal import db
from portal.accounts.models import Person
from portal.context import Portal


def due(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of undecided receptions whose time has come."""
    rows = select(Reception.id).where(Reception.result == UNDECIDED, Reception.next_try_at <= now)
    return [str(found) for found in session.scalars(rows.order_by(Reception.next_try_at).limit(50))]


def undecided(session: Session) -> list[int]:
    """Return the ids of every undecided reception, oldest first."""
    return list(session.scalars(select(Reception.id).where(Reception.result == UNDECIDED).order_by(Reception.id)))


def judge_again(portal: Portal, reception_id: int, *, now: datetime) -> str:
    """Judge one again and return its result; one that is decided stays as it is. Run twice or killed in between, one signature."""
    token = db.writing.set(False)
    try:
        with portal.sessions() as session:
            reception = session.get(Reception, reception_id)
            if reception is None or reception.result != UNDECIDED or reception.file_sha256 is None:
                return reception.result if reception else REJECTED
            slot = taking.fresh_slot(session, reception.slot_id)
            wanted = receiving.expected_of(portal, slot, confirmed=reception.confirmed_at is not None)
            data = portal.store.get(reception.file_sha256)
    finally:
        db.writing.reset(token)
    judgement = receiving.look(portal, data, wanted, now=now)
    with portal.sessions() as session:
        reception = session.get_one(Reception, reception_id, with_for_update=True, populate_existing=True)
        if reception.result != UNDECIDED:
            return reception.result
        reception.tries += 1
        received = receiving.conclude(portal, session, now=now, reception=reception, data=data, wanted=wanted, judgement=judgement)
        commitment, result, mail = session.get_one(Slot, reception.slot_id).commitment, reception.result, None
        person = session.get(Person, reception.person_id) if reception.person_id is not None else None
        if result == REJECTED and person is not None:
            mail = letters.outside_rejected(portal.mailer, session, now=now, commitment=commitment, person=person)
        commitment_id, mail_id = commitment.id, mail.id if mail is not None else None
        session.commit()
    if received.outcome is not None and result == ACCEPTED:
        taking.announce(portal, commitment_id, received.outcome)
    if mail_id is not None:
        portal.queue.enqueue("mail.send", mail_id)
    return result
