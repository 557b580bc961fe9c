"""What an item looks like in a Word file: a heading and rows of label and words; and what each row says when it comes back."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plugins.drafting.word import markdown
from plugins.drafting.word.folding import folded, restore
from plugins.drafting.word.markdown import Para, Run
from portal.agendas.own_fields import LIST
from portal.agendas.showing import alignment
from portal.extend.kinds import ItemField
from portal.i18n import N_

TEXT, RESPONSIBLE, ALIGNMENTS, HEADING = "texto", "resp", "alin", "h"
INDICATOR_LINES = (
    ("name", "Nombre"),
    ("unit", "Unidad"),
    ("baseline", "Línea de base"),
    ("baseline_year", "Año de la línea de base"),
    ("target", "Meta"),
    ("target_year", "Año de la meta"),
    ("source", "Fuente"),
    ("source_url", "Dirección de la fuente"),
)
_KEYS = {label.casefold(): key for key, label in INDICATOR_LINES}


class UnreadableError(ValueError):
    """A row that says something that its field cannot hold: a sentence for people (a msgid) and what fills it."""

    def __init__(self, sentence: str, **params: str) -> None:
        super().__init__(sentence)
        self.sentence, self.params = sentence, params


@dataclass(frozen=True)
class Base:
    """An item's wording as it goes out. `mark`: "r3" (the draft's third wording) or "v2" (version 2); `content`: like `Item.content`."""

    item_id: int
    mark: str
    code: str
    dimension: str
    kind_label: str
    parent: str
    content: Mapping[str, Any]
    revision: int

    @property
    def heading(self) -> str:
        """The line above the item's rows."""
        under = f" · depende de {self.parent}" if self.parent else ""
        return f"{self.code} · {self.kind_label}{under}"

    def anchor(self, key: str) -> str:
        """Return the bookmark's name of the item's heading or row: at most 40 characters, as Word demands."""
        return f"rub_{self.item_id}_{self.mark}_{key}"


@dataclass(frozen=True)
class Row:
    """One row: `key` names it in its bookmark, `name` in the item's content (an own field's name, an indicator's place)."""

    key: str
    label: str
    kind: Literal["markdown", "line", "lines", "choice", "indicator", "alignments"]
    paras: tuple[Para, ...]
    name: str = ""
    hint: str = ""


ANCHOR = re.compile(r"^rub_(\d{1,9})_([rv]\d{1,6})_([a-z0-9]{1,12})$")


def field_key(name: str) -> str:
    """Return the key of an own field: a name may be longer than a bookmark's."""
    return "f" + hashlib.sha256(name.encode()).hexdigest()[:8]


def rows(base: Base, fields: Sequence[ItemField]) -> list[Row]:
    """Return an item's rows, in the order in which pages show them."""
    content = base.content
    text, _ = markdown.paragraphs(content.get("text", ""))
    found = [
        Row(TEXT, "Texto", "markdown", tuple(text)),
        Row(RESPONSIBLE, "Responsable", "line", _plain(content.get("responsible", ""))),
    ]
    values = content.get("fields", {})
    found += [_own(one, values.get(one.name, "")) for one in fields]
    for place, indicator in enumerate(content.get("indicators", [])):
        said = tuple(_plain("\n".join(f"{label}: {_shown(indicator.get(key))}" for key, label in INDICATOR_LINES)))
        found.append(Row(f"n{place}", f"Indicador {place + 1}", "indicator", said, str(place)))
    links = content.get("alignments", [])
    if links:
        found.append(Row(ALIGNMENTS, "Alineamientos", "alignments", _plain("\n".join(alignment(one) for one in links))))
    return found


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _plain(text: str) -> tuple[Para, ...]:
    return tuple(Para("p", (Run(line),)) for line in text.split("\n"))


def _own(one: ItemField, value: str) -> Row:
    key = field_key(one.name)
    if one.kind in {"choice", "choices"}:
        labels = dict(one.choices)
        chosen = [value] if one.kind == "choice" else value.split(LIST)
        hint = ("Una de: " if one.kind == "choice" else "Varias, una por línea: ") + "; ".join(labels.values())
        return Row(key, one.label, "choice", _plain("\n".join(labels.get(each, each) for each in chosen)), one.name, hint)
    hint = " | ".join(column.label for column in one.columns)
    return Row(key, one.label, "line" if one.kind in {"text", "number", "date"} else "lines", _plain(value), one.name, hint)


def said(row: Row, paras: Sequence[Para], content: Mapping[str, Any], field: ItemField | None) -> Any:
    """Return what a row that came back says, in the shape of the content it belongs to; the very value that went out when nothing changed.

    Raises `UnreadableError`.
    """
    if row.kind == "markdown":
        return markdown.returned(content.get("text", ""), paras)
    lines = [line for one in paras for line in one.text.split("\n") if line.strip()]
    if row.kind == "indicator":
        return _indicator(lines, content["indicators"][int(row.name)])
    if row.kind == "alignments":
        return _alignments(lines, content["alignments"])
    before = content.get("responsible", "") if row.key == RESPONSIBLE else content.get("fields", {}).get(row.name, "")
    if row.kind == "choice":
        return _chosen(lines, before, field)
    after = (" " if row.kind == "line" else "\n").join(line.strip() for line in lines)
    return before if _squeezed(after) == _squeezed(before) else restore(before, after)


def _squeezed(text: str) -> str:
    return "\n".join(line for line in folded(text).split("\n") if line)


def _chosen(lines: Sequence[str], before: str, field: ItemField | None) -> str:
    if field is None:
        return before
    labels = {folded(label).casefold(): value for value, label in field.choices}
    values = []
    for line in lines:
        value = labels.get(folded(line).casefold())
        if value is None and folded(line) in {folded(one) for one in before.split(LIST)}:
            value = folded(line)
        if value is None:
            raise UnreadableError(N_("«%(words)s» no es una de las opciones de «%(field)s»."), words=line.strip(), field=field.label)
        values.append(value)
    if field.kind == "choice" and len(values) > 1:
        raise UnreadableError(N_("«%(field)s» admite una sola opción."), field=field.label)
    return LIST.join(values)


def _indicator(lines: Sequence[str], before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an indicator as its form's row; None when all of it was taken out."""
    if not lines:
        return None
    found: dict[str, Any] = dict.fromkeys((key for key, _ in INDICATOR_LINES), "")
    for line in lines:
        label, colon, value = line.partition(":")
        key = _KEYS.get(folded(label).casefold())
        if not colon or key is None:
            raise UnreadableError(N_("En un indicador no se entiende la línea «%(words)s»."), words=line.strip())
        was = _shown(before.get(key))
        found[key] = before.get(key) if folded(value) == folded(was) else restore(was, value.strip())
    return found


def _alignments(lines: Sequence[str], before: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    known = {folded(alignment(one)): one for one in before}
    found = []
    for line in lines:
        one = known.get(folded(line))
        if one is None:
            raise UnreadableError(N_("El alineamiento «%(words)s» se agrega o se corrige en el portal."), words=line.strip())
        found.append(one)
    return found
