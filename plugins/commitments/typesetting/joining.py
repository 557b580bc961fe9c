"""Joins tagged PDFs: pages, structure, bookmarks, destinations and files of both, as well-formed as one laid out whole."""

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from portal.documents.rendering import Attached


def prepared(pdf: bytes, prefix: str) -> bytes:
    """Return a tagged PDF ready to be joined and drawn upon.

    Its pages restore the state of graphics; identifiers of elements and names of destinations begin with `prefix`, so they
    meet no other's, and are listed where readers look for them.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        begin, end = document.make_stream(b"q\n"), document.make_stream(b"\nQ\n")
        for page in document.pages:
            page.obj.Contents = Array([begin, page.obj.Contents, end])
        root = document.Root.StructTreeRoot
        _made_plainer(root)
        identified: list[tuple[str, pikepdf.Object]] = []
        for element in elements(root):
            if "/ID" in element:
                element.ID = String(f"{prefix}{element.ID}")
                identified.append((str(element.ID), element))
            for about in _each(element.get("/A")):
                if isinstance(about, Dictionary) and "/Headers" in about:
                    about.Headers = Array([String(f"{prefix}{one}") for one in about.Headers])
        if identified:
            root.IDTree = document.make_indirect(_tree(identified))
        root.ParentTree = document.make_indirect(Dictionary(Nums=Array(_leaves(root.ParentTree, "/Nums"))))
        root.ParentTreeNextKey = max([-1, *(int(key) for key in list(root.ParentTree.Nums)[::2])]) + 1
        _rename_destinations(document, prefix)
        return saved(document)


def saved(document: pikepdf.Pdf) -> bytes:
    """Return the document's bytes: the same for the same objects."""
    out = io.BytesIO()
    document.save(out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def put_before(annex: pikepdf.Pdf, own: pikepdf.Pdf) -> None:
    """Make `annex` (prepared) the document that begins with the pages of `own`: title, language and metadata are those of `own`."""
    count = len(own.pages)
    for place in range(count):
        annex.pages.insert(place, own.pages[place])
    _join_structure(annex, annex.copy_foreign(own.Root.StructTreeRoot), count)
    _join_outlines(annex, own)
    _join_names(annex, own)
    annex.Root.Metadata = annex.copy_foreign(own.Root.Metadata)
    annex.Root.Lang = String(str(own.Root.Lang))
    annex.trailer.Info = annex.copy_foreign(own.trailer.Info)


def attach(document: pikepdf.Pdf, one: Attached, *, made: datetime) -> None:
    """Put a file inside, as PDF/A-3 asks: related to the document, listed, with its size, media type and the instant it was made."""
    stream = document.make_stream(one.data)
    stream.Type, stream.Subtype = Name.EmbeddedFile, Name(f"/{one.media_type}")
    stream.Params = Dictionary(
        Size=len(one.data),
        ModDate=String(f"D:{made.astimezone(UTC):%Y%m%d%H%M%S}Z"),
        CheckSum=String(hashlib.md5(one.data, usedforsecurity=False).digest()),
    )
    found = document.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(one.name),
            UF=String(one.name),
            Desc=String(one.description),
            AFRelationship=Name(f"/{one.relationship}"),
            EF=Dictionary(F=stream),
        )
    )
    root = document.Root
    if "/AF" not in root:
        root.AF = Array()
    root.AF.append(found)
    names = _names(document)
    listed = _pairs(names.get("/EmbeddedFiles"), "/Names")
    names.EmbeddedFiles = _tree([*listed, (one.name, found)])


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Walk all structure elements under `node`, in reading order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Dictionary) or one.get("/Type") in {Name.MCR, Name.OBJR}:
            continue
        if "/S" in one:
            yield one
        waiting.extend(reversed(_each(one.get("/K"))))


def _made_plainer(root: pikepdf.Object) -> None:
    """Give the content of spans that say nothing to the element around them: a third fewer objects to write, sign and verify.

    The items of a list go to the list, where a layout element came between them; a drawing that has no words is no figure.
    """
    heirs: dict[tuple[int, int], pikepdf.Object] = {}
    for parent in list(elements(root)):
        if str(parent.S) == "/Figure" and "/Alt" not in parent:
            parent.S = Name.NonStruct
        kids = _each(parent.get("/K"))
        kept = [one for kid in kids for one in _plainer(kid, parent, heirs)]
        if kept != kids:
            parent.K = Array(kept)
    for value in _leaves(root.ParentTree, "/Nums")[1::2]:
        if isinstance(value, Array):
            for place, element in enumerate(value):
                if element is not None and element.objgen in heirs:
                    value[place] = heirs[element.objgen]


def _plainer(kid: pikepdf.Object, parent: pikepdf.Object, heirs: dict[tuple[int, int], pikepdf.Object]) -> list[pikepdf.Object]:
    """Return what stands in the place of `kid`, and note in `heirs` whose its content is from now on."""
    if _says_nothing(kid) and kid.get("/Pg") == parent.get("/Pg"):
        heirs[kid.objgen] = parent
        return _each(kid.get("/K"))
    if parent.S == Name.L and isinstance(kid, Dictionary) and kid.get("/S") == Name.Div:
        for item in kid.K:
            item.P = parent
        return list(kid.K)
    return [kid]


def _says_nothing(element: pikepdf.Object) -> bool:
    if not isinstance(element, Dictionary) or element.get("/S") not in {Name.Span, Name.NonStruct}:
        return False
    return not set(element.keys()) - {"/Type", "/S", "/P", "/Pg", "/K"} and all(isinstance(kid, int) for kid in _each(element.get("/K")))


def _join_structure(document: pikepdf.Pdf, own: pikepdf.Object, count: int) -> None:
    root = document.Root.StructTreeRoot
    into, added = root.K[0], own.K[0]
    for child in added.K:
        child.P = into
    into.K = Array([*added.K, *into.K])
    shift = int(root.ParentTreeNextKey)
    for page in list(document.pages)[:count]:
        page.obj.StructParents = int(page.obj.StructParents) + shift
        for note in page.obj.get("/Annots", Array()):
            if "/StructParent" in note:
                note.StructParent = int(note.StructParent) + shift
    numbers = _leaves(own.ParentTree, "/Nums")
    for key, value in zip(numbers[::2], numbers[1::2], strict=True):
        root.ParentTree.Nums.extend(Array([int(key) + shift, value]))
        root.ParentTreeNextKey = max(int(root.ParentTreeNextKey), int(key) + shift + 1)
    if "/IDTree" in own:
        root.IDTree = document.make_indirect(_tree([*_pairs(root.get("/IDTree"), "/Names"), *_pairs(own.IDTree, "/Names")]))


def _join_outlines(document: pikepdf.Pdf, own: pikepdf.Pdf) -> None:
    if "/Outlines" not in own.Root:
        return
    top = document.copy_foreign(own.Root.Outlines)
    after = document.Root.get("/Outlines")
    if after is not None:
        after.First.Prev, top.Last.Next, top.Last = top.Last, after.First, after.Last
        child: Any = after.First
        while child is not None:
            child.Parent = top
            child = child.get("/Next")
        top.Count = int(top.Count) + int(after.Count)
    document.Root.Outlines = top


def _join_names(document: pikepdf.Pdf, own: pikepdf.Pdf) -> None:
    if "/Names" in own.Root and "/Dests" in own.Root.Names:
        names = _names(document)
        theirs = document.copy_foreign(_indirect(own, own.Root.Names.Dests))
        names.Dests = _tree([*_pairs(names.get("/Dests"), "/Names"), *_pairs(theirs, "/Names")])


def _indirect(document: pikepdf.Pdf, one: pikepdf.Object) -> pikepdf.Object:
    """Return an object that another document can copy."""
    return one if one.is_indirect else document.make_indirect(one)


def _rename_destinations(document: pikepdf.Pdf, prefix: str) -> None:
    if "/Names" in document.Root and "/Dests" in document.Root.Names:
        listed = _pairs(document.Root.Names.Dests, "/Names")
        document.Root.Names.Dests = _tree([(f"{prefix}{name}", place) for name, place in listed])
    for page in document.pages:
        for note in page.obj.get("/Annots", Array()):
            for holder, key in ((note, "/Dest"), (note.get("/A"), "/D")):
                if isinstance(holder, Dictionary) and isinstance(holder.get(key), String):
                    holder[key] = String(f"{prefix}{holder[key]}")


def _names(document: pikepdf.Pdf) -> pikepdf.Object:
    if "/Names" not in document.Root:
        document.Root.Names = document.make_indirect(Dictionary())
    return document.Root.Names


def _each(value: pikepdf.Object | None) -> list[pikepdf.Object]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _leaves(node: pikepdf.Object | None, name: str) -> list[pikepdf.Object]:
    if node is None:
        return []
    if "/Kids" in node:
        return [one for child in node.Kids for one in _leaves(child, name)]
    return list(node.get(name, Array()))


def _pairs(node: pikepdf.Object | None, name: str) -> list[tuple[str, pikepdf.Object]]:
    found = _leaves(node, name)
    return [(str(key), value) for key, value in zip(found[::2], found[1::2], strict=True)]


def _tree(pairs: list[tuple[str, pikepdf.Object]]) -> pikepdf.Object:
    """Return a name tree of one leaf, in the order of the strings' bytes."""
    order: Callable[[tuple[str, pikepdf.Object]], bytes] = lambda pair: bytes(String(pair[0]))  # noqa: E731
    return Dictionary(Names=Array([part for name, value in sorted(pairs, key=order) for part in (String(name), value)]))
