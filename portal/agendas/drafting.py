"""Writes the working draft in the shape that is frozen, so that people review what will be hashed and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agendas import own_fields
from portal.agendas.models import Agenda, AgendaDimension, Item
from portal.documents.canonical import digest
from portal.extend.ask import Ask
from portal.extend.kinds import COMMON_ITEM_KINDS, ItemField, Objection
from portal.extend.registry import Registry

SCHEMA = "rubrica.agenda/1"


def draft_document(session: Session, registry: Registry, agenda: Agenda) -> dict[str, Any]:
    """Return the draft as `rubrica.agenda/1` without what freezing adds (number, frozen_at, previous)."""
    items = session.scalars(select(Item).where(Item.agenda_id == agenda.id, Item.retired.is_(False)))
    by_dimension: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_dimension[item.dimension].append(item)
    return {
        "schema": SCHEMA,
        "code": agenda.code,
        "title": agenda.title,
        "summary": agenda.summary,
        "period": {"start": agenda.period_start, "end": agenda.period_end},
        "territory": {
            "inei": agenda.territory.inei,
            "reniec": agenda.territory.reniec,
            "name": agenda.territory.name,
            "level": agenda.territory.level,
        },
        "dimensions": [_dimension(one, by_dimension[one.name], registry) for one in agenda.dimensions],
    }


def draft_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a draft: the same words give the same digest, whoever froze them and when."""
    return digest({key: value for key, value in document.items() if key not in {"number", "frozen_at", "previous"}})


def reading_order(items: Iterable[Item]) -> list[tuple[Item, int]]:
    """Return `items` depth first by position, each with its depth; one whose parent is absent stands at the top."""
    present = sorted(items, key=lambda one: (one.position, one.code))
    ids = {one.id for one in present}
    children: dict[int | None, list[Item]] = defaultdict(list)
    for one in present:
        children[one.parent_id if one.parent_id in ids else None].append(one)
    ordered: list[tuple[Item, int]] = []
    waiting = [(one, 0) for one in reversed(children[None])]
    while waiting:
        item, depth = waiting.pop()
        ordered.append((item, depth))
        waiting.extend((one, depth + 1) for one in reversed(children[item.id]))
    return ordered


def kind_labels(registry: Registry, dimension: str) -> dict[str, str]:
    """Return the labels of a dimension's item kinds by name; the common ones when its plugin is not there."""
    found = registry.dimensions.get(dimension)
    return {kind.name: kind.label for kind in (found.item_kinds if found else COMMON_ITEM_KINDS)}


def item_document(item: Item, parent: str | None, kinds: Mapping[str, str], fields: Sequence[ItemField]) -> dict[str, Any]:
    """Return one item as the canonical JSON has it."""
    content = item.content
    return {
        "code": item.code,
        "kind": item.kind,
        "kind_label": kinds.get(item.kind, item.kind),
        "parent": parent,
        "text": content.get("text", ""),
        "responsible": content.get("responsible", ""),
        "indicators": content.get("indicators", []),
        "alignments": content.get("alignments", []),
        "fields": _fields(content.get("fields", {}), fields),
    }


def _dimension(dimension: AgendaDimension, items: Sequence[Item], registry: Registry) -> dict[str, Any]:
    kinds, fields = kind_labels(registry, dimension.name), registry.item_fields(dimension.name)
    codes = {item.id: item.code for item in items}
    return {
        "name": dimension.name,
        "label": dimension.label,
        "prefix": dimension.prefix,
        "items": [item_document(item, codes.get(item.parent_id or 0), kinds, fields) for item, _ in reading_order(items)],
    }


def _fields(values: Mapping[str, str], fields: Sequence[ItemField]) -> dict[str, dict[str, Any]]:
    """Return the extra fields as people read them, so that they are read without their plugin."""
    known = {field.name: field for field in fields}
    return {name: own_fields.shown(known.get(name), name, value) for name, value in sorted(values.items()) if value != ""}


def objections(ask: Ask, document: Mapping[str, Any]) -> list[Objection]:
    """Return why `document` cannot be frozen yet, by the plugins' rules and the core's; each sentence once an item."""
    found: dict[tuple[str, str], Objection] = {}
    total = 0
    for dimension in document["dimensions"]:
        for item in dimension["items"]:
            total += 1
            for field in ask.registry.item_fields(dimension["name"]):
                if field.required and field.name not in item["fields"]:  # saved before the plugin asked for it
                    sentence = f"{item['code']}: falta «{field.label}»."
                    found[item["code"], sentence] = Objection(sentence=sentence, subject=item["code"])
            for one in ask.item_objections({**item, "dimension": dimension["name"]}, dict(document)):
                found.setdefault((one.subject, one.sentence), one)
    if not total:
        found["", ""] = Objection(sentence="La agenda todavía no tiene puntos.")
    return list(found.values())
