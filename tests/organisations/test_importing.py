"""The import names what it cannot read, writes nothing unasked, and does nothing the second time."""

import io
import re
from collections.abc import Callable
from datetime import datetime

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.documents.models import StoredFile
from portal.errors import Invalid
from portal.organisations import importing
from portal.organisations.models import Membership, Organisation
from portal.organisations.reading import MOST_ROWS, read_table
from portal.testing.fixtures import Actors

HEAD = "Organización;Tipo;Código JNE;Ubigeo;Persona;Calidad;Correo;DNI"
GOOD = (
    "Movimiento Ñandú de muestra;movimiento regional;M-1;03;Íñigo Muestra;candidato;inigo@muestra.example;1234567",
    "Movimiento Ñandú de muestra;movimiento regional;M-1;03;Úrsula Muestra;personera legal titular;ursula@muestra.example;",
    "La Alianza de muestra;Alianza electoral;M-2;Abancay (provincia, 0301);;;;",
)


def csv_bytes(*lines: str, encoding: str = "utf-8", separator: str = ";", head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines, "")).replace(";", separator).encode(encoding)


def xlsx_bytes(*lines: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEAD, *lines)):
            for place, value in enumerate(line.split(";")):
                if value.isdigit():
                    sheet.write_number(number, place, int(value))
                else:
                    sheet.write_string(number, place, value)
    return out.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "utf-8, semicolons": lambda: csv_bytes(*GOOD),
    "utf-8 with mark": lambda: csv_bytes(*GOOD, encoding="utf-8-sig"),
    "latin-1, semicolons": lambda: csv_bytes(*GOOD, encoding="latin-1"),
    "windows-1252, tabs": lambda: csv_bytes(*GOOD, encoding="cp1252", separator="\t"),
    "utf-16 of Excel, tabs": lambda: csv_bytes(*GOOD, encoding="utf-16", separator="\t"),
    "xlsx": lambda: xlsx_bytes(*GOOD),
}


@pytest.mark.parametrize("name", FILES)
def test_whatever_saved_the_table_the_same_comes_in(session: Session, now: datetime, name: str) -> None:
    prepared = importing.plan(session, read_table(FILES[name]()))
    assert prepared.problems == []
    assert importing.apply(session, prepared, now=now) == (2, 0, 2)
    found = session.scalars(select(Organisation).order_by(Organisation.sort_name)).all()
    assert [(one.name, one.sort_name, one.kind, one.jne_code, one.territory_inei) for one in found] == [
        ("La Alianza de muestra", "alianza de muestra", "alianza_electoral", "M-2", "0301"),
        ("Movimiento Ñandú de muestra", "movimiento nandu de muestra", "movimiento_regional", "M-1", "03"),
    ]
    assert [
        (one.person.full_name, one.capacity, one.person.dni) for one in session.scalars(select(Membership).order_by(Membership.id))
    ] == [
        ("Íñigo Muestra", "candidato_gobernador", "01234567"),
        ("Úrsula Muestra", "personero_titular", None),
    ]


def test_commas_and_quotes_are_read(session: Session) -> None:
    table = read_table('nombre,tipo\r\n"Unión, Fuerza de muestra",partido político\r\n'.encode())
    assert [row.values for row in table.rows] == [{"name": "Unión, Fuerza de muestra", "kind": "partido político"}]
    assert importing.plan(session, table).changes[0].values == {"name": "Unión, Fuerza de muestra", "kind": "partido_politico"}


def test_the_same_file_twice_changes_nothing(session: Session, now: datetime) -> None:
    table = read_table(csv_bytes(*GOOD))
    importing.apply(session, importing.plan(session, table), now=now)
    session.flush()
    session.expire_all()
    again = importing.plan(session, table)
    assert (again.effective, again.problems) == ([], [])
    assert importing.apply(session, again, now=now) == (0, 0, 0)
    assert session.scalars(select(Organisation.revision)).all() == [1, 1]


def test_a_changed_value_is_shown_and_an_empty_one_erases_nothing(session: Session, now: datetime) -> None:
    importing.apply(session, importing.plan(session, read_table(csv_bytes(*GOOD))), now=now)
    session.expire_all()
    prepared = importing.plan(
        session, read_table(csv_bytes("La Alianza de muestra nueva;;M-2;03;;;;", "Movimiento Ñandú de muestra;;;;;;;"))
    )
    assert [one.changed for one in prepared.effective] == [
        [
            ("name", "La Alianza de muestra", "La Alianza de muestra nueva"),
            ("territory_inei", "Abancay (provincia, 0301)", "Apurímac (departamento, 03)"),
        ]
    ]
    assert importing.apply(session, prepared, now=now) == (0, 1, 0)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        (";movimiento regional;;;;;;", "name", "Falta el nombre"),
        ("Nueva de muestra;;;;;;;", "kind", "Falta el tipo"),
        ("Nueva de muestra;sindicato;;;;;;", "kind", "Ese tipo no existe"),
        ("Nueva de muestra;partido;;Macondo;;;;", "territory", "No encontramos ese territorio"),
        ("Nueva de muestra;partido;;Abancay;;;;", "territory", "Hay varios territorios con ese nombre"),
        ("Nueva de muestra;partido;;;Ana Muestra;presidenta;;", "capacity", "Escriba la calidad"),
        ("Nueva de muestra;partido;;;;candidata;;", "full_name", "Falta el nombre de la persona"),
        ("Nueva de muestra;partido;;;Ana Muestra;candidata;ana@;", "email", "No es un correo"),
        ("Nueva de muestra;partido;;;Ana Muestra;candidata;;12-3", "dni", "El DNI tiene 8 cifras"),
        ("Otra de muestra;partido;M-1;;;;;", "jne_code", "tiene el mismo código"),
        ("Movimiento Ñandú de muestra;partido;;;;;;", "kind", "No coincide con la fila 2"),
    ],
)
def test_each_bad_row_is_named_with_its_column(session: Session, line: str, column: str, says: str) -> None:
    prepared = importing.plan(session, read_table(csv_bytes(GOOD[0], line)))
    assert [(one.row, one.column) for one in prepared.problems] == [(3, column)]
    assert says in prepared.problems[0].sentence
    assert [one.values["name"] for one in prepared.changes] == ["Movimiento Ñandú de muestra"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "vac"),
        (b"%PDF-1.7 \x00\x01", "no es una tabla"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no es una tabla"),
        (b"PK\x03\x04 broken", "No se pudo abrir"),
        (b"una;cosa\r\n1;2\r\n", "columna «Nombre»"),
        (b"Nombre;Tipo\r\n;\r\n", "ninguna fila"),
        (b"Nombre\r\n" + b"x\r\n" * (MOST_ROWS + 1), "el límite es"),
        (b"<html></html>", "no es una tabla"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        read_table(data)
    assert list(refused.value.fields) == ["file"]


def upload(client: FlaskClient, data: bytes, name: str = "tabla.csv") -> str:
    """Upload a table and return the preview."""
    return client.post("/gestion/organizaciones/importar", data={"file": (io.BytesIO(data), name)}).get_data(as_text=True)


def test_nothing_is_written_until_confirmed(session: Session, actors: Actors) -> None:
    client = actors.client("administrator")
    page = upload(client, csv_bytes(*GOOD, "Mala de muestra;sindicato;;;;;;", encoding="latin-1"))
    assert "Movimiento Ñandú de muestra" in page
    assert "Ese tipo no existe" in page
    assert session.scalar(select(func.count(Organisation.id))) == 0
    session.rollback()  # SQLite has one writer
    token = re.findall(r'name="archivo" value="([^"]+)"', page)[0]
    answer = client.post("/gestion/organizaciones/importar/confirmar", data={"archivo": token})
    assert answer.status_code == 303
    assert session.scalar(select(func.count(Organisation.id))) == 2
    session.rollback()
    again = client.post("/gestion/organizaciones/importar/confirmar", data={"archivo": token}).get_data(as_text=True)
    assert "Esta importación ya se confirmó" in again  # and its file, which names people, is gone
    assert [one.removed_at is not None for one in session.scalars(select(StoredFile))] == [True]


def test_a_preview_of_somebody_else_or_a_forged_one_is_not_confirmed(session: Session, actors: Actors) -> None:
    page = upload(actors.client("administrator"), csv_bytes(*GOOD))
    token = re.findall(r'name="archivo" value="([^"]+)"', page)[0]
    other = actors.client("administrator")
    assert other.post("/gestion/organizaciones/importar/confirmar", data={"archivo": token}).status_code == 404
    assert other.post("/gestion/organizaciones/importar/confirmar", data={"archivo": "x" + token}).status_code == 422
    assert session.scalar(select(func.count(Organisation.id))) == 0


@pytest.mark.settings(upload_megabytes=1)
def test_a_file_over_the_limit_is_refused_with_a_sentence(actors: Actors) -> None:
    answer = actors.client("administrator").post(
        "/gestion/organizaciones/importar", data={"file": (io.BytesIO(b"x" * 2_000_000), "tabla.csv")}
    )
    assert (answer.status_code, "El límite es 1 MB" in answer.get_data(as_text=True)) == (413, True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_a_table_that_the_import_takes(session: Session, actors: Actors, kind: str) -> None:
    answer = actors.client("administrator").get(f"/gestion/organizaciones/plantilla.{kind}")
    prepared = importing.plan(session, read_table(answer.data))
    assert (len(prepared.changes), len(prepared.changes[0].people), prepared.problems) == (1, 2, [])
