"""Where items stand: up, down, under another. Order is no wording, so moving makes nobody's edit stale; a new parent is."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agendas.editing import check_parent, item_of, keep_revision
from portal.agendas.models import Agenda, Item
from portal.errors import Stale
from portal.i18n import N_


def move_item(session: Session, agenda: Agenda, code: str, *, direction: Literal["up", "down"]) -> bool:
    """Swap an item with the live sibling above or below it; return whether there was one."""
    _lock(session, agenda)
    item = item_of(session, agenda, code)
    siblings = _siblings(session, item)
    at = next(place for place, one in enumerate(siblings) if one.id == item.id)
    other = at + (-1 if direction == "up" else 1)
    if not 0 <= other < len(siblings):
        return False
    siblings[at], siblings[other] = siblings[other], siblings[at]
    for place, one in enumerate(siblings):
        one.position = place
    session.flush()
    return True


def place_item(
    session: Session, agenda: Agenda, code: str, *, revision: int, parent_id: int | None, now: datetime, person_id: int | None
) -> Item:
    """Hang an item from another of its dimension (None: none), after those already there. Raises `Invalid`, `Stale`."""
    _lock(session, agenda)
    item = item_of(session, agenda, code)
    check_parent(session, agenda, item.dimension, parent_id, moving=item)
    if item.parent_id == parent_id:
        return item
    if item.revision != revision:
        raise Stale(N_("Otra persona cambió este punto. Revíselo y vuelva a moverlo."))
    item.parent_id = parent_id
    item.position = max((one.position for one in _siblings(session, item) if one.id != item.id), default=-1) + 1
    item.revision, item.edited_at, item.edited_by_id = revision + 1, now, person_id
    session.flush()
    keep_revision(session, item)
    return item


def _lock(session: Session, agenda: Agenda) -> None:
    """Let one person at a time reorder an agenda (SQLite already does)."""
    session.execute(select(Agenda.id).where(Agenda.id == agenda.id).with_for_update())


def _siblings(session: Session, item: Item) -> list[Item]:
    rows = select(Item).where(Item.agenda_id == item.agenda_id, Item.dimension == item.dimension, Item.parent_id == item.parent_id)
    found = session.scalars(rows.order_by(Item.position, Item.code).execution_options(populate_existing=True))
    return [one for one in found if not one.retired or one.id == item.id]
