"""Honest byte ranges: two, from the first byte, and the gap between them holds the signature and nothing else."""

import contextlib
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
_SPACE: Final = b" \t\r\n\f\0"
_MOST_RANGES: Final = 2000
_LONGEST_REST: Final = 2000


@dataclass(frozen=True)
class Gap:
    """The hexadecimal string between the two ranges."""

    contents: bytes
    """As decoded, padding included."""


class DishonestRange(ValueError):
    """The byte range leaves out, or lets in, what it must not; the message says which."""


def check_range(pdf: bytes, byte_range: list[int]) -> Gap:
    """The gap of an honest byte range. Raises DishonestRange."""
    if len(byte_range) != 4:  # noqa: PLR2004 - two ranges are four numbers
        raise DishonestRange(f"{len(byte_range)} numbers in /ByteRange, not 4")
    start, length, resume, rest = byte_range
    if start != 0:
        raise DishonestRange(f"starts at byte {start}, not 0")
    if length <= 0 or rest <= 0 or resume <= length or resume + rest > len(pdf):
        raise DishonestRange(f"ranges overlap, are empty or reach beyond the file: {byte_range}")
    gap = pdf[length:resume]
    if gap[:1] != b"<" or gap[-1:] != b">":
        raise DishonestRange("the gap is not one hexadecimal string")
    digits = gap[1:-1].translate(None, _SPACE)
    if not _HEX.issuperset(digits) or len(digits) % 2:
        raise DishonestRange("the gap holds something else than hexadecimal digits")
    if re.search(rb"[a-f]", digits) and re.search(rb"[A-F]", digits):
        raise DishonestRange("upper and lower case digits are mixed: no producer writes that, a changed byte does")
    return Gap(bytes.fromhex(digits.decode("ascii")))


def der_length(contents: bytes) -> int:
    """Bytes that the DER object at the start of `contents` takes; the rest is padding. Raises ValueError."""
    if len(contents) < 2 or contents[0] != 0x30:  # noqa: PLR2004 - tag and first length octet
        raise ValueError("not a DER sequence")
    first = contents[1]
    if first < 0x80:  # noqa: PLR2004 - short form
        return 2 + first
    octets = first & 0x7F
    if octets == 0:
        return _indefinite_length(contents)
    return 2 + octets + int.from_bytes(contents[2 : 2 + octets], "big")


def _indefinite_length(contents: bytes) -> int:
    # BER of indefinite length: without parsing the whole, the end is where padding begins (old producers do this)
    return len(contents.rstrip(b"\0")) + min(2, len(contents) - len(contents.rstrip(b"\0")))


def hidden_padding(contents: bytes) -> bool:
    """Whether the space reserved for the signature hides something beyond zeros after it."""
    return bool(contents[der_length(contents) :].strip(b"\0"))


def raw_ranges(pdf: bytes) -> list[list[int]]:
    """Every byte range that can be read in the raw bytes, for files that no parser opens. At most 100."""
    return [[int(number) for number in match.groups()] for match, _ in zip(_RANGE.finditer(pdf), range(100), strict=False)]


def unclaimed_range(pdf: bytes, claimed: Container[tuple[int, ...]]) -> list[int] | None:
    """The byte range of a signature that stands in the file and is in no field any more; None when every one is in a field.

    What a file brings inside (an attached signed PDF) has ranges of its own, which do not meet a signature in this one;
    usage rights (/UR3), with which a producer opens its reader's functions, are signed by nobody.
    """
    for match, _ in zip(_RANGE.finditer(pdf), range(_MOST_RANGES), strict=False):
        numbers = [int(number) for number in match.groups()]
        _, length, resume, _ = numbers
        if tuple(numbers) in claimed or pdf[length : length + 1] != b"<" or pdf[resume - 1 : resume] != b">":
            continue
        begins = pdf.rfind(b" obj", 0, min(match.start(), length))
        rest = max(resume, match.end())
        if b"/UR3" in (pdf[begins:length] + pdf[resume : rest + _LONGEST_REST]).partition(b"endobj")[0]:
            continue
        with contextlib.suppress(DishonestRange):
            check_range(pdf, numbers)
            return numbers
    return None
