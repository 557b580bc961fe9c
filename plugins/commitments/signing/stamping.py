"""What one signature asks of timestamp authorities, and what came of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import cms
from pyhanko.sign.timestamps import TimeStamper

from .errors import SigningError


class Unstamped(SigningError):
    """No timestamp was to be had; the signature goes on without."""


@dataclass
class Stamping:
    """One signature's timestamp: wanted or not, had or not.

    `obtain` gives the token (ContentInfo, DER) over a SHA-256 digest, or raises `Unstamped`. `size` is how many bytes a
    token takes, or raises `Unstamped` when no authority answers. Both None: no authority is configured.
    """

    obtain: Callable[[bytes], bytes] | None = None
    size: Callable[[], int] | None = None
    stamped: bool = False

    @property
    def wanted(self) -> bool:
        """Whether an authority is configured."""
        return self.obtain is not None

    @property
    def level(self) -> str:
        """The PAdES level that the signature reached."""
        return "B-T" if self.stamped else "B-B"

    @property
    def stepped_down(self) -> bool:
        """Whether a timestamp was wanted and none came."""
        return self.wanted and not self.stamped


class Stamper(TimeStamper):
    """pyHanko's way of asking `obtain`."""

    def __init__(self, obtain: Callable[[bytes], bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._obtain = obtain

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token, obtained in a thread: checking it runs an event loop of its own."""
        if md_algorithm != "sha256":
            raise Unstamped(f"{md_algorithm} is not asked for")
        return cms.ContentInfo.load(await asyncio.to_thread(self._obtain, message_digest))
