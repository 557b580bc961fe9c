"""The one way to turn data into bytes that are hashed: canonical JSON (RFC 8785) and SHA-256."""

import hashlib
from typing import Any

import rfc8785


def canonical(data: Any) -> bytes:
    """Return the canonical JSON of `data` (dicts, lists, strings, ints, bools, None; no floats by convention)."""
    return rfc8785.dumps(data)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of `data` in lower-case hexadecimal (64 characters)."""
    return hashlib.sha256(data).hexdigest()


def digest(data: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `data`."""
    return sha256(canonical(data))
