"""Timestamps from a list of RFC 3161 authorities: in order, with short patience, skipping for a while one that failed.

One call serves everybody: `timestamp(portal, digest, now=…)`. Without PORTAL_TIMESTAMP_URLS there are none, and what
would carry one goes on without.
"""

import contextlib
import queue
import secrets
import threading
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Final

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509

from portal.context import Portal
from portal.timestamp_tokens import NoTimestamp, TimestampToken, question, read_answer

FOLDER: Final = "trust/timestamps"  # in PORTAL_HOME: certificates (PEM) of the authorities that are believed
HURRIED: Final = 2.0  # seconds that a person who signs may wait for all authorities together
PATIENT: Final = 10.0  # seconds for each, when a job asks
PAUSE: Final = 60.0  # seconds for which a failed authority is not asked by those in a hurry
_LARGEST: Final = 65_536  # bytes of an answer


def timestamp(portal: Portal, digest: bytes, *, now: datetime, patient: bool = False) -> TimestampToken | None:
    """Return a checked token over `digest` (32 bytes, SHA-256), or None: none is configured, or none gave a good answer.

    `patient`: for jobs. Asks authorities that failed a moment ago too, and waits up to 10 seconds for each; otherwise
    2 seconds pass at most, so call it outside of database transactions. Never raises for what an authority does.
    """
    found = of(portal)
    if found is None:
        return None
    try:
        return found.stamp(digest, now=now, patient=patient)
    except NoTimestamp:
        return None


def of(portal: Portal) -> "Authorities | None":
    """Return the authorities of this installation, None when none is configured."""
    if not portal.settings.timestamp_urls:
        return None
    return _authorities(portal.settings.timestamp_urls, trusted(portal))


def trusted(portal: Portal) -> tuple[bytes, ...]:
    """Return the certificates (DER) of the timestamp authorities that are believed: `PORTAL_HOME/trust/timestamps/*.pem`."""
    return tuple(der for path in sorted(portal.settings.file(FOLDER).glob("*.pem")) for der in _certificates(path))


def trusted_pem(portal: Portal) -> list[bytes]:
    """Return the same certificates as PEM, one each."""
    return [pem.armor("CERTIFICATE", der) for der in trusted(portal)]


def _certificates(path: Path) -> list[bytes]:
    with contextlib.suppress(OSError, ValueError):  # `portal doctor` names a file that has none
        return [der for kind, _, der in pem.unarmor(path.read_bytes(), multiple=True) if kind == "CERTIFICATE"]
    return []


@lru_cache(maxsize=16)
def _authorities(urls: tuple[str, ...], roots: tuple[bytes, ...]) -> "Authorities":
    return Authorities(urls, [asn1_x509.Certificate.load(der) for der in roots])


@dataclass
class _Health:
    paused_until: float = 0.0
    problem: str = ""


class Authorities:
    """The authorities of an installation, with what this process knows of their health. Safe between threads."""

    def __init__(self, urls: Sequence[str], roots: Sequence[asn1_x509.Certificate]) -> None:
        self.urls, self.roots = tuple(urls), tuple(roots)
        self.token_size = 0  # of the largest token seen, in bytes
        self._health = {url: _Health() for url in self.urls}
        self._preferred = ""

    def stamp(self, digest: bytes, *, now: datetime, patient: bool = False) -> TimestampToken:
        """Return a token of the first authority that gives a good one; the one that did so last is asked first. Raises `NoTimestamp`."""
        end = monotonic() + HURRIED
        problems = []
        for url in sorted(self.urls, key=lambda one: one != self._preferred):
            health, left = self._health[url], end - monotonic()
            if not patient and (health.paused_until > monotonic() or left <= 0):
                problems.append(f"{url}: skipped after {health.problem or 'the time ran out'}")
                continue
            try:
                token = self.ask(url, digest, now=now, seconds=PATIENT if patient else left)
            except NoTimestamp as problem:
                health.paused_until, health.problem = monotonic() + PAUSE, str(problem)
                problems.append(f"{url}: {problem}")
                continue
            health.paused_until, health.problem = 0.0, ""
            self._preferred = url
            self.token_size = max(self.token_size, len(token.der))
            return token
        raise NoTimestamp("; ".join(problems) or "no authority is configured")

    def ask(self, url: str, digest: bytes, *, now: datetime, seconds: float) -> TimestampToken:
        """Return a token of the authority at `url`, which has `seconds` for all of it. Raises `NoTimestamp`."""
        nonce = 1 << 63 | secrets.randbits(63)  # always of one width, so that tokens of one authority are of one size
        asked = question(digest, nonce)
        answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

        def fetch() -> None:
            try:
                answers.put(_post(url, asked, seconds + 1))  # the wait below is the limit
            except Exception as error:  # noqa: BLE001 - reported to who waits
                answers.put(error)

        # a thread, because a socket's time limit covers neither the name's lookup nor an answer that drips
        threading.Thread(target=fetch, daemon=True, name="timestamp").start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise NoTimestamp(f"no answer within {seconds:.1f} s") from None
        if isinstance(answer, Exception):
            raise NoTimestamp(f"{type(answer).__name__}: {answer}") from answer
        return read_answer(answer, digest=digest, nonce=nonce, roots=self.roots, now=now)


def _post(url: str, body: bytes, seconds: float) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise NoTimestamp("an authority's address begins with http:// or https://")
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - checked above
    with urllib.request.urlopen(request, timeout=seconds) as response:  # noqa: S310 - as above
        data: bytes = response.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise NoTimestamp("the answer is too large")
    return data
