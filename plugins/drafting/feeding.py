"""Turns what was decided into the draft: included demands, and loose words of a returned file, become items or feed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.drafting.models import LooseText
from portal.agendas.editing import add_item, item_of
from portal.agendas.models import Agenda, Item
from portal.errors import Conflict
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.threads.models import ThreadLink
from portal.threads.service import link, unlink
from portal.threads.words import ref

FROM = "came_from"


@dataclass(frozen=True)
class Demanded:
    """An included demand and the codes of the items that it feeds."""

    ref: str
    code: str
    text: str
    dimension: str
    kind: str
    items: tuple[str, ...]


def demanded(session: Session, registry: Registry, agenda: Agenda) -> list[Demanded] | None:
    """Return the included demands, or None when no plugin keeps demands. A constant number of queries."""
    if "demands" not in registry:
        return None
    from plugins.demands import api as demands  # noqa: PLC0415 - only where that plugin is in use

    found = list(demands.included(session, agenda.id))
    fed = _fed(session, agenda, [one.ref for one in found])
    return [Demanded(one.ref, one.code, one.text, one.dimension or "", str(one.kind), tuple(fed.get(one.ref, ()))) for one in found]


def _fed(session: Session, agenda: Agenda, refs: Iterable[str]) -> Mapping[str, list[str]]:
    start = ref("item", agenda.code, "")
    rows = select(ThreadLink.source, ThreadLink.target).where(
        ThreadLink.agenda_id == agenda.id, ThreadLink.relation == FROM, ThreadLink.source.startswith(start, autoescape=True)
    )
    wanted, found = set(refs), dict[str, list[str]]()
    for source, target in session.execute(rows.order_by(ThreadLink.source)):
        if target in wanted:
            found.setdefault(target, []).append(source.removeprefix(start))
    return found


def feed(session: Session, agenda: Agenda, demand: str, code: str, *, now: datetime, person_id: int) -> None:
    """Tie a demand (its ref) to an item that exists: a link and no more."""
    item = item_of(session, agenda, code)
    if item.retired:
        raise Conflict(N_("%(code)s está retirado del borrador. Elija otro punto."), code=item.code)
    link(
        session,
        now=now,
        agenda_id=agenda.id,
        source=ref("item", agenda.code, item.code),
        relation=FROM,
        target=demand,
        person_id=person_id,
    )


def unfeed(session: Session, agenda: Agenda, demand: str, code: str) -> None:
    """Untie a demand from an item: it was tied by mistake."""
    unlink(session, source=ref("item", agenda.code, code), relation=FROM, target=demand)


def item_from(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    *,
    demand: str = "",
    loose: LooseText | None = None,
    dimension: str,
    code: str,
    kind: str,
    parent_id: int | None,
    content: Mapping[str, Any],
    now: datetime,
    person_id: int,
) -> Item:
    """Add an item that a demand (its ref) or a loose text led to, and tie them. Raises as `add_item`, and `Conflict` for a text used already."""
    made = add_item(
        session,
        registry,
        agenda,
        dimension=dimension,
        code=code,
        kind=kind,
        parent_id=parent_id,
        content=content,
        now=now,
        person_id=person_id,
    )
    if demand:
        feed(session, agenda, demand, made.code, now=now, person_id=person_id)
    if loose is not None:
        done = session.execute(
            update(LooseText).where(LooseText.id == loose.id, LooseText.item_id.is_(None)).values(item_id=made.id),
            execution_options={"synchronize_session": False},
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(N_("Otra persona ya hizo un punto con este texto. Vuelva a cargar la página."))
    return made
