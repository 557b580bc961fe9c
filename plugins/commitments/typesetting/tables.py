"""Sets tables: columns as wide as their words ask, heads that come again on each page, rows that no page cuts."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .faces import Unsupported
from .pages import LEFT, MM, RIGHT, Draw, Page, Strip
from .tags import Tag
from .text import INK, RULE, Line, Run, Style, lines_of, widths_of
from .words import CAPTION, SMALL, classes, runs_of

_ABOVE, _BELOW, _BESIDE = 1.3 * MM, 1.5 * MM, 3 * MM
_BETWEEN: Final = 7.6  # paragraphs of a cell
_POSITIONS: Final = (19 * MM, None, 34 * MM)


@dataclass
class _Cell:
    name: str
    paragraphs: list[list[Run]]
    right: bool
    nowrap: bool
    style: Style
    lines: list[list[Line]]

    @property
    def height(self) -> float:
        return sum(len(lines) * self.style.leading for lines in self.lines) + _BETWEEN * (len(self.lines) - 1)

    def widths(self) -> tuple[float, float]:
        found = [widths_of(runs, nowrap=self.nowrap) for runs in self.paragraphs]
        return max(one for one, _ in found), max(one for _, one in found)


def table(element: ET.Element, parent: Tag) -> list[Strip]:
    """Return the strips of a table. Raises `Unsupported`."""
    tag = parent.add("Table")
    if {child.tag for child in element} - {"caption", "thead", "tbody"}:
        raise Unsupported("a table with other parts")
    caption, head, body = element.find("caption"), element.find("thead"), element.find("tbody")
    if head is None or body is None or len(head) != 1 or not len(body):
        raise Unsupported("a table without head or rows")
    rows = [[_cell(cell) for cell in row] for row in (*head, *body)]
    if len({len(row) for row in rows}) != 1:
        raise Unsupported("a table with joined cells")
    columns = _columns(rows, fixed="positions" in classes(element))
    for row in rows:
        for place, (cell, (_, room)) in enumerate(zip(row, columns, strict=True)):
            beside = _BESIDE if place + 1 < len(columns) else 0
            cell.lines = [lines_of(runs, room - beside) for runs in cell.paragraphs]
            for lines in cell.lines[:-1]:
                lines[-1].last = False  # one content holds them all: a space parts the words of two paragraphs
    strips = []
    if caption is not None:
        strips = _caption(caption, tag.add("Caption"))
    strips.append(_row(rows[0], columns, tag.add("THead").add("TR"), head=True))
    again = _row(rows[0], columns, None, head=True)
    inside = tag.add("TBody")
    for number, row in enumerate(rows[1:], 1):
        strips.append(_row(row, columns, inside.add("TR"), again=again, last=number + 1 == len(rows)))
    strips[-1].after = 12
    return strips


def _cell(element: ET.Element) -> _Cell:
    style = SMALL.but(weight=600) if element.tag == "th" else SMALL
    paragraphs = [one for one in element if one.tag == "p"]
    if paragraphs and (len(paragraphs) != len(element) or (element.text or "").strip()):
        raise Unsupported("a cell with words beside its paragraphs")
    runs = [runs_of(one, style) for one in paragraphs] if paragraphs else [runs_of(element, style)]
    found = classes(element)
    if found - {"num", "nowrap", "position"} or element.get("colspan") or element.get("rowspan"):
        raise Unsupported("a cell of another kind")
    return _Cell(element.tag.upper(), runs, "num" in found, "nowrap" in found, style, [])


def _columns(rows: Sequence[Sequence[_Cell]], *, fixed: bool) -> list[tuple[float, float]]:
    """Return each column's left edge and width, in points, padding included."""
    room = RIGHT - LEFT
    if fixed:
        if len(rows[0]) != len(_POSITIONS):
            raise Unsupported("a table of positions with other columns")
        rest = room - sum(width or 0 for width in _POSITIONS)
        widths = [width or rest for width in _POSITIONS]
    else:
        least, most = [], []
        for place, column in enumerate(zip(*rows, strict=True)):
            beside = _BESIDE if place + 1 < len(rows[0]) else 0
            found = [cell.widths() for cell in column]
            least.append(max(one for one, _ in found) + beside + 0.1)
            most.append(max(one for _, one in found) + beside + 0.1)
        if sum(least) > room:
            raise Unsupported("a table wider than the page")
        if sum(most) <= room:
            widths = [one * room / sum(most) for one in most]
        else:
            spare = (room - sum(least)) / (sum(most) - sum(least))
            widths = [low + (high - low) * spare for low, high in zip(least, most, strict=True)]
    edges = [LEFT + sum(widths[:place]) for place in range(len(widths))]
    return list(zip(edges, widths, strict=True))


def _row(
    cells: Sequence[_Cell],
    columns: Sequence[tuple[float, float]],
    tag: Tag | None,
    *,
    head: bool = False,
    last: bool = False,
    again: Strip | None = None,
) -> Strip:
    tall = max(cell.height for cell in cells)
    height = _ABOVE + tall + _BELOW + (0.8 if head or last else 0.3)
    tags = [_cell_tag(cell, tag, head=head) for cell in cells]

    def draw(page: Page, top: float) -> None:
        for place, (cell, (left, width), inside) in enumerate(zip(cells, columns, tags, strict=True)):
            beside = _BESIDE if place + 1 < len(columns) else 0
            y = top + _ABOVE + (tall - cell.height if head else 0)
            for lines in cell.lines:
                for line in lines:
                    x = left + width - beside - line.width if cell.right else left
                    page.line(line, x, y, cell.style.baseline, inside)
                    y += cell.style.leading
                y += _BETWEEN
        if head:
            page.rule(LEFT, RIGHT, top, 0.8, INK)
        page.rule(LEFT, RIGHT, top + height - 0.15, 0.8 if head or last else 0.3, INK if head or last else RULE)

    return Strip(height, draw, glued=head, again=again)


def _cell_tag(cell: _Cell, row: Tag | None, *, head: bool) -> Tag | None:
    if row is None:
        return None
    tag = row.add(cell.name)
    if cell.name == "TH":
        tag.scope = "Column" if head else "Row"
    return tag


def _caption(element: ET.Element, tag: Tag) -> list[Strip]:
    return [
        Strip(CAPTION.leading + (1.5 * MM if line.last else 0), _line(line, tag), glued=True)
        for line in lines_of(runs_of(element, CAPTION), RIGHT - LEFT)
    ]


def _line(line: Line, tag: Tag) -> Draw:
    def draw(page: Page, top: float) -> None:
        page.line(line, LEFT, top, CAPTION.baseline, tag)

    return draw
