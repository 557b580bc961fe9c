"""Item codes."""

import pytest

from portal.agendas.codes import check_code, suggest_code
from portal.errors import Invalid


@pytest.mark.parametrize("code", ["SOC-01", "SOC-03.2", "SOC-103.2.14", " soc-01 "])
def test_a_code_of_its_dimension_is_taken_in_capitals(code: str) -> None:
    assert check_code(code, "SOC") == code.strip().upper()


@pytest.mark.parametrize(
    "code", ["", "SOC", "SOC-1", "ECO-01", "SOC-01.", "SOC-01.2.", "SOC-01 2", "SOC-01.0001", "XSOC-01", "SOC-01.1" + ".1" * 20]
)
def test_any_other_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_code(code, "SOC")
    assert list(caught.value.fields) == ["code"]


def test_the_next_free_code_is_suggested() -> None:
    taken = ["SOC-01", "SOC-02", "SOC-02.1", "SOC-02.9", "SOC-02.9.4", "SOC-11"]
    assert suggest_code([], "SOC") == "SOC-01"
    assert suggest_code(taken, "SOC") == "SOC-12"
    assert suggest_code(taken, "SOC", "SOC-02") == "SOC-02.10"
    assert suggest_code(taken, "SOC", "SOC-01") == "SOC-01.1"
