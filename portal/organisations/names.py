"""How names are compared and ordered: without accents, case or articles, so that the alphabet favours nobody."""

import re
import unicodedata

_ARTICLES = ("el", "la", "los", "las", "un", "una")


def folded(text: str) -> str:
    """Return `text` in lower case without accents, marks or repeated spaces: `Año  Púnico` → `ano punico`."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[^\w]+", " ", plain.lower().replace("_", " ")).split())


def sort_name(name: str) -> str:
    """Return the key that orders `name` alphabetically; a leading article does not count."""
    words = folded(name).split()
    while len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)[:200]


def like(text: str) -> str:
    r"""Return a LIKE pattern (escape character `\`) that finds `text`, folded, anywhere in a folded name."""
    escaped = folded(text).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
