"""Sets the cover: the brand, what it is, whose it is, and at its foot where to check it."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from .drawing import flourish
from .faces import Unsupported
from .pages import LEFT, MM, RIGHT, TOP, Laid, Page, Strip, extent
from .setting import check, facts, text
from .tags import Tag
from .text import INK, Run
from .words import BRAND, BY_CLASS, COVER_TITLE, PARTY, ROLE, classes, plain, runs_of

_HEIGHT, _ROOM = 237 * MM, RIGHT - LEFT


def cover(element: ET.Element, parent: Tag, laid: Laid) -> None:
    """Add the cover as a page of its own. Raises `Unsupported`."""
    tag = parent.add("Sect")
    page = Page(len(laid.pages), laid.used)
    laid.pages.append(page)
    foot: list[Strip] = []
    at, margin = TOP, 0.0
    for child in element:
        if "cover-foot" in classes(child):
            foot = _foot(child, tag)
            continue
        for strip in _block(child, tag, laid):
            at += max(margin, strip.before) if at > TOP else strip.before
            strip.draw(page, at)
            at, margin = at + strip.height, strip.after
    top = TOP + _HEIGHT - extent(foot) - 4 * MM
    if not foot or top < at:
        raise Unsupported("a cover that is too full")
    page.rule(LEFT, RIGHT, top, 0.4, INK)
    top += 4 * MM
    for strip in foot:
        strip.draw(page, top)
        top += strip.height
    page.close()


def _foot(element: ET.Element, parent: Tag) -> list[Strip]:
    tag, strips = parent.add("Div"), list[Strip]()
    for child in element:
        strips += [check(child, tag)] if child.tag == "div" else facts(child, tag.add("L"))
    for strip in strips:
        strip.before = strip.after = 0
    return strips


def _block(element: ET.Element, parent: Tag, laid: Laid) -> Sequence[Strip]:
    kinds = classes(element)
    if "cover-brand" in kinds:
        return _brand(element, parent.add("Div"))
    if element.tag == "h1":
        strips = text(runs_of(element, COVER_TITLE), COVER_TITLE, parent.add("H1"), after=7 * MM)
        first, words = strips[0].draw, plain(element)

        def draw(page: Page, top: float) -> None:
            laid.headings.append((1, words, page.number, top))
            first(page, top)

        strips[0].draw = draw
        return strips
    if "cover-parties" in kinds:
        return _parties(element, parent.add("L"))
    if element.tag == "p" and "cover-kind" in kinds:
        strips = text(runs_of(element, BY_CLASS["cover-kind"]), BY_CLASS["cover-kind"], parent.add("P"), after=5 * MM)
        strips[0].before = 42 * MM
        return strips
    if element.tag == "p" and "cover-lead" in kinds:
        return text(runs_of(element, BY_CLASS["cover-lead"]), BY_CLASS["cover-lead"], parent.add("P"), room=125 * MM, after=4 * MM)
    raise Unsupported(f"<{element.tag} class={element.get('class')!r}> on a cover")


def _brand(element: ET.Element, tag: Tag) -> list[Strip]:
    name, drawing = element.find("p"), element.find("svg")
    if name is None or drawing is None:
        raise Unsupported("a brand of another kind")
    strips = text(runs_of(name, BRAND), BRAND, tag.add("P"))
    strips[0].before = 2 * MM
    draw = flourish(drawing, LEFT, 27 * MM, 3.8 * MM)
    return [*strips, Strip(3.5 * MM, lambda page, top: draw(page, top - 0.3 * MM))]


def _parties(element: ET.Element, tag: Tag) -> list[Strip]:
    def rule(page: Page, top: float) -> None:
        page.rule(LEFT, RIGHT, top + 0.4, 0.8, INK)
        page.rule(LEFT, RIGHT, top + 2, 0.8, INK)

    strips = [Strip(2.4 + 4 * MM, rule, before=9 * MM)]
    for child in element:
        role = child.find("span[@class='role']")
        item = tag.add("LI").add("LBody")
        if role is not None:
            strips += text(runs_of(role, ROLE), ROLE, item.add("P"))
        runs = runs_of(child, PARTY) if role is None else [Run(role.tail or "", PARTY)]
        strips += text(runs, PARTY, item.add("P"), after=2.5 * MM)
    return strips
