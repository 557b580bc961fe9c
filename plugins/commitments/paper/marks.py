"""The marks that a printed sheet carries: what its QR codes say, where they are printed, and so how a picture of it lies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, HEIGHT = 210.0, 297.0  # A4, in millimetres
_TEXT: Final = re.compile(r"/v/(RUB-[0-9A-Z]{5}-[0-9A-Z]{5})\?e=(\d{1,4})&p=(\d{1,4})&n=(\d{1,4})&q=([12])$")

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, in millimetres from its top left corner."""

    left: float
    top: float
    width: float
    height: float


# The symbols proper, without their quiet zone: in the left margin below, and in the right margin above (pdf-ceremony.css).
SYMBOLS: Final = {1: Box(6.5, 262.0, 20.0, 20.0), 2: Box(189.0, 10.0, 15.0, 15.0)}


@dataclass(frozen=True)
class Mark:
    """What one QR says: instrument, edition (which printing it belongs to), page and number of pages, which of the two it is."""

    code: str
    edition: int
    page: int
    pages: int
    place: int

    def address(self, public_url: str) -> str:
        """Return the text of the QR: whoever scans it with a phone arrives at the verification of this instrument."""
        return f"{public_url}/v/{self.code}?e={self.edition}&p={self.page}&n={self.pages}&q={self.place}"

    @property
    def sheet(self) -> tuple[str, int, int, int]:
        """Which sheet it is on: the two marks of a sheet say the same."""
        return (self.code, self.edition, self.page, self.pages)


def parse(text: str) -> Mark | None:
    """Return what a QR's text says, or None when it is not one of a printed sheet's."""
    found = _TEXT.search(text)
    return Mark(found[1], *(int(found[place]) for place in range(2, 6))) if found else None


@dataclass(frozen=True)
class Seen:
    """A mark in a picture; `corners`: top left, top right, bottom right, bottom left of the symbol, in pixels of the picture."""

    mark: Mark
    corners: tuple[Point, Point, Point, Point]


def corners_of(box: Box) -> tuple[Point, Point, Point, Point]:
    """Return a box's corners in the order of `Seen.corners`."""
    right, bottom = box.left + box.width, box.top + box.height
    return (box.left, box.top), (right, box.top), (right, bottom), (box.left, bottom)


def placement(seen: Sequence[Seen]) -> tuple[float, ...] | None:
    """Return how millimetres on the sheet become pixels of the picture: (a … h) of x = (aX+bY+c)/(gX+hY+1), y = (dX+eY+f)/(gX+hY+1).

    One mark tells position, turn and scale. Two in opposite corners tell stretch too, and, where those do not explain what
    is seen (a photo taken at an angle), perspective. None when the marks contradict each other.
    """
    pairs = [pair for one in seen for pair in zip(corners_of(SYMBOLS[one.mark.place]), one.corners, strict=True)]
    if len({one.mark.place for one in seen}) < 2:  # noqa: PLR2004
        return _turned(pairs)
    flat = _fitted(pairs, perspective=False)
    if flat is None or _error(flat, pairs) > _most(flat, millimetres=0.6):
        bent = _fitted(pairs, perspective=True)
        flat = bent if bent is not None and (flat is None or _error(bent, pairs) < _error(flat, pairs)) else flat
    if flat is None or _error(flat, pairs) > _most(flat, millimetres=3):
        return None
    return flat


def pixel(placed: Sequence[float], at: Point) -> Point:
    """Return where a point of the sheet is in the picture."""
    a, b, c, d, e, f, g, h = placed
    depth = g * at[0] + h * at[1] + 1
    return (a * at[0] + b * at[1] + c) / depth, (d * at[0] + e * at[1] + f) / depth


def _most(placed: Sequence[float], *, millimetres: float) -> float:
    """Return so many millimetres as pixels, in the middle of the sheet."""
    x, y = pixel(placed, (WIDTH / 2, HEIGHT / 2))
    other = pixel(placed, (WIDTH / 2 + 1, HEIGHT / 2))
    return float(((other[0] - x) ** 2 + (other[1] - y) ** 2) ** 0.5) * millimetres


def _error(placed: Sequence[float], pairs: Sequence[tuple[Point, Point]]) -> float:
    """Return the largest distance, in pixels, between where a point is and where it should be."""
    return max(float(((x - seen[0]) ** 2 + (y - seen[1]) ** 2) ** 0.5) for known, seen in pairs for x, y in [pixel(placed, known)])


def _turned(pairs: Sequence[tuple[Point, Point]]) -> tuple[float, ...]:
    """Fit turn, scale and position (a complex line through the points)."""
    known, seen = [complex(*one) for one, _ in pairs], [complex(*one) for _, one in pairs]
    middle, centre = sum(known) / len(known), sum(seen) / len(seen)
    turn = sum((there - centre) * (here - middle).conjugate() for here, there in zip(known, seen, strict=True)) / sum(
        abs(here - middle) ** 2 for here in known
    )
    shift = centre - turn * middle
    return turn.real, -turn.imag, shift.real, turn.imag, turn.real, shift.imag, 0.0, 0.0


def _fitted(pairs: Sequence[tuple[Point, Point]], *, perspective: bool) -> tuple[float, ...] | None:
    """Fit by least squares; millimetres and pixels are scaled to about 1, so that the equations are well behaved."""
    size = 8 if perspective else 6
    scale = max(1.0, *(abs(value) for _, seen in pairs for value in seen))
    rows: list[tuple[list[float], float]] = []
    for (x, y), seen in pairs:
        u, v, seen_x, seen_y = x / HEIGHT, y / HEIGHT, seen[0] / scale, seen[1] / scale
        rows.append(([u, v, 1, 0, 0, 0, -u * seen_x, -v * seen_x][:size], seen_x))
        rows.append(([0, 0, 0, u, v, 1, -u * seen_y, -v * seen_y][:size], seen_y))
    squares = [[sum(row[i] * row[j] for row, _ in rows) for j in range(size)] for i in range(size)]
    right = [sum(row[i] * value for row, value in rows) for i in range(size)]
    found = _solved(squares, right)
    if found is None:
        return None
    a, b, c, d, e, f, g, h = (*found, 0.0, 0.0)[:8]
    each = scale / HEIGHT
    return a * each, b * each, c * scale, d * each, e * each, f * scale, g / HEIGHT, h / HEIGHT


def _solved(matrix: list[list[float]], right: list[float]) -> list[float] | None:
    """Solve a small system by elimination with pivots; None when it has no single answer."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda line: abs(rows[line][column]))
        if abs(rows[best][column]) < 1e-9:  # noqa: PLR2004
            return None
        rows[column], rows[best] = rows[best], rows[column]
        for line in range(size):
            if line != column:
                factor = rows[line][column] / rows[column][column]
                rows[line] = [mine - factor * other for mine, other in zip(rows[line], rows[column], strict=True)]
    return [rows[line][size] / rows[line][line] for line in range(size)]
