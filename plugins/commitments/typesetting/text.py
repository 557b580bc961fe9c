"""Breaks words into lines and draws them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .faces import Face, Word, face

Colour = tuple[float, float, float]
INK: Final = (0x1B / 255, 0x23 / 255, 0x28 / 255)
INK_2: Final = (0x4A / 255, 0x55 / 255, 0x5C / 255)
PETROL: Final = (0x24 / 255, 0x50 / 255, 0x5A / 255)
RULE: Final = (0x6B / 255, 0x76 / 255, 0x7D / 255)

_AFTER_HYPHEN = re.compile(r"(?<=[^\W\d_][-–/])(?=[^\W\d_])")
_SPACES = re.compile(r"[ \t\n\r\f]+")


@dataclass(frozen=True)
class Style:
    """How text looks. `size` and `leading` in points, `spacing` in ems."""

    family: str = "serif"
    weight: int = 400
    italic: bool = False
    size: float = 11
    leading: float = 15.2
    colour: Colour = INK
    spacing: float = 0

    @property
    def face(self) -> Face:
        """The face of this style."""
        return face(self.family, self.weight, italic=self.italic)

    @property
    def baseline(self) -> float:
        """How far under the top of its line the text stands, in points."""
        one = self.face
        return (self.leading + (one.ascent + one.descent) / 1000 * self.size) / 2

    def but(self, **changes: object) -> "Style":
        """The same with `changes`."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Run:
    """Some text in one style."""

    text: str
    style: Style


@dataclass(frozen=True)
class _Piece:
    """A word or part of one; `parted` when a space comes before it."""

    word: Word
    style: Style
    parted: bool
    width: float
    text: str = ""


@dataclass
class Line:
    """The pieces of a line and its width in points."""

    pieces: list[_Piece]
    width: float = 0
    last: bool = False


def pieces_of(runs: Iterable[Run]) -> list[_Piece]:
    """Cut runs where a line may break."""
    found: list[_Piece] = []
    parted = False
    for run in runs:
        for place, between in enumerate(_SPACES.split(run.text)):
            parted = parted or place > 0
            for part in _AFTER_HYPHEN.split(between) if between else ():
                found.append(_piece(part, run.style, parted=parted))
                parted = False
    return found


def _piece(text: str, style: Style, *, parted: bool) -> _Piece:
    word = style.face.word(text)
    return _Piece(word, style, parted, word.advance * style.size / 1000 + len(word.glyphs) * style.spacing * style.size, text)


def _gap(piece: _Piece) -> float:
    return (piece.style.face.space.advance / 1000 + piece.style.spacing) * piece.style.size if piece.parted else 0


def lines_of(runs: Iterable[Run], room: float) -> list[Line]:
    """Break runs into lines at most `room` points wide; a word wider than that breaks anywhere."""
    lines: list[Line] = []
    line = Line([])
    waiting = pieces_of(runs)
    waiting.reverse()
    while waiting:
        piece = waiting.pop()
        gap = _gap(piece) if line.pieces else 0
        if line.width + gap + piece.width <= room + 0.01:
            line.pieces.append(piece)
            line.width += gap + piece.width
        elif line.pieces:
            lines.append(line)
            line = Line([])
            waiting.append(piece)
        else:
            first, rest = _torn(piece, room)
            waiting += [rest, first] if rest else [first]
    line.last = True
    lines.append(line)
    return lines


def _torn(piece: _Piece, room: float) -> tuple[_Piece, _Piece | None]:
    for count in range(len(piece.text) - 1, 0, -1):
        first = _piece(piece.text[:count], piece.style, parted=piece.parted)
        if first.width <= room:
            return first, _piece(piece.text[count:], piece.style, parted=False)
    return replace(piece, width=min(piece.width, room)), None


def widths_of(runs: Sequence[Run], *, nowrap: bool = False) -> tuple[float, float]:
    """Return the narrowest and the natural width of runs, in points."""
    pieces = pieces_of(runs)
    whole = sum(_gap(piece) * (place > 0) + piece.width for place, piece in enumerate(pieces))
    return (whole if nowrap else max((piece.width for piece in pieces), default=0.0)), whole


def drawn(line: Line, x: float, y: float, used: "Used") -> str:
    """Return the operators that draw `line` with its baseline at (x, y), in points from the bottom left corner."""
    out = ["BT", f"1 0 0 1 {x:.2f} {y:.2f} Tm"]
    style: Style | None = None
    shown: list[str] = []
    for place, piece in enumerate(line.pieces):
        if piece.style != style:
            out += _shown(shown)
            shown, style = [], piece.style
            out += [
                "{:.4g} {:.4g} {:.4g} rg".format(*style.colour),
                f"/{style.face.name} {style.size:g} Tf {style.spacing * style.size:.3g} Tc",
            ]
        if piece.parted and place:
            shown.append(piece.style.face.space.drawn)
            used.note(piece.style.face, piece.style.face.space)
        shown.append(piece.word.drawn)
        used.note(piece.style.face, piece.word)
    if style and not line.last:  # so that who reads the text without its places finds two words, not one
        shown.append(style.face.space.drawn)
        used.note(style.face, style.face.space)
    out += [*_shown(shown), "ET"]
    return " ".join(out)


def _shown(parts: list[str]) -> list[str]:
    return [f"[{''.join(parts).replace('><', '')}] TJ"] if parts else []


class Used:
    """Which glyphs of which faces a document draws, with the character that each stands for."""

    def __init__(self) -> None:
        self.glyphs: dict[Face, dict[int, str]] = {}

    def note(self, one: Face, word: Word) -> None:
        """Remember the glyphs of `word`."""
        self.glyphs.setdefault(one, {}).update(word.glyphs)
