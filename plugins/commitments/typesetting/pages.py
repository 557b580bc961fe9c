"""Puts strips (lines, rows, drawings that no page break may cut) onto pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from .faces import Unsupported
from .tags import Tag
from .text import Colour, Line, Used, drawn

MM: Final = 72 / 25.4
WIDTH, HEIGHT = 595.275591, 841.889764
LEFT, RIGHT = 32 * MM, WIDTH - 25 * MM
TOP, BOTTOM = 28 * MM, HEIGHT - 30 * MM  # from the page's top edge


class Page:
    """A page being drawn. Heights are measured from its top edge, as in CSS."""

    def __init__(self, number: int, used: Used) -> None:
        self.number, self.used = number, used
        self.operators: list[str] = []
        self.marked: list[Tag] = []
        self._open: Tag | None = None

    def line(self, line: Line, x: float, top: float, baseline: float, tag: Tag | None) -> None:
        """Draw a line of text whose line box begins at `top`."""
        self.mark(tag)
        self.operators.append(drawn(line, x, HEIGHT - top - baseline, self.used))

    def rule(self, left: float, right: float, top: float, weight: float, colour: Colour) -> None:
        """Draw a horizontal rule whose middle is at `top`."""
        self.mark(None)
        y = HEIGHT - top
        self.operators.append("{:.4g} {:.4g} {:.4g} RG {:g} w {:.2f} {:.2f} m {:.2f} {:.2f} l S".format(*colour, weight, left, y, right, y))

    def draw(self, operators: str, tag: Tag | None) -> None:
        """Draw anything, with the state of graphics restored after it."""
        self.mark(tag)
        self.operators.append(f"q {operators} Q")

    def mark(self, tag: Tag | None) -> None:
        """What comes next belongs to `tag`; None: it is only there for the eye."""
        if tag is self._open and self.operators:
            return
        self.close()
        if tag is None:
            self.operators.append("/Artifact BMC")
        else:
            self.operators.append(f"/{tag.name} <</MCID {len(self.marked)}>> BDC")
            tag.kids.append((self.number, len(self.marked)))
            self.marked.append(tag)
        self._open = tag

    def close(self) -> None:
        """End the marked content that is open."""
        if self.operators and self.operators[-1] != "EMC":
            self.operators.append("EMC")


Draw = Callable[[Page, float], None]


@dataclass
class Strip:
    """A piece of the column that is never cut."""

    height: float
    draw: Draw
    """Draws it on a page, at a distance from its top edge."""
    before: float = 0
    after: float = 0
    """Margins, in points; those of neighbours collapse."""
    glued: bool = False
    """Whether it stays on the page of the next."""
    new_page: bool = False
    again: "Strip | None" = None
    """What is drawn above it when a page begins with it (a table's head)."""


@dataclass
class Laid:
    """Pages, their structure, the places of anchors (page, x, y from the top) and the headings (level, words, page, y)."""

    pages: list[Page]
    root: Tag
    used: Used
    anchors: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    headings: list[tuple[int, str, int, float]] = field(default_factory=list)


def paginate(strips: Sequence[Strip], laid: Laid) -> None:
    """Put `strips` onto new pages at the end of `laid.pages`. Raises `Unsupported` when one is higher than a page."""
    place, at, margin = 0, BOTTOM, 0.0
    page: Page | None = None
    while place < len(strips):
        end = place
        while strips[end].glued and end + 1 < len(strips) and not strips[end + 1].new_page:
            end += 1
        group = strips[place : end + 1]
        if page is None or group[0].new_page or at + max(margin, group[0].before) + extent(group) > BOTTOM + 0.01:
            page = Page(len(laid.pages), laid.used)
            laid.pages.append(page)
            at, margin = TOP, 0.0
            if group[0].again:
                group[0].again.draw(page, at)
                at += group[0].again.height
            if at + extent(group) > BOTTOM + 0.01:  # held together in vain
                group = group[:1]
            if at + extent(group) > BOTTOM + 0.01:
                raise Unsupported("something is higher than a page")
        for number, strip in enumerate(group):
            at += 0 if at == TOP else max(margin, strip.before)
            strip.draw(page, at)
            at += strip.height
            margin = strip.after
            place += 1
            if number + 1 < len(group) and at + max(margin, group[number + 1].before) + group[number + 1].height > BOTTOM + 0.01:
                break  # the rest begins a page
    for page in laid.pages:
        page.close()


def extent(group: Sequence[Strip]) -> float:
    """Return the height of strips one under the other, without the margins around them."""
    total, margin = 0.0, 0.0
    for number, strip in enumerate(group):
        total += (max(margin, strip.before) if number else 0) + strip.height
        margin = strip.after
    return total
