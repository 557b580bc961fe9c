"""The founding plan is in the portal as its authors wrote it: every row, cell by cell, with its accents and its slips."""

import hashlib
from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy.orm import Session

from plugins.workplan import queries, service
from plugins.workplan.models import Plan
from plugins.workplan.sampling import SOURCE
from plugins.workplan.words import COLUMNS
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))
HASH = "95173f3212b0064ec472c3bfb74729e35cea5ae9498b5a385ca61c6a9ef74eea"
DAY = date(2022, 5, 10)
SPANS = [  # what each row's date means, in 2022
    ((3, 1), (4, 30)), ((5, 1), (5, 31)), ((4, 1), (4, 30)), ((5, 1), (5, 31)), ((4, 1), (4, 30)), ((4, 1), (4, 30)), ((4, 1), (5, 31)),
    ((5, 1), (6, 30)), ((4, 1), (7, 31)), ((6, 1), (7, 31)), ((6, 1), (7, 31)), ((7, 1), (9, 30)), ((7, 1), (9, 30)), ((7, 1), (9, 30)),
    ((9, 1), (9, 30)), ((9, 1), (9, 30)), ((11, 1), (12, 31)),
]  # fmt: skip


def _source() -> list[list[str]]:
    """Return the seed's rows by the plainest reading: lines, and tabs."""
    lines = SOURCE.read_bytes().decode("utf-8").split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith("OBJETIVO\t"))
    return [line.split("\t") for line in lines[start + 1 :] if line.strip()]


@pytest.mark.once
def test_the_file_is_the_seed_byte_for_byte() -> None:
    assert hashlib.sha256(SOURCE.read_bytes()).hexdigest() == HASH
    assert len(SOURCE.read_bytes()) == 4409


def test_every_row_is_there_in_order_cell_by_cell(session: Session, plan: Plan) -> None:
    rows = service.rows_of(session, plan)
    assert [[getattr(one, name) for name in COLUMNS] for one in rows] == _source()
    assert [one.code for one in rows] == [f"P-{number:02d}" for number in range(1, 19)]
    assert [one.blank_before for one in rows] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]


def test_the_plan_gives_the_table_back_byte_for_byte(session: Session, plan: Plan) -> None:
    assert service.exact(session, plan).encode() == SOURCE.read_bytes()


def test_empty_cells_are_those_of_the_row_above(session: Session, plan: Plan) -> None:
    above = ["", "", ""]
    expected = []
    for cells in _source():  # the same rule, written another way
        for level in (2, 1, 0):
            if cells[level]:
                above[level] = cells[level]
                if level < 2 and not cells[level + 1]:
                    above[level + 1] = ""
        expected.append(tuple(above))
    rows = queries.rows(session, plan, today=DAY)
    assert [(one.objective, one.action, one.sub_activity) for one in rows] == expected
    assert [one.part for one in rows] == [1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6]


def test_the_dates_are_understood_and_the_year_is_the_one_that_the_table_says(session: Session, plan: Plan) -> None:
    assert plan.year == 2022
    rows = service.rows_of(session, plan)
    expected = [(date(2022, *start), date(2022, *end)) for start, end in SPANS] + [(date(2023, 1, 1), date(2023, 1, 31))]
    assert [(one.due_from, one.due_to) for one in rows] == expected


def test_the_public_page_shows_every_activity_and_the_table_comes_back_from_the_portal(
    plan: Plan, actors: Actors, session: Session, now: datetime
) -> None:
    del now
    code = plan.agenda.code
    client = actors.client("staff", plan.agenda)
    assert client.get(f"/gestion/agendas/{code}/plan.tsv").data == SOURCE.read_bytes()
    page = unescape(client.get(f"/agendas/{code}/plan").get_data(as_text=True))
    for row in queries.rows(session, plan, today=DAY):
        assert f">{row.activity.code}</a> {row.title[:80]}" in page
    for number, cells in enumerate(_source(), 1):
        own = unescape(client.get(f"/agendas/{code}/plan/P-{number:02d}").get_data(as_text=True))
        assert [cell for cell in cells if cell and cell not in own] == []
