"""The open-government profile's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable

from portal.extend import Dimension, ItemField, ItemKind, Plugin, hookimpl

from . import data

PLUGIN = Plugin(
    name="opengov",
    label="Gobierno abierto",
    version="0.1.0",
    summary="Los temas del III Plan de Acción de Gobierno Abierto, cuyos puntos son compromisos.",
)


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The plan's six themes, in its order, and the heading for what concerns all six."""
    kinds = (ItemKind(name=data.KIND, label="Compromiso"),)
    return [
        Dimension(name=theme.name, label=theme.label, prefix=theme.prefix, weight=200 + place, icon="people", item_kinds=kinds)
        for place, theme in enumerate((data.TRANSVERSAL, *data.THEMES))
    ]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    """A commitment's short title, as the plan prints it above its text."""
    return [
        ItemField(dimension=theme.name, name="titulo", label="Título del compromiso", required=True)
        for theme in (data.TRANSVERSAL, *data.THEMES)
    ]
