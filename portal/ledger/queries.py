"""What can be read of the ledger."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ledger.models import LedgerEntry, LedgerHead


def entries_about(session: Session, subject: str) -> list[LedgerEntry]:
    """Return the facts recorded about one subject, oldest first."""
    return list(session.scalars(select(LedgerEntry).where(LedgerEntry.subject == subject).order_by(LedgerEntry.seq)))


def entries_of_kind(session: Session, kind: str) -> list[LedgerEntry]:
    """Return the facts of one kind, oldest first."""
    return list(session.scalars(select(LedgerEntry).where(LedgerEntry.kind == kind).order_by(LedgerEntry.seq)))


def head(session: Session) -> tuple[int, str] | None:
    """Return the place and hash of the last entry, or None when nothing was recorded."""
    row = session.get(LedgerHead, 1)
    return (row.seq, row.hash) if row else None
