"""Remembers where the pages and signatures of an issued document are: its bytes never change, so neither does the answer."""

from typing import TYPE_CHECKING

from portal.context import Portal

if TYPE_CHECKING:
    from plugins.commitments.paper.printing import Sheets

_KEPT: dict[str, "Sheets"] = {}
_MOST = 1000


def sheets(portal: Portal, certified_sha256: str) -> "Sheets":
    """Return which pages of a certified instrument must come back, and where its signatures go."""
    from plugins.commitments.paper.printing import sheets_of  # noqa: PLC0415 - layout is heavy to import

    if certified_sha256 not in _KEPT:
        if len(_KEPT) >= _MOST:
            _KEPT.clear()
        _KEPT[certified_sha256] = sheets_of(portal.store.get(certified_sha256))
    return _KEPT[certified_sha256]
