"""The cultural dimension: what a region's languages and festivals ask of its government."""

from collections.abc import Iterable
from typing import Any

from portal.extend import Chapter, Column, Dimension, Figure, Indicator, ItemField, Objection, Panel, Plugin, counted, hookimpl

PLUGIN = Plugin(name="cultural", label="Dimensión cultural", version="1.0")
LANGUAGES = (("qu", "Quechua"), ("es", "Castellano"))


@hookimpl
def dimensions() -> Iterable[Dimension]:
    return [Dimension(name="cultural", label="Cultural", prefix="CUL", weight=50)]


@hookimpl
def item_fields() -> Iterable[ItemField]:
    dates = (Column(label="Fecha", kind="date"), Column(label="Fiesta"))
    return [
        ItemField(dimension="cultural", name="lengua", label="Lengua", kind="choice", choices=LANGUAGES),
        ItemField(dimension="cultural", name="fiestas", label="Fiestas", kind="rows", columns=dates),
    ]


@hookimpl
def indicators() -> Iterable[Indicator]:
    census = Figure(year=1993, value="77.0", territory="03", source="INEI, Censos Nacionales 1993, cuadro 2.35")
    named = {"dimension": "cultural", "code": "quechua", "name": "Quechua como lengua materna", "source": "INEI, censos"}
    return [Indicator(**named, unit="%", direction="sube", series=(census,))]


@hookimpl
def item_objections(item: dict[str, Any]) -> Iterable[Objection]:
    if item["dimension"] == "cultural" and "lengua" not in item["fields"]:
        return [Objection(sentence=f"{item['code']} debe decir en qué lengua.", subject=item["code"])]
    return []


@hookimpl
def panels(dimension: dict[str, Any]) -> Iterable[Panel]:
    own = dimension["items"] if dimension["name"] == "cultural" else []
    return counted("Puntos por lengua", "", (item["fields"]["lengua"]["value"] for item in own))


@hookimpl
def agenda_chapter(dimension: dict[str, Any]) -> Iterable[Chapter]:
    return [Chapter(label="Lenguas", template="cultural/chapter.html")] if dimension["name"] == "cultural" else []
