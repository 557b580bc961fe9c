"""Says how far a workbook's cells lie apart: a reader makes room for every cell in between, and one far away would take all memory."""

import re
import zipfile

MOST_CELLS = 2_000_000
_QUOTED = rb"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_TAG = re.compile(rb"<(/?)(?:[^\s<>/:!?]+:)?(c|row|table-row|table-cell|covered-table-cell|table)(?=[\s/>])(" + _QUOTED + rb")>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d*)["']""")
_REPEATED = re.compile(rb"""-(?:rows|columns)-repeated\s*=\s*["'](\d+)["']""")
_FAR = 10**9
_DIGITS = 9


def sprawls(parts: zipfile.ZipFile) -> bool:
    """Return whether a sheet of a workbook (XLSX or ODS), from its first cell to its last, has more than `MOST_CELLS`."""
    for part in parts.infolist():
        if part.filename.endswith((".xml", ".XML")) or "sheet" in part.filename.lower():
            data = parts.read(part)
            found = _repeated(data) if part.filename == "content.xml" else _addressed(data) if b"sheetData" in data else 0
            if found > MOST_CELLS:
                return True
    return False


def _addressed(data: bytes) -> int:
    """Return an XLSX sheet's cells: its lowest row times its rightmost column, said in addresses or counted."""
    row = column = rows = cells = 0
    for end, name, about in (one.groups() for one in _TAG.finditer(data)):
        if end or name not in {b"c", b"row"} or about.endswith(b"/"):
            continue
        found = _PLACE.search(about)
        letters, digits = (found[1], found[2]) if found else (b"", b"")
        row = max(row, _number(digits))
        rows, cells = rows + (name == b"row"), cells + (name == b"c" and not letters)
        column = max(column, _column(letters))
    return max(row, rows) * max(column, cells, 1)


def _repeated(data: bytes) -> int:
    """Return the cells of an ODS file's largest sheet; what is repeated counts each time, empty cells only before others."""
    most = row = column = rows = columns = width = 0
    repeats = 1
    for end, name, about in (one.groups() for one in _TAG.finditer(data)):
        if name == b"table":
            row = rows = columns = 0
        elif name == b"table-row" and not end:
            repeats, column, width = _times(about), 0, 0
        elif name == b"table-row":
            row += repeats
            if width:
                rows, columns = row, max(columns, width)
                most = max(most, rows * columns)
        elif not end:
            column += _times(about)
            width = width if about.endswith(b"/") else column
    return most


def _times(about: bytes) -> int:
    found = _REPEATED.search(about)
    return _number(found[1]) if found else 1


def _number(digits: bytes) -> int:
    return _FAR if len(digits) > _DIGITS else int(digits or b"0")


def _column(letters: bytes) -> int:
    number = 0
    for one in letters.upper()[:6]:
        number = number * 26 + one - 64
    return number
