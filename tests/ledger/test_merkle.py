"""The tree of the ledger against the known values of RFC 9162's implementations, and against a naive reading of the RFC."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.merkle import (
    EMPTY,
    Growing,
    Subtree,
    consistency_path,
    inclusion_path,
    is_continued,
    is_included,
    leaf_hash,
    node_hash,
    split,
    tree_hash,
)

# Inputs, roots and paths that Certificate Transparency's implementations share.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUDED = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONTINUED = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def naive(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162, 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node_hash(naive(leaves[:middle]), naive(leaves[middle:]))


def over(leaves: list[bytes]) -> Subtree:
    return lambda start, end: naive(leaves[start:end])


def test_the_known_roots() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == Growing().root.hex()
    assert [tree_hash(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("place", "size"), INCLUDED)
def test_the_known_inclusion_proofs(place: int, size: int) -> None:
    path = inclusion_path(over(LEAVES), place, size)
    assert [one.hex() for one in path] == INCLUDED[place, size]
    assert is_included(LEAVES[place], place, size, path, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second"), CONTINUED)
def test_the_known_consistency_proofs(first: int, second: int) -> None:
    path = consistency_path(over(LEAVES), first, second)
    assert [one.hex() for one in path] == CONTINUED[first, second]
    assert is_continued(first, second, bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1]), path)


def test_a_leaf_is_no_node_and_a_node_no_leaf() -> None:
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


@given(st.integers(1, 70), st.data())
def test_every_proof_holds_for_its_own_tree_and_for_no_other(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    root = tree_hash(leaves)
    assert root == naive(leaves)
    place = data.draw(st.integers(0, size - 1))
    path = inclusion_path(over(leaves), place, size)
    assert is_included(leaves[place], place, size, path, root)
    assert not is_included(leaf_hash(b"other"), place, size, path, root)
    assert not any(is_included(leaves[place], other, size, path, root) for other in range(size + 2) if other != place)
    assert not is_included(leaves[place], place, size, [*path, EMPTY], root)
    assert not (path and is_included(leaves[place], place, size, path[:-1], root))
    first = data.draw(st.integers(1, size))
    steps = consistency_path(over(leaves), first, size)
    before = tree_hash(leaves[:first])
    assert is_continued(first, size, before, root, steps)
    rewritten = [leaf_hash(b"rewritten"), *leaves[1:]]
    assert not is_continued(first, size, tree_hash(rewritten[:first]), root, steps)
    assert not is_continued(first, size, before, tree_hash(rewritten), steps)
    assert not is_continued(first, size, before, root, [*steps, EMPTY])


def test_proofs_of_what_is_not_there_are_refused() -> None:
    for place, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_path(over(LEAVES), place, size)
        assert not is_included(LEAVES[0], place, size, [], LEAVES[0])
    for first, second in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="smaller first"):
            consistency_path(over(LEAVES), first, second)
        assert not is_continued(first, second, LEAVES[0], LEAVES[0], [])
    roots = [tree_hash(LEAVES[:size]) for size in range(1, 9)]
    assert all(not is_continued(first, second, roots[first - 1], roots[second - 1], []) for first, second in pairwise(range(1, 9)))
