"""Items of the draft: add, edit, retire, restore. Every wording is kept; nothing is deleted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.agendas.codes import check_code
from portal.agendas.content import clean, undeclared
from portal.agendas.drafting import kind_labels
from portal.agendas.finding import call_retired, keep_draft_item
from portal.agendas.models import Agenda, AgendaDimension, Item, ItemRevision
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.extend.registry import Registry
from portal.i18n import N_
from portal.threads.service import rename
from portal.threads.words import ref

TAKEN = N_("Este código ya es de otro punto (quizá retirado). Use otro.")


def add_item(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    *,
    dimension: str,
    code: str,
    kind: str,
    parent_id: int | None = None,
    content: Mapping[str, Any],
    now: datetime,
    person_id: int | None,
) -> Item:
    """Add an item at the end of its siblings. Raises `Invalid`, or `Conflict` when the dimension is closed."""
    place = dimension_of(agenda, dimension)
    if place.closed:
        raise Conflict(N_("La dimensión %(label)s está cerrada para puntos nuevos."), label=place.label)
    cleaned, code = _checked(registry, place, code, kind, content)
    if session.scalar(select(Item.id).where(Item.agenda_id == agenda.id, Item.code == code)) is not None:
        raise Invalid(fields={"code": TAKEN})
    check_parent(session, agenda, dimension, parent_id)
    last = session.scalar(
        select(func.max(Item.position)).where(Item.agenda_id == agenda.id, Item.dimension == dimension, Item.parent_id == parent_id)
    )
    item = Item(
        agenda_id=agenda.id,
        dimension=dimension,
        code=code,
        kind=kind,
        parent_id=parent_id,
        position=(last if last is not None else -1) + 1,
        content=cleaned,
        revision=1,
        retired=False,
        edited_at=now,
        edited_by_id=person_id,
    )
    session.add(item)
    try:
        session.flush()
    except IntegrityError as error:  # two people took the same suggested code at once
        raise Invalid(fields={"code": TAKEN}) from error
    keep_revision(session, item)
    keep_draft_item(session, registry, agenda, item)
    return item


def edit_item(
    session: Session,
    registry: Registry,
    agenda: Agenda,
    code: str,
    *,
    revision: int,
    new_code: str,
    kind: str,
    content: Mapping[str, Any],
    now: datetime,
    person_id: int | None,
) -> Item:
    """Save a new wording over the wording `revision` that the person read.

    Raises `Invalid`, or `Stale` when somebody saved meanwhile: `theirs` is that revision's snapshot with "revision",
    "edited_at" and "edited_by_id"; nothing is overwritten. Saving the same words again changes nothing. What the item says in
    fields that no plugin declares now stays: whoever wrote could not see it.
    """
    item = item_of(session, agenda, code)
    unseen = undeclared(item.content, registry.item_fields(item.dimension))
    content = {**content, "fields": {**unseen, **(content.get("fields") or {})}}
    cleaned, new_code = _checked(registry, dimension_of(agenda, item.dimension), new_code, kind, content)
    if new_code != item.code:
        if item.first_version is not None:
            raise Invalid(fields={"code": N_("El código ya está en una versión congelada y no puede cambiar.")})
        if session.scalar(select(Item.id).where(Item.agenda_id == agenda.id, Item.code == new_code)) is not None:
            raise Invalid(fields={"code": TAKEN})
    if item.revision == revision and (item.code, item.kind, item.content) == (new_code, kind, cleaned):
        return item
    old = item.code
    _save(session, item, revision, now=now, person_id=person_id, code=new_code, kind=kind, content=cleaned)
    rename(session, ref("item", agenda.code, old), ref("item", agenda.code, new_code))  # what it came from goes with it
    keep_draft_item(session, registry, agenda, item)
    return item


def retire_item(session: Session, agenda: Agenda, code: str, *, revision: int, now: datetime, person_id: int | None) -> Item:
    """Take an item out of the draft; it can come back. Raises `Conflict` while live items hang from it, or `Stale`."""
    item = item_of(session, agenda, code)
    under = session.scalars(select(Item.code).where(Item.parent_id == item.id, Item.retired.is_(False)).order_by(Item.code)).all()
    if under:
        raise Conflict(N_("De %(code)s dependen %(under)s. Muévalos o retírelos antes."), code=item.code, under=", ".join(under))
    if not item.retired:
        _save(session, item, revision, now=now, person_id=person_id, retired=True)
        call_retired(session, item)
    return item


def restore_item(session: Session, agenda: Agenda, code: str, *, revision: int, now: datetime, person_id: int | None) -> Item:
    """Bring a retired item back; it stands at the top when its parent is still retired."""
    item = item_of(session, agenda, code)
    if not item.retired:
        return item
    parent = session.get(Item, item.parent_id) if item.parent_id else None
    _save(
        session,
        item,
        revision,
        now=now,
        person_id=person_id,
        retired=False,
        parent_id=None if parent is None or parent.retired else parent.id,
    )
    call_retired(session, item)
    return item


def item_of(session: Session, agenda: Agenda, code: str) -> Item:
    """Return an item as it is now in the database. Raises `NotFound`."""
    item = session.scalar(select(Item).where(Item.agenda_id == agenda.id, Item.code == code).execution_options(populate_existing=True))
    if item is None:
        raise NotFound
    return item


def dimension_of(agenda: Agenda, name: str) -> AgendaDimension:
    """Return a dimension that the agenda chose. Raises `NotFound`."""
    found = next((one for one in agenda.dimensions if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def check_parent(session: Session, agenda: Agenda, dimension: str, parent_id: int | None, *, moving: Item | None = None) -> Item | None:
    """Return the parent. Raises `Invalid` unless it is a live item of the same dimension that does not hang from `moving`."""
    if parent_id is None:
        return None
    parent = session.get(Item, parent_id)
    if parent is None or parent.agenda_id != agenda.id or parent.dimension != dimension or parent.retired:
        raise Invalid(fields={"parent": N_("Elija un punto de esta dimensión.")})
    above: Item | None = parent
    while above is not None:
        if moving is not None and above.id == moving.id:
            raise Invalid(fields={"parent": N_("Un punto no puede depender de sí mismo ni de los que dependen de él.")})
        above = session.get(Item, above.parent_id) if above.parent_id else None
    return parent


def keep_revision(session: Session, item: Item) -> None:
    """Note an item's present wording among those it had."""
    session.add(
        ItemRevision(
            item_id=item.id,
            revision=item.revision,
            snapshot=snapshot(session, item),
            edited_at=item.edited_at,
            edited_by_id=item.edited_by_id,
        )
    )
    session.flush()


def snapshot(session: Session, item: Item) -> dict[str, Any]:
    """Return an item's present wording as `ItemRevision.snapshot` keeps it."""
    parent = session.get(Item, item.parent_id) if item.parent_id else None
    return {
        "code": item.code,
        "kind": item.kind,
        "dimension": item.dimension,
        "parent": parent.code if parent else None,
        "position": item.position,
        "retired": item.retired,
        "content": item.content,
    }


def _checked(registry: Registry, place: AgendaDimension, code: str, kind: str, content: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the cleaned content and code, or raise `Invalid` with everything that is wrong."""
    wrong: dict[str, str] = {}
    cleaned: dict[str, Any] = {}
    try:
        cleaned = clean(content, registry.item_fields(place.name))
    except Invalid as error:
        wrong |= error.fields
    try:
        code = check_code(code, place.prefix)
    except Invalid as error:
        wrong |= error.fields
    if place.name in registry.dimensions and kind not in kind_labels(registry, place.name):
        wrong["kind"] = N_("Elija el tipo de punto.")
    if wrong:
        raise Invalid(fields=wrong)
    return cleaned, code


def _save(session: Session, item: Item, revision: int, *, now: datetime, person_id: int | None, **values: Any) -> Item:
    """Write over `revision` only (compare-and-set), and keep the wording. Raises `Stale`."""
    try:
        done = session.execute(
            update(Item)
            .where(Item.id == item.id, Item.revision == revision)
            .values(revision=revision + 1, edited_at=now, edited_by_id=person_id, **values),
            execution_options={"synchronize_session": False},
        )
    except IntegrityError as error:
        raise Invalid(fields={"code": TAKEN}) from error
    session.refresh(item)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        theirs = {**snapshot(session, item), "revision": item.revision, "edited_at": item.edited_at, "edited_by_id": item.edited_by_id}
        raise Stale(
            N_("Otra persona cambió este punto mientras usted lo editaba. No se perdió nada: compare y guarde lo que corresponda."),
            theirs=theirs,
        )
    keep_revision(session, item)
    return item
