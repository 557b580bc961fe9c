"""Somebody signs an acta in the portal: with a one-time code and their consent, by whatever desk the plugins offer."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from portal.accounts import codes
from portal.accounts.consents import give_consent
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.actas import words
from portal.actas.models import Acta, ActaSignature
from portal.actas.service import desk_of, lock, settle, slots_digest
from portal.errors import Conflict, Forbidden, Invalid, Unavailable
from portal.extend.kinds import SignaturePlace, SigningDesk
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import MailMessage

if TYPE_CHECKING:
    from portal.context import Portal


def place_of(acta: Acta, person_id: int | None) -> ActaSignature | None:
    """Return the person's place among those who sign, None for those who do not."""
    return next((one for one in acta.signatures if person_id is not None and one.person_id == person_id), None)


def check_turn(portal: "Portal", acta: Acta, person_id: int) -> tuple[ActaSignature, SigningDesk]:
    """Return the person's place and the desk, or raise with the sentence to show: not theirs, signed already, closed, no way to sign here."""
    mine = place_of(acta, person_id)
    if mine is None:
        raise Forbidden(N_("Usted no figura entre quienes firman esta acta."))
    if mine.method is not None:
        raise Conflict(N_("Usted ya firmó esta acta."))
    if acta.state != words.OPEN:
        raise Conflict(N_("Esta acta ya no admite firmas. Vuelva a cargar la página."))
    desk = desk_of(portal)
    if desk is None or acta.seal_sha256 is None:
        raise Conflict(N_("Esta acta se firma a mano: imprímala, fírmela y entregue la copia a la Mesa."))
    return mine, desk


def purpose(acta: Acta, mine: ActaSignature) -> str:
    """Return what a code is good for: this person's signature of this document."""
    return f"acta:{mine.id}:{acta.first_sha256[:12]}"


def send_code(portal: "Portal", session: Session, *, now: datetime, acta: Acta, person_id: int) -> MailMessage:
    """Mail the one-time code of this signature; enqueue "mail.send" with its id after the commit."""
    mine, _ = check_turn(portal, acta, person_id)
    return codes.send(
        session,
        now=now,
        secret=portal.settings.secret_key,
        mailer=portal.mailer,
        person=session.get_one(Person, person_id),
        purpose=purpose(acta, mine),
        template="actas/mail/code",
        kind="acta.code",
        about=words.subject(acta.code),
        context={"acta": acta.code, "title": acta.title},
    )


def sign(portal: "Portal", session: Session, *, now: datetime, acta: Acta, person_id: int, code: str, agrees: bool) -> ActaSignature:
    """Sign with the code that was mailed; after the commit call `service.announce`.

    Raises `Invalid` (fields "agrees", "code") and what `check_turn` and the code raise. A wrong code rolls the transaction back (`codes.check`).
    """
    mine, _ = check_turn(portal, acta, person_id)
    wrong: dict[str, str] = {}
    if not agrees:
        wrong["agrees"] = N_("Marque la casilla para confirmar que quiere firmar.")
    if not code.strip():
        wrong["code"] = N_("Escriba las seis cifras del código.")
    if wrong:
        raise Invalid(fields=wrong)
    codes.check(session, now=now, secret=portal.settings.secret_key, person_id=person_id, purpose=purpose(acta, mine), code=code)
    lock(session, acta)
    mine, desk = check_turn(portal, acta, person_id)  # another window may have signed meanwhile
    if desk.sign is None:
        raise Unavailable
    before = acta.sha256
    sealed = desk.sign(
        portal,
        portal.store.get(before),
        place=SignaturePlace(
            field=mine.field, page=0, box=(0, 0, 0, 0), name=mine.name or "", capacity=mine.capacity, organisation=mine.organisation
        ),
        code=acta.code,
        reason=f"Firma el acta {acta.code} en calidad de {mine.capacity}",
        location=acta.agenda.territory.name,
        now=now,
    )
    acta.sha256 = mine.sha256 = portal.store.put(session, sealed.pdf, "application/pdf", now=now)
    mine.method, mine.signed_at = words.ELECTRONIC, now
    mine.number = 1 + sum(1 for one in acta.signatures if one.number is not None)
    mine.certificate_sha256, mine.certificate_serial = sealed.certificate_sha256, sealed.certificate_serial
    consent = give_consent(
        session,
        portal.store,
        now=now,
        person_id=person_id,
        purpose=words.subject(acta.code),
        text=words.consent_text(acta, mine.capacity),
    )
    mine.consent_sha256 = consent.text_sha256
    session.flush()
    facts = {
        "method": words.ELECTRONIC,
        "position": mine.position,
        "number": mine.number,
        "previous_sha256": before,
        "sha256": acta.sha256,
        "certificate_sha256": mine.certificate_sha256,
        "consent_sha256": mine.consent_sha256,
        "signatures_sha256": slots_digest(acta),
        "signer": fingerprint(session.get_one(Person, person_id)),
    }
    record(session, now=now, kind=words.SIGNED, subject=words.subject(acta.code), data=facts)
    settle(portal, session, now=now, acta=acta)
    return mine
