"""Draws the running head and foot on every page of a joined document: what it is, its code, where to read it, page X of N."""

from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary

from plugins.commitments.signing.fonts import regular, semibold

from .faces import Unsupported
from .pages import BOTTOM, HEIGHT, LEFT, MM, RIGHT, TOP
from .text import INK, INK_2, Line, Run, Style, Used, drawn, lines_of

_STYLE = Style("sans", size=8.5, leading=10.2, colour=INK_2)
_WIDE = (RIGHT - LEFT) * 0.78


@dataclass(frozen=True)
class Running:
    """The words around each page of a document."""

    title: str
    code: str
    address: str
    digest: str


def number_pages(document: pikepdf.Pdf, words: Running, fonts: pikepdf.Object, *, bare: int = 1) -> None:
    """Draw on every page; the first `bare` (the cover) have no head. `fonts`: those of the form (`signing.fields`)."""
    used = Used()
    head, foot = _head(words, used), _foot(words, used)
    seen = set()
    for number, page in enumerate(document.pages, 1):
        resources = page.obj.Resources
        if resources.objgen not in seen or not resources.is_indirect:
            seen.add(resources.objgen)
            if "/Font" not in resources:
                resources.Font = Dictionary()
            for name, font in fonts.items():
                resources.Font[name] = font
        place = _line(f"Página {number} de {len(document.pages)}", _STYLE.but(colour=INK))
        text = drawn(place, RIGHT - place.width, _foot_line(0), used)
        parts = [*(head if number > bare else []), *foot, text]
        operators = " ".join(["/Artifact <</Type /Pagination>> BDC q", *parts, "Q EMC"])
        content = page.obj.Contents
        stream = document.make_stream(operators.encode("latin-1"))
        page.obj.Contents = Array([*(content if isinstance(content, Array) else [content]), stream])


def _head(words: Running, used: Used) -> list[str]:
    bottom = TOP - 6 * MM - 0.2
    lines = _lines(words.title, _STYLE, _WIDE)[:3]
    code = _line(words.code, _STYLE.but(weight=600, colour=INK))
    last = HEIGHT - bottom + 2.2 * MM + _STYLE.leading - _STYLE.baseline
    found = [drawn(line, LEFT, last + _STYLE.leading * (len(lines) - 1 - n), used) for n, line in enumerate(lines)]
    return [*found, drawn(code, RIGHT - code.width, last, used), _rule(HEIGHT - bottom)]


def _foot(words: Running, used: Used) -> list[str]:
    address = _line(words.address, _STYLE)
    digest = _line(words.digest, _STYLE)
    gap = 4 * _STYLE.face.space.advance / 1000 * _STYLE.size
    return [
        _rule(HEIGHT - (BOTTOM + 8 * MM + 0.2)),
        drawn(address, LEFT, _foot_line(0), used),
        drawn(digest, LEFT + address.width + gap, _foot_line(0), used),
    ]


def _foot_line(number: int) -> float:
    return HEIGHT - (BOTTOM + 8 * MM + 0.4 + 2.2 * MM + _STYLE.baseline + number * _STYLE.leading)


def _rule(y: float) -> str:
    return "{:.4g} {:.4g} {:.4g} RG 0.4 w {:.2f} {:.2f} m {:.2f} {:.2f} l S".format(*INK, LEFT, y, RIGHT, y)


def _line(text: str, style: Style) -> Line:
    return _lines(text, style, 10_000)[0]


def _lines(text: str, style: Style, room: float) -> list[Line]:
    try:
        return lines_of([Run(text, style)], room)
    except Unsupported:  # letters that the form's face lacks: without their marks, or a question mark
        face = semibold() if style.weight > 400 else regular()  # noqa: PLR2004
        return lines_of([Run(face.writable(text), style)], room)
