"""What makes a tagged PDF/A-3 hang together, checked object by object: every list of complaints here is empty for a good file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

HEADINGS = {f"/H{level}": level for level in range(1, 7)}
PARENTS = {  # where an element of a table or of a list may stand
    "/TR": {"/Table", "/THead", "/TBody"},
    "/TH": {"/TR"},
    "/TD": {"/TR"},
    "/THead": {"/Table"},
    "/TBody": {"/Table"},
    "/LI": {"/L"},
    "/Lbl": {"/LI"},
    "/LBody": {"/LI"},
}


def complaints(path: Path) -> list[str]:
    """Return all that does not hang together in a file."""
    with pikepdf.open(path) as document:
        return [*_structure(document), *_names(document), *_bookmarks(document), *_metadata(document), *_files(document), *_fonts(document)]


def bookmarks(document: pikepdf.Pdf) -> list[tuple[int, str, int]]:
    """Return each bookmark: depth, words, page number from 0. Raises when a place is not a page of the document."""
    pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}

    def walk(first: Any, depth: int) -> Iterator[tuple[int, str, int]]:
        while first is not None:
            yield depth, str(first.Title), pages[first.Dest[0].objgen]
            yield from walk(first.get("/First"), depth + 1)
            first = first.get("/Next")

    return list(walk(document.Root.Outlines.First, 0))


def leaves(node: Any, name: str) -> list[Any]:
    """Return the keys and values of a number or name tree, flat."""
    if "/Kids" in node:
        return [one for child in node.Kids for one in leaves(child, name)]
    return list(node.get(name, []))


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


class _Tree:
    """What a walk through the structure finds."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self.pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
        self.owners: dict[tuple[int, int], list[Any]] = {}
        self.objects: dict[tuple[int, int], Any] = {}
        self.ids: list[str] = []
        self.headers: set[str] = set()
        self.levels: list[int] = []

    def walk(self, element: Any) -> Iterator[str]:
        yield from self._about(element)
        for kid in _each(element.get("/K")):
            if isinstance(kid, int):
                self._owns(element, element.Pg, kid)
            elif kid.get("/Type") == Name.MCR:
                self._owns(element, kid.Pg, int(kid.MCID))
            elif kid.get("/Type") == Name.OBJR:
                self.objects[kid.Obj.objgen] = element
            else:
                if kid.P.objgen != element.objgen:
                    yield f"{kid.S} says that another than {element.S} is its parent"
                yield from self.walk(kid)

    def _owns(self, element: Any, page: Any, mark: int) -> None:
        self.owners.setdefault((self.pages.get(page.objgen, -1), mark), []).append(element)

    def _about(self, element: Any) -> Iterator[str]:
        kind = str(element.S)
        about = [one for one in _each(element.get("/A")) if isinstance(one, Dictionary)]
        self.headers.update(str(one) for table in about for one in table.get("/Headers", []))
        self.ids += [str(element.ID)] if "/ID" in element else []
        self.levels += [HEADINGS[kind]] if kind in HEADINGS else []
        if "/Pg" in element and element.Pg.objgen not in self.pages:
            yield f"{kind} is on a page that is not there"
        if kind in PARENTS and str(element.P.get("/S")) not in PARENTS[kind]:
            yield f"{kind} inside {element.P.get('/S')}"
        if kind == "/Figure" and not str(element.get("/Alt", "")):
            yield "a figure says nothing"
        if kind == "/TH" and "/ID" not in element and not any("/Scope" in one for one in about):
            yield "a head of a table heads nothing"


def _structure(document: pikepdf.Pdf) -> Iterator[str]:
    root = document.Root.StructTreeRoot
    if [str(one.S) for one in root.K] != ["/Document"]:
        yield "the structure does not begin with one Document"
    found = _Tree(document)
    yield from found.walk(root.K[0])
    if any(after > before + 1 for before, after in zip([0, *found.levels], found.levels, strict=False)):
        yield f"headings leave a level out: {found.levels}"
    if found.headers - set(found.ids):
        yield "cells name heads that are not there"
    if [str(one) for one in leaves(root.get("/IDTree", Dictionary()), "/Names")[::2]] != sorted(set(found.ids)) or len(found.ids) != len(
        set(found.ids)
    ):
        yield "identifiers of elements are not listed, or twice"
    yield from _parents(document, found)


def _parents(document: pikepdf.Pdf, found: _Tree) -> Iterator[str]:
    root = document.Root.StructTreeRoot
    listed = leaves(root.ParentTree, "/Nums")
    keys = [int(key) for key in listed[::2]]
    if keys != sorted(set(keys)) or int(root.get("/ParentTreeNextKey", max(keys) + 1)) <= max(keys):
        yield "the parent tree's keys are not in order, or twice, or its next is taken"
    tree = dict(zip(keys, listed[1::2], strict=True))
    seen = set()
    for number, page in enumerate(document.pages):
        marks = _marks(page)
        if len(marks) != len(set(marks)):
            yield f"page {number} marks two contents with one number"
        row = tree.get(int(page.obj.StructParents), Array())
        for mark in marks:
            seen.add((number, mark))
            owner = found.owners.get((number, mark), [])
            if len(owner) != 1:
                yield f"content {mark} of page {number} belongs to {len(owner)} elements"
            elif mark >= len(row) or row[mark].objgen != owner[0].objgen:
                yield f"content {mark} of page {number} is another's in the parent tree"
        for note in page.obj.get("/Annots", []):
            if "/StructParent" not in note or tree[int(note.StructParent)].objgen != found.objects[note.objgen].objgen:
                yield f"an annotation of page {number} belongs to no element"
    yield from (f"an element claims content {mark} of page {number}, which has none" for number, mark in sorted(found.owners.keys() - seen))


def _marks(page: pikepdf.Page) -> list[int]:
    found = []
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in {"BDC", "BMC"}:
            depth += 1
            if str(operator) == "BDC" and isinstance(operands[1], Dictionary) and "/MCID" in operands[1]:
                found.append(int(operands[1].MCID))
        elif str(operator) == "EMC":
            depth -= 1
        elif str(operator) in {"Tj", "TJ", "S", "f", "B", "Do"}:
            assert depth > 0, f"{operator} outside marked content"
    assert depth == 0
    return found


def _names(document: pikepdf.Pdf) -> Iterator[str]:
    pages = {page.obj.objgen for page in document.pages}
    listed = leaves(document.Root.Names.get("/Dests", Dictionary()), "/Names")
    names = [str(one) for one in listed[::2]]
    if names != sorted(set(names)):
        yield "destinations are not in order, or twice"
    if any(place[0].objgen not in pages for place in listed[1::2]):
        yield "a destination is on no page of the document"
    for page in document.pages:
        for note in page.obj.get("/Annots", []):
            for wanted in (note.get("/Dest"), note.get("/A", Dictionary()).get("/D")):
                if isinstance(wanted, String) and str(wanted) not in names:
                    yield f"a link goes to {wanted}, which is not there"


def _bookmarks(document: pikepdf.Pdf) -> Iterator[str]:
    def walk(parent: Any) -> Iterator[str]:
        before, one, count = None, parent.First, 0
        while one is not None:
            count += 1
            if one.Parent.objgen != parent.objgen or (before is not None and one.Prev.objgen != before.objgen):
                yield f"the bookmark {one.Title} is not linked with its neighbours"
            if "/First" in one:
                yield from walk(one)
            before, one = one, one.get("/Next")
        if before is None or parent.Last.objgen != before.objgen:
            yield "a list of bookmarks does not end with its last"

    yield from walk(document.Root.Outlines)
    if int(document.Root.Outlines.Count) != len(bookmarks(document)):
        yield "bookmarks are not counted right"


def _metadata(document: pikepdf.Pdf) -> Iterator[str]:
    with document.open_metadata(update_docinfo=False) as said:
        if (said.get("pdfaid:part"), said.get("pdfaid:conformance")) != ("3", "A"):
            yield "it does not call itself PDF/A-3a"
        for name, key in (
            ("dc:title", "/Title"),
            ("dc:description", "/Subject"),
            ("pdf:Producer", "/Producer"),
            ("xmp:CreatorTool", "/Creator"),
        ):
            if str(said.get(name)) != str(document.docinfo[key]):
                yield f"{name} and {key} differ"
    root = document.Root
    if not (root.MarkInfo.Marked and root.ViewerPreferences.DisplayDocTitle and str(root.Lang)):
        yield "it is not marked, titled or in a language"
    if [str(one.S) for one in root.OutputIntents] != ["/GTS_PDFA1"]:
        yield "it says not which colours it means"
    if any(page.obj.get("/Tabs") != Name.S for page in document.pages):
        yield "a page's order is not that of its structure"


def _files(document: pikepdf.Pdf) -> Iterator[str]:
    listed = leaves(document.Root.Names.EmbeddedFiles, "/Names")
    if [one.objgen for one in document.Root.AF] != [one.objgen for one in listed[1::2]]:
        yield "files inside are not those related to the document"
    for one in document.Root.AF:
        if not {"/F", "/UF", "/AFRelationship", "/Desc"} <= set(one.keys()) or "/Subtype" not in one.EF.F:
            yield f"the file {one.F} is not described"
        if int(one.EF.F.Params.Size) != len(one.EF.F.read_bytes()):
            yield f"the file {one.F} is not as long as it says"


def _fonts(document: pikepdf.Pdf) -> Iterator[str]:
    for page in document.pages:
        fonts = page.obj.Resources.get("/Font", Dictionary())
        used = set(re.findall(rb"/(\S+)\s+[\d.]+\s+Tf", b"\n".join(one.read_bytes() for one in _each(page.obj.Contents))))
        if not used <= {name.lstrip("/").encode() for name in fonts}:
            yield "a page draws in a font that it has not"
        for font in fonts.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            if "/ToUnicode" not in font or not {"/FontFile2", "/FontFile3"} & set(descriptor.keys()):
                yield f"{font.BaseFont} is not inside"
