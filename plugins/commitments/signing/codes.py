"""Instrument codes that people can read aloud: RUB-7K3MQ-9TD2X, nine random characters and one that checks them."""

import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U
PATTERN: Final = re.compile(r"RUB-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")
_RANDOM: Final = 9
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def _check(body: str) -> str:
    """Sum of values, each times an odd weight, modulo 32: any one changed character changes it.

    An odd weight is invertible modulo 32, so a change of one character never goes unnoticed. Neighbours differ
    in weight by 2, so swapping two of them is noticed unless their values differ by exactly 16.
    """
    total = sum((2 * position + 1) * ALPHABET.index(character) for position, character in enumerate(body))
    return ALPHABET[total % 32]


def new_code() -> str:
    """A fresh code with 45 random bits; uniqueness is for the caller's database to enforce."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    whole = body + _check(body)
    return f"RUB-{whole[:5]}-{whole[5:]}"


def normalise(text: str) -> str | None:
    """The canonical code that `text` means, or None.

    Accepts lower case, spaces, dots and any dashes, a missing RUB prefix, and O for 0, I or L for 1.
    """
    bare = re.sub(r"[\s.\-‐-―−_]", "", text).upper()
    if len(bare) == len("RUB") + _RANDOM + 1 and bare.startswith("RUB"):
        bare = bare[3:]
    bare = bare.translate(_MISREAD)
    if len(bare) != _RANDOM + 1 or any(character not in ALPHABET for character in bare):
        return None
    if _check(bare[:_RANDOM]) != bare[_RANDOM]:
        return None
    return f"RUB-{bare[:5]}-{bare[5:]}"
