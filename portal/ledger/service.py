"""Adds facts to the ledger, and checks that nothing in it changed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.documents.canonical import digest
from portal.errors import Unavailable
from portal.extend.kinds import LedgerProblem
from portal.ledger.models import LedgerEntry, LedgerHead

GENESIS = "0" * 64


def record(session: Session, *, now: datetime, kind: str, subject: str, data: dict[str, Any]) -> LedgerEntry:
    """Append a fact. `data` holds codes, numbers and digests: never a person's name, address or words.

    Side effect: locks the head row until the caller commits, so that entries have one order.
    """
    head = _locked_head(session) or _first_head(session)
    entry = LedgerEntry(
        seq=head.seq + 1,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        kind=kind,
        subject=subject,
        data=data,
        previous=head.hash,
    )
    entry.hash = entry_hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.add(entry)
    session.flush()
    return entry


def _locked_head(session: Session) -> LedgerHead | None:
    return session.scalar(select(LedgerHead).where(LedgerHead.id == 1).with_for_update().execution_options(populate_existing=True))


def _first_head(session: Session) -> LedgerHead:
    """Return the head of an empty ledger; when two begin it at once, the second waits for the first and goes on from there."""
    try:
        with session.begin_nested():
            session.add(LedgerHead(id=1, seq=0, hash=GENESIS))
    except IntegrityError:
        pass
    head = _locked_head(session)
    if head is None:
        raise Unavailable
    return head


def entry_hash(entry: LedgerEntry) -> str:
    """Return what an entry's `hash` must be."""
    return digest(
        {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "subject": entry.subject, "data": entry.data, "previous": entry.previous}
    )


def _is_as_hashed(entry: LedgerEntry) -> bool:
    try:
        return entry_hash(entry) == entry.hash
    except (ValueError, TypeError):  # numbers or text that canonical JSON does not have: not ours
        return False


def verify_chain(session: Session) -> Iterator[LedgerProblem]:
    """Yield what is wrong with the chain itself: altered, missing, added or cut entries."""
    previous, expected = GENESIS, 1
    for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq).execution_options(yield_per=1000)):
        name = f"ledger:{entry.seq}"
        if entry.seq != expected:
            yield LedgerProblem(subject=name, sentence=f"Falta la entrada {expected} del registro.")
        elif entry.previous != previous:
            yield LedgerProblem(subject=name, sentence=f"La entrada {entry.seq} no continúa a la anterior.")
        if not _is_as_hashed(entry):
            yield LedgerProblem(
                subject=name, sentence=f"La entrada {entry.seq} ({entry.kind}, {entry.subject}) cambió después de escribirse."
            )
        previous, expected = entry.hash, entry.seq + 1
    head = session.get(LedgerHead, 1)
    if (head.seq, head.hash) != (expected - 1, previous) if head else expected != 1:
        yield LedgerProblem(
            subject="ledger:head", sentence=f"El final del registro no es la entrada {expected - 1}: se cortó o se añadió algo."
        )
