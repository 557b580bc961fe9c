"""What a dimension's catalogue says beside a frozen agenda: figures of its territory, and the spending that concerns it.

None of this is under the hash, and it changes with the plugin: it stands on the page, apart, and never in the signed PDF.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.extend.catalogue import Alignment, BudgetFilter, Figure, Indicator
from portal.extend.panels import Bar, Panel
from portal.extend.registry import Registry

COUNTRY = "00"


@dataclass(frozen=True)
class Context:
    """`panels`: what was measured in several years. `figures`: what was measured once. `spending`: where the money is told."""

    panels: tuple[Panel, ...]
    figures: tuple[tuple[Indicator, Figure], ...]
    spending: tuple[BudgetFilter, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.panels or self.figures or self.spending)


def around(territory: str) -> tuple[str, ...]:
    """Return the INEI codes of a territory and of those that hold it, from the widest."""
    wider = [territory[:length] for length in (2, 4, 6) if length <= len(territory)]
    return tuple(dict.fromkeys((COUNTRY, *wider)))


def mentioned(registry: Registry, dimensions: Iterable[str], territory: str) -> set[str]:
    """Return the territories, `territory` and wider, of which the catalogue has figures."""
    wanted = set(around(territory))
    return {figure.territory for name in dimensions for one in registry.indicators(name) for figure in one.series} & wanted


def context(registry: Registry, dimension: str, territory: str, names: Mapping[str, str]) -> Context:
    """Return what the catalogue says of a dimension for `territory`; `names`: the territories' names by INEI code."""
    panels: list[Panel] = []
    once: list[tuple[Indicator, Figure]] = []
    for one in registry.indicators(dimension):
        for place in reversed(around(territory)):
            series = sorted((figure for figure in one.series if figure.territory == place), key=lambda figure: figure.year)
            if len(series) > 1:
                panels.append(_panel(one, series, names.get(place, place)))
            else:
                once += [(one, figure) for figure in series]
    return Context(tuple(panels), tuple(once), registry.budget_filters(dimension))


def _panel(one: Indicator, series: Sequence[Figure], place: str) -> Panel:
    bars = tuple(Bar(label=str(figure.year), value=figure.value) for figure in series)
    sources = "; ".join(dict.fromkeys(figure.source for figure in series))
    addresses = dict.fromkeys(figure.source_url for figure in series if figure.source_url)
    address = next(iter(addresses)) if len(addresses) == 1 else ""
    return Panel(label=f"{one.label}: {place}", unit=one.unit, bars=bars, source=sources, source_url=address)


def indicator_key(one: Indicator) -> str:
    """Return how the form names an indicator."""
    return f"{one.code}|{one.method}"


def alignment_key(one: Alignment) -> str:
    """Return how the form names an alignment."""
    return f"{one.scheme}|{one.code}"


def indicator_row(one: Indicator, territory: str) -> dict[str, Any]:
    """Return an indicator as a row of an item's form, with the last figure of the agenda's own territory."""
    own = [figure for figure in one.series if figure.territory == territory]
    last = max(own, key=lambda figure: figure.year, default=None)
    row: dict[str, Any] = {"name": one.label, "unit": one.unit, "source": one.source, "source_url": one.source_url}
    if last is not None:
        row |= {"baseline": last.value, "baseline_year": last.year, "source": last.source, "source_url": last.source_url}
    return row


def alignment_row(one: Alignment) -> dict[str, str]:
    """Return an alignment as a row of an item's form."""
    return {"scheme": one.scheme, "code": one.code, "label": one.label}
