"""The wordings of items as they go out to Word: those of the draft today, those it had, those of a frozen version."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.drafting.word.sheets import Base
from portal.agendas import queries
from portal.agendas.drafting import kind_labels, reading_order
from portal.agendas.models import Agenda, AgendaVersion, Item, ItemRevision
from portal.agendas.own_fields import LIST
from portal.documents.store import FileStore
from portal.extend.kinds import ItemField
from portal.extend.registry import Registry

LONGEST_MARK = 9  # a file may claim a wording of any number


def fields_of(registry: Registry, agenda: Agenda) -> dict[str, Sequence[ItemField]]:
    """Return the own fields of each of the agenda's dimensions."""
    return {one.name: registry.item_fields(one.name) for one in agenda.dimensions}


def draft_bases(session: Session, registry: Registry, agenda: Agenda) -> dict[str, list[Base]]:
    """Return the draft's live items by dimension, in reading order. One query."""
    rows = queries.items(session, agenda.id)
    codes = {one.id: one.code for one in rows}
    found: dict[str, list[Base]] = {}
    for place in agenda.dimensions:
        labels = kind_labels(registry, place.name)
        own = [one for one in rows if one.dimension == place.name]
        found[place.name] = [
            Base(
                item.id,
                f"r{item.revision}",
                item.code,
                item.dimension,
                labels.get(item.kind, item.kind),
                codes.get(item.parent_id or 0, ""),
                item.content,
                item.revision,
            )
            for item, _ in reading_order(own)
        ]
    return found


def frozen_bases(
    session: Session, registry: Registry, agenda: Agenda, document: Mapping[str, Any], number: int
) -> list[tuple[str, str, list[Base]]]:
    """Return a frozen version's items as (dimension, label, wordings); those that the draft never had as rows are left out."""
    ids = {one.code: one.id for one in session.scalars(select(Item).where(Item.agenda_id == agenda.id))}
    found = []
    for dimension in document["dimensions"]:
        fields = registry.item_fields(dimension["name"])
        items = [
            Base(
                ids[one["code"]],
                f"v{number}",
                one["code"],
                dimension["name"],
                one["kind_label"],
                one["parent"] or "",
                content_of(one, fields),
                0,
            )
            for one in dimension["items"]
            if one["code"] in ids
        ]
        found.append((dimension["name"], dimension["label"], items))
    return found


def content_of(item: Mapping[str, Any], fields: Sequence[ItemField]) -> dict[str, Any]:
    """Return an item of a frozen document in the shape of `Item.content`."""
    known = {one.name: one for one in fields}
    return {
        "text": item["text"],
        "responsible": item["responsible"],
        "indicators": item["indicators"],
        "alignments": item["alignments"],
        "fields": {name: _value(known.get(name), str(one["value"])) for name, one in item["fields"].items()},
    }


def _value(field: ItemField | None, shown: str) -> str:
    if field is None or field.kind not in {"choice", "choices"}:
        return shown
    values = {label: value for value, label in field.choices}
    parts = [shown] if field.kind == "choice" else shown.split(LIST)
    return LIST.join(values.get(one, one) for one in parts)


class Wordings:
    """Finds the wording that an anchor names: `of(item_id, "r3")`, `of(item_id, "v2")`. What it read is kept."""

    def __init__(self, session: Session, registry: Registry, store: FileStore, agenda: Agenda) -> None:
        self._session, self._registry, self._store, self._agenda = session, registry, store, agenda
        self.today = {one.item_id: one for items in draft_bases(session, registry, agenda).values() for one in items}
        self._frozen: dict[int, dict[int, Base]] = {}
        self._past: dict[tuple[int, int], Base | None] = {}
        rows = session.scalars(select(Item).where(Item.agenda_id == agenda.id))
        self._items = {one.id: one for one in rows}

    def of(self, item_id: int, mark: str) -> Base | None:
        """Return a wording, or None when this agenda has no such item or never had that wording."""
        if item_id not in self._items or not mark[1:].isdecimal() or len(mark) > LONGEST_MARK:
            return None
        number = int(mark[1:])
        if mark.startswith("v"):
            return self._version(number).get(item_id)
        return self._revision(self._items[item_id], number) if mark.startswith("r") else None

    def _version(self, number: int) -> dict[int, Base]:
        if number not in self._frozen:
            row = self._session.scalar(
                select(AgendaVersion).where(AgendaVersion.agenda_id == self._agenda.id, AgendaVersion.number == number)
            )
            document = queries.version_document(self._store, row) if row is not None else {"dimensions": []}
            found = frozen_bases(self._session, self._registry, self._agenda, document, number)
            self._frozen[number] = {one.item_id: one for _, _, items in found for one in items}
        return self._frozen[number]

    def _revision(self, item: Item, number: int) -> Base | None:
        today = self.today.get(item.id)
        if today is not None and today.revision == number:
            return today
        if not self._past:  # all at once: a file may have hundreds of items
            rows = self._session.execute(
                select(ItemRevision.item_id, ItemRevision.revision, ItemRevision.snapshot)
                .join(Item, Item.id == ItemRevision.item_id)
                .where(Item.agenda_id == self._agenda.id)
            )
            for item_id, revision, snapshot in rows:
                self._past[item_id, revision] = self._base(self._items[item_id], revision, snapshot)
        return self._past.get((item.id, number))

    def _base(self, item: Item, revision: int, snapshot: Mapping[str, Any]) -> Base:
        labels = kind_labels(self._registry, item.dimension)
        return Base(
            item.id,
            f"r{revision}",
            snapshot["code"],
            item.dimension,
            labels.get(snapshot["kind"], snapshot["kind"]),
            snapshot["parent"] or "",
            snapshot["content"],
            revision,
        )
