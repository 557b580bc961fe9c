"""Gives the signing kernel the installation's timestamp authorities, for one signature at a time."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from portal import timestamps
from portal.context import Portal
from portal.timestamp_tokens import NoTimestamp

if TYPE_CHECKING:
    from plugins.commitments.signing.stamping import Stamping


def stamping(portal: Portal, *, now: datetime) -> "Stamping":
    """Return what one signature needs to ask for its timestamp, and where it says whether it got one."""
    from plugins.commitments.signing.stamping import Stamping, Unstamped  # noqa: PLC0415 - heavy to import

    authorities = timestamps.of(portal)
    if authorities is None:
        return Stamping()

    def obtain(digest: bytes) -> bytes:
        try:
            return authorities.stamp(digest, now=now).der
        except NoTimestamp as problem:
            raise Unstamped(str(problem)) from problem

    def size() -> int:
        if not authorities.token_size:  # nothing seen yet in this process: the first token is only measured
            obtain(hashlib.sha256(b"").digest())
        return authorities.token_size

    return Stamping(obtain, size)
