"""The economic dimension's table of contents: its statement and every hook it answers."""

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

PLUGIN = Plugin(name="economica", label="Dimensión económica", version="0.2.0", summary="Agro, empleo, minería y turismo.")


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The economic dimension."""
    return [
        Dimension(
            name="economica",
            label="Económica",
            prefix="ECO",
            weight=20,
            icon="coin",
            summary="Agro, empleo, minería y corredor vial, turismo.",
            themes=("Agropecuaria", "Empleo", "Minería y corredor", "Turismo"),
        )
    ]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    """Which chain an item works on, and where: the economy of a region is its chains in its places."""
    return [
        ItemField(dimension="economica", name="cadena", label="Cadena o actividad", hint="Papa nativa, lácteos, turismo…", weight=10),
        ItemField(
            dimension="economica",
            name="territorio",
            label="Territorio",
            hint="Provincias, distritos o tramo del corredor. Obligatorio si dice una cadena.",
            weight=20,
        ),
    ]


@hookimpl
def indicators() -> Iterable[Indicator]:
    """Employment and output."""
    return catalogue.INDICATORS


@hookimpl
def budget_filters() -> Iterable[BudgetFilter]:
    """Farming, trade, tourism, mining and transport."""
    return catalogue.BUDGET_FILTERS


@hookimpl
def alignments() -> Iterable[Alignment]:
    """Goals 2, 8, 9, 11 and 12, and two State policies."""
    return frameworks.ALIGNMENTS


@hookimpl
@only("economica")
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """A chain is somewhere: without its territory nobody can follow it up."""
    if "cadena" in item["fields"] and "territorio" not in item["fields"]:
        return [Objection(sentence=f"{item['code']} dice una cadena: diga también en qué territorio.", subject=item["code"])]
    return []


@hookimpl
@only("economica")
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    """How many items each chain has."""
    return counted(
        "Puntos por cadena o actividad",
        "",
        (item["fields"]["cadena"]["value"] for item in dimension["items"] if "cadena" in item["fields"]),
    )


@hookimpl
@only("economica")
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    """Which chains, and where."""
    rows = [
        [item["code"], fields.get("cadena", {}).get("value"), fields.get("territorio", {}).get("value")]
        for item in dimension["items"]
        if (fields := item["fields"]).keys() & {"cadena", "territorio"}
    ]
    return [Chapter(label="Cadenas y territorios", template="economica/chapter.html", context={"rows": rows})] if rows else []
