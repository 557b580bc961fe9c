"""Walks a Word file's body: paragraphs and tables in order, with tracked changes read as accepted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from plugins.drafting.word.markdown import Kind, Para, Run
from plugins.drafting.word.package import Package, R, w
from plugins.drafting.word.writing import QUOTE, RAW

Element = Any
_THROUGH = {w(name) for name in ("ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "hyperlink", "fldSimple", "bdo", "dir")}
_GONE = {w("del"), w("moveFrom")}
_OFF = {"0", "false", "off", "none"}
_SIGNS = {"F0E0": "→", "F0DF": "←", "F0E8": "→", "F0F3": "↔"}  # what Word makes of -->, <--, ==> and <=>, in a font of pictures
DEEPEST = 8


@dataclass(frozen=True)
class Line:
    """A paragraph as it came: what it says, and the bookmarks that begin in it."""

    para: Para
    marks: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A row: its cells' lines."""

    cells: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Table:
    """A table's rows."""

    rows: tuple[TableRow, ...]


@dataclass
class Seen:
    """What the reader met on its way and people should know of."""

    inserted: int = 0
    deleted: int = 0
    pictures: int = 0
    nested: int = 0
    boxes: list[Line] = field(default_factory=list)


class Flow:
    """One file's body. `blocks()` yields `Line` and `Table`; `seen` fills up meanwhile."""

    def __init__(self, package: Package) -> None:
        self._package, self.seen = package, Seen()
        self._styles = _styles(package.styles)
        self._numbering = _numbering(package.numbering)

    def blocks(self) -> Iterator[Line | Table]:
        """Yield the body's paragraphs and tables in order."""
        yield from self._blocks(self._package.body)

    def _blocks(self, parent: Element) -> Iterator[Line | Table]:
        held: Line | None = None  # a paragraph whose end was deleted: the next one goes on
        for one in _children(parent):
            if one.tag == w("p"):
                line = self._line(one)
                held = _joined(held, line) if held is not None else line
                if _mark_deleted(one):
                    self.seen.deleted += 1
                    continue
                yield held
                held = None
                while self.seen.boxes:
                    yield self.seen.boxes.pop(0)
            elif one.tag == w("tbl"):
                if held is not None:
                    yield held
                    held = None
                yield Table(tuple(self._rows(one)))
        if held is not None:
            yield held

    def _rows(self, table: Element) -> Iterator[TableRow]:
        for row in _children(table):
            if row.tag != w("tr"):
                continue
            properties = row.find(w("trPr"))
            if properties is not None and properties.find(w("del")) is not None:
                self.seen.deleted += 1
                continue
            if properties is not None and properties.find(w("ins")) is not None:
                self.seen.inserted += 1
            yield TableRow(tuple(tuple(self._cell(cell)) for cell in _children(row) if cell.tag == w("tc")))

    def _cell(self, cell: Element) -> Iterator[Line]:
        for one in self._blocks(cell):
            if isinstance(one, Line):
                yield one
            else:  # a table inside: its words, a row a line
                self.seen.nested += 1
                for row in one.rows:
                    words = " | ".join(" ".join(line.para.text for line in each) for each in row.cells)
                    yield Line(Para("p", (Run(words),)))

    def _line(self, paragraph: Element) -> Line:
        marks: list[str] = []
        comments: list[str] = []
        runs: list[Run] = []
        self._inline(paragraph, runs, marks, comments, "")
        kind, level = self._kind(paragraph)
        return Line(Para(kind, tuple(runs), level), tuple(marks), tuple(comments))

    def _inline(self, parent: Element, runs: list[Run], marks: list[str], comments: list[str], href: str) -> None:
        for one in parent:
            tag = one.tag
            if not isinstance(tag, str):
                continue
            if tag == w("bookmarkStart"):
                marks.append(str(one.get(w("name"), "")))
            elif tag in {w("commentRangeStart"), w("commentReference")}:
                comments.append(str(one.get(w("id"), "")))
            elif tag in _GONE:
                self.seen.deleted += 1
                marks += [str(each.get(w("name"), "")) for each in one.iter(w("bookmarkStart"))]
            elif tag.endswith(("}oMath", "}oMathPara")):
                self.seen.pictures += 1
            elif tag in _THROUGH:
                self.seen.inserted += tag in {w("ins"), w("moveTo")}
                target = self._package.links.get(str(one.get(f"{{{R}}}id"))) if tag == w("hyperlink") else None
                self._inline(one, runs, marks, comments, target or href)
            elif tag == w("r"):
                comments += [str(each.get(w("id"), "")) for each in one.iter(w("commentReference"))]
                text = self._text(one)
                if text:
                    runs.append(Run(text, self._marks(one), href if href.startswith(("http://", "https://", "mailto:")) else ""))

    def _text(self, run: Element) -> str:
        found = ""
        for one in run:
            tag = one.tag
            if tag == w("t"):
                found += one.text or ""
            elif tag in {w("tab"), w("ptab")}:
                found += " "
            elif tag in {w("br"), w("cr")}:
                found += "\n" if one.get(w("type")) in {None, "textWrapping"} else ""
            elif tag == w("noBreakHyphen"):
                found += "-"
            elif tag == w("sym"):
                sign = _SIGNS.get(str(one.get(w("char"), "")).upper(), "")
                found += sign
                self.seen.pictures += not sign
            elif isinstance(tag, str) and (tag in {w("drawing"), w("pict"), w("object")} or tag.endswith("}AlternateContent")):
                self._drawing(one)
        return found

    def _drawing(self, drawing: Element) -> None:
        boxes = list(drawing.iter(w("txbxContent")))
        self.seen.pictures += not boxes
        words = list(dict.fromkeys("".join(each.itertext(w("t"))) for box in boxes[:50] for each in box.iter(w("p"))))
        self.seen.boxes += [Line(Para("p", (Run(text),))) for text in words if text.strip()]

    def _marks(self, run: Element) -> str:
        found = self._styles.get(_value(run.find(f"{w('rPr')}/{w('rStyle')}")) or "", _Style()).marks
        properties = run.find(w("rPr"))
        for mark, names in (("b", ("b",)), ("i", ("i",)), ("s", ("strike", "dstrike"))):
            for name in names:
                said = properties.find(w(name)) if properties is not None else None
                if said is not None:
                    found = found.replace(mark, "") + ("" if said.get(w("val"), "1") in _OFF else mark)
        fonts = properties.find(w("rFonts")) if properties is not None else None
        if fonts is not None and str(fonts.get(w("ascii"), "")).startswith("Courier"):
            found += "c"
        return "".join(mark for mark in "bisc" if mark in found)

    def _kind(self, paragraph: Element) -> tuple[Kind, int]:
        properties = paragraph.find(w("pPr"))
        style = self._styles.get(_value(properties.find(w("pStyle"))) or "" if properties is not None else "", _Style())
        numbering = properties.find(w("numPr")) if properties is not None else None
        identity = _value(numbering.find(w("numId"))) if numbering is not None else style.number
        if identity and identity != "0":
            depth = _value(numbering.find(w("ilvl"))) if numbering is not None else None
            level = _depth(depth) if depth else style.depth
            shape = self._numbering.get(identity, {}).get(level, "bullet")
            if shape != "none":
                return ("bullet" if shape == "bullet" else "number"), level
        if style.name == RAW.casefold():
            return "raw", 0
        if style.name in {QUOTE.casefold(), "quote", "cita", "quotations"}:
            return "quote", 0
        return ("heading", max(1, style.heading - 3)) if style.heading else ("p", 0)


@dataclass(frozen=True)
class _Style:
    name: str = ""
    marks: str = ""
    number: str = ""
    depth: int = 0
    heading: int = 0


def _styles(root: Element | None) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    parents: dict[str, str] = {}
    for one in root.iter(w("style")) if root is not None else ():
        name = (_value(one.find(w("name"))) or "").casefold()
        marks = ""
        if one.get(w("type")) == "character":
            for mark, tag in (("b", "b"), ("i", "i"), ("s", "strike")):
                said = one.find(f"{w('rPr')}/{w(tag)}")
                marks += mark if said is not None and said.get(w("val"), "1") not in _OFF else ""
        depth = _value(one.find(f"{w('pPr')}/{w('numPr')}/{w('ilvl')}"))
        number = _value(one.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")) or ""
        heading = name.removeprefix("heading ")
        level = int(heading) if name.startswith("heading ") and heading.isdecimal() and len(heading) == 1 else 0
        identity = str(one.get(w("styleId"), ""))
        found[identity] = _Style(name, marks, number, _depth(depth), level)
        parents[identity] = _value(one.find(w("basedOn"))) or ""
    return {identity: _inherited(identity, found, parents) for identity in found}


def _inherited(identity: str, styles: Mapping[str, _Style], parents: Mapping[str, str]) -> _Style:
    """Return a style with what it takes from those it is based on; a chain that turns in a circle ends too."""
    own, above = styles[identity], parents.get(identity, "")
    for _ in range(20):
        if above not in styles:
            break
        own = replace(own, marks=own.marks or styles[above].marks, number=own.number or styles[above].number)
        above = parents.get(above, "")
    return own


def _numbering(root: Element | None) -> dict[str, dict[int, str]]:
    """Return, by a list's number, the shape of each of its levels ("bullet", "decimal" …)."""
    if root is None:
        return {}
    shapes = {str(one.get(w("abstractNumId"))): _levels(one) for one in root.iter(w("abstractNum"))}
    found = {}
    for one in root.iter(w("num")):
        own = {**shapes.get(_value(one.find(w("abstractNumId"))) or "", {})}
        for override in one.iter(w("lvlOverride")):
            own |= _levels(override)
        found[str(one.get(w("numId")))] = own
    return found


def _levels(parent: Element) -> dict[int, str]:
    found = {}
    for one in parent.iter(w("lvl")):
        level = str(one.get(w("ilvl"), ""))
        if level.isdecimal():
            found[_depth(level)] = _value(one.find(w("numFmt"))) or "decimal"
    return found


def _depth(said: str | None) -> int:
    """Return a list's level, at most the deepest that there is; a file may write a number of any length."""
    if not said or not said.isdecimal():
        return 0
    return min(int(said[:9]), DEEPEST)


def _value(element: Element | None) -> str | None:
    return None if element is None else element.get(w("val"))


def _children(parent: Element) -> Iterator[Element]:
    """Yield what stands in a body, table or row, through the wrappers that programs put around it."""
    for one in parent:
        if one.tag in {w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("moveTo")}:
            yield from _children(one)
        elif isinstance(one.tag, str):
            yield one


def _mark_deleted(paragraph: Element) -> bool:
    return paragraph.find(f"{w('pPr')}/{w('rPr')}/{w('del')}") is not None


def _joined(first: Line, second: Line) -> Line:
    runs: Sequence[Run] = (*first.para.runs, *second.para.runs)
    return Line(replace(second.para, runs=tuple(runs)), first.marks + second.marks, first.comments + second.comments)
