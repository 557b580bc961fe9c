"""Words as they are looked for: without case or accents, reduced to their Spanish stem; the same on every database."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[0-9a-zñ]+")
LONGEST = 60
_stemmer = snowballstemmer.stemmer("spanish")


def folded(text: str) -> str:
    """Return `text` in lower case and without accents; ñ stays, because "año" is not "ano"."""
    kept = unicodedata.normalize("NFC", text.lower()).replace("ñ", "\0")  # else an ñ in two signs, as some systems paste it, is an n
    plain = "".join(one for one in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(one))
    return plain.replace("\0", "ñ")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a folded word's stem: "caminos" and "camino" give the same."""
    return folded(str(_stemmer.stemWord(word)))


def words(text: str) -> list[str]:
    """Return a text's folded words, in order. What is longer than any word (a digest, an address) is cut."""
    return [word[:LONGEST] for word in _WORD.findall(folded(text))]


def terms(text: str) -> list[str]:
    """Return the stems of a text's words, in order."""
    return [stem(word) for word in words(text)]
