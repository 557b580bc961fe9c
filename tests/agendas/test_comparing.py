"""What changed between two wordings."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.agendas.comparing import compare, words

WORDS = st.lists(st.sampled_from(["agua", "suelo", "niñez", "y", ",", ".", " ", "  ", "\n", "2026", "qhichwaʼ"]), max_size=40).map("".join)


@given(WORDS | st.text(max_size=60), WORDS | st.text(max_size=60))
def test_the_pieces_give_back_both_wordings(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(one.text for one in pieces if one.kind != "ins") == before
    assert "".join(one.text for one in pieces if one.kind != "del") == after
    assert all(one.text for one in pieces)


@given(WORDS)
def test_the_same_words_have_no_difference(text: str) -> None:
    assert {one.kind for one in words(text, text)} <= {"same"}


def test_one_word_is_one_change() -> None:
    assert [(one.kind, one.text) for one in words("agua para todos", "agua para todas")] == [
        ("same", "agua para "),
        ("del", "todos"),
        ("ins", "todas"),
    ]


def test_a_very_long_text_is_compared_word_by_word() -> None:
    before = "\n".join(f"línea {number} con varias palabras" for number in range(3000))
    assert [one.kind for one in words(before, before.replace("línea 17 ", "renglón 17 "))] == ["same", "del", "ins", "same"]


def _item(code: str, parent: str | None = None, text: str = "texto", **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "resultado",
        "kind_label": "Resultado",
        "parent": parent,
        "text": text,
        "responsible": "",
        "indicators": [],
        "alignments": [],
        "fields": {},
        **more,
    }


def _agenda(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Agenda",
        "summary": "",
        "period": {"start": 2023, "end": 2026},
        "territory": {"name": "Apurímac", "inei": "03"},
        "dimensions": [{"name": "social", "label": "Social", "items": list(items)}],
        **more,
    }


def _states(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, str]:
    return {one.code: one.state for one in compare(before, after).items}


def test_each_item_says_what_happened_to_it() -> None:
    before = _agenda(_item("A-01"), _item("A-01.1", "A-01"), _item("A-02"))
    after = _agenda(_item("A-01"), _item("A-01.1", "A-01", text="otro texto"), _item("A-03"))
    assert _states(before, after) == {"A-01.1": "changed", "A-02": "removed", "A-03": "added"}
    assert _states(None, after) == {"A-01": "added", "A-01.1": "added", "A-03": "added"}
    assert not compare(after, copy.deepcopy(after))


def test_what_hangs_from_an_item_that_moved_did_not_move_itself() -> None:
    before = _agenda(_item("A-01"), _item("A-01.1", "A-01"), _item("A-02"), _item("A-02.1", "A-02"))
    after = _agenda(_item("A-02"), _item("A-02.1", "A-02"), _item("A-01"), _item("A-01.1", "A-01"))
    states = _states(before, after)
    assert list(states.values()) == ["moved"]
    assert states.keys() <= {"A-01", "A-02"}


def test_another_parent_is_a_change_with_both_names() -> None:
    before, after = (
        _agenda(_item("A-01"), _item("A-02"), _item("A-09", "A-01")),
        _agenda(_item("A-01"), _item("A-02"), _item("A-09", "A-02")),
    )
    (change,) = compare(before, after).items
    assert [part.label for part in change.parts] == ["Depende de"]


def test_the_agendas_own_data_and_a_dimension_that_left_are_told() -> None:
    before = _agenda(_item("A-01"))
    after = {**_agenda(), "title": "Agenda nueva", "dimensions": []}
    found = compare(before, after)
    assert [part.label for part in found.head] == ["Título", "Dimensiones"]
    assert [(one.state, one.dimension) for one in found.items] == [("removed", "Social")]


def test_an_extra_field_and_a_figure_are_part_of_the_comparison() -> None:
    figures = {
        "name": "Anemia",
        "unit": "%",
        "baseline": "55.8",
        "baseline_year": 2023,
        "target": "45",
        "target_year": 2026,
        "source": "INEI",
        "source_url": "",
    }
    before = _agenda(_item("A-01", indicators=[figures], fields={"cuenca": {"label": "Cuenca", "value": "Pampas"}}))
    after = _agenda(_item("A-01", indicators=[{**figures, "target": "40"}], fields={"cuenca": {"label": "Cuenca", "value": "Vilcabamba"}}))
    (change,) = compare(before, after).items
    assert {part.label: "".join(piece.text for piece in part.pieces if piece.kind == "ins") for part in change.parts} == {
        "Cuenca": "Vilcabamba",
        "Indicador 1": "40",
    }
