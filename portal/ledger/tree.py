"""The tree over the entries in the database: at most two tiles of 256 entries are read for a proof, however long the ledger is."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.documents.canonical import canonical
from portal.ledger.merkle import EMPTY, leaf_hash, node_hash, split, tree_hash
from portal.ledger.models import LedgerEntry, LedgerTile

TILE = 256


def entry_data(entry: LedgerEntry) -> dict[str, Any]:
    """Return an entry as data: {"seq", "at", "kind", "subject", "data", "previous", "hash"}."""
    return {
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "subject": entry.subject,
        "data": entry.data,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def leaf_of(entry: LedgerEntry) -> bytes:
    """Return the hash of an entry's leaf: its canonical JSON. Raises ValueError or TypeError for data that somebody broke."""
    return leaf_hash(canonical(entry_data(entry)))


class StoredTree:
    """The tree over the first `size` entries."""

    def __init__(self, session: Session, size: int) -> None:
        self._session, self.size = session, size
        rows = session.execute(select(LedgerTile.number, LedgerTile.root).where(LedgerTile.number < size // TILE))
        self._roots = {number: bytes.fromhex(root) for number, root in rows}
        self._leaves: dict[int, list[bytes]] = {}

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return self.subtree(0, self.size) if self.size else EMPTY

    def leaf(self, place: int) -> bytes:
        """Return the hash of the leaf at `place`, from 0."""
        return self._tile(place // TILE)[place % TILE]

    def subtree(self, start: int, end: int) -> bytes:
        """Return the hash over the leaves from `start` until `end`, as the tree is split."""
        if end - start > TILE:
            middle = start + split(end - start)
            return node_hash(self.subtree(start, middle), self.subtree(middle, end))
        tile = start // TILE
        if end - start == TILE and tile in self._roots:
            return self._roots[tile]
        return tree_hash(self._tile(tile)[start % TILE : start % TILE + end - start])

    def _tile(self, tile: int) -> list[bytes]:
        if tile not in self._leaves:
            start, end = tile * TILE, min((tile + 1) * TILE, self.size)
            rows = select(LedgerEntry).where(LedgerEntry.seq > start, LedgerEntry.seq <= end).order_by(LedgerEntry.seq)
            self._leaves[tile] = [leaf_of(entry) for entry in self._session.scalars(rows)]
        return self._leaves[tile]

    def keep(self) -> None:
        """Keep the roots of whole tiles that are not kept yet."""
        for tile in range(self.size // TILE):
            if tile not in self._roots:
                self._roots[tile] = tree_hash(self._tile(tile))
                self._leaves.pop(tile)
                self._session.merge(LedgerTile(number=tile, root=self._roots[tile].hex()))
