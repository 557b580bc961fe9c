"""The social dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import Any

from portal.extend import Dimension, Objection, Plugin, hookimpl

PLUGIN = Plugin(name="social", label="Dimensión social", version="0.1.0", summary="Salud, educación, protección social e identidad.")


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
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    """A measured result says from where it starts: baseline, its year and its source."""
    if item["dimension"] != "social" or item["kind"] != "resultado":
        return []
    return [
        Objection(
            sentence=f"El indicador «{indicator['name']}» de {item['code']} necesita línea de base con año y fuente.",
            subject=item["code"],
        )
        for indicator in item["indicators"]
        if indicator["baseline"] is None or indicator["baseline_year"] is None or not indicator["source"]
    ]
