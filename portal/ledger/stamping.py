"""Asks a timestamp authority, once a day, to say that the ledger's head existed."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.extend.kinds import JobKind
from portal.ledger import heads
from portal.ledger.models import LedgerCheckpoint

if TYPE_CHECKING:
    from portal.context import Portal

JOB = "ledger.stamp"


def _due(session: Session, now: datetime) -> Iterable[str]:
    """The last head is due when it has no timestamp and none was published with one in the last day."""
    last = heads.unstamped(session)
    if last is None:
        return []
    lately = select(LedgerCheckpoint.size).where(
        LedgerCheckpoint.token_sha256.is_not(None), LedgerCheckpoint.published_at > now - heads.EVERY
    )
    return [] if session.scalar(lately.limit(1)) is not None else [str(last.size)]


def _stamp(portal: "Portal", identity: str) -> None:
    from portal import clock, timestamps  # noqa: PLC0415 - the second needs the portal's context, which lists this job

    with portal.sessions() as session:
        head = session.get(LedgerCheckpoint, int(identity))
        digest = hashlib.sha256(heads.head_bytes(head)).digest() if head is not None and head.token_sha256 is None else None
    if digest is None:
        return
    token = timestamps.timestamp(portal, digest, now=clock.now(), patient=True)  # outside of any transaction: it may take seconds
    if token is None:
        return  # the sweep asks again in a minute
    with portal.sessions() as session:
        stored = portal.store.put(session, token.der, "application/timestamp-reply", now=clock.now())
        heads.stamp(session, session.get_one(LedgerCheckpoint, int(identity)), stored)
        session.commit()


KIND = JobKind(name=JOB, run=_stamp, pending=_due)
"""Only for an installation with timestamp authorities."""
