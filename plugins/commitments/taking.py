"""Records one signature, in whatever way it was made: bytes, slot, state and head change together or not at all.

A way of signing is a `Writer`: given the slot and the document as it stands, it returns the document with one
signature more. Electronic signing (`signing_acts`), reception of outside signatures and of paper each bring theirs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import letters, states
from plugins.commitments.models import Commitment, Revision, Slot
from plugins.commitments.names import delegated_name
from plugins.commitments.objections import refuse_if_any
from plugins.commitments.plan import allows, counts, missing, next_group
from plugins.commitments.record import stances_digest
from portal.accounts.consents import give_consent
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.context import Portal
from portal.errors import Conflict, Expired, Forbidden, NotFound
from portal.i18n import N_
from portal.ledger.service import record

SIGNED = "commitment.signed"
TRIES = 8  # a signature of the same group that came first is signed over, this often


@dataclass(frozen=True)
class Written:
    """The document with one signature more, and what is kept of it.

    `facts`: more digests and codes for the ledger (no personal data). `evidence_sha256`: a stored file (digitised act,
    what a reception captured). `level`, `stepped_down`: see `models.Revision`.
    """

    pdf: bytes = field(repr=False)
    certificate_serial: str
    certificate_sha256: str
    name: str
    level: str = "B-B"
    stepped_down: bool = False
    evidence_sha256: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


Writer = Callable[[Slot, bytes], Written]


@dataclass(frozen=True)
class Outcome:
    """What a signature did: the instrument's new revision, whether it was the last one expected, mails to enqueue."""

    revision: Revision
    complete: bool
    mails: tuple[int, ...]


def check_turn(portal: Portal, session: Session, *, now: datetime, slot: Slot, person_id: int, method: str = "electronic") -> None:
    """Raise, with the sentence to show, unless this person may sign here now, in this way."""
    commitment = slot.commitment
    if person_id != (slot.substitute_id or slot.person_id):
        raise Forbidden(N_("Esta firma está reservada para otra persona."))
    if slot.signed_at is not None:
        raise Conflict(N_("Usted ya firmó este compromiso."))
    if commitment.state == states.OPEN:
        raise Conflict(N_("El documento todavía no se emite: no hay nada que firmar."))
    if commitment.state not in {states.ISSUED, states.PARTLY}:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite firmas."), state=states.LABELS[commitment.state])
    if commitment.deadline <= now:
        raise Expired(N_("El plazo para firmar terminó. Escriba a la Mesa si necesita más tiempo."))
    if not allows(slot, method):
        raise Conflict(N_("El plan de firmas pide otra forma de firmar aquí."))
    if earlier(slot):
        raise Conflict(
            N_("Todavía no es su turno: antes deben firmar %(names)s."),
            names=", ".join(one.signer.full_name if one.signer else one.capacity for one in earlier(slot)),
        )
    refuse_if_any(portal, session, commitment)


def earlier(slot: Slot) -> list[Slot]:
    """Return the signatures of earlier groups that are still missing."""
    return [one for one in missing(slot.commitment.slots) if one.group < slot.group]


def take(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int, method: str, write: Writer) -> Outcome:
    """Record the signature of a person whose presence (or whose file, or paper) was proved. Nothing is committed.

    Who signs the same document at the same instant waits for the commitment's row (on SQLite, for the database). Should
    another signature come first all the same, `write` is called again with the document as it now stands; a writer that
    cannot (an outside signature) raises a `PortalError` that is not a `Conflict`. Then the ledger, locked last and shortly.
    """
    of_slot = select(Slot.commitment_id).where(Slot.id == slot_id).scalar_subquery()
    session.execute(select(Commitment.id).where(Commitment.id == of_slot).with_for_update())
    for _ in range(TRIES):
        slot = fresh_slot(session, slot_id)
        check_turn(portal, session, now=now, slot=slot, person_id=person_id, method=method)
        before = slot.commitment.head_sha256 or ""
        written = write(slot, portal.store.get(before))
        try:
            with session.begin_nested():
                revision = _record_bytes(portal, session, now=now, slot=slot, method=method, written=written)
            break
        except Conflict:
            continue
    else:
        raise Conflict(N_("Muchas personas firman en este instante. Espere un momento y vuelva a enviar: su código sigue sirviendo."))
    facts = {"previous_sha256": before, "state": slot.commitment.state, "method": method, **written.facts}
    if written.evidence_sha256 is not None:
        facts["evidence_sha256"] = written.evidence_sha256
    return _record_fact(portal, session, now=now, slot=slot, person_id=person_id, revision=revision, facts=facts)


def _record_bytes(portal: Portal, session: Session, *, now: datetime, slot: Slot, method: str, written: Written) -> Revision:
    commitment = slot.commitment
    head = portal.store.put(session, written.pdf, "application/pdf", now=now)
    taken = session.execute(
        update(Slot)
        .where(Slot.id == slot.id, Slot.signed_at.is_(None), Slot.substitute_id.is_not_distinct_from(slot.substitute_id))
        .values(
            signed_at=now,
            signed_name=written.name,
            signed_method=method,
            evidence_sha256=written.evidence_sha256,
            certificate_serial=written.certificate_serial,
            certificate_sha256=written.certificate_sha256,
        )
        .execution_options(synchronize_session=False)
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise Conflict(N_("Usted ya firmó este compromiso."))
    session.refresh(slot)
    complete = not missing(commitment.slots)
    changes: dict[str, Any] = {"completed_at": now} if complete else {}
    states.move(session, commitment, states.COMPLETE if complete else states.PARTLY, head_sha256=head, **changes)
    number = 1 + max(one.number for one in commitment.current_revisions)
    revision = Revision(
        commitment_id=commitment.id,
        edition=commitment.edition,
        number=number,
        kind="signature",
        level=written.level,
        stepped_down=written.stepped_down,
        sha256=head,
        size=len(written.pdf),
        certificate_sha256=written.certificate_sha256,
        slot_id=slot.id,
        made_at=now,
    )
    session.add(revision)
    session.flush()
    return revision


def _record_fact(
    portal: Portal, session: Session, *, now: datetime, slot: Slot, person_id: int, revision: Revision, facts: dict[str, Any]
) -> Outcome:
    session.refresh(slot)
    commitment, complete = slot.commitment, facts["state"] == states.COMPLETE
    signer = session.get_one(Person, person_id)
    kept = kept_record(portal, commitment)
    told = {"field": slot.field, "number": revision.number, "method": facts["method"]}
    states.note(session, commitment.id, "signed", now=now, person_id=signer.id, **told)
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
            **facts,
            "certificate_sha256": slot.certificate_sha256,
            "consent_sha256": slot.consent_sha256,
            "stances_sha256": stances_digest(kept),
            "signer": fingerprint(signer),
            "signed_at": now.isoformat(),
        },
    )
    session.refresh(commitment)
    return Outcome(revision, complete, _letters(portal, session, now=now, slot=slot, signer=signer))


def _letters(portal: Portal, session: Session, *, now: datetime, slot: Slot, signer: Person) -> tuple[int, ...]:
    commitment = slot.commitment
    waiting = missing(commitment.slots)
    given, expected = counts(commitment.slots)
    mails = [letters.signed(portal.mailer, session, now=now, commitment=commitment, person=signer, waiting=expected - given)]
    turn = min((one.group for one in waiting), default=slot.group)
    if turn > slot.group:  # the next group's turn begins
        mails += [
            letters.issued(portal.mailer, session, now=now, commitment=commitment, slot=one)
            for one in next_group(commitment.slots)
            if one.group > slot.group
        ]
    return tuple(mail.id for mail in mails if mail is not None)


def announce(portal: Portal, commitment_id: int, outcome: Outcome) -> None:
    """Tell plugins and workers, after the commit."""
    portal.ask.commitment_changed(portal, commitment_id, "signed")
    if outcome.complete:
        portal.ask.commitment_changed(portal, commitment_id, "complete")
        if portal.settings.timestamp_urls:
            portal.queue.enqueue("commitments.archive", commitment_id)
        portal.queue.enqueue("commitments.publish", commitment_id)
    for identity in outcome.mails:
        portal.queue.enqueue("mail.send", identity)


def fresh_slot(session: Session, slot_id: int) -> Slot:
    """Return a slot and all of its commitment as the database has them now. Raises `NotFound`."""
    slot = session.scalar(select(Slot).where(Slot.id == slot_id).execution_options(populate_existing=True))
    if slot is None:
        raise NotFound
    session.refresh(slot.commitment)
    for one in slot.commitment.slots:
        session.refresh(one)
    return slot


def kept_record(portal: Portal, commitment: Commitment) -> dict[str, Any]:
    """Return commitment.json as it was issued (record.commitment_record)."""
    kept: dict[str, Any] = json.loads(portal.store.get(commitment.record_sha256 or ""))
    return kept


def expected(portal: Portal, slot: Slot) -> dict[str, Any]:
    """Return what the document says of this slot: names as they were when it was issued.

    "signer" is the name of whoever signs, "name" the one that the signature carries: they differ when a substitute signs.
    """
    found: dict[str, Any] | None = next((one for one in kept_record(portal, slot.commitment)["slots"] if one["field"] == slot.field), None)
    if found is None:  # nobody was named for it when the document was issued
        raise Forbidden(N_("El documento no reserva un lugar para esta firma."))
    if slot.substitute is None:
        return {**found, "signer": found["name"]}
    return {**found, "signer": slot.substitute.full_name, "name": delegated_name(slot.substitute.full_name, found["name"])}
