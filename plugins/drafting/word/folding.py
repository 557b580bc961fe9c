"""Tells a change of words from what Word does by itself: quotes that curl, spaces that hold, dashes that grow."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

_FOLDS = {
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("\u00a0\u202f\u2007\u2009\u2002\u2003\t", " "),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u200b\ufeff\u00ad\u2060", ""),
    "…": "...",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "→": "->",
}
_TOKEN = re.compile(r"\n+|[^\S\n]+|\b(?:1/2|1/4|3/4)\b|->|\.\.\.|\w+|[^\w\s]")
_MANY = 8000  # tokens of what differs; beyond it the new words are taken as they are, which is quick


@dataclass(frozen=True)
class Token:
    """A word, mark or space: as it is compared, and where it stands in the text."""

    folded: str
    start: int
    end: int


def folded(text: str) -> str:
    """Return `text` as Word's own corrections leave it unchanged: the same words give the same text."""
    lines = ("".join(one for one, _ in _cells(line)).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip()


def _cells(text: str) -> list[tuple[str, int]]:
    """Return (folded, place) for each character that counts; runs of blanks and of hyphens count once."""
    found: list[tuple[str, int]] = []
    for place, one in enumerate(text):
        plain = _FOLDS.get(one, one)
        if not plain or (plain in {" ", "-"} and found and found[-1][0] == plain):
            continue
        found.append((plain, place))
    return found


def tokens(text: str) -> list[Token]:
    """Return the tokens that cover `text` without a gap."""
    cells = _cells(text)
    plain = "".join(one for one, _ in cells)
    owner = [number for number, (one, _) in enumerate(cells) for _ in one]
    starts = [place for _, place in cells] + [len(text)]
    found = [(one[0], owner[one.start()], owner[one.end() - 1]) for one in _TOKEN.finditer(plain)]
    return [Token(word, starts[first], starts[last + 1]) for word, first, last in found]


def restore(base: str, written: str) -> str:
    """Return `written` with the very characters of `base` wherever both say the same words."""
    written = unicodedata.normalize("NFC", written)
    old, new = tokens(base), tokens(written)
    first = 0
    while first < min(len(old), len(new)) and old[first].folded == new[first].folded:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last].folded == new[-1 - last].folded:
        last += 1
    head = base[: old[first - 1].end] if first else ""
    tail = base[old[len(old) - last].start :] if last else ""
    middle_old, middle_new = old[first : len(old) - last], new[first : len(new) - last]
    if len(middle_old) + len(middle_new) > _MANY:
        middle = "".join(written[one.start : one.end] for one in middle_new)
    else:
        middle = _merged(base, written, middle_old, middle_new)
    return head + middle + tail


def _merged(base: str, written: str, old: list[Token], new: list[Token]) -> str:
    matcher = SequenceMatcher(None, [one.folded for one in old], [one.folded for one in new], autojunk=False)
    found = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += [base[one.start : one.end] for one in old[a:b]]
        else:
            found += [written[one.start : one.end] for one in new[c:d]]
    return "".join(found)
