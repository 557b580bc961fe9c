"""The tree over the ledger's entries that RFC 9162 describes: its hash, and proofs that anybody can check without the portal.

A leaf is the canonical JSON of an entry. Hashes are 32 raw bytes; places are counted from 0.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
Subtree = Callable[[int, int], bytes]
"""The hash of the tree over the leaves from `start` until `end`, as the whole tree is split (never an arbitrary range)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry's bytes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the greatest power of two below `size` (2 or more): where a tree is divided."""
    return 1 << ((size - 1).bit_length() - 1)


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the hash of the tree over leaf hashes."""
    grown = Growing()
    grown.extend(leaves)
    return grown.root


class Growing:
    """A tree to which leaves are added one by one; it keeps one hash a level."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []  # hashes of whole subtrees, the greatest first: one for each bit of `size`

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        self._whole.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right, left = self._whole.pop(), self._whole.pop()
            self._whole.append(node_hash(left, right))
            full //= 2

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes."""
        for leaf in leaves:
            self.append(leaf)

    @property
    def root(self) -> bytes:
        """The hash of the whole tree as it is now."""
        if not self._whole:
            return EMPTY
        *rest, root = self._whole
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def inclusion_path(subtree: Subtree, place: int, size: int) -> list[bytes]:
    """Return the proof that the leaf at `place` is in the tree over `size` leaves (2.1.3.1), nearest hash first."""
    if not 0 <= place < size:
        raise ValueError("no such leaf")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if place < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_path(subtree: Subtree, first: int, second: int) -> list[bytes]:
    """Return the proof that the tree over `first` leaves is the beginning of that over `second` (2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError("not two trees, the smaller first")
    start, end, known, path = 0, second, True, []
    while first != end:
        middle = start + split(end - start)
        if first <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, known = middle, False
    if not known:
        path.append(subtree(start, end))
    return path[::-1]


def is_included(leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (2.1.3.2). `leaf` is the leaf's hash."""
    if not 0 <= place < size:
        return False
    here, last, found = place, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(one, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, one)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def is_continued(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Check a consistency proof (2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if len(steps) < 2:  # noqa: PLR2004 - one for where the trees meet, one for what was added
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, one)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
