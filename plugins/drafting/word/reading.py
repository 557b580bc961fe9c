"""Reads a Word file that came back against what went out: which items say something else, what is missing, what belongs nowhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.drafting.word import markdown
from plugins.drafting.word.flow import Flow, Line, Table, TableRow
from plugins.drafting.word.folding import folded
from plugins.drafting.word.markdown import Para
from plugins.drafting.word.package import Element, Package, w
from plugins.drafting.word.sheets import ANCHOR, HEADING, TEXT, Base, Row, UnreadableError, rows, said
from plugins.drafting.word.writing import HOW, furniture_mark
from portal.documents.canonical import digest
from portal.extend.kinds import ItemField
from portal.i18n import N_

MOST_LOOSE = 400

HEADING_CHANGED = N_("El encabezado de %(code)s ahora dice «%(words)s». El código y el tipo se cambian en el portal.")
ROW_MISSING = N_("En %(code)s falta la fila «%(row)s»: se dejó como estaba.")
TWICE = N_("La fila «%(row)s» de %(code)s aparece dos veces: la segunda se guarda como texto suelto.")
OTHER_BASE = N_("No se halló la redacción de %(code)s que salió en este archivo: se comparó con la de hoy.")
NO_MARKS = N_("El archivo perdió sus marcas: los puntos se reconocieron por su código y los rótulos.")
EMPTY = N_("El texto de %(code)s quedó vacío: un punto no se retira desde Word, así que se dejó como estaba.")
PICTURES = N_("El archivo trae imágenes u objetos: no se leen, quedan en el original.")
NOTES = N_("El archivo trae notas al pie: no se leen, quedan en el original.")
NESTED = N_("Hay tablas dentro de un punto: sus celdas se leyeron como líneas.")
LOOSE_CUT = N_("Hay mucho texto fuera de los puntos: se muestra solo el comienzo, el resto queda en el original.")


@dataclass(frozen=True)
class Told:
    """A sentence for people: a msgid, what fills it, and the item it is about."""

    sentence: str
    params: Mapping[str, str] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True)
class Change:
    """An item that says something else: its wording as it went out, and the content that came back."""

    base: Base
    proposed: dict[str, Any]


@dataclass
class Found:
    """All that a file says. `loose`: (code of the item before it, Markdown); `comments`: (code, author, words)."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    missing: list[str] = field(default_factory=list)
    loose: list[tuple[str, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    comments: list[tuple[str, str, str]] = field(default_factory=list)
    inserted: int = 0
    deleted: int = 0


@dataclass
class _Item:
    base: Base
    rows: dict[str, Row]
    values: dict[str, Sequence[Para]] = field(default_factory=dict)


Lookup = Callable[[int, str], Base | None]


class Reading:
    """One file against the wordings that it was made of.

    `lookup`: an item's wording by its id and mark; `today`: the draft's present wordings, for a file that lost its marks.
    """

    def __init__(
        self, package: Package, lookup: Lookup, today: Iterable[Base], fields: Mapping[str, Sequence[ItemField]], furniture: Iterable[str]
    ) -> None:
        self._package, self._lookup, self._fields = package, lookup, fields
        self._today = {one.item_id: one for one in today}
        self._furniture = {folded(one) for one in (*furniture, *HOW)}
        self._items: dict[int, _Item] = {}
        self._found = Found()
        self._at: _Item | None = None
        self._loose: list[Para] = []
        self._comments: dict[str, str] = {}
        self._marked = self._noted_marks = False
        self._expected = {base.item_id: base for base in self._of_manifest()}
        self._headings = {folded(one.heading): one for one in (*self._today.values(), *self._expected.values())}

    def read(self) -> Found:
        """Return what the file says."""
        flow = Flow(self._package)
        for block in flow.blocks():
            if isinstance(block, Line):
                self._line(block)
            else:
                self._table(block)
        self._end_loose()
        found, seen = self._found, flow.seen
        found.inserted, found.deleted = seen.inserted, seen.deleted
        self._compare()
        self._absent()
        self._commented()
        flags = ((seen.pictures, PICTURES), (self._package.notes, NOTES), (seen.nested, NESTED), (len(found.loose) > MOST_LOOSE, LOOSE_CUT))
        found.told += [Told(sentence) for flag, sentence in flags if flag]
        if self._items and not self._marked:
            found.told.append(Told(NO_MARKS))
        del found.loose[MOST_LOOSE:]
        return found

    def _of_manifest(self) -> Iterable[Base]:
        items = self._package.manifest.get("items")
        for one in items if isinstance(items, list) else ():
            identity, mark = (one.get("id"), one.get("mark")) if isinstance(one, dict) else (None, None)
            base = self._lookup(identity, mark) if isinstance(identity, int) and isinstance(mark, str) else None
            if base is None:
                continue
            if one.get("sha256") != digest(dict(base.content)):
                self._tell(OTHER_BASE, base)
            yield base

    # ---------- going through the file

    def _line(self, line: Line) -> None:
        words = folded(line.para.text)
        self._anchored_comments(line)
        anchor = next((found for one in line.marks if (found := ANCHOR.match(one)) and found[3] == HEADING), None)
        base = self._base(int(anchor[1]), anchor[2]) if anchor else self._headings.get(words)
        if base is not None:
            self._end_loose()
            self._at = self._item(base)
            self._anchored_comments(line)
            self._marked |= anchor is not None
            if words and words != folded(base.heading) and words not in self._headings:
                self._tell(HEADING_CHANGED, base, words=line.para.text)
            return
        under_title = self._at is None and not self._marked and words.startswith(("Borrador ", "Versión ")) and "," not in words[14:]
        if furniture_mark(line.para.text) in line.marks or words in self._furniture or (under_title and not line.marks):
            self._end_loose()
            return
        if words:
            self._loose.append(line.para)

    def _table(self, table: Table) -> None:
        strange: list[TableRow] = []
        for row in table.rows:
            known = self._row(row)
            for cell in row.cells:
                for line in cell:
                    self._anchored_comments(line)
            if not known:
                strange.append(row)
            elif strange:
                self._strange(strange)
                strange = []
        self._strange(strange)

    def _row(self, row: TableRow) -> bool:
        """Take in a row of an item; return whether it is one."""
        if not row.cells:
            return True
        item, key = self._owner(row)
        if item is None or key not in item.rows:
            return False
        self._end_loose()
        self._at = item
        one = item.rows[key]
        furniture = {folded(one.label), folded(one.hint), ""}
        label = [line for line in row.cells[0] if folded(line.para.text) not in furniture]
        words = [line.para for cell in row.cells[1:] for line in cell] if len(row.cells) > 1 else [line.para for line in label]
        if len(row.cells) > 1:
            self._loose += [line.para for line in label]
        if key in item.values:
            self._tell(TWICE, item.base, row=one.label)
            self._loose += [para for para in words if para.text.strip()]
        else:
            item.values[key] = words
        self._end_loose()
        return True

    def _owner(self, row: TableRow) -> tuple[_Item | None, str]:
        for line in row.cells[0]:
            for name in line.marks:
                found = ANCHOR.match(name)
                base = self._base(int(found[1]), found[2]) if found else None
                if found and base is not None and found[3] != HEADING:
                    self._marked = True
                    return self._item(base), found[3]
        if self._at is not None:  # the bookmark is gone: the label under the item's heading says which row it is
            words = folded(row.cells[0][0].para.text) if row.cells[0] else ""
            for key, one in self._at.rows.items():
                if folded(one.label) == words and words:
                    return self._at, key
        return None, ""

    def _base(self, identity: int, mark: str) -> Base | None:
        if identity in self._items:
            return self._items[identity].base
        base = self._lookup(identity, mark)
        if base is None and identity in self._today:
            base = self._today[identity]
            self._tell(OTHER_BASE, base)
        return base

    def _item(self, base: Base) -> _Item:
        if base.item_id not in self._items:
            made = rows(base, self._fields.get(base.dimension, ()))
            self._items[base.item_id] = _Item(base, {one.key: one for one in made})
        return self._items[base.item_id]

    # ---------- what belongs to no item

    def _strange(self, table: Sequence[TableRow]) -> None:
        lines = [[" ".join(line.para.text.replace("\n", " ") for line in cell).strip() for cell in row.cells] for row in table]
        lines = [cells for cells in lines if any(cells)]
        if not lines:
            return
        self._end_loose()
        width = max(len(cells) for cells in lines)
        shown = ["| " + " | ".join([*(one.replace("|", "\\|") for one in cells), *[""] * (width - len(cells))]) + " |" for cells in lines]
        shown.insert(1, "|" + " --- |" * width)
        self._keep("\n".join(shown))

    def _end_loose(self) -> None:
        if self._loose:
            self._keep(markdown.written(self._loose))
            self._loose = []

    def _keep(self, text: str) -> None:
        if text.strip():
            self._found.loose.append((self._at.base.code if self._at else "", text.strip()))

    # ---------- what it says

    def _compare(self) -> None:
        for item in self._items.values():
            if not item.values:
                continue
            proposed = self._proposed(item)
            if proposed == _content(item.base.content):
                self._found.same += 1
            else:
                self._found.changes.append(Change(item.base, proposed))

    def _proposed(self, item: _Item) -> dict[str, Any]:
        base = item.base
        content = _content(base.content)
        fields = {one.name: one for one in self._fields.get(base.dimension, ())}
        indicators: list[Any] = list(content["indicators"])
        for key, row in item.rows.items():
            if key not in item.values:
                self._tell(ROW_MISSING, base, row=row.label)
                continue
            try:
                value = said(row, item.values[key], content, fields.get(row.name))
            except UnreadableError as error:
                self._found.told.append(Told(error.sentence, error.params, base.code))
                continue
            if key == TEXT and not value:
                self._tell(EMPTY, base)
            elif row.kind == "indicator":
                indicators[int(row.name)] = value
            elif row.kind == "alignments":
                content["alignments"] = value
            elif row.name:
                content["fields"][row.name] = value
            else:
                content["text" if key == TEXT else "responsible"] = value
        content["indicators"] = [one for one in indicators if one is not None]
        content["fields"] = {name: value for name, value in content["fields"].items() if value}
        return content

    def _absent(self) -> None:
        expected = self._expected
        if not expected and self._items:
            seen = {one.base.dimension for one in self._items.values()}
            expected = {identity: base for identity, base in self._today.items() if base.dimension in seen}
        present = {identity for identity, one in self._items.items() if one.values}
        self._found.missing = [base.code for identity, base in expected.items() if identity not in present]

    def _anchored_comments(self, line: Line) -> None:
        for one in line.comments:
            if self._at is not None:
                self._comments[one] = self._at.base.code
            else:
                self._comments.setdefault(one, "")

    def _commented(self) -> None:
        root: Element | None = self._package.comments
        for one in root if root is not None else ():
            if one.tag == w("comment"):
                words = "\n".join("".join(each.itertext(w("t"))) for each in one.iter(w("p"))).strip()
                author = str(one.get(w("author"), ""))[:120]
                self._found.comments.append((self._comments.get(str(one.get(w("id"))), ""), author, words[:4000]))

    def _tell(self, sentence: str, base: Base, **params: str) -> None:
        self._found.told.append(Told(sentence, {"code": base.code, **params}, base.code))


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": content.get("text", ""),
        "responsible": content.get("responsible", ""),
        "indicators": [dict(one) for one in content.get("indicators", [])],
        "alignments": [dict(one) for one in content.get("alignments", [])],
        "fields": {name: value for name, value in content.get("fields", {}).items() if value},
    }
