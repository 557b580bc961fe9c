"""The environmental dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import Any

from portal.extend import (
    Alignment,
    BudgetFilter,
    Chapter,
    Dimension,
    Indicator,
    ItemField,
    Objection,
    Panel,
    Plugin,
    counted,
    hookimpl,
    only,
)

from . import catalogue, frameworks
from .basins import BASINS, by_basin

PLUGIN = Plugin(name="ambiental", label="Dimensión ambiental", version="0.2.0", summary="Agua, suelos, residuos y riesgo, por cuenca.")


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The environmental dimension."""
    return [
        Dimension(
            name="ambiental",
            label="Ambiental",
            prefix="AMB",
            weight=30,
            icon="leaf",
            summary="Agua, suelos, residuos y gestión del riesgo.",
            themes=("Agua", "Suelos", "Residuos", "Riesgo"),
        )
    ]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    """Where the item acts: water and what it carries follow basins, not political borders."""
    return [
        ItemField(
            dimension="ambiental",
            name="cuenca",
            label="Cuenca",
            kind="choice",
            choices=BASINS,
            hint="Obligatoria en los resultados.",
            weight=10,
        ),
        ItemField(
            dimension="ambiental",
            name="agua",
            label="Cuerpos de agua",
            hint="Ríos, lagunas o manantiales, si el punto los nombra.",
            weight=20,
        ),
    ]


@hookimpl
def indicators() -> Iterable[Indicator]:
    """Water, waste and fires."""
    return catalogue.INDICATORS


@hookimpl
def budget_filters() -> Iterable[BudgetFilter]:
    """Environment, sanitation, and the programmes for waste and disasters."""
    return catalogue.BUDGET_FILTERS


@hookimpl
def alignments() -> Iterable[Alignment]:
    """Goals 6, 12, 13 and 15, and the State policies on risk, water and territory."""
    return frameworks.ALIGNMENTS


@hookimpl
@only("ambiental")
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """A result names its basin."""
    if item["kind"] == "resultado" and "cuenca" not in item["fields"]:
        return [Objection(sentence=f"El resultado {item['code']} debe decir en qué cuenca ocurre.", subject=item["code"])]
    return []


@hookimpl
@only("ambiental")
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    """How many items each basin has."""
    return counted(
        "Puntos por cuenca", "", (item["fields"]["cuenca"]["value"] for item in dimension["items"] if "cuenca" in item["fields"])
    )


@hookimpl
@only("ambiental")
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    """The items by basin."""
    rows = by_basin(dimension["items"])
    return [Chapter(label="Por cuenca", template="ambiental/chapter.html", context={"rows": rows})] if rows else []
