"""A signature drawn with finger, pen or mouse, as text: strokes of points on a field of 1000 × 300, checked before it is drawn."""

import re
from typing import Final

WIDTH: Final = 1000
HEIGHT: Final = 300
LONGEST: Final = 8000
"""Characters, some 900 points."""
_WHOLE: Final = re.compile(r"(?:[0-9]{1,4},[0-9]{1,3}(?: [0-9]{1,4},[0-9]{1,3})*)(?:;[0-9]{1,4},[0-9]{1,3}(?: [0-9]{1,4},[0-9]{1,3})*)*")

Strokes = tuple[tuple[tuple[int, int], ...], ...]


class BadDrawing(ValueError):
    """What was sent is no drawing."""


def parse(text: str) -> Strokes:
    """Return the strokes of "12,34 15,40;200,80 …" (x to the right, y downwards); none of an empty text. Raises BadDrawing."""
    text = text.strip()
    if not text:
        return ()
    if len(text) > LONGEST or not _WHOLE.fullmatch(text):
        raise BadDrawing
    strokes = tuple(tuple((int(x), int(y)) for x, _, y in (point.partition(",") for point in one.split(" "))) for one in text.split(";"))
    if any(x > WIDTH or y > HEIGHT for stroke in strokes for x, y in stroke):
        raise BadDrawing
    return strokes


def operators(strokes: Strokes, *, left: float, bottom: float, width: float, height: float) -> bytes:
    """Return the content stream that draws `strokes` in the box, evenly scaled, in the ink that is set."""
    scale = min(width / WIDTH, height / HEIGHT)
    lines = []
    for stroke in strokes:
        points = [(left + x * scale, bottom + (HEIGHT - y) * scale) for x, y in stroke]
        first, *others = points if len(points) > 1 else [points[0], points[0]]
        lines.append(b"%.2f %.2f m " % first + b" ".join(b"%.2f %.2f l" % point for point in others) + b" S")
    return b"q 1.1 w 1 J 1 j " + b"\n".join(lines) + b" Q"
