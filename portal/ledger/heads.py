"""Publishes the ledger's head, and proves to anybody that an entry is under it and that no earlier head was rewritten."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.documents.canonical import canonical
from portal.errors import NotFound
from portal.extend.kinds import JobKind
from portal.i18n import N_
from portal.ledger.merkle import consistency_path, inclusion_path
from portal.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead
from portal.ledger.tree import StoredTree, entry_data

if TYPE_CHECKING:
    from portal.context import Portal

HEAD, PROOF, CONSISTENCY = "rubrica.head/1", "rubrica.proof/1", "rubrica.consistency/1"
EVERY = timedelta(hours=24)
JOB = "ledger.publish"
NONE_YET = N_("Todavía no se publicó ninguna cabeza del registro que la contenga.")


def publish(session: Session, *, now: datetime) -> LedgerCheckpoint | None:
    """Publish the ledger as it is; return the head, or None when there is nothing new since the last one.

    Idempotent: two at once leave one row. The caller commits.
    """
    end = session.get(LedgerHead, 1, populate_existing=True)
    last = latest(session)
    if end is None or end.seq == 0 or (last is not None and last.size >= end.seq):
        return None
    tree = StoredTree(session, end.seq)
    tree.keep()
    made = LedgerCheckpoint(size=end.seq, root=tree.root.hex(), last_entry=end.hash, published_at=now.replace(microsecond=0))
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return None
    return made


def latest(session: Session) -> LedgerCheckpoint | None:
    """Return the last head that was published."""
    return session.scalar(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1))


def head_at(session: Session, size: int) -> LedgerCheckpoint:
    """Return the head over `size` entries. Raises `NotFound`."""
    found = session.get(LedgerCheckpoint, size)
    if found is None:
        raise NotFound(N_("No se publicó ninguna cabeza del registro con ese tamaño."))
    return found


def heads(session: Session, *, below: int | None = None, limit: int = 100) -> Sequence[LedgerCheckpoint]:
    """Return published heads, the latest first; `below` a size, for the next page."""
    rows = select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(limit)
    return session.scalars(rows if below is None else rows.where(LedgerCheckpoint.size < below)).all()


def covering(session: Session, seq: int) -> LedgerCheckpoint:
    """Return the head to prove entry `seq` with: the first one with a timestamp that has it, else the first one. Raises `NotFound`."""
    rows = select(LedgerCheckpoint).where(LedgerCheckpoint.size >= seq).order_by(LedgerCheckpoint.size).limit(1)
    found = session.scalar(rows.where(LedgerCheckpoint.token_sha256.is_not(None))) or session.scalar(rows)
    if found is None:
        raise NotFound(NONE_YET)
    return found


def head_data(head: LedgerCheckpoint) -> dict[str, Any]:
    """Return a head as it is published: {"schema", "size", "root", "last_entry", "published_at"}."""
    return {
        "schema": HEAD,
        "size": head.size,
        "root": head.root,
        "last_entry": head.last_entry,
        "published_at": f"{head.published_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def head_bytes(head: LedgerCheckpoint) -> bytes:
    """Return the head's canonical JSON: what is published byte by byte, and what a timestamp is over."""
    return canonical(head_data(head))


def proof(session: Session, head: LedgerCheckpoint, seq: int, *, with_entry: bool) -> dict[str, Any]:
    """Return the proof that entry `seq` is under `head`. Raises `NotFound`. Three queries.

    {"schema", "seq", "leaf_hash", "path": [hex, nearest first], "head"}, and "entry" when asked.
    """
    return proofs(session, head, [seq], with_entry=with_entry)[0]


def proofs(session: Session, head: LedgerCheckpoint, seqs: Iterable[int], *, with_entry: bool) -> list[dict[str, Any]]:
    """Return the proofs of several entries, as `proof` does."""
    tree, made = StoredTree(session, head.size), []
    for seq in seqs:
        entry = session.get(LedgerEntry, seq) if 0 < seq <= head.size else None
        if entry is None:
            raise NotFound(NONE_YET)
        path = [one.hex() for one in inclusion_path(tree.subtree, seq - 1, head.size)]
        found = {"schema": PROOF, "seq": seq, "leaf_hash": tree.leaf(seq - 1).hex(), "path": path, "head": head_data(head)}
        made.append({**found, "entry": entry_data(entry)} if with_entry else found)
    return made


def consistency(session: Session, first: int, second: int) -> dict[str, Any]:
    """Return the proof that one published head continues an earlier one: {"schema", "first", "second", "path"}. Raises `NotFound`."""
    before, after = head_at(session, min(first, second)), head_at(session, max(first, second))
    path = consistency_path(StoredTree(session, after.size).subtree, before.size, after.size)
    return {"schema": CONSISTENCY, "first": head_data(before), "second": head_data(after), "path": [one.hex() for one in path]}


def unstamped(session: Session) -> LedgerCheckpoint | None:
    """Return the last head, if it has no timestamp yet."""
    last = latest(session)
    return last if last is not None and last.token_sha256 is None else None


def stamp(session: Session, head: LedgerCheckpoint, token_sha256: str) -> None:
    """Keep the timestamp token over a head (a stored file); one that is there already stays. The caller commits."""
    session.execute(
        update(LedgerCheckpoint)
        .where(LedgerCheckpoint.size == head.size, LedgerCheckpoint.token_sha256.is_(None))
        .values(token_sha256=token_sha256)
        .execution_options(synchronize_session=False)
    )
    session.refresh(head)


def _publish(portal: "Portal", _identity: str) -> None:
    from portal import clock  # noqa: PLC0415 - services read no clock; this is the job

    with portal.sessions() as session:
        publish(session, now=clock.now())
        session.commit()


def _due(session: Session, now: datetime) -> Iterable[str]:
    """A head is due when something was recorded since the last one, and that was a day ago."""
    end, last = session.get(LedgerHead, 1), latest(session)
    if end is None or end.seq <= (last.size if last else 0):
        return []
    if last is not None:
        return ["due"] if last.published_at + EVERY <= now else []
    first = session.scalar(select(LedgerEntry.at).where(LedgerEntry.seq == 1))
    return ["due"] if first and datetime.fromisoformat(first) + EVERY <= now else []


KIND = JobKind(name=JOB, run=_publish, pending=_due)
