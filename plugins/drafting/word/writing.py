"""Writes a draft, or a frozen version, as a Word file that can come back: a bookmark for each item and each of its rows."""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.document import Document as Open
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from plugins.drafting.word.folding import folded
from plugins.drafting.word.markdown import LISTS, Para, Run
from plugins.drafting.word.sheets import HEADING, Base, Row, rows
from portal.documents.canonical import digest
from portal.extend.kinds import ItemField

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SCHEMA = "rubrica.word/1"
NAMESPACE = "urn:rubrica:word:1"
BODY, RAW, QUOTE, LABEL, HINT, CODE = (
    "Rubrica texto",
    "Rubrica Markdown",
    "Rubrica cita",
    "Rubrica rotulo",
    "Rubrica ayuda",
    "Rubrica punto",
)
INK, FAINT, RULE, WASH = "1F2933", "5B6770", "B8C0C7", "F3F5F6"
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FURNITURE = "rubf_"
_WIDTHS = (2000, 7638)  # twentieths of a point: the label's column and the words'
HOW = (
    "Corrija con libertad la columna de la derecha; puede usar el control de cambios y los comentarios.",
    "No cambie los códigos ni la columna de la izquierda: por ellos el portal reconoce cada punto.",
    "Para proponer un punto nuevo, escríbalo como un párrafo aparte, debajo del punto al que sigue.",
    "Devuelva el archivo a la Mesa: cada punto cambiado entra como una sugerencia, y alguien decide. Nada se sobrescribe.",
)


@dataclass(frozen=True)
class Sheet:
    """What goes into a file. `dimensions`: (name, label, items); `version`: a frozen one's number, None for the draft."""

    code: str
    title: str
    version: int | None
    at: datetime
    said: str
    dimensions: Sequence[tuple[str, str, Sequence[Base]]]
    fields: Mapping[str, Sequence[ItemField]]
    whole: bool = True


@dataclass
class _Writer:
    document: Open
    mark: int = 0
    lists: int = 0
    parts: list[str] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)  # a style's id by its name: to look for it takes long

    def bookmark(self, name: str, inner: str) -> str:
        """Return `inner` with a bookmark around it."""
        self.mark += 1
        return f'<w:bookmarkStart w:id="{self.mark}" w:name={quoteattr(name)}/>{inner}<w:bookmarkEnd w:id="{self.mark}"/>'


def write(sheet: Sheet) -> bytes:
    """Return the file. Its items carry the wording's revision, its manifest (custom XML) their digests."""
    document = _document(sheet)
    writer = _Writer(document)
    _furniture(writer, sheet.title, "Title")
    _furniture(writer, sheet.said, "Subtitle")
    for line in HOW:
        _furniture(writer, line, HINT)
    for _, label, items in sheet.dimensions:
        _furniture(writer, label, "Heading 1")
        for base in items:
            _item(writer, base, sheet.fields.get(base.dimension, ()))
    body = document.element.body
    end = body.find(qn("w:sectPr"))
    for part in writer.parts:
        end.addprevious(parse_xml(part))
    _manifest(document, sheet)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def manifest(sheet: Sheet) -> dict[str, Any]:
    """Return what the file says of itself: what it holds, which wording of each item, and that wording's digest."""
    return {
        "schema": SCHEMA,
        "agenda": sheet.code,
        "version": sheet.version,
        "whole": sheet.whole,
        "dimensions": [name for name, _, _ in sheet.dimensions],
        "items": [
            {"id": one.item_id, "code": one.code, "mark": one.mark, "sha256": digest(dict(one.content))}
            for _, _, items in sheet.dimensions
            for one in items
        ],
    }


def furniture_mark(text: str) -> str:
    """Return the bookmark's name of a line that belongs to no item: it says what the line said."""
    return _FURNITURE + hashlib.sha256(folded(text).encode()).hexdigest()[:24]


def _furniture(writer: _Writer, text: str, style: str) -> None:
    writer.parts.append(_paragraph(writer, style, writer.bookmark(furniture_mark(text), _run(Run(text)))))


def _item(writer: _Writer, base: Base, fields: Sequence[ItemField]) -> None:
    code, rest = base.code, base.heading.removeprefix(base.code)
    heading = _run(Run(code, "b")) + _run(Run(rest))
    writer.parts.append(_paragraph(writer, CODE, writer.bookmark(base.anchor(HEADING), heading)))
    cells = "".join(_row(writer, base, row) for row in rows(base, fields))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/>' for side in ("top", "bottom", "insideH"))
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 60), ("left", 100), ("bottom", 60), ("right", 100))
    )
    writer.parts.append(
        f'<w:tbl {nsdecls("w", "r")}><w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{cells}</w:tbl>'
    )
    writer.parts.append(_paragraph(writer, BODY, ""))


def _row(writer: _Writer, base: Base, row: Row) -> str:
    label = _paragraph(writer, LABEL, writer.bookmark(base.anchor(row.key), _run(Run(row.label))), inside=True)
    if row.hint:
        label += _paragraph(writer, HINT, _run(Run(row.hint)), inside=True)
    words = _words(writer, row.paras) or _paragraph(writer, BODY, "", inside=True)
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{WASH}"/>'
    return (
        f'<w:tr><w:tc><w:tcPr><w:tcW w:w="{_WIDTHS[0]}" w:type="dxa"/>{shade}</w:tcPr>{label}</w:tc>'
        f'<w:tc><w:tcPr><w:tcW w:w="{_WIDTHS[1]}" w:type="dxa"/></w:tcPr>{words}</w:tc></w:tr>'
    )


def _words(writer: _Writer, paras: Iterable[Para]) -> str:
    found = ""
    numbered: dict[int, tuple[str, int]] = {}  # the list that goes on at each level
    for one in paras:
        numbering = ""
        numbered = {level: held for level, held in numbered.items() if level <= one.level and one.kind in LISTS}
        if one.kind in LISTS:
            if numbered.get(one.level, ("", 0))[0] != one.kind:
                numbered[one.level] = (one.kind, _numbering(writer, one))
            level = f'<w:ilvl w:val="{min(one.level, 8)}"/>'
            numbering = f'<w:numPr>{level}<w:numId w:val="{numbered[one.level][1]}"/></w:numPr>'
        runs = "".join(_run(run) if not run.href else _link(writer, run) for run in one.runs)
        style = {"raw": RAW, "quote": QUOTE, "heading": f"Heading {min(9, one.level + 3)}"}.get(one.kind, BODY)
        found += _paragraph(writer, style, runs, numbering, inside=True)
    return found


def _paragraph(writer: _Writer, style: str, inner: str, properties: str = "", *, inside: bool = False) -> str:
    if style not in writer.styles:
        writer.styles[style] = writer.document.styles[style].style_id
    name = writer.styles[style]
    space = "" if inside else f" {nsdecls('w', 'r')}"
    return f'<w:p{space}><w:pPr><w:pStyle w:val="{name}"/>{properties}</w:pPr>{inner}</w:p>'


def _run(run: Run) -> str:
    properties = "".join(words for mark, words in (("b", "<w:b/>"), ("i", "<w:i/>"), ("s", "<w:strike/>")) if mark in run.marks)
    if "c" in run.marks:
        properties = f'<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>{properties}'
    lines = _FORBIDDEN.sub("", run.text).split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"


def _link(writer: _Writer, run: Run) -> str:
    if not re.match(r"(https?|mailto):", run.href):
        return _run(Run(f"[{run.text}]({run.href})", run.marks))
    identity = writer.document.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    inner = _run(run).replace("<w:rPr>", '<w:rPr><w:color w:val="1D4F91"/><w:u w:val="single"/>', 1)
    if "<w:rFonts" in inner:  # the schema's order: fonts, bold, …, colour, underline
        inner = _run(run)
    elif run.marks:
        inner = _run(run).replace("</w:rPr>", '<w:color w:val="1D4F91"/><w:u w:val="single"/></w:rPr>', 1)
    return f'<w:hyperlink r:id="{identity}">{inner}</w:hyperlink>'


def _numbering(writer: _Writer, para: Para) -> int:
    """Return a new list of the document, so that each numbered list begins where it should."""
    root = writer.document.part.numbering_part.element
    if not writer.lists:
        _abstract(root)
    writer.lists += 1
    identity = 900 + writer.lists
    kind = 91 if para.kind == "bullet" else 92
    start = (
        ""
        if para.kind == "bullet"
        else f'<w:lvlOverride w:ilvl="{min(para.level, 8)}"><w:startOverride w:val="{para.number}"/></w:lvlOverride>'
    )
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{kind}"/>{start}</w:num>'))
    return identity


def _abstract(root: Any) -> None:
    first = root.find(qn("w:num"))
    for identity, shape in ((91, "bullet"), (92, "decimal")):
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/>'
            f'<w:lvlText w:val="{"•–▪"[level % 3] if shape == "bullet" else f"%{level + 1}."}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{360 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for level in range(9)
        )
        made = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}"><w:multiLevelType w:val="hybridMultilevel"/>{levels}</w:abstractNum>'
        )
        if first is not None:
            first.addprevious(made)
        else:
            root.append(made)


# ---------- the frame


def _document(sheet: Sheet) -> Open:
    document = Document()
    for one in list(document.element.body.iterchildren(qn("w:p"))):
        document.element.body.remove(one)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "Rúbrica", sheet.title[:250], ""
    properties.created = properties.modified = sheet.at.replace(tzinfo=None)
    properties.language, properties.last_modified_by = "es-PE", "Rúbrica"
    _styles(document)
    _footer(section.footer, f"{sheet.code} · {sheet.said}")
    return document


def _styles(document: Open) -> None:
    _look(document, "Normal", 10.5, after=4)
    for name, size, before, after in (("Title", 22, 0, 4), ("Heading 1", 16, 22, 6), ("Heading 2", 13, 12, 4), ("Heading 3", 12, 10, 4)):
        _look(document, name, size, bold=True, before=before, after=after, keep=True)
    for level in range(4, 10):
        _look(document, f"Heading {level}", 10.5, bold=True, before=6, after=3, keep=True)
    _look(document, "Subtitle", 11, colour=FAINT, after=10)
    made = {
        BODY: {"size": 10.5, "after": 4},
        RAW: {"size": 9.5, "after": 0, "font": "Courier New"},
        QUOTE: {"size": 10.5, "after": 4, "colour": FAINT, "indent": 0.6},
        LABEL: {"size": 9, "bold": True, "after": 0},
        HINT: {"size": 8.5, "colour": FAINT, "after": 1},
        CODE: {"size": 11, "before": 10, "after": 4, "keep": True},
    }
    for name, values in made.items():
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
        _look(document, name, **values)  # type: ignore[arg-type]
    default = document.styles.element.find(qn("w:docDefaults"))
    if default is not None:
        language = default.find(f".//{qn('w:lang')}")
        if language is not None:
            language.set(qn("w:val"), "es-PE")


def _look(
    document: Open,
    name: str,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
    font: str = "Calibri",
    indent: float = 0,
) -> None:
    style = document.styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    style.font.name = font
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        if "heme" in attribute:
            del fonts.attrib[attribute]
    for side in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(side), font)
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing, layout.keep_with_next = Pt(before), Pt(after), 1.15, keep
    if indent:
        layout.left_indent = Cm(indent)
    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _footer(footer: Any, text: str) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.style.font.size, paragraph.style.font.color.rgb = Pt(8.5), RGBColor.from_string(FAINT)
    for words in (f"{text} · página ", "PAGE", " de ", "NUMPAGES"):
        if words.isupper() and words.isalpha():
            inner = f'<w:fldSimple {nsdecls("w")} w:instr="{words}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        else:
            inner = f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{escape(_FORBIDDEN.sub("", words))}</w:t></w:r>'
        paragraph._p.append(parse_xml(inner))  # noqa: SLF001 - python-docx has no call for a field


def _manifest(document: Open, sheet: Sheet) -> None:
    said = json.dumps(manifest(sheet), ensure_ascii=False, sort_keys=True)
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rubrica xmlns="{NAMESPACE}">{escape(said)}</rubrica>'
    identity = (
        "{"
        + "-".join(hashlib.sha256(said.encode()).hexdigest().upper()[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
        + "}"
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/"
    about = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="no"?><ds:datastoreItem ds:itemID="{identity}" xmlns:ds="{office}customXml">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    package = document.part.package
    part = Part(PackURI("/customXml/item9.xml"), "application/xml", xml.encode(), package)
    kind = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    properties = Part(PackURI("/customXml/itemProps9.xml"), kind, about.encode(), package)
    document.part.relate_to(part, f"{office}relationships/customXml")
    part.relate_to(properties, f"{office}relationships/customXmlProps")
