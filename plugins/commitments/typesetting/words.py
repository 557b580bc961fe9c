"""Reads what the template wrote: classes, and words with their styles. The measures are those of portal/static/pdf.css."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Final

from .faces import Unsupported
from .text import INK, INK_2, PETROL, Run, Style

BODY: Final = Style()
SMALL: Final = Style("sans", size=9, leading=11.7)
DIGEST: Final = Style("sans", size=8.5, leading=11.7, spacing=0.02)
BY_CLASS: Final = {
    "digest": DIGEST,
    "small": SMALL,
    "lead": Style(size=12.5, leading=17),
    "faint": Style(colour=INK_2),
    "cover-kind": Style("sans", 600, size=10.5, leading=13, colour=PETROL),
    "cover-lead": Style(size=13, leading=18),
    "slot-for": Style("sans", 600, size=9, leading=11.7),
}
HEADINGS: Final = {
    # level: style, margin above, margin below
    "h1": (Style(weight=600, size=17, leading=21), 0.0, 11.0),
    "h2": (Style(weight=600, size=13, leading=17), 20.0, 6.0),
    "h3": (Style(weight=600), 14.0, 4.0),
}
COVER_TITLE: Final = Style(weight=600, size=27, leading=31, spacing=-0.01)
BRAND: Final = Style("sans", 600, size=17, leading=19, spacing=-0.02)
PARTY: Final = Style(size=12, leading=16)
ROLE: Final = SMALL.but(colour=INK_2)
CAPTION: Final = Style("sans", 600, size=10, leading=11.7, colour=INK)


def parsed(html: str) -> ET.Element:
    """Return the root of a page that our own template wrote. Raises `Unsupported`."""
    try:
        return ET.fromstring(html[html.index("<html") :])  # noqa: S314 - our own template, autoescaped, without document type
    except (ValueError, ET.ParseError) as error:
        raise Unsupported(f"not well-formed: {error}") from error


def classes(element: ET.Element) -> frozenset[str]:
    """Return the classes of an element."""
    return frozenset((element.get("class") or "").split())


def plain(element: ET.Element) -> str:
    """Return all the words of an element."""
    return " ".join("".join(element.itertext()).split())


def runs_of(element: ET.Element, style: Style) -> list[Run]:
    """Return the words of an element that holds nothing but text. Raises `Unsupported`."""
    return list(_runs(element, style))


def _runs(element: ET.Element, style: Style) -> Iterator[Run]:
    if element.text:
        yield Run(element.text, style)
    for child in element:
        if child.tag in {"strong", "b"}:
            yield from _runs(child, style.but(weight=600))
        elif child.tag in {"em", "i"}:
            yield from _runs(child, style.but(italic=True))
        elif child.tag == "span" and not classes(child) - {"nowrap"}:
            yield from _runs(child, style)
        else:
            raise Unsupported(f"<{child.tag}> among words")
        if child.tail:
            yield Run(child.tail, style)
