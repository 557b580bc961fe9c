"""What a signature slot looks like on the page, waiting and signed: 70 × 30 mm, drawn so that people are proud of it."""

from dataclasses import dataclass
from typing import Final

from .drawing import Strokes, operators
from .fonts import Face, regular, semibold

WIDTH: Final = 70 / 25.4 * 72
HEIGHT: Final = 30 / 25.4 * 72
_MARGIN: Final = 1.0

# the same colours as on the web (EXPERIENCE.md), as device RGB; the instrument carries an sRGB output intent
INK: Final = (0x1B / 255, 0x23 / 255, 0x28 / 255)
INK_2: Final = (0x4A / 255, 0x55 / 255, 0x5C / 255)
PETROL: Final = (0x24 / 255, 0x50 / 255, 0x5A / 255)
RULE: Final = (0x6B / 255, 0x76 / 255, 0x7D / 255)


@dataclass(frozen=True)
class Appearance:
    """The words of a signed slot, already in the reader's language."""

    name: str
    capacity: str
    organisation: str
    method: str
    """For instance "Firma electrónica"."""
    time: str
    """With its zone: "31/08/2022 10:32 (hora de Lima)"."""
    code: str
    drawing: Strokes = ()
    """Drawn by the signer, if they wanted to."""


@dataclass(frozen=True)
class Pending:
    """The words of a slot that waits for its signature."""

    name: str
    capacity: str
    organisation: str
    notice: str = "Espacio reservado para la firma"


def draw_signed(words: Appearance, width: float, height: float) -> bytes:
    """Content stream of a signed slot in a box of `width` × `height` points."""
    pen = _Pen(width, height)
    pen.line_of(words.method, 8, 74.5, semibold(), PETROL, room=0.5)
    pen.line_of(words.code, 7.5, 74.5, regular(), INK_2, room=0.48, right=True)
    if words.drawing:
        pen.drawing(words.drawing, 54.5, 17.5, INK)
        pen.line_of(words.name, 10, 45.5, semibold(), INK)
    else:
        pen.block(words.name, 13.5, 49.5, semibold(), INK)
    pen.rule(42.5, 0.9, PETROL)
    if pen.fits(words.organisation, 9, semibold()):
        pen.line_of(words.capacity, 9, 31, regular(), INK)
        pen.line_of(words.organisation, 9, 19.5, semibold(), INK)
    else:
        pen.line_of(words.capacity, 9, 33, regular(), INK)
        pen.two_lines(words.organisation, 8.5, 23.5, 14.5, semibold(), INK)
    pen.line_of(words.time, 8, 4, regular(), INK_2)
    return pen.done()


def draw_pending(words: Pending, width: float, height: float) -> bytes:
    """Content stream of a waiting slot: room to sign by hand above the rule, who signs below it."""
    pen = _Pen(width, height)
    pen.line_of(words.notice, 7.5, 74.5, regular(), INK_2)
    pen.rule(42.5, 0.6, RULE)
    pen.line_of(words.name, 9.5, 31.5, semibold(), INK)
    pen.line_of(words.capacity, 9, 21, regular(), INK)
    if pen.fits(words.organisation, 9, regular()):
        pen.line_of(words.organisation, 9, 10.5, regular(), INK_2)
    else:
        pen.two_lines(words.organisation, 8.5, 12, 3, regular(), INK_2)
    return pen.done()


class _Pen:
    """Draws on the 70 × 30 mm grid, scaled evenly into the box."""

    def __init__(self, width: float, height: float) -> None:
        scale = min(width / WIDTH, height / HEIGHT)
        self._operators = [b"q", b"%.4f 0 0 %.4f 0 %.2f cm" % (scale, scale, (height - HEIGHT * scale) / 2)]
        self._inner = width / scale - 2 * _MARGIN

    def line_of(
        self,
        text: str,
        size: float,
        baseline: float,
        face: Face,
        colour: tuple[float, float, float],
        room: float = 1.0,
        *,
        right: bool = False,
    ) -> None:
        """One line, made smaller down to three quarters, then cut with an ellipsis."""
        room *= self._inner
        size = _fitting(text, size, face, room)
        text = _cut(text, size, face, room)
        x = _MARGIN + (self._inner - face.width(text, size) if right else 0)
        self._text(text, size, x, baseline, face, colour)

    def block(self, text: str, size: float, baseline: float, face: Face, colour: tuple[float, float, float]) -> None:
        """A name: one line if it fits at 80 per cent, else two."""
        one = size * min(1.0, self._inner / max(face.width(text, size), 1))
        if one >= size * 0.8:
            self._text(text, one, _MARGIN, baseline, face, colour)
            return
        first, second = _halves(text, face)
        size = min(_fitting(half, 11, face, self._inner) for half in (first, second))
        self._text(_cut(first, size, face, self._inner), size, _MARGIN, baseline + size + 0.8, face, colour)
        self._text(_cut(second, size, face, self._inner), size, _MARGIN, baseline, face, colour)

    def fits(self, text: str, size: float, face: Face) -> bool:
        """Whether `text` fits on one line at 85 per cent of `size` or more."""
        return face.width(text, size * 0.85) <= self._inner

    def two_lines(
        self,
        text: str,
        size: float,
        upper: float,
        lower: float,
        face: Face,
        colour: tuple[float, float, float],
    ) -> None:
        """A long name on two lines."""
        first, second = _halves(text, face)
        self.line_of(first, size, upper, face, colour)
        self.line_of(second, size, lower, face, colour)

    def drawing(self, strokes: Strokes, bottom: float, height: float, colour: tuple[float, float, float]) -> None:
        """What the signer drew, in a band of this height."""
        ink = b"%.3f %.3f %.3f RG " % colour
        self._operators.append(ink + operators(strokes, left=_MARGIN, bottom=bottom, width=self._inner, height=height))

    def rule(self, y: float, weight: float, colour: tuple[float, float, float]) -> None:
        stroke = b"%.3f %.3f %.3f RG %.2f w" % (*colour, weight)
        self._operators.append(stroke + b" %.2f %.2f m %.2f %.2f l S" % (_MARGIN, y, _MARGIN + self._inner, y))

    def _text(
        self,
        text: str,
        size: float,
        x: float,
        y: float,
        face: Face,
        colour: tuple[float, float, float],
    ) -> None:
        if text:
            place = b"BT %.3f %.3f %.3f rg /%s %.2f Tf %.2f %.2f Td " % (*colour, face.name.encode(), size, x, y)
            self._operators.append(place + face.show(text) + b" ET")

    def done(self) -> bytes:
        return b"\n".join([*self._operators, b"Q"])


def _fitting(text: str, size: float, face: Face, room: float) -> float:
    return max(size * 0.75, min(size, size * room / max(face.width(text, size), 1)))


def _cut(text: str, size: float, face: Face, room: float) -> str:
    if face.width(text, size) <= room + 0.01:
        return text
    while text and face.width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _halves(text: str, face: Face) -> tuple[str, str]:
    words = text.split()
    if len(words) == 1:
        middle = len(text) // 2
        return text[:middle], text[middle:]
    options = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(options, key=lambda pair: max(face.width(pair[0], 1), face.width(pair[1], 1)))
