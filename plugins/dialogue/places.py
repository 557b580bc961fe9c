"""What of a frozen version one can speak of: the whole, a dimension, an item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.documents.rendering import plain_text

_SHOWN = 70  # characters of an item's text in a list to choose from


@dataclass(frozen=True)
class Place:
    """`key`: how forms and addresses name it: "", "social", "SOC-01"."""

    key: str
    scope: str
    dimension: str | None = None
    dimension_label: str = ""
    item_code: str | None = None
    text: str = ""


def every(document: Mapping[str, Any]) -> Iterator[Place]:
    """Yield the whole, then each dimension followed by its items, of a version's canonical JSON."""
    yield Place("", "whole")
    for dimension in document["dimensions"]:
        name, label = dimension["name"], dimension["label"]
        yield Place(name, "dimension", name, label)
        for item in dimension["items"]:
            yield Place(item["code"], "item", name, label, item["code"], plain_text(item["text"]))


def found(document: Mapping[str, Any], key: str) -> Place | None:
    """Return the place that a form or an address names, None when the version has no such place."""
    return next((one for one in every(document) if one.key == key), None)


def short(text: str) -> str:
    """Return the beginning of an item's text."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
