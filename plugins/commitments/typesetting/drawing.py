"""Draws the pictures of the organisation's pages: the flourish under the name, and the QR."""

import xml.etree.ElementTree as ET

from .faces import Unsupported
from .pages import HEIGHT, Draw, Page
from .svg import parsed, strokes
from .tags import Tag

_SVG = "{http://www.w3.org/2000/svg}"


def qr(image: ET.Element, tag: Tag, x: float, size: float) -> Draw:
    """Return what draws a QR (segno's SVG, one stroked path in modules) `size` points wide at `x`."""
    drawing = parsed(image.get("src") or "")
    group, path = drawing.find(f"{_SVG}g"), drawing.find(f"{_SVG}g/{_SVG}path[@stroke]")
    if group is None or path is None or path.get("stroke") != "#000":
        raise Unsupported("a picture of another kind")
    side = float((drawing.get("viewBox") or "0 0 0 0").split()[2])
    scale = _number(group.get("transform") or "")
    outline = strokes(path.get("d") or "")
    tag.alt = image.get("alt") or ""

    def draw(page: Page, top: float) -> None:
        unit = size / side
        tag.box = (x, HEIGHT - top - size, x + size, HEIGHT - top)
        page.draw(f"0 0 0 RG {unit * scale:.5f} 0 0 {-unit * scale:.5f} {x:.2f} {HEIGHT - top:.2f} cm 1 w {outline} S", tag)

    return draw


def flourish(element: ET.Element, x: float, width: float, height: float) -> Draw:
    """Return what draws the flourish, which means nothing and is no figure."""
    path = element.find("path")
    if path is None:
        raise Unsupported("a flourish of another kind")
    _, _, across, down = (float(one) for one in (element.get("viewBox") or "").split())
    unit, colour = min(width / across, height / down), _colour(element.get("stroke") or "#000000")
    outline, weight = strokes(path.get("d") or ""), element.get("stroke-width") or "1"

    def draw(page: Page, top: float) -> None:
        place = f"{unit:.5f} 0 0 {-unit:.5f} {x:.2f} {HEIGHT - top:.2f} cm"
        page.draw(f"{colour} RG {place} {weight} w 1 J 1 j {outline} S", None)

    return draw


def _number(transform: str) -> float:
    return float(transform.removeprefix("scale(").removesuffix(")"))


def _colour(text: str) -> str:
    return " ".join(f"{int(text[place : place + 2], 16) / 255:.4g}" for place in (1, 3, 5))
