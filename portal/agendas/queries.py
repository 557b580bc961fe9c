"""What can be read of agendas: public versions, drafts, histories."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person
from portal.agendas.models import Agenda, AgendaVersion, Item, ItemRevision
from portal.documents.store import FileStore
from portal.errors import NotFound
from portal.i18n import N_
from portal.organisations.models import Territory


def public_agendas(session: Session) -> list[AgendaVersion]:
    """Return the last frozen version of each agenda, with its agenda; newest period first, then by title."""
    last = select(AgendaVersion.agenda_id, func.max(AgendaVersion.number).label("number")).group_by(AgendaVersion.agenda_id).subquery()
    rows = (
        select(AgendaVersion)
        .join(last, (last.c.agenda_id == AgendaVersion.agenda_id) & (last.c.number == AgendaVersion.number))
        .options(joinedload(AgendaVersion.agenda))
        .order_by(AgendaVersion.period_start.desc(), AgendaVersion.title)
    )
    return list(session.scalars(rows))


def agendas_without_version(session: Session) -> list[Agenda]:
    """Return the agendas that have no frozen version yet; newest period first, then by title."""
    rows = select(Agenda).where(~select(AgendaVersion.id).where(AgendaVersion.agenda_id == Agenda.id).exists())
    return list(session.scalars(rows.order_by(Agenda.period_start.desc(), Agenda.title)))


def agenda(session: Session, code: str) -> Agenda:
    """Return an agenda by its code. Raises `NotFound`."""
    found = session.scalar(select(Agenda).where(Agenda.code == code))
    if found is None:
        raise NotFound
    return found


def version(session: Session, code: str, number: int | None = None) -> AgendaVersion:
    """Return a frozen version with its agenda, the last one when no number is given. Raises `NotFound`."""
    rows = select(AgendaVersion).join(AgendaVersion.agenda).options(joinedload(AgendaVersion.agenda)).where(Agenda.code == code)
    rows = rows.where(AgendaVersion.number == number) if number is not None else rows.order_by(AgendaVersion.number.desc()).limit(1)
    found = session.scalar(rows)
    if found is None:
        raise NotFound
    return found


def versions(session: Session, agenda_id: int) -> list[AgendaVersion]:
    """Return an agenda's frozen versions, last first."""
    return list(session.scalars(select(AgendaVersion).where(AgendaVersion.agenda_id == agenda_id).order_by(AgendaVersion.number.desc())))


def version_bytes(store: FileStore, frozen: AgendaVersion) -> bytes:
    """Return, byte for byte, what was hashed. Raises `Damaged` when the stored file no longer is that."""
    return store.get(frozen.sha256)


def version_document(store: FileStore, frozen: AgendaVersion) -> dict[str, Any]:
    """Return a frozen version as data (`rubrica.agenda/1`)."""
    document: dict[str, Any] = json.loads(version_bytes(store, frozen))
    return document


def document_items(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every item of an agenda's document in reading order."""
    return [item for dimension in document["dimensions"] for item in dimension["items"]]


def drafts(session: Session, ids: Iterable[int] | None) -> list[tuple[Agenda, int, int]]:
    """Return the agendas with these ids (None: all), each with its count of live items and of versions."""
    live = select(Item.agenda_id, func.count().label("n")).where(Item.retired.is_(False)).group_by(Item.agenda_id).subquery()
    frozen = select(AgendaVersion.agenda_id, func.count().label("n")).group_by(AgendaVersion.agenda_id).subquery()
    rows = (
        select(Agenda, func.coalesce(live.c.n, 0), func.coalesce(frozen.c.n, 0))
        .outerjoin(live, live.c.agenda_id == Agenda.id)
        .outerjoin(frozen, frozen.c.agenda_id == Agenda.id)
        .options(joinedload(Agenda.territory))
        .order_by(Agenda.period_start.desc(), Agenda.title)
    )
    if ids is not None:
        rows = rows.where(Agenda.id.in_(ids))
    return [(one, int(items), int(count)) for one, items, count in session.execute(rows)]


def items(session: Session, agenda_id: int, dimension: str | None = None, *, retired: bool = False) -> list[Item]:
    """Return an agenda's items, live or retired ones."""
    rows = select(Item).where(Item.agenda_id == agenda_id, Item.retired.is_(retired))
    if dimension is not None:
        rows = rows.where(Item.dimension == dimension)
    return list(session.scalars(rows.order_by(Item.code)))


def item(session: Session, agenda_id: int, code: str) -> Item:
    """Return an item by its code. Raises `NotFound`."""
    found = session.scalar(select(Item).where(Item.agenda_id == agenda_id, Item.code == code))
    if found is None:
        raise NotFound
    return found


def item_revisions(session: Session, item_id: int) -> list[ItemRevision]:
    """Return every wording an item had, last first."""
    return list(session.scalars(select(ItemRevision).where(ItemRevision.item_id == item_id).order_by(ItemRevision.revision.desc())))


_LEVELS = {"country": N_("país"), "department": N_("departamento"), "province": N_("provincia"), "district": N_("distrito")}


def territories(session: Session) -> list[tuple[str, str, str]]:
    """Return every territory as (INEI code, name, level's Spanish msgid), the wider ones first."""
    order = list(_LEVELS)
    rows = session.execute(select(Territory.inei, Territory.name, Territory.level))
    return [
        (inei, name, _LEVELS.get(level, level))
        for inei, name, level in sorted(rows, key=lambda row: (order.index(row.level) if row.level in order else 9, row.name))
    ]


def territory_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of territories by INEI code, in one query (none when there is nothing to ask)."""
    wanted = set(codes)
    rows = select(Territory.inei, Territory.name).where(Territory.inei.in_(wanted))
    return {row.inei: row.name for row in session.execute(rows)} if wanted else {}


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by id, in one query."""
    wanted = {one for one in ids if one is not None}
    rows = select(Person.id, Person.full_name).where(Person.id.in_(wanted))
    return {row.id: row.full_name for row in session.execute(rows)} if wanted else {}
