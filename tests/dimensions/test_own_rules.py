"""The rules and chapters by which the bundled dimensions differ from one another."""

from typing import Any

import pytest

from plugins.ambiental.basins import by_basin
from plugins.economica.plugin import item_objections as economica
from plugins.institucional.plugin import item_objections as institucional
from plugins.opengov import reading
from plugins.opengov.plugin import item_objections as opengov
from plugins.social.reading import gaps
from portal.agendas.own_fields import cells, kept, shown
from portal.extend import Column, ItemField

AGENDA: dict[str, Any] = {"period": {"start": 2023, "end": 2026}}
ROWS = ItemField(
    dimension="x", name="hitos", label="Hitos", kind="rows", columns=(Column(label="Fecha", kind="date"), Column(label="Hito"))
)
SEVERAL = ItemField(dimension="x", name="valores", label="Valores", kind="choices", choices=(("a", "Alfa"), ("b", "Beta"), ("c", "Gama")))


def _item(dimension: str, **more: Any) -> dict[str, Any]:
    return {"dimension": dimension, "code": "X-01", "kind": "resultado", "responsible": "", "indicators": [], "fields": {}, **more}


def _field(**values: str) -> dict[str, Any]:
    return {name: {"label": name.title(), "value": value} for name, value in values.items()}


def test_a_chain_is_somewhere() -> None:
    assert [one.subject for one in economica(_item("economica", fields=_field(cadena="Papa")))] == ["X-01"]
    assert list(economica(_item("economica", fields=_field(cadena="Papa", territorio="Grau")))) == []
    assert list(economica(_item("social", fields=_field(cadena="Papa")))) == list(economica(_item("economica"))) == []


def test_what_is_promised_of_an_institution_names_it() -> None:
    assert [one.subject for one in institucional(_item("institucional"))] == ["X-01"]
    assert (
        list(institucional(_item("institucional", responsible="Mesa")))
        == list(institucional(_item("institucional", kind="objetivo")))
        == []
    )


def test_a_milestone_falls_within_the_agendas_years() -> None:
    item = _item("salud", fields=_field(hitos="2027-01-01 | Tarde | MINSA\n2024-05-01 | A tiempo | MINSA"))
    assert [one.sentence for one in opengov(item, AGENDA)] == ["El hito «Tarde» de X-01 cae fuera del periodo 2023-2026."]
    assert list(opengov({**item, "dimension": "social"}, AGENDA)) == []
    assert reading.calendar({"items": [item]}) == [["2024-05-01", "X-01", "A tiempo", "MINSA"], ["2027-01-01", "X-01", "Tarde", "MINSA"]]


def test_a_gap_is_the_target_less_the_baseline_to_the_last_decimal() -> None:
    one = {"name": "Anemia", "unit": "%", "baseline": "55.8", "target": "45.0"}
    dimension = {"items": [_item("social", indicators=[one, {**one, "target": None}])]}
    assert gaps(dimension) == [["X-01", "Anemia", "55.8\u00a0%", "45.0\u00a0%", "-10.8\u00a0%"]]


def test_items_come_by_basin() -> None:
    items = [
        {"code": "A-2", "fields": _field(cuenca="Pampas", agua="Chumbao")},
        {"code": "A-1", "fields": _field(cuenca="Pachachaca")},
        {"code": "A-3", "fields": _field(cuenca="Pampas", agua="Chumbao")},
        {"code": "A-4", "fields": {}},
    ]
    assert by_basin(items) == [["Pachachaca", "A-1", "–"], ["Pampas", "A-2, A-3", "Chumbao"]]


def test_rows_are_kept_a_line_each_and_shown_with_their_columns() -> None:
    value = kept(ROWS, " 2026-12-31|Publicar   el padrón \n\n2027-01-02 | Cerrar")
    assert value == "2026-12-31 | Publicar el padrón\n2027-01-02 | Cerrar"
    frozen = shown(ROWS, "hitos", value)
    assert frozen == {"label": "Hitos", "value": value, "columns": ["Fecha", "Hito"]}
    assert cells(frozen) == [["2026-12-31", "Publicar el padrón"], ["2027-01-02", "Cerrar"]]
    assert cells({"label": "x", "value": "a | b"}) == []


@pytest.mark.parametrize("value", ["2026-12-31", "31/12/2026 | Tarde", "2026-12-31 | ", "2026-12-31 | a | b"])
def test_a_row_of_another_shape_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        kept(ROWS, value)


def test_several_choices_are_kept_in_their_order_and_shown_by_their_labels() -> None:
    assert kept(SEVERAL, "c, a") == "a, c"
    assert shown(SEVERAL, "valores", "a, c") == {"label": "Valores", "value": "Alfa, Gama"}
    with pytest.raises(ValueError, match="z"):
        kept(SEVERAL, "a, z")
