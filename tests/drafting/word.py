"""Does to a Word file what people and programs do: edit a row, delete an item, add text, and save it all again in their own way."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Edited:
    """An open file; `done()` returns its bytes."""

    def __init__(self, data: bytes) -> None:
        self.document = Document(io.BytesIO(data))
        self.body = self.document.element.body

    def done(self) -> bytes:
        """Return the file as it is now."""
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def heading(self, code: str) -> Any:
        """Return the paragraph above an item's rows."""
        return next(p for p in self.body.iter(qn("w:p")) if "".join(p.itertext(qn("w:t"))).split(" · ")[0] == code and _anchored(p, "h"))

    def table(self, code: str) -> Any:
        """Return an item's table."""
        return next(one for one in self.heading(code).itersiblings() if one.tag == qn("w:tbl"))

    def row(self, code: str, label: str) -> Any:
        """Return one row of an item."""
        for row in self.table(code).iter(qn("w:tr")):
            if "".join(next(row.iter(qn("w:p"))).itertext(qn("w:t"))) == label:
                return row
        raise AssertionError(label)

    def words(self, code: str, label: str = "Texto") -> list[Any]:
        """Return the paragraphs of a row's words."""
        return list(row_cells(self.row(code, label))[1].iter(qn("w:p")))

    def replace(self, code: str, old: str, new: str, label: str = "Texto") -> None:
        """Change some words where they stand, as somebody typing does."""
        for text in row_cells(self.row(code, label))[1].iter(qn("w:t")):
            if old in (text.text or ""):
                text.text = text.text.replace(old, new)
                return
        raise AssertionError(old)

    def delete_item(self, code: str) -> None:
        """Take out an item, heading and rows."""
        heading, table = self.heading(code), self.table(code)
        self.body.remove(table)
        self.body.remove(heading)

    def paragraph_after(self, code: str, text: str, *, xml: str = "") -> None:
        """Add a paragraph under an item."""
        inner = xml or f"<w:r><w:t>{text}</w:t></w:r>"
        self.table(code).addnext(parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))

    def table_after(self, code: str, rows: list[list[str]]) -> None:
        """Add a table of one's own under an item."""
        cells = "".join(f"<w:tr>{''.join(f'<w:tc><w:p><w:r><w:t>{one}</w:t></w:r></w:p></w:tc>' for one in row)}</w:tr>" for row in rows)
        self.table(code).addnext(parse_xml(f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid/>{cells}</w:tbl>"))


def row_cells(row: Any) -> list[Any]:
    """Return a row's cells."""
    return list(row.iter(qn("w:tc")))


def _anchored(paragraph: Any, key: str) -> bool:
    return any(re.fullmatch(rf"rub_\d+_[rv]\d+_{key}", one.get(qn("w:name"))) for one in paragraph.iter(qn("w:bookmarkStart")))


def parts(data: bytes) -> dict[str, bytes]:
    """Return a file's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes]) -> bytes:
    """Return parts as a file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_document(data: bytes, change: Callable[[Any], None]) -> bytes:
    """Return the file with its main part changed."""
    found = parts(data)
    root = etree.fromstring(found["word/document.xml"])
    change(root)
    found["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return packed(found)


def as_word_saves(data: bytes) -> bytes:
    """Return the file as Word leaves it when somebody with a spelling checker opens and saves it: marks all over, the same words."""

    def change(root: Any) -> None:
        for number, paragraph in enumerate(root.iter(W + "p")):
            paragraph.set(W + "rsidR", f"00{number:06X}")
            paragraph.set(W + "rsidRDefault", "00A77B3E")
        for run in list(root.iter(W + "r")):
            text = run.find(W + "t")
            if text is None or len(text.text or "") < 4 or len(run.findall(W + "t")) > 1:
                continue
            _split(run, text)

    return with_document(data, change)


def _split(run: Any, text: Any) -> None:
    words = text.text
    middle = len(words) // 2
    second = etree.fromstring(etree.tostring(run))
    text.text = words[:middle]
    next(second.iter(W + "t")).text = words[middle:]
    for one in (run, second):
        next(one.iter(W + "t")).set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        one.set(W + "rsidRPr", "00B12345")
        properties = one.find(W + "rPr")
        etree.SubElement(properties, W + "lang").set(W + "val", "es-PE")
    run.addnext(second)
    error = etree.Element(W + "proofErr")
    error.set(W + "type", "spellStart")
    run.addnext(error)


def curled(data: bytes) -> bytes:
    """Return the file after Word's autocorrection: quotes, dashes, dots, hard spaces."""

    def change(root: Any) -> None:
        for one in _words(root):
            one.text = (
                re.sub(r'"([^"]*)"', "“\\1”", one.text).replace("'", "’").replace(" - ", " – ").replace("...", "…").replace(" %", "\u00a0%")
            )

    return with_document(data, change)


def _words(root: Any) -> Iterator[Any]:
    yield from (one for one in root.iter(W + "t") if one.text)


def without_anchors(data: bytes) -> bytes:
    """Return the file as a program leaves it that keeps neither bookmarks nor custom XML."""

    def change(root: Any) -> None:
        for one in [*root.iter(W + "bookmarkStart"), *root.iter(W + "bookmarkEnd")]:
            one.getparent().remove(one)

    found = parts(with_document(data, change))
    return packed({name: one for name, one in found.items() if not name.startswith("customXml/")})


def wrapped(data: bytes) -> bytes:
    """Return the file with its tables and words inside content controls, as a template of somebody's does."""

    def change(root: Any) -> None:
        for table in list(root.iter(W + "tbl")):
            control = etree.Element(W + "sdt")
            inner = etree.SubElement(control, W + "sdtContent")
            table.addprevious(control)
            inner.append(table)

    return with_document(data, change)
