"""A workbook's size is what lies between its cells, not how many bytes it has."""

import io
import zipfile

import pytest
import xlsxwriter

from portal.documents.sprawl import sprawls
from portal.errors import Invalid
from portal.organisations.reading import read_table

ROW = "<table:table-row{}>{}</table:table-row>"
FULL, EMPTY = "<table:table-cell{}><text:p>x</text:p></table:table-cell>", "<table:table-cell{}/>"


def packed(name: str, inner: str) -> zipfile.ZipFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, f"<table:table>{inner}</table:table>" if name == "content.xml" else f"<sheetData>{inner}</sheetData>")
    return zipfile.ZipFile(out)


@pytest.mark.parametrize(
    ("inner", "far"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row>', False),
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', False),
        ('<row r="1048576"/><row r="2"><c r="XFD2" s="1"/></row>', False),
        ('<row r="1048576"><c r="C1048576"><v>1</v></c></row>', True),
        ("<x:row><x:c a='>' r = 'xfd1048576'><v>1</v></x:c></x:row>", True),
        ('<row r="1048576"><c><v>1</v></c><c><v>1</v></c></row>', True),
        (f'<row r="{"9" * 5000}"><c><v>1</v></c></row>', True),
    ],
)
def test_addresses_of_a_sheet(inner: str, far: bool) -> None:
    assert sprawls(packed("xl/worksheets/sheet1.xml", inner)) is far


@pytest.mark.parametrize(
    ("inner", "far"),
    [
        # what LibreOffice writes: the empty rest of each row and of the sheet
        (
            ROW.format("", FULL.format("") + EMPTY.format(' table:number-columns-repeated="16383"'))
            + ROW.format(' table:number-rows-repeated="1048575"', EMPTY.format(' table:number-columns-repeated="16384"')),
            False,
        ),
        (ROW.format(' table:number-rows-repeated="1048575"', FULL.format(' table:number-columns-repeated="16384"')), True),
        (
            ROW.format(' table:number-rows-repeated="1048575"', EMPTY.format(""))
            + ROW.format("", EMPTY.format(' table:number-columns-repeated="16383"') + FULL.format("")),
            True,
        ),
    ],
)
def test_repetitions_of_a_sheet(inner: str, far: bool) -> None:
    assert sprawls(packed("content.xml", inner)) is far


def test_a_list_of_organisations_with_one_cell_far_away_is_refused() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nombre"])
        sheet.write(1_048_575, 16_383, "lejos")
    with pytest.raises(Invalid) as refused:
        read_table(out.getvalue())
    assert refused.value.fields == {"file": "El libro es demasiado grande. Guarde solo la hoja de organizaciones."}
