"""Takes what a plugin answers and makes it plain data of the kind expected, or refuses it: nothing of the plugin's runs afterwards."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any

from portal.extend import kinds

MOST = 10_000  # answers of one plugin to one question, unless the hook allows more: an endless generator ends here
_PLAIN = (str, int, bool)
# A path of the portal or an address that browsers only open; `/\` and `//` would leave the portal, javascript: would run.
_ADDRESS = re.compile(r"(?:/(?![/\\])|[#?]|https?://|mailto:|tel:)[^\s\x00-\x1f\x7f]*|/")

_SOURCE = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")


def checked(given: Any, kind: type, most: int = MOST) -> list[Any]:
    """Return the answers in `given`, each rebuilt as `kind` from plain text and numbers.

    Listing happens here, so that what is lazy runs (and fails, and takes its time) now. Text that says of itself that
    it needs no escaping becomes ordinary text. Raises TypeError or ValueError, in English, or whatever `given` raises.
    """
    return [_exact(answer, kind) for answer in listed(given, most)]


def listed(given: Any, most: int = MOST) -> tuple[Any, ...]:
    """Return what is in `given`, an iterable of answers that ends. Raises TypeError, ValueError, or whatever `given` raises."""
    if isinstance(given, str | bytes | Mapping):
        raise TypeError(f"returned {type(given).__name__}, not a list of answers")
    answers = tuple(islice(given, most + 1))
    if len(answers) > most:
        raise ValueError(f"returned more than {most} answers")
    return answers


def _exact(answer: Any, kind: type) -> Any:
    if not isinstance(answer, kind):
        raise TypeError(f"returned {type(answer).__name__}, not {kind.__name__}")
    if not is_dataclass(kind):
        return answer
    made = kind(**{one.name: _field(kind, one.name, one.type, getattr(answer, one.name)) for one in fields(kind) if one.init})
    if isinstance(made, kinds.PageItem | kinds.SearchEntry) and made.href and not _ADDRESS.fullmatch(made.href):
        raise ValueError(f"href {made.href!r} is neither a path nor an address")
    source = getattr(made, "source_url", "")
    if source and not _SOURCE.fullmatch(source):
        raise ValueError(f"source_url {source!r} does not begin with https:// or http://")
    return made


def _field(kind: type, name: str, wanted: Any, value: Any) -> Any:
    if wanted in _PLAIN and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
        raise TypeError(f"{kind.__name__}.{name} is {type(value).__name__}, not {wanted.__name__}")
    return _plain(value)


def _plain(value: Any) -> Any:
    """Return text as text and nothing more (`Markup` would not be escaped), also inside tuples and the kinds in them."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, tuple | list):
        return tuple(_plain(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith("portal.extend."):
        return _exact(value, type(value))
    return value
