"""Reads a frozen social dimension: what its chapter says of the way from each baseline to its target."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def gaps(dimension: Mapping[str, Any]) -> list[list[str]]:
    """Return (code, indicator, baseline, target, target minus baseline) of every indicator that has both figures."""
    return [
        [item["code"], one["name"], _written(one["baseline"], one), _written(one["target"], one), _gap(one)]
        for item in dimension["items"]
        for one in item["indicators"]
        if one["baseline"] is not None and one["target"] is not None
    ]


def _gap(one: Mapping[str, Any]) -> str:
    gap = Decimal(one["target"]) - Decimal(one["baseline"])
    return _written(f"{gap:+f}", one)


def _written(value: str, one: Mapping[str, Any]) -> str:
    return f"{value}\u00a0{one['unit']}".strip()  # a number and its unit stay in one line
