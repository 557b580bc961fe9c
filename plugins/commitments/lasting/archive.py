"""Completes an instrument's evidence for the long run, and renews it: revocation data and a timestamp over the whole file.

It also makes good what signing had to leave out while no timestamp authority answered. Never between signatures: only
once every one that is expected is there. Idempotent: the revision is added if the document is still the one it was
made of, and `Commitment.archive_due_at` says when it is to be done (again).
"""

import base64
import contextlib
import hashlib
import json
import logging
import urllib.request
from collections.abc import Iterable
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from plugins.commitments import keys, letters, states
from plugins.commitments.lasting import lists
from plugins.commitments.models import Commitment, Revision, Slot
from portal import db, timestamps
from portal.context import Portal
from portal.ledger.service import record
from portal.timestamp_tokens import NoTimestamp, TimestampToken, certificates_in

if TYPE_CHECKING:
    from asn1crypto import x509 as asn1_x509

    from plugins.commitments.signing.revocation import Answers

log = logging.getLogger(__name__)

ARCHIVED: Final = "commitment.archived"
SIGNED_STATES: Final = (states.COMPLETE, states.WITHDRAWN, states.SUPERSEDED)
EARLY: Final = timedelta(days=180)  # before the timestamp's certificate ends
AGAIN: Final = timedelta(minutes=10)  # after no authority answered
WITHOUT: Final = timedelta(days=1)  # while none is configured
_LARGEST_LIST: Final = 2_000_000  # bytes


def due(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of commitments, signed by all, whose evidence is to be completed or renewed."""
    rows = select(Commitment.id).where(is_due(now)).order_by(Commitment.id).limit(100)
    return [str(found) for found in session.scalars(rows)]


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which a commitment's evidence is to be completed or renewed."""
    return and_(
        Commitment.state.in_(SIGNED_STATES),
        Commitment.completed_at.is_not(None),
        or_(Commitment.archive_due_at.is_(None), Commitment.archive_due_at <= now),
    )


def archive(portal: Portal, commitment_id: int, *, now: datetime) -> bool:
    """Add the evidence if it is due and an authority answers; return whether this call did."""
    head = _head(portal, commitment_id, now=now)
    if head is None:
        return False
    authorities = timestamps.of(portal)
    if authorities is None:
        _postpone(portal, now=now, until=now + WITHOUT)
        return False
    try:
        first = authorities.stamp(hashlib.sha256(b"").digest(), now=now, patient=True)  # shows size and certificates of the second
        pdf, token = _with_evidence(portal, commitment_id, portal.store.get(head), authorities, first, now=now)
    except NoTimestamp as problem:
        log.warning("commitment %s is not archived: %s", commitment_id, problem)
        _postpone(portal, now=now, until=now + AGAIN)  # all of them: none would get an answer
        return False
    return _record(portal, commitment_id, before=head, pdf=pdf, token=token, now=now)


def _head(portal: Portal, commitment_id: int, *, now: datetime) -> str | None:
    token = db.writing.set(False)
    try:
        with portal.sessions() as session:
            return session.scalar(select(Commitment.head_sha256).where(Commitment.id == commitment_id, is_due(now)))
    finally:
        db.writing.reset(token)


def _postpone(portal: Portal, *, now: datetime, until: datetime) -> None:
    with portal.sessions() as session:
        session.execute(update(Commitment).where(is_due(now)).values(archive_due_at=until).execution_options(synchronize_session=False))
        session.commit()


def _with_evidence(
    portal: Portal, commitment_id: int, pdf: bytes, authorities: timestamps.Authorities, first: TimestampToken, *, now: datetime
) -> tuple[bytes, TimestampToken]:
    from plugins.commitments.signing.archive import archive as add  # noqa: PLC0415 - heavy to import
    from plugins.commitments.signing.archive import timestamp_certificates  # noqa: PLC0415
    from plugins.commitments.signing.revocation import Answers  # noqa: PLC0415

    lists.renew(portal, now=now)
    certificates = {one.sha256: one for one in (*timestamp_certificates(pdf), *certificates_in(first.der))}
    lists_of_authorities = _fetched(certificates.values())
    others, captured = _captured(portal, commitment_id)
    certificates |= {one.sha256: one for one in others}
    answers = Answers((*keys.revocation_lists(portal), *lists_of_authorities)) + captured
    had: list[TimestampToken] = []

    def obtain(digest: bytes) -> bytes:
        had.append(authorities.stamp(digest, now=now, patient=True))
        return had[-1].der

    archived = add(
        pdf,
        obtain=obtain,
        size=max(authorities.token_size, len(first.der)),
        certificates=list(certificates.values()),
        answers=answers,
        field=f"archivo-{len(pdf)}",
    )
    return archived, had[-1]


def _captured(portal: Portal, commitment_id: int) -> "tuple[list[asn1_x509.Certificate], Answers]":
    """Return what was kept when outside signatures were received: their chains, and the answers that they were not revoked."""
    from asn1crypto import x509 as asn1_x509  # noqa: PLC0415

    from plugins.commitments.signing.revocation import Answers  # noqa: PLC0415

    token = db.writing.set(False)
    try:
        with portal.sessions() as session:
            kept = select(Slot.evidence_sha256).where(
                Slot.commitment_id == commitment_id, Slot.signed_method == "digital", Slot.evidence_sha256.is_not(None)
            )
            found = [json.loads(portal.store.get(str(one)))["certificate"] for one in session.scalars(kept)]
    finally:
        db.writing.reset(token)
    certificates = [asn1_x509.Certificate.load(base64.b64decode(der)) for one in found if one for der in one["chain"]]
    answers = {
        kind: tuple(base64.b64decode(link["der"]) for one in found if one for link in one["links"] if link.get("kind") == kind)
        for kind in ("crl", "ocsp")
    }
    return certificates, Answers(answers["crl"], answers["ocsp"])


def _fetched(certificates: "Iterable[asn1_x509.Certificate]") -> list[bytes]:
    """Return the revocation lists that certificates of believed timestamp authorities point to; one that cannot be had is left out."""
    found: dict[str, bytes] = {}
    for certificate in certificates:
        for point in certificate.crl_distribution_points:
            address = point.url or ""
            if address in found or not address.startswith(("http://", "https://")):
                continue
            with contextlib.suppress(OSError, ValueError, HTTPException):
                data = _answer(address)
                if len(data) <= _LARGEST_LIST and _is_list(data):
                    found[address] = data
    return list(found.values())


def _answer(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=timestamps.PATIENT) as answer:  # noqa: S310 - of http and https only
        data: bytes = answer.read(_LARGEST_LIST + 1)
    return data


def _is_list(data: bytes) -> bool:
    from cryptography import x509  # noqa: PLC0415

    try:
        x509.load_der_x509_crl(data)
    except ValueError:
        return False
    return True


def _record(portal: Portal, commitment_id: int, *, before: str, pdf: bytes, token: TimestampToken, now: datetime) -> bool:
    with portal.sessions() as session:
        head = portal.store.put(session, pdf, "application/pdf", now=now)
        done = session.execute(
            update(Commitment)
            .where(Commitment.id == commitment_id, Commitment.head_sha256 == before, Commitment.state.in_(SIGNED_STATES))
            .values(head_sha256=head, archive_due_at=renewal(token, now=now))
            .execution_options(synchronize_session=False)
        )
        if not isinstance(done, CursorResult) or done.rowcount != 1:
            return False
        commitment = session.get_one(Commitment, commitment_id)
        number = 1 + max(one.number for one in commitment.current_revisions)
        session.add(
            Revision(
                commitment_id=commitment.id,
                edition=commitment.edition,
                number=number,
                kind="archive",
                level="B-LTA",
                sha256=head,
                size=len(pdf),
                certificate_sha256=token.certificate_sha256,
                made_at=now,
            )
        )
        record(
            session,
            now=now,
            kind=ARCHIVED,
            subject=letters.about(commitment),
            data={
                "edition": commitment.edition,
                "number": number,
                "previous_sha256": before,
                "revision_sha256": head,
                "certificate_sha256": token.certificate_sha256,
                "timestamp": token.time.isoformat(),
            },
        )
        session.commit()
    return True


def renewal(token: TimestampToken, *, now: datetime) -> datetime:
    """Return when a timestamp is to be covered by another: half a year before its certificate ends, or half way there if that is later."""
    return max(token.until - EARLY, now + (token.until - now) / 2)
