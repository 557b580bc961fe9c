"""What changed from one wording of an agenda to another: item by item, and word by word inside each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from portal.agendas.showing import alignment
from portal.i18n import N_

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
INDICATOR = N_("Indicador")
PER_PAGE = 40  # items of a comparison on one page
_MANY = 3000  # words; beyond it whole lines are compared, which a machine still does at once


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both, put in, or taken out."""

    kind: Literal["same", "ins", "del"]
    text: str


@dataclass(frozen=True)
class Part:
    """One part of an item (its text, an indicator …) that changed. `label` is a Spanish msgid or a plugin's label."""

    label: str
    pieces: tuple[Piece, ...]

    @property
    def name(self) -> str:
        """The label without the number of a repeated part: what a catalogue knows."""
        return INDICATOR if self.label.startswith(f"{INDICATOR} ") else self.label

    @property
    def number(self) -> str:
        """The number of a repeated part ("Indicador 2"), or ""."""
        return self.label.removeprefix(self.name).strip()


@dataclass(frozen=True)
class ItemChange:
    """What happened to one item. `item` is its later form, or the earlier when it was taken out."""

    state: Literal["added", "removed", "changed", "moved"]
    dimension: str
    item: Mapping[str, Any]
    parts: tuple[Part, ...] = ()

    @property
    def code(self) -> str:
        """The item's code."""
        return str(self.item["code"])


@dataclass(frozen=True)
class Comparison:
    """Everything that differs. `head` holds the agenda's own title, summary, period, territory and dimensions."""

    head: tuple[Part, ...]
    items: tuple[ItemChange, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.head or self.items)

    @property
    def by_dimension(self) -> dict[str, list[ItemChange]]:
        """The items' changes under their dimension's label, in the agenda's order."""
        found: dict[str, list[ItemChange]] = {}
        for one in self.items:
            found.setdefault(one.dimension, []).append(one)
        return found

    def count(self, state: str) -> int:
        """Return how many items are in `state`."""
        return sum(one.state == state for one in self.items)

    def within(self, dimension: str = "", page: int = 1) -> "Comparison":
        """Return what differs in one dimension (its label; "" for all), a page of it: a comparison of two long agendas is long."""
        items = [one for one in self.items if not dimension or one.dimension == dimension]
        head = self.head if page == 1 and not dimension else ()
        return Comparison(head, tuple(items[(page - 1) * PER_PAGE : page * PER_PAGE]))

    def pages(self, dimension: str = "") -> int:
        """Return how many pages `within` has, at least 1."""
        return max(1, -(-sum(not dimension or one.dimension == dimension for one in self.items) // PER_PAGE))


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that turn `before` into `after`; same and del make the first, same and ins the second."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > _MANY:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece("del", "".join(old[a:b])))
        if c < d:
            pieces.append(Piece("ins", "".join(new[c:d])))
    return tuple(pieces)


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Comparison:
    """Compare two documents of one agenda (`rubrica.agenda/1`, frozen or draft); None stands for an empty one."""
    empty: dict[str, Any] = {"dimensions": [], "title": "", "summary": "", "period": None, "territory": None}
    before = before or empty
    old, new = _by_dimension(before), _by_dimension(after)
    labels = {one["name"]: one["label"] for one in (*before["dimensions"], *after["dimensions"])}
    changes: list[ItemChange] = []
    for name, label in _order(labels, after):
        changes += _dimension(label, old.get(name, {}), new.get(name, {}))
    return Comparison(_parts(_head(before), _head(after)), tuple(changes))


def _order(labels: Mapping[str, str], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    present = [one["name"] for one in after["dimensions"]]
    return [(name, labels[name]) for name in (*present, *(gone for gone in labels if gone not in present))]


def _by_dimension(document: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    return {one["name"]: {item["code"]: item for item in one["items"]} for one in document["dimensions"]}


def _dimension(label: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> list[ItemChange]:
    moved = _moved(old, new)
    changes = []
    for code, item in new.items():
        if code not in old:
            changes.append(ItemChange("added", label, item, _parts({}, flat(item))))
            continue
        parts = _parts(flat(old[code]), flat(item))
        if parts:
            changes.append(ItemChange("changed", label, item, parts))
        elif code in moved:
            changes.append(ItemChange("moved", label, item))
    return changes + [ItemChange("removed", label, item, _parts(flat(item), {})) for code, item in old.items() if code not in new]


def _moved(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the codes that stand elsewhere among their siblings: what hangs from one that moved did not move itself."""
    staying = [code for code in new if code in old and old[code]["parent"] == new[code]["parent"]]
    families: dict[str | None, list[str]] = {}
    for code in staying:
        families.setdefault(new[code]["parent"], []).append(code)
    place = {code: number for number, code in enumerate(old)}
    moved: set[str] = set()
    for after in families.values():
        before = sorted(after, key=place.__getitem__)
        if before != after:
            blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
            moved |= set(after) - {code for block in blocks for code in after[block.b : block.b + block.size]}
    return moved


def _parts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Part, ...]:
    names = [*new, *(name for name in old if name not in new)]
    return tuple(Part(name, words(old.get(name, ""), new.get(name, ""))) for name in names if old.get(name, "") != new.get(name, ""))


def flat(item: Mapping[str, Any]) -> dict[str, str]:
    """Return an item as labelled texts, in the order in which they are shown."""
    found = {
        N_("Tipo"): item["kind_label"],
        N_("Texto"): item["text"],
        N_("Depende de"): item["parent"] or "",
        N_("Responsable"): item["responsible"],
    }
    found |= {str(field["label"]): str(field["value"]) for field in item["fields"].values()}
    for place, one in enumerate(item["indicators"], 1):
        found[f"{INDICATOR} {place}"] = indicator_words(one)
    found[N_("Alineamientos")] = "\n".join(alignment(one) for one in item["alignments"])
    return {label: text for label, text in found.items() if text}


def indicator_words(one: Mapping[str, Any]) -> str:
    """Return an indicator in one line."""

    def figure(key: str) -> str:
        if one[key] is None:
            return ""
        return f"{one[key]} {one['unit']}".strip() + (f" ({one[f'{key}_year']})" if one[f"{key}_year"] else "")

    described = [
        one["name"],
        figure("baseline") and f"línea de base {figure('baseline')}",
        figure("target") and f"meta {figure('target')}",
        one["source"],
        one["source_url"],
    ]
    return "; ".join(part for part in described if part)


def _head(document: Mapping[str, Any]) -> dict[str, str]:
    period, territory = document["period"], document["territory"]
    found = {
        N_("Título"): document["title"],
        N_("Resumen"): document["summary"],
        N_("Periodo"): f"{period['start']}-{period['end']}" if period else "",
        N_("Territorio"): f"{territory['name']} ({territory['inei']})" if territory else "",
        N_("Dimensiones"): ", ".join(one["label"] for one in document["dimensions"]),
    }
    return {label: text for label, text in found.items() if text}


def compare_items(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Part, ...]:
    """Compare two wordings of one item, its code included."""
    return _parts({N_("Código"): before["code"], **flat(before)}, {N_("Código"): after["code"], **flat(after)})
