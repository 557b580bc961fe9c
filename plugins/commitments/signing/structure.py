"""Give a widget its place in the structure tree, so that a screen reader announces who is to sign there."""

import pikepdf
from pikepdf import Array, Dictionary, Name, String


class StructureTree:
    """The document's structure tree; does nothing when the document is not tagged."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._root = document.Root.get("/StructTreeRoot")
        self._next = self._first_free_key() if self._root is not None else 0

    def tag_widget(self, widget: pikepdf.Object, page: pikepdf.Object, description: str) -> None:
        """Add a Form element for `widget` at the end of the document's structure."""
        if self._root is None:
            return
        parent = self._document_element()
        element = self._document.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name.Form,
                P=parent,
                Pg=page,
                Alt=String(description),
                K=Dictionary(Type=Name.OBJR, Obj=widget, Pg=page),
            ),
        )
        children = parent.get("/K", Array())
        if not isinstance(children, Array):
            children = Array([children])
        children.append(element)
        parent.K = children
        widget.StructParent = self._next
        self._register(element)

    def _document_element(self) -> pikepdf.Object:
        root = self._root
        assert root is not None
        children = root.get("/K")
        if isinstance(children, Array):
            children = children[0] if len(children) else None
        return children if isinstance(children, Dictionary) else root

    def _register(self, element: pikepdf.Object) -> None:
        root = self._root
        assert root is not None
        tree = root.get("/ParentTree")
        if tree is None:
            tree = root.ParentTree = self._document.make_indirect(Dictionary(Nums=Array()))
        entry = Array([self._next, element])
        if "/Kids" in tree:
            leaf = Dictionary(Limits=Array([self._next, self._next]), Nums=entry)
            tree.Kids.append(self._document.make_indirect(leaf))
        else:
            tree.Nums.extend(entry)
        self._next += 1
        root.ParentTreeNextKey = self._next

    def _first_free_key(self) -> int:
        root = self._root
        assert root is not None
        used = [-1]
        for page in self._document.pages:
            used.append(int(page.obj.get("/StructParents", -1)))
            used.extend(int(note.get("/StructParent", -1)) for note in page.obj.get("/Annots", Array()))
        tree = root.get("/ParentTree")
        if tree is not None:
            used.extend(_keys(tree))
        return max(used) + 1


def _keys(node: pikepdf.Object) -> list[int]:
    if "/Kids" in node:
        return [key for child in node.Kids for key in _keys(child)]
    return [int(key) for key in list(node.get("/Nums", Array()))[::2]]
