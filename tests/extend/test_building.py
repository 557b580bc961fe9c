"""The builders: the same answers as written by hand, and hooks that speak of one dimension alone."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.extend import Alignment, BudgetFilter, Objection, aligned, only, spending
from portal.extend.ask import Ask
from portal.extend.registry import load

BODY = """
@hookimpl
@only("fiestas")
def item_objections(item, agenda):
    return [Objection(sentence=f"{item['code']} de {agenda['code']}")]

@hookimpl
@only("fiestas")
def panels(dimension):
    return counted("Puntos", "", [dimension["label"]])
"""


@pytest.mark.once
def test_a_hook_of_one_dimension_is_silent_about_the_others(install: Callable[..., str]) -> None:
    ask = Ask(load((install("fiestas", BODY),)))
    assert ask.refused() == []
    found = [ask.item_objections({"code": "X-01", "dimension": name}, {"code": "APU"}) for name in ("social", "fiestas")]
    assert found == [[], [Objection(sentence="X-01 de APU", plugin="fiestas")]]
    drawn = [ask.panels({"name": name, "label": "Carnaval"}, {}) for name in ("social", "fiestas")]
    assert [[panel.bars[0].label for panel in one] for one in drawn] == [[], ["Carnaval"]]
    assert list(ask.faults) == []


def test_it_is_called_by_position_too_and_keeps_its_name() -> None:
    @only("fiestas")
    def panels(dimension: dict[str, Any]) -> list[str]:
        """What it says."""
        return [dimension["name"]]

    assert (panels({"name": "fiestas"}), panels(dimension={"name": "otra"})) == (["fiestas"], [])
    assert (panels.__name__, panels.__doc__) == ("panels", "What it says.")


def test_spending_and_alignments_are_as_written_by_hand() -> None:
    assert spending("fiestas", "MEF", functions={"21": "Cultura"}, programmes={"0030": "Algo"}) == (
        BudgetFilter(dimension="fiestas", scheme="funcion", code="21", label="Cultura", source="MEF", weight=10),
        BudgetFilter(dimension="fiestas", scheme="ppr", code="0030", label="Algo", source="MEF", weight=20),
    )
    assert spending("fiestas", "MEF") == ()
    assert aligned("fiestas", "ods", "ONU", {"2": "Hambre", "1": "Pobreza"}, weight=5) == (
        Alignment(dimension="fiestas", scheme="ods", code="2", label="Hambre", source="ONU", weight=5),
        Alignment(dimension="fiestas", scheme="ods", code="1", label="Pobreza", source="ONU", weight=6),
    )
