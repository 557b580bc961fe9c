"""Answers pyHanko's question "by which paths is this object reached?" for the few objects it asks about.

pyHanko lists every path to every object of a revision before it compares: four seconds for a tagged agenda of sixty items,
whose pages share fonts and drawings, for each signature that a program from outside adds. Here the answer for one object only
follows references that lead to it. The answers are pyHanko's own (0.38, `HistoricalResolver._load_reverse_xref_cache`), rule
by rule: a test compares them.
"""

from collections import defaultdict
from collections.abc import Iterator

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, Reference
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath

Path = tuple[str | int, ...]
_STRUCTURE: Path = ("/Root", "/StructTreeRoot")


def answer_for(revision: HistoricalResolver) -> None:
    """Let `revision` answer by a `Usages`, unless it already has its answers."""
    if revision._indirect_object_access_cache is None:  # noqa: SLF001 - there is no public way
        revision._indirect_object_access_cache = Usages(revision)  # noqa: SLF001


class Usages(dict[Reference, set[RawPdfPath]]):
    """The paths to each object of a revision, found when asked for. Raises `PdfReadError` when made of circular trees."""

    def __init__(self, revision: HistoricalResolver) -> None:
        super().__init__()
        self._revision = revision
        self._pages = _pages(revision)
        self._structure = _structure(revision)
        self._root: Reference | None = revision.trailer_view.raw_get("/Root").reference
        self._users: dict[Reference, set[Reference]] | None = None

    def __bool__(self) -> bool:
        return True  # pyHanko takes a false one for none

    def __missing__(self, wanted: Reference) -> set[RawPdfPath]:
        leading = self._leading_to(wanted)
        self[wanted] = {RawPdfPath(*path) for path in self._walk(self._revision.trailer_view, (), frozenset(), wanted, leading, tree=False)}
        return self[wanted]

    def _leading_to(self, wanted: Reference) -> set[Reference]:
        """Objects through which `wanted` may be reached, itself included; some too many do no harm."""
        if self._users is None:
            self._users = self._graph()
        found, waiting = {wanted}, [wanted]
        while waiting:
            one = waiting.pop()
            for user in self._users.get(one, ()):
                passes = one == wanted or one not in self._pages or user in self._pages or user == self._root
                if passes and user not in found:
                    found.add(user)
                    waiting.append(user)
        return found

    def _graph(self) -> dict[Reference, set[Reference]]:
        """Which objects point to each, over all that the trailer leads to."""
        users: dict[Reference, set[Reference]] = defaultdict(set)
        seen: set[Reference] = set()
        waiting = list(_pointers(self._revision.trailer_view))
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            for there in _pointers(self._revision(here)):
                users[there].add(here)
                waiting.append(there)
        return users

    def _walk(
        self, value: PdfObject, path: Path, above: frozenset[Reference], wanted: Reference, leading: set[Reference], *, tree: bool
    ) -> Iterator[Path]:
        """Yield the paths from `value` to `wanted`; `above`: the objects entered on the way, `tree`: inside the structure tree."""
        if isinstance(value, IndirectObject):
            here = value.reference
            if here in above or here not in leading:
                return
            if here == wanted:
                yield path
                return
            if self._pages.get(here, path) != path or (not tree and here in self._structure):
                return
            value, above = self._revision(here), above | {here}
        for key, inner in _inner(value, tree=tree):
            inside = tree or (path == _STRUCTURE and key == "/K")
            yield from self._walk(inner, (*path, key), above, wanted, leading, tree=inside)


_HOLDERS = (IndirectObject, DictionaryObject, ArrayObject)


def _inner(value: PdfObject, *, tree: bool) -> Iterator[tuple[str | int, PdfObject]]:
    """What an object holds and under which key or place, without numbers and words, and without the way back to parents."""
    if isinstance(value, DictionaryObject):
        for key, inner in value.items():
            if isinstance(inner, _HOLDERS) and key != "/Parent" and not (tree and key == "/P"):
                yield key, inner
    elif isinstance(value, ArrayObject):
        for place, inner in enumerate(list.__iter__(value)):
            if isinstance(inner, _HOLDERS):
                yield place, inner


def _pointers(start: PdfObject) -> Iterator[Reference]:
    """The references in an object, but those to parents."""
    waiting = [start]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            yield value.reference
        elif isinstance(value, DictionaryObject):
            waiting.extend(inner for key, inner in value.items() if key != "/Parent" and isinstance(inner, _HOLDERS))
        elif isinstance(value, ArrayObject):
            waiting.extend(inner for inner in list.__iter__(value) if isinstance(inner, _HOLDERS))


def _pages(revision: HistoricalResolver) -> dict[Reference, Path]:
    """The one path by which each node of the page tree is entered."""
    found: dict[Reference, Path] = {}
    start = revision.root.raw_get("/Pages")
    waiting: list[tuple[PdfObject, Path]] = [(start, ("/Root", "/Pages"))]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, IndirectObject):
            if node.reference in found:
                raise PdfReadError("Circular reference in page tree in mapping stage")
            found[node.reference] = path
            node = node.get_object()
        if not isinstance(node, DictionaryObject):
            raise PdfReadError("A node of the page tree is not a dictionary")
        if path == ("/Root", "/Pages") or node.get("/Type", None) == "/Pages":
            waiting.extend((kid, (*path, "/Kids", place)) for place, kid in enumerate(list.__iter__(node["/Kids"])))
    return found


def _structure(revision: HistoricalResolver) -> set[Reference]:
    """Every element of the structure tree that is an object of its own."""
    found: set[Reference] = set()
    if "/StructTreeRoot" not in revision.root:
        return found
    waiting: list[PdfObject] = [revision.root["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, DictionaryObject) or "/K" not in element:
            continue
        kids = element["/K"]
        for kid in list.__iter__(kids) if isinstance(kids, ArrayObject) else [element.raw_get("/K")]:
            inner = kid.get_object() if isinstance(kid, IndirectObject) else kid
            if not isinstance(inner, DictionaryObject) or inner.get("/Type", "/StructElem") != "/StructElem":
                continue
            if isinstance(kid, IndirectObject):
                if kid.reference in found:
                    raise PdfReadError("Circular reference in structure tree in mapping stage")
                found.add(kid.reference)
            waiting.append(inner)
    return found
