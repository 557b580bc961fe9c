"""Reads a plan's table as somebody wrote it, pasted or in a file, and writes it again as it came."""

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from plugins.workplan.dates import SHORT, folded
from plugins.workplan.words import COLUMNS
from portal.documents.sprawl import sprawls
from portal.errors import Invalid
from portal.i18n import N_

MOST_ROWS = 500
LONGEST_CELL = 5_000
MOST_BYTES = 8_000_000
_MOST_INFLATED = 100_000_000
_MEANING = {
    alias: column
    for column, aliases in {
        "objective": "objetivo|objetivos|objetivo estrategico|objetivo especifico",
        "action": "accion|acciones|actividad|actividades|accion estrategica",
        "sub_activity": "sub actividad|sub actividades|subactividad|subactividades|sub-actividad|sub-actividades|tarea|tareas",
        "strategy": "estrategia|estrategias",
        "date_text": "fecha|fechas|cronograma|plazo|plazos|mes|meses",
        "responsible": "responsable|responsables",
    }.items()
    for alias in aliases.split("|")
}
_NAMES = tuple(COLUMNS)


@dataclass(frozen=True)
class Line:
    """A row of the table: its number in the file, its six cells as they are, what other columns say, the empty lines before it."""

    number: int
    cells: tuple[str, ...]
    blank_before: int = 0
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Remark:
    """Something to say of a cell: its place ("fila 7, FECHA", "E7"), what it holds, and a sentence."""

    place: str
    value: str
    sentence: str
    row: int = 0


@dataclass
class Table:
    """What was read. `opening` and `closing`: the text around the rows (of text; empty of a workbook)."""

    title: str
    headings: list[str]
    lines: list[Line]
    opening: str = ""
    closing: str = ""
    remarks: list[Remark] = field(default_factory=list)


@dataclass
class _Grid:
    rows: list[list[str]]
    workbook: bool = False
    remarks: list[Remark] = field(default_factory=list)
    inherited: dict[tuple[int, int], str] = field(default_factory=dict)  # what a merged cell says in its other rows


def read(data: bytes) -> Table:
    """Return the table in `data`: a workbook (XLSX, XLS, ODS), or text with tabs, semicolons or commas. Raises `Invalid` (field "table")."""
    if len(data) > MOST_BYTES:
        raise refused(N_("La tabla es demasiado grande: el límite es 8 MB."))
    if not data.strip():
        raise refused(N_("No hay nada que leer: suba un archivo o pegue la tabla."))
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _table(_sheet(data), text=None)
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    return _table(_Grid(_cells(text)), text=text)


def refused(sentence: str, **params: Any) -> Invalid:
    """Return the refusal of a table."""
    return Invalid(sentence, fields={"table": sentence % params if params else sentence}, **params)


def written(opening: str, headings: list[str], lines: list[Line], closing: str) -> str:
    """Return a table as text, cells between tabs: of what was read from such text, the same text."""
    rows = ["\t".join(headings), *("\n" * line.blank_before + "\t".join(line.cells) for line in lines)]
    return opening + "\n".join(rows) + closing


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
        raise refused(N_("El archivo no es una tabla. Debe ser XLSX, CSV o texto con tabulaciones."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cells(text: str) -> list[list[str]]:
    lines = text.split("\n")
    head = next((line for line in lines if _is_head(_split(line))), "")
    mark = _separator(head)
    if mark == "\t" and not re.search(r'(?:^|\t)"[^"\t\n]*(?:\n|$)', text):
        return [line.split("\t") for line in lines]  # byte for byte: the quotes in it are its author's
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise refused(N_("No se pudo leer como tabla. Guárdela como XLSX, o cópiela y péguela aquí.")) from error


def _split(line: str) -> list[str]:
    return line.split(_separator(line))


def _separator(line: str) -> str:
    return max("\t;,|", key=line.count) if line else "\t"


def _is_head(cells: list[str]) -> bool:
    known = {_MEANING[name] for name in map(folded, (cell.strip('"') for cell in cells)) if name in _MEANING}
    return "objective" in known and len(known) > 2  # noqa: PLR2004 - one word could be anything


def _sheet(data: bytes) -> _Grid:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - few requests need it

    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                if sum(part.file_size for part in parts.infolist()) > _MOST_INFLATED or sprawls(parts):
                    raise refused(N_("El libro es demasiado grande. Guarde solo la hoja del plan."))
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for place in range(len(book.sheet_names)):
                sheet = book.get_sheet_by_index(place)
                raw = sheet.to_python(skip_empty_area=False)
                if any(_is_head([str(cell) for cell in row]) for row in raw[:50]):
                    merged = list(sheet.merged_cell_ranges or ())
                    break
            else:
                raise refused(NO_HEAD)
    except (CalamineError, zipfile.BadZipFile, zlib.error, ValueError, IndexError, OSError, EOFError, RuntimeError) as error:
        if isinstance(error, Invalid):
            raise
        raise refused(N_("No se pudo abrir como hoja de cálculo. Guárdela de nuevo como XLSX, o cópiela y péguela.")) from error
    grid = _Grid([], workbook=True)
    for number, row in enumerate(raw):
        grid.rows.append([_plain(grid, cell, number, column) for column, cell in enumerate(row)])
    for (top, left), (bottom, right) in sorted(merged):
        _merge(grid, top, left, bottom, right)
    return grid


NO_HEAD = N_("No encontramos la fila de títulos: OBJETIVO, ACCIONES, SUB ACTIVIDADES, ESTRATEGIAS, FECHA, RESPONSABLE.")


def _plain(grid: _Grid, cell: Any, row: int, column: int) -> str:
    if isinstance(cell, datetime | date):
        day = cell.date() if isinstance(cell, datetime) else cell
        if day.day != 1:
            return f"{day:%d/%m/%Y}"
        said = f"{SHORT[day.month - 1]}-{day:%y}"
        grid.remarks.append(
            Remark(
                address(row, column),
                f"{day:%d/%m/%Y}",
                N_("La celda guarda una fecha; se lee como el mes entero, que es lo que muestra."),
                row + 1,
            )
        )
        return said
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def address(row: int, column: int) -> str:
    """Return a cell's name in a workbook: (6, 4) → E7."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _merge(grid: _Grid, top: int, left: int, bottom: int, right: int) -> None:
    if top >= len(grid.rows) or left >= len(grid.rows[top]):
        return
    value = grid.rows[top][left]
    for row in range(top + 1, min(bottom + 1, len(grid.rows))):
        grid.inherited[row, left] = value
    name = f"{address(top, left)}:{address(bottom, right)}"
    if bottom > top:
        sentence = N_("Celdas combinadas: todas estas filas usan el texto de la primera.")
    else:
        sentence = N_("Celdas combinadas: el texto quedó en la primera columna.")
    grid.remarks.append(Remark(name, value, sentence, top + 1))


def _table(grid: _Grid, *, text: str | None) -> Table:
    start = next((place for place, row in enumerate(grid.rows) if _is_head(row)), None)
    if start is None:
        raise refused(NO_HEAD)
    heads = grid.rows[start]
    places: dict[str, int] = {}
    for place, heading in enumerate(heads):
        column = _MEANING.get(folded(heading.strip('"')))
        if column and column not in places:
            places[column] = place
    before = [cell.strip() for row in grid.rows[:start] for cell in row if cell.strip()]
    table = Table(title=before[-1][:300] if before else "", headings=heads, lines=[])
    table.remarks = [one for one in grid.remarks if one.row > start + 1]
    blank = last = 0
    for number, row in enumerate(grid.rows[start + 1 :], start + 1):
        line = _line(grid, row, number, places, heads, blank)
        if not any(cell.strip() for cell in (*line.cells, *(value for _, value in line.extra))):
            blank += 1
            continue
        table.lines.append(line)
        _check(table, grid, line, places)
        blank, last = 0, number
    if not table.lines:
        raise refused(N_("La tabla tiene títulos, pero ninguna fila."))
    if len(table.lines) > MOST_ROWS:
        raise refused(N_("La tabla tiene %(rows)s filas: el límite es %(most)s. Divídala."), rows=len(table.lines), most=MOST_ROWS)
    table.headings = heads[:6]
    if text is not None and places == {name: place for place, name in enumerate(_NAMES)}:
        raw = text.split("\n")
        table.opening = "".join(f"{line}\n" for line in raw[:start])
        table.closing = "".join(f"\n{line}" for line in raw[last + 1 :])
    else:
        table.headings = [heads[places[name]] if name in places else "" for name in _NAMES]
    return table


def _line(grid: _Grid, row: list[str], number: int, places: dict[str, int], heads: list[str], blank: int) -> Line:
    cells = []
    for name in _NAMES:
        place = places.get(name)
        value = row[place] if place is not None and place < len(row) else ""
        if place is not None and not value.strip() and name not in {"objective", "action", "sub_activity"}:
            value = grid.inherited.get((number, place), value)  # the first three inherit by themselves
        cells.append(value)
    known = set(places.values())
    extra = tuple(
        ((heads[place].strip() if place < len(heads) else "") or address(0, place)[:-1], value)
        for place, value in enumerate(row)
        if place not in known and value.strip()
    )
    return Line(number + 1, tuple(cells), blank, extra)


def _check(table: Table, grid: _Grid, line: Line, places: dict[str, int]) -> None:
    """Note the cells that hold more than a plan keeps."""
    for name, cell in zip(_NAMES, line.cells, strict=True):
        if len(cell) > LONGEST_CELL:
            table.remarks.append(Remark(place_of(grid.workbook, line, name, places), cell[:60] + "…", TOO_LONG, line.number))


TOO_LONG = N_("La celda pasa de 5000 caracteres: la fila no se importa. Acórtela o llévela a un documento.")


def place_of(workbook: bool, line: Line, name: str, places: dict[str, int] | None = None) -> str:  # noqa: FBT001 - where it is from
    """Return how a reader finds a cell: E7 in a workbook, else "7: Fecha"."""
    if workbook and places and name in places:
        return address(line.number - 1, places[name])
    return f"{line.number}: {COLUMNS[name]}"
