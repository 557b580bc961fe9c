"""The environmental dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import Any

from portal.extend import Dimension, ItemField, Objection, Plugin, hookimpl

from .basins import BASINS

PLUGIN = Plugin(name="ambiental", label="Dimensión ambiental", version="0.1.0", summary="Agua, suelos, residuos y riesgo, por cuenca.")


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
            dimension="ambiental", name="cuenca", label="Cuenca", kind="choice", choices=BASINS, hint="Obligatoria en los resultados."
        )
    ]


@hookimpl
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """A result names its basin."""
    if item["dimension"] == "ambiental" and item["kind"] == "resultado" and "cuenca" not in item["fields"]:
        return [Objection(sentence=f"El resultado {item['code']} debe decir en qué cuenca ocurre.", subject=item["code"])]
    return []
