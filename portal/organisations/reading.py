"""Reads an uploaded table, whatever saved it: CSV in UTF-8, UTF-16 or Windows-1252, any usual separator; XLSX, XLS, ODS."""

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.documents.sprawl import sprawls
from portal.errors import Invalid
from portal.i18n import N_
from portal.organisations.names import folded

MOST_ROWS = 5000
_MOST_INFLATED = 200_000_000
COLUMNS = {
    "name": N_("Nombre"),
    "short_name": N_("Nombre corto"),
    "kind": N_("Tipo"),
    "jne_code": N_("Código JNE"),
    "territory": N_("Territorio"),
    "full_name": N_("Persona"),
    "capacity": N_("Calidad"),
    "email": N_("Correo"),
    "phone": N_("Teléfono"),
    "dni": N_("DNI"),
    "since": N_("Desde"),
    "until": N_("Hasta"),
}
_ALIASES = {
    "name": (
        "nombre",
        "organizacion",
        "organizacion politica",
        "nombre de la organizacion",
        "razon social",
        "partido",
        "movimiento",
        "name",
    ),
    "short_name": ("nombre corto", "siglas", "sigla", "abreviatura"),
    "kind": ("tipo", "tipo de organizacion", "tipo organizacion", "clase"),
    "jne_code": ("codigo jne", "cod jne", "codigo", "jne", "codigo del jne", "id jne"),
    "territory": ("territorio", "ubigeo", "ubigeo inei", "ambito", "region", "departamento", "provincia", "distrito"),
    "full_name": ("persona", "nombres y apellidos", "apellidos y nombres", "representante", "contacto", "nombre de la persona"),
    "capacity": ("calidad", "cargo", "rol", "funcion"),
    "email": ("correo", "correo electronico", "email", "e mail", "mail"),
    "phone": ("telefono", "celular", "movil", "telefono celular"),
    "dni": ("dni", "documento", "documento de identidad", "nro dni", "n dni"),
    "since": ("desde", "fecha de inicio", "inicio"),
    "until": ("hasta", "fecha de fin", "fin", "termino"),
}
_MEANING = {alias: column for column, aliases in _ALIASES.items() for alias in aliases}


@dataclass(frozen=True)
class Row:
    """A line of the file: its number as the spreadsheet shows it, and its trimmed values by column."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True)
class Table:
    """What was read: rows that are not empty, the columns known, and the headings that mean nothing to us."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    ignored: tuple[str, ...]


def read_table(data: bytes) -> Table:
    """Return the table in `data`. Raises `Invalid` (field "file") for what is not one, is empty, or has no column of names."""
    if not data.strip():
        raise refused(N_("El archivo está vacío."))
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _table(_sheet(data))
    return _table(_lines(data))


def refused(sentence: str, **params: Any) -> Invalid:
    """Return the refusal of a file."""
    return Invalid(sentence, fields={"file": sentence % params if params else sentence}, **params)


def _sheet(data: bytes) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - few requests need it

    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                if sum(part.file_size for part in parts.infolist()) > _MOST_INFLATED or sprawls(parts):
                    raise refused(N_("El libro es demasiado grande. Guarde solo la hoja de organizaciones."))
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, zlib.error, ValueError, IndexError, OSError, EOFError, RuntimeError) as error:
        raise refused(N_("No se pudo abrir como hoja de cálculo. Guárdelo de nuevo como XLSX o CSV.")) from error
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a spreadsheet keeps the ubigeo 30101 and the DNI as numbers
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _lines(data: bytes) -> list[list[str]]:
    text = _text(data)
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";,\t|", key=lambda mark: (sum(folded(part) in _MEANING for part in head.split(mark)), head.count(mark)))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise refused(N_("No se pudo leer como tabla. Guárdelo como CSV o XLSX.")) from error


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:100_000] or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"{", b"<")):
        raise refused(N_("El archivo no es una tabla. Debe ser CSV o XLSX."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what Excel writes on Windows; a superset of Latin-1's letters


def _table(raw: list[list[str]]) -> Table:
    start = next((place for place, row in enumerate(raw) if any(cell.strip() for cell in row)), None)
    if start is None:
        raise refused(N_("El archivo está vacío."))
    places: dict[str, int] = {}
    ignored = []
    for place, heading in enumerate(raw[start]):
        column = _MEANING.get(folded(heading))
        if column and column not in places:
            places[column] = place
        elif heading.strip():
            ignored.append(heading.strip())
    if "name" not in places:
        raise refused(N_("No encontramos la columna «Nombre» en la primera fila. Descargue la plantilla y use sus títulos."))
    rows = []
    for number, row in enumerate(raw[start + 1 :], start + 2):
        values = {column: re.sub(r"\s+", " ", row[place]).strip() for column, place in places.items() if place < len(row)}
        if any(values.values()):
            rows.append(Row(number, values))
    if not rows:
        raise refused(N_("El archivo tiene títulos, pero ninguna fila con datos."))
    if len(rows) > MOST_ROWS:
        raise refused(N_("El archivo tiene %(rows)s filas: el límite es %(most)s. Divídalo."), rows=len(rows), most=MOST_ROWS)
    return Table(tuple(rows), tuple(places), tuple(ignored))
