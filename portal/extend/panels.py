"""A dimension's panel on the agenda's page: numbers with names, from which the core draws one chart and one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.extend.catalogue import is_decimal

MOST_MEASURED = 40


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One number. `value` is a plain decimal; bars that follow one another with the same `group` stand under its name.

    `planned` bars (a target) are drawn hollow.
    """

    label: str
    value: str
    group: str = ""
    planned: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` for what cannot be drawn or read."""
        if not self.label.strip() or not is_decimal(self.value):
            raise ValueError(f"bar {self.label!r}: {self.value!r} is not a plain decimal with a label")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Bars that can be compared: one unit, one method. Two methods are two panels, never one line.

    `plugin` is filled in by whoever asks.
    """

    label: str
    bars: tuple[Bar, ...]
    unit: str = ""
    source: str = ""
    source_url: str = ""
    weight: int = 100
    plugin: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a panel without a name or without bars."""
        if not self.label.strip() or not self.bars:
            raise ValueError("a panel has a label and bars")


def measured(dimension: Mapping[str, Any], label: str, unit: str) -> list[Panel]:
    """Return a panel of the baselines and targets, in `unit`, of a frozen dimension's items; none when there are none.

    Beyond 40 indicators there is none either: such a chart says less than the items' own tables.
    """
    found = [
        (item["code"], one)
        for item in dimension["items"]
        for one in item["indicators"]
        if one["unit"] == unit and one["baseline"] is not None
    ]
    if not found or len(found) > MOST_MEASURED:
        return []
    bars = [bar for code, one in found for bar in _bars(code, one)]
    return [Panel(label=label, unit=unit, bars=tuple(bars))]


def counted(label: str, unit: str, names: Iterable[str]) -> list[Panel]:
    """Return a panel of how often each of `names` comes, in the order in which they first come; none when there are none."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    bars = tuple(Bar(label=name, value=str(count)) for name, count in counts.items())
    return [Panel(label=label, unit=unit, bars=bars)] if bars else []


def _bars(code: str, one: Mapping[str, Any]) -> list[Bar]:
    def year(key: str) -> str:
        return f" ({one[f'{key}_year']})" if one[f"{key}_year"] else ""

    group = f"{code} {one['name']}"
    bars = [Bar(label=f"Línea de base{year('baseline')}", value=one["baseline"], group=group)]
    if one["target"] is not None:
        bars.append(Bar(label=f"Meta{year('target')}", value=one["target"], group=group, planned=True))
    return bars
