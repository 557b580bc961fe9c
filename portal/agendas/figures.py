"""Reads the figures and years that people type, and keeps them as their source writes them."""

import re

YEARS = (1900, 2100)
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"-?\d+,\d+", re.ASCII)


def decimal(text: object) -> str | None:
    """Return a figure as a plain decimal string (1,234.5 → 1234.5; 55,8 → 55.8), None when empty.

    Raises `ValueError` for anything else.
    """
    written = re.sub(r"[\s\u00a0]", "", str(text if text is not None else ""))
    if not written:
        return None
    if _PLAIN.fullmatch(written):
        return written
    if _GROUPED.fullmatch(written):
        return written.replace(",", "")
    if _COMMA.fullmatch(written):
        return written.replace(",", ".")
    raise ValueError(written)


def year(text: object) -> int | None:
    """Return a year from 1900 to 2100, None when empty. Raises `ValueError`."""
    written = str(text if text is not None else "").strip()
    if not written:
        return None
    if not re.fullmatch(r"\d{4}", written, re.ASCII):
        raise ValueError(written)
    number = int(written)
    if not YEARS[0] <= number <= YEARS[1]:
        raise ValueError(written)
    return number
