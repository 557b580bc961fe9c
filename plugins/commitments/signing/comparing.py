"""Say how a file differs from the original it resembles: cut short, continued, changed at a byte, or made anew from its parts."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

_FIRST_BLOCK: Final = 512
_BLOCKS: Final = 12
_SAMPLE: Final = 64
_ALIKE: Final = 0.5
_SHARED: Final = 0.3
_FEWEST_SHARED: Final = 3
_MOST_SAMPLES: Final = 200

Likeness = Literal["truncated", "extended", "bytes_differ", "rewritten"]


@dataclass(frozen=True)
class Difference:
    """How a file relates to the original it was compared with."""

    likeness: Likeness
    detail: str


def fingerprints(pdf: bytes) -> tuple[str, ...]:
    """SHA-256 of the blocks 0-512, 512-1024, 1024-2048 and so on doubling, up to 1 MB.

    Stored for the certified revision of each instrument, they find the original of a copy that lost its code: one
    changed byte leaves all blocks but one as they were. Incomplete blocks are left out.
    """
    prints: list[str] = []
    start, end = 0, _FIRST_BLOCK
    while end <= len(pdf) and len(prints) < _BLOCKS:
        prints.append(hashlib.sha256(pdf[start:end]).hexdigest())
        start, end = end, end * 2
    return tuple(prints)


def compare(original: bytes, copy: bytes) -> Difference | None:
    """How `copy` derives from `original` (its latest revision); None when it does not. The two must not be equal."""
    same = common_prefix(original, copy)
    if same == len(copy):
        return Difference("truncated", f"the first {same} of {len(original)} bytes")
    if same == len(original):
        return Difference("extended", f"{len(copy) - same} bytes follow the original's {same}")
    if same >= _FIRST_BLOCK and same >= min(len(original), len(copy)) * _ALIKE:
        return Difference("bytes_differ", f"first difference at byte {same}")
    if _equal_share(original, copy) >= _ALIKE:
        return Difference("bytes_differ", f"first difference at byte {same}")
    shared, total = _shared_streams(original, copy)
    if shared >= _FEWEST_SHARED and shared >= total * _SHARED:
        return Difference("rewritten", f"{shared} of {total} streams are those of the original; first difference at byte {same}")
    return None


def common_prefix(one: bytes, other: bytes) -> int:
    """Length of the longest common prefix."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _equal_share(original: bytes, copy: bytes) -> float:
    """Share of 64-byte blocks that are equal at the same place."""
    places = range(0, min(len(original), len(copy)), _SAMPLE)
    equal = sum(original[at : at + _SAMPLE] == copy[at : at + _SAMPLE] for at in places)
    return equal / max(1, (max(len(original), len(copy)) + _SAMPLE - 1) // _SAMPLE)


def _shared_streams(original: bytes, copy: bytes) -> tuple[int, int]:
    starts = [match.end() for match in re.finditer(rb"stream\r?\n", original) if original[match.start() - 3 : match.start()] != b"end"]
    samples = [original[start : start + _SAMPLE] for start in starts[:_MOST_SAMPLES]]
    return sum(sample in copy for sample in samples), len(samples)
