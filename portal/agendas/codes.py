"""Item codes: SOC-03.2 is the second part of the third item of the dimension whose prefix is SOC."""

import re
from collections.abc import Iterable

from portal.errors import Invalid
from portal.i18n import N_

LONGEST = 30


def check_code(code: str, prefix: str) -> str:
    """Return `code` in capitals. Raises `Invalid` unless it is `prefix`-NN(.N)*."""
    code = code.strip().upper()
    if len(code) > LONGEST or not re.fullmatch(rf"{re.escape(prefix)}-\d{{2,3}}(\.\d{{1,3}})*", code):
        raise Invalid(
            fields={
                "code": N_(
                    "El código lleva el prefijo de la dimensión, un guion y dos cifras; después, si depende de otro, un punto y una cifra: SOC-03.2."
                )
            }
        )
    return code


def suggest_code(taken: Iterable[str], prefix: str, parent: str | None = None) -> str:
    """Return the next free code at the top of a dimension, or under `parent`. Retired items keep theirs taken."""
    start = f"{parent}." if parent else f"{prefix}-"
    numbers = [int(found[1]) for code in taken if (found := re.match(rf"{re.escape(start)}(\d+)", code))]
    following = max(numbers, default=0) + 1
    return f"{start}{following}" if parent else f"{start}{following:02d}"
