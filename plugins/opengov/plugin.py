"""The open-government profile's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import Any

from portal.extend import (
    Alignment,
    Chapter,
    Column,
    Dimension,
    ItemField,
    ItemKind,
    Objection,
    Panel,
    Plugin,
    counted,
    hookimpl,
)

from . import data, reading

ALL_THEMES = (data.TRANSVERSAL, *data.THEMES)
NAMES = {theme.name for theme in ALL_THEMES}
SDG_SOURCE = "Asamblea General de las Naciones Unidas, resolución A/RES/70/1, texto en español"

PLUGIN = Plugin(
    name="opengov",
    label="Gobierno abierto",
    version="0.2.0",
    summary="Los temas del III Plan de Acción de Gobierno Abierto, cuyos puntos son compromisos.",
)


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The plan's six themes, in its order, and the heading for what concerns all six."""
    kinds = (ItemKind(name=data.KIND, label="Compromiso"),)
    return [
        Dimension(name=theme.name, label=theme.label, prefix=theme.prefix, weight=200 + place, icon="people", item_kinds=kinds)
        for place, theme in enumerate(ALL_THEMES)
    ]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    """What a commitment has beyond an item; the institution that leads it is the item's own `responsible`."""
    return [field for theme in ALL_THEMES for field in _fields(theme.name)]


def _fields(theme: str) -> list[ItemField]:
    return [
        ItemField(dimension=theme, name="titulo", label="Título del compromiso", required=True, weight=10),
        ItemField(
            dimension=theme, name="problema", label="Problema que atiende", kind="textarea", hint="A quién afecta y cómo.", weight=20
        ),
        ItemField(
            dimension=theme,
            name="hitos",
            label="Hitos",
            kind="rows",
            columns=(Column(label="Fecha", kind="date"), Column(label="Hito"), Column(label="Responsable")),
            hint="La fecha, como 2027-06-30, cae dentro del periodo de la agenda.",
            weight=30,
        ),
        ItemField(
            dimension=theme,
            name="valores",
            label="Valores de gobierno abierto",
            kind="choices",
            choices=data.VALUES,
            hint="Los de la Alianza para el Gobierno Abierto.",
            weight=40,
        ),
    ]


@hookimpl
def alignments() -> Iterable[Alignment]:
    """The goals and targets that the plan's commitments were linked with."""
    return [
        Alignment(dimension=theme.name, scheme="ods", code=code, label=label, source=SDG_SOURCE, weight=place)
        for theme in ALL_THEMES
        for place, (code, label) in enumerate(data.SDG.items())
    ]


@hookimpl
def item_objections(item: dict[str, Any], agenda: dict[str, Any]) -> Iterable[Objection]:
    """A milestone falls within the agenda's years."""
    if item["dimension"] not in NAMES:
        return []
    first, last = agenda["period"]["start"], agenda["period"]["end"]
    return [
        Objection(sentence=f"El hito «{what}» de {item['code']} cae fuera del periodo {first}-{last}.", subject=item["code"])
        for day, what, _ in reading.milestones(item)
        if not first <= int(day[:4]) <= last
    ]


@hookimpl
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    """How many commitments of a theme speak of each value."""
    if dimension["name"] not in NAMES:
        return []
    return counted("Compromisos por valor de gobierno abierto", "", (one for item in dimension["items"] for one in reading.values(item)))


@hookimpl
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    """The theme's commitments with who leads them, and their milestones by date."""
    if dimension["name"] not in NAMES or not dimension["items"]:
        return []
    context = {"rows": reading.summary(dimension), "milestones": reading.calendar(dimension)}
    return [Chapter(label="Compromisos de este tema", template="opengov/chapter.html", context=context)]
