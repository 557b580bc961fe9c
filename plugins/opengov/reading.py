"""Reads a frozen theme of the open-government profile: its commitments, values and milestones, from the canonical JSON alone."""

from collections.abc import Mapping
from typing import Any


def values(item: Mapping[str, Any]) -> list[str]:
    """Return the labels of a commitment's values."""
    return [one for one in _value(item, "valores").split(", ") if one]


def milestones(item: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (ISO day, milestone, who answers for it) of a commitment, as it lists them."""
    rows = (line.split(" | ") for line in _value(item, "hitos").splitlines() if line)
    return [(day, what, who) for day, what, who in rows]


def summary(dimension: Mapping[str, Any]) -> list[list[str]]:
    """Return (code, title, leading institution, values) of each commitment."""
    return [
        [item["code"], _value(item, "titulo"), item["responsible"] or "–", ", ".join(values(item)) or "–"] for item in dimension["items"]
    ]


def calendar(dimension: Mapping[str, Any]) -> list[list[str]]:
    """Return (day, code, milestone, who) of every milestone of a theme, by day."""
    return sorted([day, item["code"], what, who] for item in dimension["items"] for day, what, who in milestones(item))


def _value(item: Mapping[str, Any], name: str) -> str:
    return str(item["fields"].get(name, {}).get("value", ""))
