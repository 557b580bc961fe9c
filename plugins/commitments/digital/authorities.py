"""The outside authorities that accepted signatures chain to, as they were on the day of reception."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.digital.models import OutsideAuthority
from portal import db
from portal.context import Portal


def remember(session: Session, *, now: datetime, certificates: Iterable[bytes]) -> None:
    """Keep certificates (DER) that an accepted signature chains to."""
    for der in certificates:
        digest = hashlib.sha256(der).hexdigest()
        if session.get(OutsideAuthority, digest) is not None:
            continue
        certificate = x509.load_der_x509_certificate(der)
        pem = certificate.public_bytes(Encoding.PEM).decode()
        session.add(OutsideAuthority(sha256=digest, pem=pem, name=certificate.subject.rfc4514_string()[:300], added_at=now))
        session.flush()


def pems(portal: Portal) -> list[bytes]:
    """Return every one of them (PEM), oldest first: what a verification trusts beside the portal's own roots."""
    token = db.writing.set(False)  # a reader: on SQLite it must not queue behind whoever writes
    try:
        with portal.sessions() as session:
            rows = select(OutsideAuthority.pem).order_by(OutsideAuthority.added_at, OutsideAuthority.sha256)
            return [pem.encode() for pem in session.scalars(rows)]
    finally:
        db.writing.reset(token)
