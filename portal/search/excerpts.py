"""The part of a text where the words looked for stand, with a mark on each: escaped, whatever the text says."""

import re

from markupsafe import Markup

from portal.search.asking import Asked

LENGTH = 240  # characters
_READ = 20_000  # characters of a text in which the words are looked for
_BEFORE = 60
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\d+[.)])[ \t]+|[*_`~|]{1,3}", re.MULTILINE)


def plain(markdown: str) -> str:
    """Return Markdown as a person would read it aloud: without its signs, on one line."""
    return " ".join(_MARKS.sub(" ", _LINK.sub(r"\1", markdown)).split()).replace(" .", ".").replace(" ,", ",")


def marked(text: str, asked: Asked) -> Markup:
    """Return `text` with `<mark>` around each word that was looked for."""
    return _joined(text, _spans(text, asked))


def excerpt(body: str, asked: Asked, length: int = LENGTH) -> Markup:
    """Return the stretch of about `length` characters of a Markdown text where most of the words stand; its beginning if none does."""
    text = plain(body[:_READ])
    spans = _spans(text, asked)
    start = 0
    if spans:
        best = max(spans, key=lambda one: (len({_key(text[a:b]) for a, b in spans if one[0] <= a < one[0] + length - _BEFORE}), -one[0]))
        start = _word_start(text, max(0, best[0] - _BEFORE))
    end = len(text) if len(text) - start <= length else max(text.rfind(" ", start, start + length), start + 1)
    inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
    return Markup("{}{}{}").format("… " if start else "", _joined(text[start:end], inside), " …" if end < len(text) else "")


def _key(word: str) -> str:
    return word.casefold()[:5]


def _word_start(text: str, at: int) -> int:
    return 0 if at == 0 else text.find(" ", at) + 1


def _spans(text: str, asked: Asked) -> list[tuple[int, int]]:
    known: dict[str, bool] = {}
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        if word not in known:
            known[word] = asked.finds(word)
        if known[word]:
            found.append(match.span())
    return found


def _joined(text: str, spans: list[tuple[int, int]]) -> Markup:
    parts, at = Markup(), 0
    for start, end in spans:
        parts += text[at:start] + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return parts + text[at:]
