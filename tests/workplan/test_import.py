"""A table comes in as a file or pasted: what is read, what is said of each cell, and that nothing is lost."""

import io
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.workplan import importing, service
from plugins.workplan.filling import filled, own_cells
from plugins.workplan.models import Activity, Plan
from plugins.workplan.sampling import SOURCE
from plugins.workplan.table import read, written
from plugins.workplan.words import HEADINGS
from portal.agendas.models import Agenda
from portal.errors import Invalid
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))
HEAD = "\t".join(HEADINGS)


def _book(rows: list[list[Any]], merged: list[tuple[int, int, int, int, str]] = ()) -> bytes:  # type: ignore[assignment]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Plan")
        month = book.add_format({"num_format": "mmm-yy"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), month)  # noqa: DTZ001 - a cell's
                elif cell:
                    sheet.write(number, column, cell)
        for top, left, bottom, right, text in merged:
            sheet.merge_range(top, left, bottom, right, text)
    return out.getvalue()


MERGED = _book(
    [
        ["PLAN DE MUESTRA 2027"],
        [],
        HEADINGS,
        ["", "Diagnóstico", "Reporte", "PPT", date(2027, 1, 1), ""],
        ["", "", "Socialización", "PPT", "", ""],
        ["Diálogo", "Foros", "Foro regional", "", date(2027, 3, 15), "CER"],
    ],
    [(3, 0, 4, 0, "Información preliminar"), (3, 4, 4, 4, "Abril-Mayo"), (3, 5, 4, 5, "Equipo MCLCP"), (5, 2, 5, 3, "Foro regional")],
)


@pytest.mark.once
def test_merged_cells_are_read_as_inherited_with_a_sentence_saying_so() -> None:
    table = read(MERGED)
    assert table.title == "PLAN DE MUESTRA 2027"
    assert [line.cells for line in table.lines] == [
        ("Información preliminar", "Diagnóstico", "Reporte", "PPT", "Abril-Mayo", "Equipo MCLCP"),
        ("", "", "Socialización", "PPT", "Abril-Mayo", "Equipo MCLCP"),
        ("Diálogo", "Foros", "Foro regional", "", "15/03/2027", "CER"),
    ]
    said = {one.place: (one.value, one.sentence) for one in table.remarks}
    assert said == {
        "A4:A5": ("Información preliminar", "Celdas combinadas: todas estas filas usan el texto de la primera."),
        "E4:E5": ("Abril-Mayo", "Celdas combinadas: todas estas filas usan el texto de la primera."),
        "F4:F5": ("Equipo MCLCP", "Celdas combinadas: todas estas filas usan el texto de la primera."),
        "C6:D6": ("Foro regional", "Celdas combinadas: el texto quedó en la primera columna."),
    }


@pytest.mark.once
def test_a_cell_with_a_month_as_a_date_is_the_month() -> None:
    table = read(_book([HEADINGS, ["Uno", "", "Hacer", "", date(2023, 1, 1), ""]]))
    assert table.lines[0].cells[4] == "ene-23"
    assert [(one.place, one.value) for one in table.remarks] == [("E2", "01/01/2023")]


@pytest.mark.once
def test_columns_in_another_order_and_columns_that_a_plan_has_not() -> None:
    table = read(b"Responsable\tObjetivo\tAcciones\tPresupuesto\tFecha\nCER\tUno\tForo\t500\tmayo\n")
    assert table.lines[0].cells == ("Uno", "Foro", "", "", "mayo", "CER")
    assert table.lines[0].extra == (("Presupuesto", "500"),)


@pytest.mark.once
def test_what_was_copied_from_a_sheet_with_line_breaks_and_quotes() -> None:
    text = f'{HEAD}\nUno\tForo\t"primera línea\nsegunda ""línea"""\tPPT\tmayo\tCER\n'
    assert read(text.encode()).lines[0].cells[2] == 'primera línea\nsegunda "línea"'
    plain = f'{HEAD}\nUno\tForo\t"entre comillas" y más\tPPT\tmayo\tCER'
    table = read(plain.encode())
    assert table.lines[0].cells[2] == '"entre comillas" y más'
    assert written(table.opening, table.headings, table.lines, table.closing) == plain


@pytest.mark.once
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "No hay nada que leer: suba un archivo o pegue la tabla."),
        (b"\x89PNG\r\n\x1a\n0000", "El archivo no es una tabla. Debe ser XLSX, CSV o texto con tabulaciones."),
        (b"PK\x03\x04nothing", "No se pudo abrir como hoja de cálculo. Guárdela de nuevo como XLSX, o cópiela y péguela."),
        (b"hola\nmundo", "No encontramos la fila de títulos: OBJETIVO, ACCIONES, SUB ACTIVIDADES, ESTRATEGIAS, FECHA, RESPONSABLE."),
        (HEAD.encode(), "La tabla tiene títulos, pero ninguna fila."),
        ((HEAD + "\nUno\ta\tb\tc\td\te" * 501).encode(), "La tabla tiene 501 filas: el límite es 500. Divídala."),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(data)
    assert refused.value.fields == {"table": sentence}


@pytest.mark.once
def test_a_cell_at_the_end_of_the_world_is_refused_before_room_is_made_for_it() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((HEAD.split("\t"), ["Uno", "a", "b", "c", "mayo", "e"])):
            sheet.write_row(row, 0, cells)
        sheet.write(1_048_575, 16_383, "lejos")
    with pytest.raises(Invalid) as refused:
        read(out.getvalue())
    assert refused.value.fields == {"table": "El libro es demasiado grande. Guarde solo la hoja del plan."}


@pytest.mark.once
def test_windows_text_keeps_its_accents() -> None:
    table = read("Objetivo;Acción;Fecha;Responsable\nEducación;Reunión en Ñahuinpuquio;mayo;CER".encode("cp1252"))
    assert table.lines[0].cells == ("Educación", "Reunión en Ñahuinpuquio", "", "", "mayo", "CER")


def _preview(client: FlaskClient, **data: Any) -> str:
    answer = client.post("/gestion/agendas/APU-T/plan/importar", data=data, content_type="multipart/form-data")
    return unescape(answer.get_data(as_text=True))


def _token(page: str) -> str:
    return page.split('name="tabla" value="')[1].split('"', maxsplit=1)[0]


def test_a_workbook_is_previewed_then_imported(session: Session, agenda: Agenda, actors: Actors) -> None:
    client = actors.client("staff", agenda)
    page = _preview(client, file=(io.BytesIO(MERGED), "plan.xlsx"))
    assert "Celdas combinadas: todas estas filas usan el texto de la primera." in page
    assert "A4:A5" in page
    assert session.scalars(select(Plan)).all() == []  # a preview writes no plan
    session.commit()
    answer = client.post("/gestion/agendas/APU-T/plan/importar/confirmar", data={"tabla": _token(page)})
    assert (answer.status_code, answer.location) == (303, "/gestion/agendas/APU-T/plan")
    plan = session.scalars(select(Plan)).one()
    assert (plan.title, plan.year, plan.public) == ("PLAN DE MUESTRA 2027", 2027, False)
    rows = service.rows_of(session, plan)
    assert [(one.due_from, one.due_to) for one in rows] == [(date(2027, 4, 1), date(2027, 5, 31))] * 2 + [
        (date(2027, 3, 15), date(2027, 3, 15))
    ]
    session.commit()
    again = client.post("/gestion/agendas/APU-T/plan/importar/confirmar", data={"tabla": _token(page)})
    assert again.status_code == 422
    assert len(service.rows_of(session, plan)) == 3


def test_a_pasted_table_with_a_bad_row_keeps_the_good_ones_and_says_which(session: Session, agenda: Agenda, actors: Actors) -> None:
    client = actors.client("coordinator", agenda)
    pasted = f"{HEAD}\n\tsin objetivo\tx\t\tmayo\t\nUno\tForo\tConvocar\tCartas\tcuando se pueda\tCER\nDos\tForo\t{'a' * 5001}\t\tjunio\t\n"
    page = _preview(client, table=pasted, year="2027")
    assert "Falta el objetivo: ninguna fila anterior lo dice. La fila no se importa." in page
    assert "2: Objetivo" in page
    assert "4: Subactividad" in page
    assert "No se entiende como fecha: se guarda tal cual" in page
    client.post("/gestion/agendas/APU-T/plan/importar/confirmar", data={"tabla": _token(page)})
    rows = session.scalars(select(Activity)).all()
    assert [(one.objective, one.date_text, one.due_to) for one in rows] == [("Uno", "cuando se pueda", None)]


def test_what_cannot_be_read_stays_in_the_form(agenda: Agenda, actors: Actors) -> None:
    client = actors.client("staff", agenda)
    answer = client.post("/gestion/agendas/APU-T/plan/importar", data={"table": "una cosa\totra cosa que escribí", "year": "20x"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "otra cosa que escribí" in page
    assert "Escriba el año con cuatro cifras." in page


def test_a_row_twice_is_said(session: Session, agenda: Agenda) -> None:
    rows = ["Uno\ta\tb\tc\tmayo\tCER", "\t\tb\tC \tMayo\tCER", "\t\tb\tc\tjunio\tCER"]
    made = importing.prepare(session, agenda, read("\n".join([HEAD, *rows]).encode()), year=2026)
    assert [(one.place, one.value, one.sentence) for one in made.remarks] == [("3", "b", importing.TWICE)]
    assert len(made.new) == 3


def test_the_same_table_again_changes_nothing_and_another_adds_without_taking_away(
    session: Session, agenda: Agenda, plan: Plan, now: datetime
) -> None:
    same = importing.prepare(session, agenda, read(SOURCE.read_bytes()), year=plan.year)
    assert (len(same.new), len(same.edited), same.same, len(same.kept)) == (0, 0, 18, 0)
    text = (
        f"{HEAD}\nTRABAJO EN GRUPOS POR DIMENSIONES\tElaboracion de Agenda Preliminar\treuniones de grupos de trabajo"
        "\tcronograma de convocatoria a reuniones de grupos de trabajo\tAbril-Mayo\tMCLCP\n\t\tActas\tpor escrito\tmayo\tCER\nOTRO\tuno\tdos\t\tjunio\t\n"
    )
    prepared = importing.prepare(session, agenda, read(text.encode()), year=plan.year)
    assert [(one.activity.code, one.changed) for one in prepared.edited if one.activity] == [
        ("P-05", [("date_text", "Abril", "Abril-Mayo")])
    ]
    assert (len(prepared.new), len(prepared.kept)) == (2, 17)
    importing.apply(session, agenda, prepared, now=now, by=None)
    session.commit()
    rows = service.rows_of(session, plan)
    assert [one.code for one in rows][8:11] == ["P-09", "P-19", "P-10"]  # after the last of its action
    assert rows[-1].code == "P-20"
    levels = filled(own_cells(one) for one in rows)
    assert levels[9] == ("TRABAJO EN GRUPOS POR DIMENSIONES", "Elaboracion de Agenda Preliminar", "Actas")
    assert levels[10][0] == "DIÁLOGO SOCIAL"
    assert rows[4].due_to == date(2022, 5, 31)


def test_a_plan_that_changed_since_the_preview_is_previewed_anew(
    session: Session, agenda: Agenda, plan: Plan, actors: Actors, now: datetime
) -> None:
    client = actors.client("staff", agenda)
    page = _preview(client, table=f"{HEAD}\nOTRO\tuno\tdos\t\tjunio\t")
    service.change_plan(session, plan, now=now, revision=plan.revision, title="Otro título", year=2022, public=True)
    session.commit()
    answer = client.post("/gestion/agendas/APU-T/plan/importar/confirmar", data={"tabla": _token(page)})
    assert "El plan cambió desde la vista previa" in unescape(answer.get_data(as_text=True))
    assert len(service.rows_of(session, plan)) == 18
