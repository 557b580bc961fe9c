"""Attendance in figures: whoever subtracts learns nothing of one or two people."""

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.groups.figures import FEW, HIDDEN, SHOWN, SMALL, Figures, figures

pytestmark = pytest.mark.once


@dataclass(frozen=True)
class Came:
    sector: str
    sex: str | None = None
    organisation_id: int | None = None
    organisation_name: str = ""


def crowd(**sectors: int) -> list[Came]:
    return [Came(name, organisation_name="Una") for name, many in sectors.items() for _ in range(many)]


def said(cells: tuple[object, ...]) -> list[tuple[str, str, int | None]]:
    return [(one.name, one.state, one.number) for one in cells]  # type: ignore[attr-defined]


def test_large_counts_are_told() -> None:
    found = figures(crowd(estado=5, empresa=4), {})
    assert said(found.sectors) == [("empresa", SHOWN, 4), ("estado", SHOWN, 5)]
    assert (found.total.number, found.anything) == (9, True)


def test_nobody_is_nobody() -> None:
    found = figures([], {})
    assert (found.total.number, found.anything, found.sectors) == (0, False, ())


def test_one_small_count_hides_another_so_that_it_cannot_be_subtracted() -> None:
    found = figures(crowd(estado=9, empresa=4, iglesias=1), {})
    states = {name: state for name, state, _ in said(found.sectors)}
    assert states == {"iglesias": FEW, "empresa": HIDDEN, "estado": SHOWN}
    assert found.total.number == 14


def test_two_single_people_are_not_given_away_by_their_sum() -> None:
    found = figures(crowd(estado=9, empresa=1, iglesias=1), {})
    assert [one.state for one in found.sectors] == [FEW, HIDDEN, FEW]  # 11 - 9 = 2 would be one and one


def test_when_hiding_everything_is_not_enough_no_table_is_shown() -> None:
    found = figures(crowd(empresa=1, iglesias=1), {})
    assert (found.total.state, found.total.number, found.sectors, found.anything) == (FEW, None, (), True)


def test_an_organisation_is_not_given_away_by_its_sector() -> None:
    people = (
        [Came("iglesias", None, 1)] * 4 + [Came("iglesias", None, 2)] * 1 + [Came("estado", None, 3)] * 6 + [Came("estado", None, 4)] * 7
    )
    found = figures(people, {1: "Parroquia", 2: "Capilla", 3: "Ugel", 4: "Red"})
    shown = {name: number for name, _, number in said(found.organisations)}
    assert shown["Capilla"] is None
    assert shown["Parroquia"] is None or said(found.sectors)[1][2] is None


def possible(found: Figures, people: list[Came]) -> dict[str, set[int]]:
    """By brute force: what each hidden count can be, for somebody who reads the sector table, its total and what the words mean."""
    most = len(people)

    def range_of(state: str, number: int | None) -> range:
        if state == SHOWN:
            return range(number or 0, (number or 0) + 1)
        return range(1, SMALL) if state == FEW else range(SMALL, most + SMALL + 2)

    cells = found.sectors
    seen: dict[str, set[int]] = {one.name: set() for one in cells}
    for counts in product(*(range_of(one.state, one.number) for one in cells)):
        if sum(counts) in range_of(found.total.state, found.total.number):
            for one, count in zip(cells, counts, strict=True):
                seen[one.name].add(count)
    return seen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_no_small_count_can_be_worked_out(counts: list[int]) -> None:
    people = crowd(**{f"s{place}": many for place, many in enumerate(counts)})
    found = figures(people, {})
    true = {f"s{place}": many for place, many in enumerate(counts)}
    for one in found.sectors:
        if one.state == FEW:
            assert true[one.name] in {1, 2}
    for name, values in possible(found, people).items():
        if 0 < true[name] < SMALL:
            assert values == {1, 2}


def test_sums_that_fit_together_in_one_way_only_give_nobody_away() -> None:
    """No sum alone narrows these: 13 people of which o3 are 6, and s2 (o0 and o4) 5, would leave one each for o1 and o2."""
    mixed = [Came("s0", organisation_name="o3")] * 5 + [Came("s1", organisation_name="o3")]
    alone = [Came("s0", organisation_name="o1"), Came("s1", organisation_name="o2")]
    whole = [Came("s2", organisation_name="o0")] * 2 + [Came("s2", organisation_name="o4")] * 3
    found = figures([*mixed, *alone, *whole], {})
    shown = {name: number for name, _, number in said((*found.organisations, *found.sectors))}
    assert (shown["o1"], shown["o2"]) == (None, None)
    assert None in {found.total.number, shown["o3"], shown["s2"]}
