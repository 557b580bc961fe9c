"""A person signs: the one-time code, the turn, the certificate of the act, and the compare-and-set that records one signature once."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import keys, letters, states
from plugins.commitments.models import Commitment, Revision, Slot
from plugins.commitments.objections import refuse_if_any
from plugins.commitments.record import METHODS, stances_digest
from portal.accounts import codes
from portal.accounts.models import Person
from portal.accounts.service import fingerprint, give_consent
from portal.context import Portal
from portal.errors import Conflict, Expired, Forbidden, Invalid, NotFound
from portal.formats import Manner, fecha_hora
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import MailMessage

SIGNED = "commitment.signed"
TRIES = 8  # a signature of the same group that came first is signed over, this often


@dataclass(frozen=True)
class Outcome:
    """What a signature did: the instrument's new revision, whether it was the last one expected, mails to enqueue."""

    revision: Revision
    complete: bool
    mails: tuple[int, ...]


def purpose(slot: Slot) -> str:
    """Return what a code is good for: this person's signature, in this slot, of this document and no other edition."""
    return f"sign:{slot.id}:{(slot.commitment.certified_sha256 or '')[:12]}"


def check_turn(portal: Portal, session: Session, *, now: datetime, slot: Slot, person_id: int) -> None:
    """Raise, with the sentence to show, unless this person may sign here now."""
    commitment = slot.commitment
    if slot.person_id != person_id:
        raise Forbidden(N_("Esta firma está reservada para otra persona."))
    if slot.signed_at is not None:
        raise Conflict(N_("Usted ya firmó este compromiso."))
    if commitment.state == states.OPEN:
        raise Conflict(N_("El documento todavía no se emite: no hay nada que firmar."))
    if commitment.state not in {states.ISSUED, states.PARTLY}:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite firmas."), state=states.LABELS[commitment.state])
    if commitment.deadline <= now:
        raise Expired(N_("El plazo para firmar terminó. Escriba a la Mesa si necesita más tiempo."))
    if earlier(slot):
        raise Conflict(
            N_("Todavía no es su turno: antes deben firmar %(names)s."),
            names=", ".join(one.person.full_name if one.person else one.capacity for one in earlier(slot)),
        )
    refuse_if_any(portal, session, commitment)


def earlier(slot: Slot) -> list[Slot]:
    """Return the required signatures of earlier groups that are still missing."""
    return [one for one in slot.commitment.slots if one.required and one.group < slot.group and one.signed_at is None]


def send_code(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int) -> MailMessage:
    """Mail the one-time code of this signature; enqueue "mail.send" with its id after the commit."""
    slot = _slot(session, slot_id)
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


def sign(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int, code: str, name: str, agrees: bool) -> Outcome:
    """Sign with the code that was mailed. Raises `Invalid` (fields "name", "agrees", "code") and whatever `check_turn` and the code raise.

    Side effect of a wrong code: the transaction is rolled back and the lost try committed (portal.accounts.codes).
    """
    slot = _slot(session, slot_id)
    check_turn(portal, session, now=now, slot=slot, person_id=person_id)
    wrong: dict[str, str] = {}
    if plain(name) != plain(_expected(portal, slot)["name"]):
        wrong["name"] = N_("Escriba su nombre completo como figura en el documento.")
    if not agrees:
        wrong["agrees"] = N_("Marque la casilla para confirmar que quiere firmar.")
    if not code.strip():
        wrong["code"] = N_("Escriba las seis cifras del código.")
    if wrong:
        raise Invalid(fields=wrong)
    codes.check(session, now=now, secret=portal.settings.secret_key, person_id=person_id, purpose=purpose(slot), code=code)
    return sign_slot(portal, session, now=now, slot_id=slot_id, person_id=person_id)


def plain(name: str) -> str:
    """Return a name as it is compared: without accents, case or extra spaces."""
    letters_only = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(letters_only.casefold().split())


def sign_slot(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int) -> Outcome:
    """Record the signature of a person whose presence was proved. Nothing is committed.

    The new bytes, the slot, the state and the head change together or not at all. When a parallel signature of the same
    group came first, the document is signed again on top of it. Then the ledger, which is locked last and shortly.
    """
    for _ in range(TRIES):
        slot = _slot(session, slot_id)
        check_turn(portal, session, now=now, slot=slot, person_id=person_id)
        try:
            with session.begin_nested():
                revision, data = _attempt(portal, session, now=now, slot=slot)
            break
        except Conflict:
            continue
    else:
        raise Conflict(N_("Muchas personas firman en este instante. Espere un momento y vuelva a enviar: su código sigue sirviendo."))
    return _record(portal, session, now=now, slot=slot, revision=revision, data=data)


def _attempt(portal: Portal, session: Session, *, now: datetime, slot: Slot) -> tuple[Revision, dict[str, Any]]:
    from plugins.commitments.signing.appearance import Appearance  # noqa: PLC0415 - heavy to import
    from plugins.commitments.signing.sign import sign_field  # noqa: PLC0415

    commitment, expected = slot.commitment, _expected(portal, slot)
    before = commitment.head_sha256 or ""
    signer = keys.authority(portal, now=now).issue_for_act(
        full_name=expected["name"],
        capacity=expected["capacity_label"],
        organisation=expected["organisation"],
        act_code=commitment.code,
        slot=slot.field,
        now=now,
    )
    appearance = Appearance(
        name=expected["name"],
        capacity=expected["capacity_label"],
        organisation=expected["organisation"],
        method=METHODS[slot.method],
        time=fecha_hora(now, Manner(zone=portal.settings.timezone)),
        code=commitment.code,
    )
    pdf = sign_field(
        portal.store.get(before),
        field_name=slot.field,
        signer=signer,
        appearance=appearance,
        now=now,
        location=commitment.process.version.territory_name,
        reason=f"Suscribe el compromiso {commitment.code} como {expected['capacity_label']}",
    )
    head = portal.store.put(session, pdf, "application/pdf", now=now)
    complete = not any(one.required and one.signed_at is None and one.id != slot.id for one in commitment.slots)
    changes: dict[str, Any] = {"completed_at": now} if complete else {}
    states.move(session, commitment, states.COMPLETE if complete else states.PARTLY, head_sha256=head, **changes)
    taken = session.execute(
        update(Slot)
        .where(Slot.id == slot.id, Slot.signed_at.is_(None))
        .values(
            signed_at=now,
            signed_name=expected["name"],
            certificate_serial=signer.serial,
            certificate_sha256=signer.sha256,
        )
        .execution_options(synchronize_session=False)
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise Conflict(N_("Usted ya firmó este compromiso."))
    number = 1 + max(one.number for one in commitment.current_revisions)
    revision = Revision(
        commitment_id=commitment.id,
        edition=commitment.edition,
        number=number,
        sha256=head,
        size=len(pdf),
        certificate_sha256=signer.sha256,
        slot_id=slot.id,
        made_at=now,
    )
    session.add(revision)
    session.flush()
    return revision, {"previous_sha256": before, "state": commitment.state}


def _record(portal: Portal, session: Session, *, now: datetime, slot: Slot, revision: Revision, data: dict[str, Any]) -> Outcome:
    session.refresh(slot)
    commitment, complete = slot.commitment, data["state"] == states.COMPLETE
    signer = session.get_one(Person, slot.person_id)
    kept = _kept(portal, commitment)
    states.note(session, commitment.id, "signed", now=now, person_id=signer.id, field=slot.field, number=revision.number)
    if complete:
        states.note(session, commitment.id, "complete", now=now)
    consent = give_consent(
        session, portal.store, now=now, person_id=signer.id, purpose=letters.about(commitment), text=kept["consent"]["text"]
    )
    slot.consent_sha256 = consent.text_sha256
    record(
        session,
        now=now,
        kind=SIGNED,
        subject=letters.about(commitment),
        data={
            "edition": revision.edition,
            "number": revision.number,
            "field": slot.field,
            "revision_sha256": revision.sha256,
            **data,
            "certificate_sha256": slot.certificate_sha256,
            "consent_sha256": slot.consent_sha256,
            "stances_sha256": stances_digest(kept),
            "signer": fingerprint(signer),
            "signed_at": now.isoformat(),
        },
    )
    session.refresh(commitment)
    waiting = [one for one in commitment.slots if one.required and one.signed_at is None]
    mails = [letters.signed(portal.mailer, session, now=now, commitment=commitment, person=signer, waiting=len(waiting))]
    if waiting and not earlier(waiting[0]) and min(one.group for one in waiting) > slot.group:  # the next group's turn begins
        mails += [
            letters.issued(portal.mailer, session, now=now, commitment=commitment, slot=one)
            for one in commitment.slots
            if one.group == min(w.group for w in waiting)
        ]
    return Outcome(revision, complete, tuple(mail.id for mail in mails if mail is not None))


def announce(portal: Portal, commitment_id: int, outcome: Outcome) -> None:
    """Tell plugins and workers, after the commit."""
    portal.ask.commitment_changed(portal, commitment_id, "signed")
    if outcome.complete:
        portal.ask.commitment_changed(portal, commitment_id, "complete")
        portal.queue.enqueue("commitments.publish", commitment_id)
    for identity in outcome.mails:
        portal.queue.enqueue("mail.send", identity)


def _slot(session: Session, slot_id: int) -> Slot:
    slot = session.scalar(select(Slot).where(Slot.id == slot_id).execution_options(populate_existing=True))
    if slot is None:
        raise NotFound
    session.refresh(slot.commitment)
    for one in slot.commitment.slots:
        session.refresh(one)
    return slot


def _kept(portal: Portal, commitment: Commitment) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(portal.store.get(commitment.record_sha256 or ""))
    return kept


def _expected(portal: Portal, slot: Slot) -> dict[str, Any]:
    """Return what the document says of this slot: names as they were when it was issued."""
    found: dict[str, Any] = next(one for one in _kept(portal, slot.commitment)["slots"] if one["field"] == slot.field)
    return found
