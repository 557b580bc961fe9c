"""A returned file may be anything: it is refused with a sentence, or read for what it is, and never fetches, runs or fills anything."""

import io
import zipfile
from collections.abc import Callable

import pytest

from plugins.drafting.word.package import ENTITIES, LOCKED, MACROS, NOT_WORD, TOO_BIG, open_package
from plugins.drafting.word.reading import PICTURES, Reading
from portal.errors import Invalid

from . import word
from .conftest import Desk

W = word.W[1:-1]
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def a_file(body: str = "<w:p><w:r><w:t>Hola</w:t></w:r></w:p>", **more: bytes) -> bytes:
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()
    return word.packed({"[Content_Types].xml": TYPES, "word/document.xml": document, **more})


def bomb() -> bytes:
    """Return 100 MB of blanks in a file of 100 KB that says they are few."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        with archive.open("word/document.xml", "w", force_zip64=False) as part:
            for _ in range(100):
                part.write(b" " * 2**20)
    return out.getvalue()


def lying_bomb() -> bytes:
    """Return a bomb whose index says that its part is small."""
    data = bytearray(bomb())
    size = (100 * 2**20).to_bytes(4, "little")
    while size in data:
        place = data.index(size)
        data[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def broken_inside() -> bytes:
    """Return a file whose index is whole and whose main part is not what DEFLATE writes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("word/document.xml", "agua " * 2000)
        place = archive.infolist()[1].header_offset + 30 + len("word/document.xml")
    data = bytearray(out.getvalue())
    data[place : place + 8] = b"\xff" * 8
    return bytes(data)


def entities(kind: str) -> bytes:
    made = {
        "file": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "laughs": '<!DOCTYPE d [<!ENTITY a "ja"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    }[kind]
    document = f'{made}<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&x;&b;</w:t></w:r></w:p></w:body></w:document>'
    return word.packed({"[Content_Types].xml": TYPES, "word/document.xml": document.encode()})


def in_utf_16() -> bytes:
    document = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY x "y">]><w:document xmlns:w="{W}"><w:body/></w:document>'
    return word.packed({"[Content_Types].xml": TYPES, "word/document.xml": document.encode("utf-16")})


def locked() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"x", NOT_WORD),
    "a picture": (lambda: b"\x89PNG\r\n" + bytes(500), NOT_WORD),
    "cut in half": (lambda: a_file()[:200], NOT_WORD),
    "a zip of something else": (lambda: word.packed({"a.txt": b"hola"}), NOT_WORD),
    "a spreadsheet": (lambda: word.packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<w/>"}), NOT_WORD),
    "no body": (lambda: word.packed({"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>"}), NOT_WORD),
    "broken XML": (lambda: a_file("<w:p>"), NOT_WORD),
    "too deep": (lambda: a_file("<w:sdt>" * 2000 + "</w:sdt>" * 2000), NOT_WORD),
    "Word 97": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), NOT_WORD),
    "password": (locked, LOCKED),
    "macros": (lambda: a_file(**{"word/vbaProject.bin": b"x"}), MACROS),
    "macros by type": (
        lambda: word.packed(
            {
                **word.parts(a_file()),
                "[Content_Types].xml": TYPES.replace(b"Types xmlns", b'Types a="ms-word.document.macroEnabled.main+xml" xmlns', 1),
            }
        ),
        MACROS,
    ),
    "external entity": (lambda: entities("file"), ENTITIES),
    "billion laughs": (lambda: entities("laughs"), ENTITIES),
    "entities in UTF-16": (in_utf_16, ENTITIES),
    "bomb": (bomb, TOO_BIG),
    "bomb that lies": (lying_bomb, NOT_WORD),
    "a part that cannot be inflated": (broken_inside, NOT_WORD),
    "a part too long": (lambda: a_file(f"<w:p><w:r><w:t>{'a' * (25 * 2**20)}</w:t></w:r></w:p>"), TOO_BIG),
    "too many parts": (lambda: word.packed({"[Content_Types].xml": TYPES, **{f"p{n}": b"" for n in range(2001)}}), TOO_BIG),
    "too many elements": (lambda: a_file("<w:p/>" * 600_001), TOO_BIG),
}


@pytest.mark.parametrize("what", REFUSED, ids=[name.replace(" ", "-") for name in REFUSED])
def test_refused_with_a_sentence(what: str) -> None:
    make, sentence = REFUSED[what]
    with pytest.raises(Invalid) as refused:
        open_package(make())
    assert refused.value.fields == {"file": sentence}


def read(data: bytes) -> list[str]:
    found = Reading(open_package(data), lambda _id, _mark: None, (), {}, ()).read()
    return [text for _, text in found.loose]


def test_links_that_run_or_reach_inside_are_left_as_words() -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="javascript:alert(1)" TargetMode="External"/>'
        '<Relationship Id="r2" Target="https://www.gob.pe/" TargetMode="External"/></Relationships>'
    )
    space = "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
    body = "".join(f"<w:p><w:hyperlink {space} r:id='r{n}'><w:r><w:t>aquí</w:t></w:r></w:hyperlink></w:p>" for n in (1, 2))
    assert read(a_file(body, **{"word/_rels/document.xml.rels": relations.encode()})) == ["aquí\n\n[aquí](https://www.gob.pe/)"]


def test_styles_that_turn_in_a_circle_and_numbers_that_are_none_end() -> None:
    styles = "".join(
        f"<w:style w:type='paragraph' w:styleId='{a}'><w:name w:val='{a}'/><w:basedOn w:val='{b}'/></w:style>"
        for a, b in (("A", "B"), ("B", "A"))
    )
    body = (
        "<w:p><w:pPr><w:pStyle w:val='A'/><w:numPr><w:ilvl w:val='x'/><w:numId w:val='7'/></w:numPr></w:pPr><w:r><w:t>uno</w:t></w:r></w:p>"
    )
    more = {"word/styles.xml": f"<w:styles xmlns:w='{W}'>{styles}</w:styles>".encode()}
    assert read(a_file(body, **more)) == ["- uno"]


def test_numbers_of_any_length_end() -> None:
    long = "9" * 5000
    body = f"<w:p><w:pPr><w:numPr><w:ilvl w:val='{long}'/><w:numId w:val='7'/></w:numPr></w:pPr><w:r><w:t>uno</w:t></w:r></w:p>"
    styles = (
        f"<w:style w:type='paragraph' w:styleId='A'><w:name w:val='a'/><w:pPr><w:numPr><w:ilvl w:val='{long}'/></w:numPr></w:pPr></w:style>"
    )
    lists = f"<w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='{long}'/></w:abstractNum>"
    more = {"styles": styles, "numbering": lists}
    parts = {f"word/{name}.xml": f"<w:{name} xmlns:w='{W}'>{inner}</w:{name}>".encode() for name, inner in more.items()}
    assert read(word.packed(word.parts(a_file(body)) | parts)) == ["- uno"]


@pytest.mark.settings(plugins=("drafting", "social"))
@pytest.mark.parametrize("mark", ["r" + "9" * 5000, "v99999999999999999999", "v999999999"])
def test_a_manifest_that_claims_a_wording_nobody_had_is_read_against_todays(desk: Desk, mark: str) -> None:
    found = word.parts(desk.export())
    found["customXml/item9.xml"] = found["customXml/item9.xml"].replace(b'"mark": "r1"', f'"mark": "{mark}"'.encode())
    assert mark.encode() in found["customXml/item9.xml"]
    made = desk.receive(word.packed(found))
    assert (desk.proposed(made), made.reading["missing"]) == ({}, [])


def test_signs_of_a_picture_font_are_words_or_said() -> None:
    arrow, heart = (f"<w:r><w:sym w:font='Wingdings' w:char='{char}'/></w:r>" for char in ("F0E0", "F0A9"))
    body = f"<w:p><w:r><w:t xml:space='preserve'>sube </w:t></w:r>{arrow}</w:p>"
    assert read(a_file(body)) == ["sube →"]
    told = [Reading(open_package(a_file(one)), lambda _id, _mark: None, (), {}, ()).read().told for one in (body, f"<w:p>{heart}</w:p>")]
    assert [[one.sentence for one in each] for each in told] == [[], [PICTURES]]


def test_a_manifest_that_is_no_manifest_is_nobodys() -> None:
    for said in (
        b"<rubrica xmlns='urn:rubrica:word:1'>[1]</rubrica>",
        b"<rubrica xmlns='urn:rubrica:word:1'>{</rubrica>",
        b"<!DOCTYPE x><x/>",
        b"no",
    ):
        assert open_package(a_file(**{"customXml/item1.xml": said})).manifest == {}


def test_anchors_that_somebody_made_up_lead_nowhere() -> None:
    names = ("rub_999999999_r1_texto", "rub_1_r999999_h", "rub_1_v1_texto", "rub_1_r1_../x", "rubf_x")
    marks = "".join(f"<w:bookmarkStart w:id='{n}' w:name='{name}'/>" for n, name in enumerate(names))
    table = f"<w:tbl><w:tr><w:tc><w:p>{marks}<w:r><w:t>Texto</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>malo</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    assert read(a_file(table)) == ["| Texto | malo |\n| --- | --- |"]


def test_words_of_text_boxes_and_deleted_paragraphs() -> None:
    box = (
        "<w:p><w:r><w:drawing><w:txbxContent><w:p><w:r><w:t>En un cuadro</w:t></w:r></w:p></w:txbxContent></w:drawing></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del w:id='1' w:author='M'/></w:rPr></w:pPr><w:r><w:t xml:space='preserve'>Se </w:t></w:r></w:p>"
        "<w:p><w:r><w:t>une</w:t></w:r><w:moveFrom w:id='2'><w:r><w:t> fuera</w:t></w:r></w:moveFrom></w:p>"
    )
    assert read(a_file(box)) == ["En un cuadro\n\nSe une"]
