"""What can be found of agendas: each with its draft, the items of the last frozen version, and those of the draft."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.agendas.drafting import item_document, kind_labels
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.documents.store import FileStore
from portal.extend.kinds import SearchEntry
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.search import service as search
from portal.search.excerpts import plain
from portal.threads.words import ref

AGENDA, DRAFT = N_("Agenda"), N_("Borrador")
ITEM, DRAFT_ITEM, RETIRED = N_("Punto"), N_("Punto del borrador"), N_("Punto retirado")
READ = "agenda.read_draft"


def keep_draft(session: Session, agenda: Agenda) -> None:
    """Let an agenda's draft be found, as it is now."""
    search.put(session, draft_entry(agenda), source=search.CORE)


def keep_draft_item(session: Session, registry: Registry, agenda: Agenda, item: Item) -> None:
    """Let an item of the draft be found, as it is now."""
    search.put(session, draft_item_entry(registry, agenda, item), source=search.CORE)


def call_retired(session: Session, item: Item) -> None:
    """Say of an item that was retired or restored what it is now."""
    search.call(session, _draft_ref(item), RETIRED if item.retired else DRAFT_ITEM)


def keep_version(session: Session, agenda: Agenda, version: AgendaVersion, document: Mapping[str, Any]) -> None:
    """Let the items of a version just frozen be found, in place of those of the version before."""
    search.remove_all(session, source=search.CORE, kind=ITEM, agenda_id=agenda.id)
    search.put_all(session, version_entries(agenda, version, document), source=search.CORE)


def draft_entry(agenda: Agenda) -> SearchEntry:
    """Return how a draft is found, by whoever may read it."""
    return SearchEntry(
        ref=ref("draft", agenda.code, "agenda"),
        kind=DRAFT,
        title=f"{agenda.code} · {agenda.title}",
        body=agenda.summary,
        href=f"/gestion/agendas/{agenda.code}",
        at=agenda.created_at,
        agenda_id=agenda.id,
        action=READ,
    )


def _draft_ref(item: Item) -> str:
    return f"draft:item/{item.id}"  # not its code, which may change until it is frozen


def draft_item_entry(registry: Registry, agenda: Agenda, item: Item) -> SearchEntry:
    """Return how an item of the draft is found, by whoever may read it."""
    document = item_document(item, None, kind_labels(registry, item.dimension), registry.item_fields(item.dimension))
    return SearchEntry(
        ref=_draft_ref(item),
        kind=RETIRED if item.retired else DRAFT_ITEM,
        title=_title(document),
        body=_body(document),
        href=f"/gestion/agendas/{agenda.code}/dimension/{item.dimension}#{item.code}",
        at=item.edited_at,
        agenda_id=agenda.id,
        action=READ,
    )


def version_entries(agenda: Agenda, version: AgendaVersion, document: Mapping[str, Any]) -> Iterator[SearchEntry]:
    """Yield how a frozen version and its items are found, by anybody. `document`: `rubrica.agenda/1`."""
    yield SearchEntry(
        ref=ref("agenda", agenda.code, "agenda"),
        kind=AGENDA,
        title=f"{agenda.code} · {version.title}",
        body=f"{version.summary}\n{version.territory_name} {version.period_start}-{version.period_end}",
        href=f"/agendas/{agenda.code}",
        at=version.frozen_at,
        agenda_id=agenda.id,
        public=True,
    )
    for dimension in document["dimensions"]:
        for item in dimension["items"]:
            yield SearchEntry(
                ref=ref("item", agenda.code, item["code"]),
                kind=ITEM,
                title=_title(item),
                body=f"{_body(item)}\n{dimension['label']}",
                href=f"/agendas/{agenda.code}/puntos/{item['code']}",
                at=version.frozen_at,
                agenda_id=agenda.id,
                public=True,
            )


def _title(item: Mapping[str, Any]) -> str:
    text = plain(item["text"])
    return f"{item['code']} · {text if len(text) <= 160 else text[:160].rpartition(' ')[0] + '…'}"  # noqa: PLR2004 - what a list shows


def _body(item: Mapping[str, Any]) -> str:
    """Return everything an item says: text, who answers for it, indicators, alignments, the fields of its dimension's plugin."""
    lines = [item["text"], item["responsible"]]
    lines += [" ".join(str(one.get(key) or "") for key in ("name", "unit", "source")) for one in item["indicators"]]
    lines += [f"{one['scheme']} {one['code']} {one['label']}" for one in item["alignments"]]
    lines += [f"{one['label']}: {one['value']}" for one in item["fields"].values()]
    return "\n".join(line for line in lines if line.strip())


def entries(session: Session, registry: Registry, store: FileStore) -> Iterator[SearchEntry]:
    """Yield everything of agendas that can be found, for making the index anew."""
    for agenda in session.scalars(select(Agenda).order_by(Agenda.id)).all():
        yield draft_entry(agenda)
        for item in session.scalars(select(Item).where(Item.agenda_id == agenda.id).order_by(Item.id)):
            yield draft_item_entry(registry, agenda, item)
        last = session.scalar(
            select(AgendaVersion).where(AgendaVersion.agenda_id == agenda.id).order_by(AgendaVersion.number.desc()).limit(1)
        )
        if last is not None:
            yield from version_entries(agenda, last, _document(store, last))


def _document(store: FileStore, version: AgendaVersion) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(store.get(version.sha256))
    return document


def expected(session: Session) -> int:
    """Return how many entries the agendas should have."""
    agendas = session.scalar(select(func.count()).select_from(Agenda)) or 0
    items = session.scalar(select(func.count()).select_from(Item)) or 0
    last = select(func.max(AgendaVersion.number)).where(AgendaVersion.agenda_id == Agenda.id).correlate(Agenda).scalar_subquery()
    frozen = select(func.count(), func.coalesce(func.sum(AgendaVersion.item_count), 0)).select_from(Agenda)
    versions, inside = session.execute(
        frozen.join(AgendaVersion, (AgendaVersion.agenda_id == Agenda.id) & (AgendaVersion.number == last))
    ).one()
    return int(agendas) + int(items) + int(versions) + int(inside)
