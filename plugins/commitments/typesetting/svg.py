"""Draws the two drawings that the organisation's pages have, the flourish and the QR, from the SVG that the template holds."""

import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

from .faces import Unsupported

_TOKEN = re.compile(r"([A-Za-z])|(-?\d*\.?\d+)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6}


def parsed(address: str) -> ET.Element:
    """Return the SVG of a data: address. Raises `Unsupported`."""
    kind, _, text = address.partition(",")
    if not kind.startswith("data:image/svg+xml") or "base64" in kind:
        raise Unsupported("a picture that is not SVG")
    return ET.fromstring(unquote(text))  # noqa: S314 - our own drawing (segno's), no document type


def strokes(path: str) -> str:
    """Return the operators of an SVG path's outline, without painting it, in the path's own units."""
    out: list[str] = []
    x = y = 0.0
    command, numbers = "", [0.0] * 0
    for letter, number in _TOKEN.findall(path):
        if letter:
            command, numbers = letter, []
            continue
        numbers.append(float(number))
        kind = command.lower()
        if kind not in _TAKES:
            raise Unsupported(f"a path with {command}")
        if len(numbers) < _TAKES[kind]:
            continue
        near = command.islower()
        if kind == "h":
            points = [(numbers[0] + x * near, y)]
        elif kind == "v":
            points = [(x, numbers[0] + y * near)]
        else:
            points = [(a + x * near, b + y * near) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
        x, y = points[-1]
        out.append(" ".join(f"{a:g} {b:g}" for a, b in points) + " " + {"m": "m", "c": "c"}.get(kind, "l"))
        if kind == "m":
            command = "l" if near else "L"
        numbers = []
    return " ".join(out)
