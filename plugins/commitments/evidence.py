"""The constancia: what happened, who signed, when and how, with every hash, sealed by the portal and sent to all who signed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import keys, letters, states
from plugins.commitments.digital.queries import issuers
from plugins.commitments.lasting import stamps
from plugins.commitments.lasting.standing import standing
from plugins.commitments.models import Commitment, Event
from plugins.commitments.plan import pool_words
from plugins.commitments.record import METHODS, slot_organisation
from plugins.commitments.taking import SIGNED
from portal import db
from portal.context import Portal
from portal.i18n import N_
from portal.ledger import heads
from portal.ledger.queries import entries_about
from portal.ledger.service import record
from portal.organisations.models import CAPACITIES

PUBLISHED = "commitment.published"
BEFORE = (
    "invited",
    "reminded",
    "entered",
    "review_started",
    "meeting_held",
    "question_asked",
    "question_answered",
    "review_confirmed",
    "review_reopened",
)
ONCE = {"entered", "review_started", "reminded"}  # the first time is what counts
MOST_BEFORE = 40  # lines
NAMELESS = N_("Nombre retirado a pedido de la persona; consta en el documento firmado")
REASON = N_("Sella la constancia de suscripción")


def unpublished(session: Session) -> Iterable[str]:
    """Return the ids of complete commitments without a constancia."""
    rows = (
        select(Commitment.id)
        .where(Commitment.state == states.COMPLETE, Commitment.constancia_sha256.is_(None))
        .order_by(Commitment.id)
        .limit(100)
    )
    return [str(found) for found in session.scalars(rows)]


def publish(portal: Portal, commitment_id: int, *, now: datetime) -> bool:
    """Make the constancia of a complete commitment, mail it to everyone who signed, note the publication; return whether this call did.

    Idempotent: run twice or killed in between, there is one constancia and one mail to each.
    """
    made = _render(portal, commitment_id, now=now)
    if made is None:
        return False
    pdf, head = made
    with portal.sessions() as session:
        sha256 = portal.store.put(session, pdf, "application/pdf", now=now)
        done = session.execute(
            update(Commitment)
            .where(
                Commitment.id == commitment_id,
                Commitment.state == states.COMPLETE,
                Commitment.constancia_sha256.is_(None),
                Commitment.head_sha256 == head,  # archived meanwhile: the sweep has it made again, of the document as it is now
            )
            .values(constancia_sha256=sha256, published_at=now)
            .execution_options(synchronize_session=False)
        )
        if not isinstance(done, CursorResult) or done.rowcount != 1:
            return False
        commitment = session.get_one(Commitment, commitment_id)
        states.note(session, commitment_id, "published", now=now)
        signers = {slot.signer.id: slot.signer for slot in commitment.slots if slot.signed_at is not None and slot.signer is not None}
        mails = [
            letters.constancia(portal.mailer, session, now=now, commitment=commitment, person=person, sha256=sha256)
            for person in signers.values()
        ]
        record(
            session,
            now=now,
            kind=PUBLISHED,
            subject=letters.about(commitment),
            data={
                "edition": commitment.edition,
                "revision_sha256": commitment.head_sha256,
                "constancia_sha256": sha256,
            },
        )
        session.commit()
    portal.queue.enqueue(heads.JOB, "published")  # so that the offline bundle can prove it at once
    portal.ask.commitment_changed(portal, commitment_id, "published")
    for mail in mails:
        if mail is not None:
            portal.queue.enqueue("mail.send", mail.id)
    return True


def _render(portal: Portal, commitment_id: int, *, now: datetime) -> tuple[bytes, str | None] | None:
    """Return the constancia and the SHA-256 of the document that it is about; None when there is none to make."""
    from plugins.commitments.instrument import qr  # noqa: PLC0415 - layout and signing are heavy to import
    from plugins.commitments.signing.certify import reserve_and_certify  # noqa: PLC0415
    from portal.documents.rendering import render_pdf  # noqa: PLC0415

    authority = keys.authority(portal, now=now)
    token = db.writing.set(False)  # a reader while the document is laid out
    try:
        with portal.sessions() as session:
            commitment = session.get(Commitment, commitment_id)
            if commitment is None or commitment.state != states.COMPLETE or commitment.constancia_sha256 is not None:
                return None
            address = f"{portal.settings.public_url}/v/{commitment.code}"
            context = evidence_of(session, commitment)
            html = portal.templates.get_template("commitments/pdf/constancia.html").render(
                context, address=address, qr=qr(address), now=now
            )
            code, place, head = commitment.code, commitment.process.version.territory_name, commitment.head_sha256
    finally:
        db.writing.reset(token)
    pdf = reserve_and_certify(
        render_pdf(html),
        fields=(),
        authority=authority,
        code=code,
        reason=REASON,
        location=place,
        now=now,
        stamping=stamps.stamping(portal, now=now),
    )
    return pdf, head


def _paper_day(fact: Mapping[str, Any]) -> date | None:
    """Return the day on which a signature recorded from paper was made."""
    return date.fromisoformat(fact["paper_signed_on"]) if "paper_signed_on" in fact else None


def _before(session: Session, commitment: Commitment) -> list[tuple[datetime, str]]:
    """Return (when, what) of the way to the document: invited, entered for the first time, questions, positions confirmed."""
    rows = select(Event.at, Event.kind).where(Event.commitment_id == commitment.id, Event.kind.in_(BEFORE)).order_by(Event.at, Event.id)
    if commitment.issued_at is not None:  # a later answer of the Mesa would stand above the document, out of its time
        rows = rows.where(Event.at <= commitment.issued_at)
    found: list[tuple[datetime, str]] = []
    for at, kind in session.execute(rows):
        if kind not in ONCE or all(what != states.EVENTS[kind] for _, what in found):
            found.append((at, states.EVENTS[kind]))
    return found[:MOST_BEFORE]


def evidence_of(session: Session, commitment: Commitment) -> dict[str, Any]:
    """Return what the constancia says: the commitment, its signers with their ledger entries, and the hashes of its documents."""
    entries = [one for one in entries_about(session, letters.about(commitment)) if one.data.get("edition") == commitment.edition]
    signatures = {one.data["field"]: one for one in entries if one.kind == SIGNED}
    outside = issuers(session, commitment)
    signers = [
        {
            "name": slot.signed_name or NAMELESS,
            "capacity": CAPACITIES.get(slot.capacity, slot.capacity),
            "organisation": slot_organisation(session, commitment, slot),
            "method": METHODS[slot.signed_method or slot.method] + (", en persona" if slot.operator_id else ""),
            "way": slot.signed_method,
            "issuer": outside.get(slot.id, ""),
            "evidence": slot.evidence_sha256,
            "paper_day": _paper_day(signatures[slot.field].data),
            "at": slot.signed_at,
            "serial": slot.certificate_serial,
            "certificate": slot.certificate_sha256,
            "consent": slot.consent_sha256,
            "entry": signatures[slot.field].seq,
            "number": signatures[slot.field].data["number"],
        }
        for slot in commitment.slots
        if slot.signed_at is not None
    ]
    issued = next(one for one in entries if one.kind == "commitment.issued")
    last = entries[-1]
    return {
        "commitment": commitment,
        "agenda": commitment.process.version,
        "expected": len(signers),  # all of a pool's that signed, also beyond those it needed
        "pools": pool_words(commitment.slots),
        "signers": sorted(signers, key=lambda one: int(one["number"])),
        "original": commitment.certified_sha256,
        "final": commitment.head_sha256,
        "record": commitment.record_sha256,
        "standing": standing(commitment),
        "before": _before(session, commitment),
        "issued_entry": issued.seq,
        "last_entry": last.seq,
        "last_hash": last.hash,
    }
