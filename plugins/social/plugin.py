"""The social dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import Any

from portal.extend import Alignment, BudgetFilter, Chapter, Dimension, Indicator, Objection, Panel, Plugin, hookimpl, measured, only

from . import catalogue, frameworks, reading

PLUGIN = Plugin(name="social", label="Dimensión social", version="0.2.0", summary="Salud, educación, protección social e identidad.")


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The social dimension."""
    return [
        Dimension(
            name="social",
            label="Social",
            prefix="SOC",
            weight=10,
            icon="heart",
            summary="Salud, educación, protección social e identidad.",
            themes=("Salud", "Educación", "Protección social", "Identidad"),
        )
    ]


@hookimpl
def indicators() -> Iterable[Indicator]:
    """What ENDES, ENAHO and the learning evaluations measure."""
    return catalogue.INDICATORS


@hookimpl
def budget_filters() -> Iterable[BudgetFilter]:
    """Health, education, social protection, and the programmes for children."""
    return catalogue.BUDGET_FILTERS


@hookimpl
def alignments() -> Iterable[Alignment]:
    """Goals 1 to 5 and 10, and the State policy on nutrition."""
    return frameworks.ALIGNMENTS


@hookimpl
@only("social")
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """A measured result says from where it starts: baseline, its year and its source."""
    if item["kind"] != "resultado":
        return []
    return [
        Objection(
            sentence=f"El indicador «{indicator['name']}» de {item['code']} necesita línea de base con año y fuente.",
            subject=item["code"],
        )
        for indicator in item["indicators"]
        if indicator["baseline"] is None or indicator["baseline_year"] is None or not indicator["source"]
    ]


@hookimpl
@only("social")
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    """From where each percentage starts and where it should arrive."""
    return measured(dimension, "De dónde parte y adónde quiere llegar", "%")


@hookimpl
@only("social")
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    """The gaps to close."""
    rows = reading.gaps(dimension)
    return [Chapter(label="Brechas por cerrar", template="social/chapter.html", context={"rows": rows})] if rows else []
