"""Somebody signs in person on a device that the Mesa lends: their own code, their own name, and nobody but the Mesa signed in.

The code goes to the signer's mail and is good only for this signature on a device that this member of the staff opened;
a code asked for from the signer's own page is of no use here, nor the other way round.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from plugins.commitments import letters, signing_acts, states
from plugins.commitments.models import Slot
from plugins.commitments.taking import Outcome, check_turn, fresh_slot
from portal.accounts import codes
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.context import Portal
from portal.errors import Conflict
from portal.i18n import N_
from portal.mail import MailMessage


def purpose(slot: Slot, operator_id: int) -> str:
    """Return what a code is good for: as `signing_acts.purpose`, on a device that this person opened."""
    return f"{signing_acts.purpose(slot)}:on:{operator_id}"


def check(portal: Portal, session: Session, *, now: datetime, slot: Slot, operator_id: int) -> Person:
    """Return who signs here; raise, with the sentence to show, unless they may sign now on a device of this person's."""
    signer = slot.signer
    if signer is None:
        raise Conflict(N_("Todavía no se eligió quién firma aquí."))
    if signer.id == operator_id:
        raise Conflict(N_("Esta firma es suya: fírmela desde «Mi compromiso»."))
    if not signer.email or not signer.active:
        raise Conflict(N_("Esta persona no tiene un correo al que enviar el código. Puede firmar en papel."))
    check_turn(portal, session, now=now, slot=slot, person_id=signer.id)
    return signer


def send_code(portal: Portal, session: Session, *, now: datetime, slot_id: int, operator: Person) -> MailMessage:
    """Mail the signer a one-time code for the device that `operator` lends; enqueue "mail.send" with its id after the commit."""
    slot = fresh_slot(session, slot_id)
    signer = check(portal, session, now=now, slot=slot, operator_id=operator.id)
    return codes.send(
        session,
        now=now,
        secret=portal.settings.secret_key,
        mailer=portal.mailer,
        person=signer,
        purpose=purpose(slot, operator.id),
        template="commitments/mail/code_in_person",
        kind="commitment.code",
        about=letters.about(slot.commitment),
        reply_to=slot.commitment.process.contact_email,
        context={**letters.code_context(slot.commitment), "operator": operator.full_name},
    )


def sign(
    portal: Portal,
    session: Session,
    *,
    now: datetime,
    slot_id: int,
    operator: Person,
    code: str,
    name: str,
    agrees: bool,
    drawing: str = "",
) -> Outcome:
    """Sign with what the signer typed on the lent device. Raises as `signing_acts.sign`; the ledger says in person, and on whose device."""
    slot = fresh_slot(session, slot_id)
    signer = check(portal, session, now=now, slot=slot, operator_id=operator.id)
    signing_acts.check_typed(portal, slot, code=code, name=name, agrees=agrees)
    codes.check(session, now=now, secret=portal.settings.secret_key, person_id=signer.id, purpose=purpose(slot, operator.id), code=code)
    facts = {"presence": "in_person", "operator": fingerprint(operator)}
    outcome = signing_acts.sign_slot(portal, session, now=now, slot_id=slot_id, person_id=signer.id, facts=facts, drawing=drawing)
    slot.operator_id = operator.id
    states.note(session, slot.commitment_id, "in_person", now=now, person_id=operator.id, field=slot.field)
    return outcome
