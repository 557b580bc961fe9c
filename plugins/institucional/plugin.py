"""The institutional dimension's table of contents: its statement and every hook it answers."""

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
    hookimpl,
    measured,
    only,
)

from . import catalogue, frameworks

# What makes an agreement bind an authority. The accord of Apurímac of 2008 became an ordinance.
INSTRUMENTS = (
    ("ordenanza", "Ordenanza"),
    ("acuerdo", "Acuerdo de consejo"),
    ("plan", "Plan de desarrollo concertado"),
    ("presupuesto", "Presupuesto participativo"),
    ("convenio", "Convenio entre entidades"),
    ("directiva", "Directiva o resolución"),
)
ANSWERABLE = {"resultado", "producto"}

PLUGIN = Plugin(
    name="institucional", label="Dimensión institucional", version="0.2.0", summary="Gestión, participación, transparencia y seguridad."
)


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The institutional dimension."""
    return [
        Dimension(
            name="institucional",
            label="Institucional",
            prefix="INS",
            weight=40,
            icon="scales",
            summary="Gestión pública, participación, transparencia y seguridad ciudadana.",
            themes=("Gestión", "Participación", "Transparencia", "Seguridad ciudadana"),
        )
    ]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    """The instrument that makes an item bind an authority."""
    return [
        ItemField(
            dimension="institucional",
            name="instrumento",
            label="Instrumento",
            kind="choice",
            choices=INSTRUMENTS,
            hint="El que lo hace obligatorio. Déjelo sin definir si todavía no se acordó.",
        )
    ]


@hookimpl
def indicators() -> Iterable[Indicator]:
    """Spending, works, integrity, conflicts."""
    return catalogue.INDICATORS


@hookimpl
def budget_filters() -> Iterable[BudgetFilter]:
    """Planning and management, public order."""
    return catalogue.BUDGET_FILTERS


@hookimpl
def alignments() -> Iterable[Alignment]:
    """Goal 16 above all."""
    return frameworks.ALIGNMENTS


@hookimpl
@only("institucional")
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """What is promised of an institution names it."""
    if item["kind"] in ANSWERABLE and not item["responsible"]:
        return [Objection(sentence=f"{item['code']} debe decir qué institución responde.", subject=item["code"])]
    return []


@hookimpl
@only("institucional")
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    """Percentages apart from counts: one panel a unit."""
    units = dict.fromkeys(one["unit"] for item in dimension["items"] for one in item["indicators"] if one["unit"])
    return [panel for unit in units for panel in measured(dimension, f"De dónde parte y adónde quiere llegar ({unit})", unit)]


@hookimpl
@only("institucional")
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    """The instruments that bind."""
    bound = [item for item in dimension["items"] if "instrumento" in item["fields"]]
    rows = sorted([item["fields"]["instrumento"]["value"], item["code"], item["responsible"]] for item in bound)
    return [Chapter(label="Instrumentos que obligan", template="institucional/chapter.html", context={"rows": rows})] if rows else []
