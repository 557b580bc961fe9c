"""Tables that people take away: readable by spreadsheets, and inert in them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from portal import exporting
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal
from portal.errors import Invalid, NotFound
from portal.testing.fixtures import Actors

from .conftest import Bench, Look

ROWS: list[tuple[Any, ...]] = [
    ("Código", "Texto", "Meta"),
    ("SOC-01", '=HYPERLINK("http://x")', 12),
    ("SOC-02", "ñandú, «comillas»\nlínea", None),
]


def _sheet(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_csv_opens_in_a_spreadsheet_with_its_accents_and_runs_nothing() -> None:
    data = exporting.as_csv(ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [
        ["Código", "Texto", "Meta"],
        ["SOC-01", '\'=HYPERLINK("http://x")', "12"],
        ["SOC-02", "ñandú, «comillas»\nlínea", ""],
    ]


@given(st.text(max_size=30))
def test_no_text_begins_as_a_formula_does(text: str) -> None:
    assert not str(exporting.inert(text)).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert str(exporting.inert(text)).removeprefix("'") == text.removeprefix("'")


def test_an_xlsx_holds_figures_as_figures_and_formulas_as_text() -> None:
    assert _sheet(exporting.as_xlsx(ROWS)) == [
        ["Código", "Texto", "Meta"],
        ["SOC-01", '=HYPERLINK("http://x")', 12.0],
        ["SOC-02", "ñandú, «comillas»\nlínea", ""],
    ]


def test_the_items_are_exported_with_their_extra_fields(portal: Portal, session: Session, frozen: AgendaVersion) -> None:
    head, *rows = exporting.item_rows(portal, session, "APU-T")
    assert head[:2] == ("Dimensión", "Código")
    assert "Cuenca" in head
    assert len(rows) == 12
    row = dict(zip(head, next(one for one in rows if one[1] == "AMB-01.1"), strict=True))
    assert (row["Cuenca"], str(row["Línea de base"]), row["Año de la línea de base"], row["Alineamientos"]) == (
        "Pampas",
        "55.8",
        2021,
        "ods 16.7",
    )


def test_anybody_takes_the_published_items_and_nothing_else(client: FlaskClient, frozen: AgendaVersion) -> None:
    answer = client.get("/gestion/exportar/items.csv?agenda=APU-T")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="items-APU-T.csv"'
    assert len(list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))) == 13
    assert len(_sheet(client.get("/gestion/exportar/items.xlsx?agenda=APU-T").data)) == 13
    for address in ("items.pdf?agenda=APU-T", "items.csv?agenda=NADA", "items.csv", "nada.csv"):
        assert client.get(f"/gestion/exportar/{address}").status_code == 404


def test_a_table_asks_leave_for_its_act_in_that_agenda(
    app: Flask, actors: Actors, draft: Agenda, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.extend import Exporter

    secret = Exporter(name="secretos", label="Secretos", rows=lambda _session, code: [("agenda",), (code,)], action="organisation.read")
    everything = exporting.exporters
    monkeypatch.setattr(exporting, "exporters", lambda portal: {**everything(portal), "secretos": secret})
    assert app.test_client().get("/gestion/exportar/secretos.csv?agenda=APU-T").status_code == 403
    assert actors.client("reader", draft).get("/gestion/exportar/secretos.csv?agenda=APU-T").status_code == 403
    assert actors.client("staff", draft).get("/gestion/exportar/secretos.csv?agenda=APU-T").data.decode("utf-8-sig").split() == [
        "agenda",
        "APU-T",
    ]


def test_the_command_lists_prints_and_writes(
    portal: Portal, frozen: AgendaVersion, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    exporting.command(portal, None, "", "csv", None, as_json=True)
    assert "items" in [one["name"] for one in json.loads(capsysbinary.readouterr().out)]
    exporting.command(portal, "items", "APU-T", "csv", None, as_json=True)
    assert len(json.loads(capsysbinary.readouterr().out)) == 12
    exporting.command(portal, "items", "APU-T", "xlsx", str(tmp_path / "items.xlsx"), as_json=False)
    assert len(_sheet((tmp_path / "items.xlsx").read_bytes())) == 13
    with pytest.raises(Invalid, match="--out"):
        exporting.command(portal, "items", "APU-T", "xlsx", None, as_json=False)
    with pytest.raises(NotFound):
        exporting.command(portal, "nada", "APU-T", "csv", None, as_json=False)


def test_the_command_line_reaches_it(portal: Portal, frozen: AgendaVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal import cli

    monkeypatch.setattr(cli, "assembled", lambda: portal)
    result = CliRunner().invoke(cli.main, ["export", "items", "--agenda", "APU-T"])
    assert result.exit_code == 0
    assert len(list(csv.reader(io.StringIO(result.output.removeprefix("\ufeff"))))) == 13


def test_hostile_words_of_an_item_leave_as_words(bench: Bench, draft: Agenda, look: Look, session: Session) -> None:
    bench.edit(draft, look.item("SOC-01"), text="=1+1", responsible="@SUM(A1)")
    bench.freeze(draft)
    data = exporting.as_csv(exporting.item_rows(bench.portal, session, "APU-T")).decode("utf-8-sig")
    row = next(one for one in csv.reader(io.StringIO(data)) if one[1] == "SOC-01")
    assert (row[4], row[5]) == ("'=1+1", "'@SUM(A1)")
