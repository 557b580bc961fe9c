"""Turns the organisation's pages, as the template wrote them, into strips: the same blocks and measures as portal/static/pdf.css."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

from .drawing import qr
from .faces import Unsupported
from .pages import LEFT, MM, RIGHT, Draw, Laid, Page, Strip
from .tables import table
from .tags import Tag
from .text import Line, Run, Style, lines_of
from .words import BODY, BY_CLASS, HEADINGS, SMALL, classes, plain, runs_of

PARAGRAPH = 7.6
_SLOT, _QR = (70 * MM, 30 * MM), 30 * MM


def one_line(line: Line, x: float, style: Style, tag: Tag | None) -> Draw:
    """Return what draws a line of text at `x`."""

    def draw(page: Page, top: float) -> None:
        page.line(line, x, top, style.baseline, tag)

    return draw


def text(
    runs: Sequence[Run], style: Style, tag: Tag | None, *, x: float = LEFT, room: float = RIGHT - LEFT, after: float = 0
) -> list[Strip]:
    """Return a paragraph's lines; no page begins or ends with fewer than three of them."""
    lines = lines_of(runs, room)
    strips = [
        Strip(style.leading, one_line(line, x, style, tag), glued=n < 2 or n >= len(lines) - 3)  # noqa: PLR2004 - orphans and widows: 3
        for n, line in enumerate(lines)
    ]
    strips[-1].glued, strips[-1].after = False, after
    return strips


class Setter:
    """Sets one document. Raises `Unsupported`."""

    def __init__(self, laid: Laid) -> None:
        self._laid = laid

    def blocks(self, element: ET.Element, parent: Tag, *, x: float = LEFT, style: Style = BODY) -> list[Strip]:
        """Return the strips of an element's children."""
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            raise Unsupported(f"words beside blocks in <{element.tag}>")
        found: list[Strip] = []
        before = ""
        for child in element:
            strips = self._block(child, parent, x=x, style=style)
            if (before, child.tag) in {("h1", "h2"), ("h2", "h3")}:
                strips[0].before = 6
            found += strips
            before = child.tag
        return found

    def _block(self, element: ET.Element, parent: Tag, *, x: float, style: Style) -> list[Strip]:  # noqa: PLR0911 - one for each kind
        kinds = classes(element)
        match element.tag:
            case "h1" | "h2" | "h3":
                return self._heading(element, parent)
            case "p":
                style = next((BY_CLASS[kind] for kind in kinds if kind in BY_CLASS), style)
                return text(runs_of(element, style), style, parent.add("P"), x=x, room=RIGHT - x, after=PARAGRAPH)
            case "ul":
                return list(self._list(element, parent.add("L"), x))
            case "blockquote":
                return self.blocks(element, parent.add("BlockQuote"), x=x + 6 * MM, style=style.but(italic=True))
            case "table":
                return table(element, parent)
            case "dl":
                return list(facts(element, parent.add("L")))
            case "section":
                return self._section(element, parent)
            case "div" if "slots" in kinds:
                return self._slots(element, parent)
            case "div" if "check" in kinds:
                return [check(element, parent)]
        raise Unsupported(f"<{element.tag} class={element.get('class')!r}>")

    def _heading(self, element: ET.Element, parent: Tag) -> list[Strip]:
        style, before, after = HEADINGS[element.tag]
        strips = text(runs_of(element, style), style, parent.add(element.tag.upper()), after=after)
        level, words, first = int(element.tag[1]), plain(element), strips[0].draw

        def draw(page: Page, top: float) -> None:
            self._laid.headings.append((level, words, page.number, top))
            first(page, top)

        strips[0].draw, strips[0].before = draw, before
        for strip in strips:
            strip.glued = True
        return strips

    def _section(self, element: ET.Element, parent: Tag) -> list[Strip]:
        kinds = classes(element)
        strips = self.blocks(element, parent.add("Sect"))
        if kinds & {"keep", "signatures"}:
            for strip in strips[:-1]:
                strip.glued = True
        strips[0].new_page = "chapter" in kinds
        return strips

    @staticmethod
    def _list(element: ET.Element, tag: Tag, x: float) -> Iterator[Strip]:
        inside = x + 6 * MM
        strips: list[Strip] = []
        for child in element:
            item = tag.add("LI")
            mark, strips = item.add("Lbl"), text(runs_of(child, BODY), BODY, item.add("LBody"), x=inside, room=RIGHT - inside, after=3)
            (bullet,) = lines_of([Run("•", BODY)], 6 * MM)
            strips[0].draw = _both(one_line(bullet, inside - bullet.width - 4.5, BODY, mark), strips[0].draw)
            if child is element[-1]:
                strips[-1].after = PARAGRAPH
            yield from strips

    def _slots(self, element: ET.Element, parent: Tag) -> list[Strip]:
        tag, slots = parent.add("Div"), list(element)
        strips = []
        for place in range(0, len(slots), 2):
            draws = [self._slot(slot, tag, x) for slot, x in zip(slots[place : place + 2], (LEFT, RIGHT - _SLOT[0]), strict=False)]
            label = BY_CLASS["slot-for"]
            strips.append(Strip(label.leading + 1.5 * MM + _SLOT[1], _both(*draws), after=8 * MM, glued=True))
        return strips

    def _slot(self, element: ET.Element, parent: Tag, x: float) -> Draw:
        label, box = element.find("p[@class='slot-for']"), element.find("div[@class='slot-box']")
        if label is None or box is None or len(element) != 2:  # noqa: PLR2004
            raise Unsupported("a slot of another kind")
        style, anchor, tag = BY_CLASS["slot-for"], box.get("id") or "", parent.add("P")
        (line, *more) = lines_of(runs_of(label, style), _SLOT[0])
        if more:
            raise Unsupported("a slot's label on two lines")

        def draw(page: Page, top: float) -> None:
            page.line(line, x, top, style.baseline, tag)
            self._laid.anchors[anchor] = (page.number, x, top + style.leading + 1.5 * MM)

        return draw


def _both(*draws: Draw) -> Draw:
    def draw(page: Page, top: float) -> None:
        for one in draws:
            one(page, top)

    return draw


def facts(element: ET.Element, tag: Tag) -> Iterator[Strip]:
    """Labels and values."""
    beside = 36 * MM
    for number, row in enumerate(element):
        label, value = row.find("dt"), row.find("dd")
        if label is None or value is None or len(row) != 2:  # noqa: PLR2004
            raise Unsupported("a list of facts of another kind")
        item = tag.add("LI")
        left = text(runs_of(label, SMALL.but(weight=600)), SMALL, item.add("Lbl"), room=beside - 2 * MM)
        right = text(runs_of(value, SMALL), SMALL, item.add("LBody"), x=LEFT + beside, room=RIGHT - LEFT - beside)
        yield Strip(
            2.2 * MM + SMALL.leading * max(len(left), len(right)),
            _stacked(1.1 * MM, left, right),
            after=PARAGRAPH if number + 1 == len(element) else 0,
        )


def _stacked(padding: float, *columns: Sequence[Strip]) -> Draw:
    def draw(page: Page, top: float) -> None:
        for column in columns:
            y = top + padding
            for strip in column:
                strip.draw(page, y)
                y += strip.height

    return draw


def check(element: ET.Element, parent: Tag) -> Strip:
    """The QR and, beside it, where to check the document."""
    tag = parent.add("Div")
    picture, words = element.find("div[@class='check-code']/img"), element.findall("div[2]/p")
    if picture is None or not words:
        raise Unsupported("a check of another kind")
    drawing = qr(picture, tag.add("Figure"), LEFT - 3 * MM, _QR)
    x = LEFT - 3 * MM + _QR + 2 * MM
    strips: list[Strip] = []
    for one in words:
        runs = [Run(run.text, run.style.but(size=10) if run.style.weight > 400 else run.style) for run in runs_of(one, SMALL)]  # noqa: PLR2004
        strips += text(runs, SMALL, tag.add("P"), x=x, room=RIGHT - x)
        strips[-1].height += 1 * MM
    tall = sum(strip.height for strip in strips)
    return Strip(max(_QR, tall), _both(drawing, _stacked(max(0, (_QR - tall) / 2), strips)), before=10)
