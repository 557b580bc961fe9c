"""A person signs electronically: the one-time code, the typed name, and a certificate issued for this act alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.commitments import keys, letters
from plugins.commitments.lasting import stamps
from plugins.commitments.models import Slot
from plugins.commitments.names import plain
from plugins.commitments.record import METHODS
from plugins.commitments.signing.drawing import BadDrawing, Strokes, parse
from plugins.commitments.taking import Outcome, Written, check_turn, expected, fresh_slot, take
from portal.accounts import codes
from portal.accounts.models import Person
from portal.context import Portal
from portal.errors import Invalid
from portal.formats import Manner, fecha_hora
from portal.i18n import N_
from portal.mail import MailMessage


def purpose(slot: Slot) -> str:
    """Return what a code is good for: this person's signature, in this slot, of this document, under this mandate if any."""
    return f"sign:{slot.id}:{(slot.commitment.certified_sha256 or '')[:12]}:{(slot.mandate_sha256 or '')[:12]}"


def send_code(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int) -> MailMessage:
    """Mail the one-time code of this signature; enqueue "mail.send" with its id after the commit."""
    slot = fresh_slot(session, slot_id)
    check_turn(portal, session, now=now, slot=slot, person_id=person_id)
    person = session.get_one(Person, person_id)
    return codes.send(
        session,
        now=now,
        secret=portal.settings.secret_key,
        mailer=portal.mailer,
        person=person,
        purpose=purpose(slot),
        template="commitments/mail/code",
        kind="commitment.code",
        about=letters.about(slot.commitment),
        reply_to=slot.commitment.process.contact_email,
        context=letters.code_context(slot.commitment),
    )


def sign(
    portal: Portal,
    session: Session,
    *,
    now: datetime,
    slot_id: int,
    person_id: int,
    code: str,
    name: str,
    agrees: bool,
    drawing: str = "",
) -> Outcome:
    """Sign with the code that was mailed. `drawing`: see `signing.drawing`. Raises `Invalid` (fields "name", "agrees", "code") and whatever `check_turn` and the code raise.

    Side effect of a wrong code: the transaction is rolled back and the lost try committed (portal.accounts.codes).
    """
    slot = fresh_slot(session, slot_id)
    check_turn(portal, session, now=now, slot=slot, person_id=person_id)
    check_typed(portal, slot, code=code, name=name, agrees=agrees)
    codes.check(session, now=now, secret=portal.settings.secret_key, person_id=person_id, purpose=purpose(slot), code=code)
    return sign_slot(portal, session, now=now, slot_id=slot_id, person_id=person_id, drawing=drawing)


def check_typed(portal: Portal, slot: Slot, *, code: str, name: str, agrees: bool) -> None:
    """Raise `Invalid` (fields "name", "agrees", "code") unless the signer typed their name, agreed, and typed some code."""
    wrong: dict[str, str] = {}
    if plain(name) != plain(expected(portal, slot)["signer"]):
        wrong["name"] = N_("Escriba su nombre completo como figura en el documento.")
    if not agrees:
        wrong["agrees"] = N_("Marque la casilla para confirmar que quiere firmar.")
    if not code.strip():
        wrong["code"] = N_("Escriba las seis cifras del código.")
    if wrong:
        raise Invalid(fields=wrong)


def sign_slot(
    portal: Portal,
    session: Session,
    *,
    now: datetime,
    slot_id: int,
    person_id: int,
    facts: Mapping[str, Any] | None = None,
    drawing: str = "",
) -> Outcome:
    """Sign electronically for a person whose presence was proved. Nothing is committed. `facts`: more for the ledger.

    A drawing that is none (whoever sends it by hand) is left out: it is not what the signature is worth by.
    """
    try:
        strokes = parse(drawing)
    except BadDrawing:
        strokes = ()

    def write(slot: Slot, before: bytes) -> Written:
        return replace(_write(portal, slot, before, now=now, strokes=strokes), facts=dict(facts or {}))

    return take(portal, session, now=now, slot_id=slot_id, person_id=person_id, method="electronic", write=write)


def _write(portal: Portal, slot: Slot, before: bytes, *, now: datetime, strokes: Strokes) -> Written:
    from plugins.commitments.signing.appearance import Appearance  # noqa: PLC0415 - heavy to import
    from plugins.commitments.signing.sign import sign_field  # noqa: PLC0415

    stamping = stamps.stamping(portal, now=now)
    commitment, said = slot.commitment, expected(portal, slot)
    signer = keys.authority(portal, now=now).issue_for_act(
        full_name=said["name"],
        capacity=said["capacity_label"],
        organisation=said["organisation"],
        act_code=commitment.code,
        slot=slot.field,
        now=now,
    )
    appearance = Appearance(
        name=said["name"],
        capacity=said["capacity_label"],
        organisation=said["organisation"],
        method=METHODS["electronic"],
        time=fecha_hora(now, Manner(zone=portal.settings.timezone)),
        code=commitment.code,
        drawing=strokes,
    )
    pdf = sign_field(
        before,
        field_name=slot.field,
        signer=signer,
        appearance=appearance,
        now=now,
        location=commitment.process.version.territory_name,
        reason=f"Suscribe el compromiso {commitment.code} como {said['capacity_label']}",
        stamping=stamping,
    )
    return Written(
        pdf=pdf,
        certificate_serial=signer.serial,
        certificate_sha256=signer.sha256,
        name=said["name"],
        level=stamping.level,
        stepped_down=stamping.stepped_down,
    )
