"""What can be read of sections, suggestions and returned files."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.drafting.models import Section, SectionEvent, SectionOwner, Suggestion, WordReturn
from plugins.drafting.words import OPEN
from portal.accounts.models import Grant, Person
from portal.agendas.models import Item
from portal.errors import NotFound
from portal.extend.kinds import THEME

PER_PAGE = 30
OWNERS = ("administrator", "coordinator", "staff", "delegate")  # roles of those who may answer for a section


def next_code(session: Session, model: type[Section | Suggestion | WordReturn], agenda_id: int, prefix: str, digits: int) -> str:
    """Return the next code; no row is ever deleted, so none comes back. Whoever asks holds the agenda's lock."""
    count = session.scalar(select(func.count()).select_from(model).where(model.agenda_id == agenda_id)) or 0
    return f"{prefix}-{count + 1:0{digits}d}"


def sections(session: Session, agenda_id: int) -> list[Section]:
    """Return an agenda's sections with their owners, by code."""
    rows = select(Section).where(Section.agenda_id == agenda_id).options(selectinload(Section.owners), joinedload(Section.root))
    return list(session.scalars(rows.order_by(Section.code)))


def section(session: Session, agenda_id: int, code: str) -> Section:
    """Return a section. Raises `NotFound`."""
    found = session.scalar(select(Section).where(Section.agenda_id == agenda_id, Section.code == code))
    if found is None:
        raise NotFound
    return found


def section_events(session: Session, section_id: int) -> list[SectionEvent]:
    """Return what happened to a section, last first."""
    return list(session.scalars(select(SectionEvent).where(SectionEvent.section_id == section_id).order_by(SectionEvent.id.desc())))


def section_items(one: Section, items: Iterable[Item]) -> list[Item]:
    """Return the items of a section among an agenda's live ones."""
    rows = [item for item in items if item.dimension == one.dimension]
    if one.theme:
        return [item for item in rows if item.content.get("fields", {}).get(THEME) == one.theme]
    if one.root_id is None:
        return rows
    inside = {one.root_id}
    while True:
        more = {item.id for item in rows if item.parent_id in inside} - inside
        if not more:
            return [item for item in rows if item.id in inside]
        inside |= more


def holds(one: Section, item: Item, parents: dict[int, int | None]) -> bool:
    """Whether an item stands in a section; `parents`: each item's parent by id."""
    if item.dimension != one.dimension:
        return False
    if one.theme:
        return bool(item.content.get("fields", {}).get(THEME) == one.theme)
    at: int | None = item.id
    steps = 0
    while one.root_id is not None and at is not None and at != one.root_id and steps < len(parents) + 1:
        at, steps = parents.get(at), steps + 1
    return one.root_id is None or at == one.root_id


def owners_of_item(session: Session, item: Item) -> list[int]:
    """Return the ids of the people who answer for the sections in which an item stands."""
    every = sections(session, item.agenda_id)
    parents = {row.id: row.parent_id for row in session.execute(select(Item.id, Item.parent_id).where(Item.agenda_id == item.agenda_id))}
    return sorted({owner.person_id for one in every if holds(one, item, parents) for owner in one.owners})


def candidates(session: Session, agenda_id: int, dimension: str) -> list[Person]:
    """Return who may answer for a section of a dimension: those who may write the draft there."""
    rows = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role.in_(OWNERS),
            Grant.ended_at.is_(None),
            (Grant.agenda_id == agenda_id) | Grant.agenda_id.is_(None),
            (Grant.dimension == dimension) | Grant.dimension.is_(None),
            Person.active,
        )
        .distinct()
        .order_by(Person.full_name, Person.id)
    )
    return list(session.scalars(rows))


def owns(session: Session, section_id: int, person_id: int | None) -> bool:
    """Whether a person answers for a section."""
    rows = select(SectionOwner.id).where(SectionOwner.section_id == section_id, SectionOwner.person_id == person_id)
    return session.scalar(rows) is not None


def suggestions(
    session: Session, agenda_id: int, *, state: str = "", dimension: str = "", item: str = "", page: int = 1
) -> tuple[list[Suggestion], int]:
    """Return a page of suggestions, last first, with their items, and how many there are in all. Two queries."""
    rows = select(Suggestion).join(Suggestion.item).where(Suggestion.agenda_id == agenda_id)
    if state:
        rows = rows.where(Suggestion.state == state)
    if dimension:
        rows = rows.where(Suggestion.dimension == dimension)
    if item:
        rows = rows.where(Item.code == item)
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    shown = rows.options(joinedload(Suggestion.item), joinedload(Suggestion.returned)).order_by(Suggestion.id.desc())
    return list(session.scalars(shown.limit(PER_PAGE).offset((page - 1) * PER_PAGE))), total


def suggestion(session: Session, agenda_id: int, code: str) -> Suggestion:
    """Return a suggestion with its item. Raises `NotFound`."""
    rows = select(Suggestion).where(Suggestion.agenda_id == agenda_id, Suggestion.code == code).options(joinedload(Suggestion.item))
    found = session.scalar(rows)
    if found is None:
        raise NotFound
    return found


def counts(session: Session, agenda_id: int) -> dict[str, int]:
    """Return how many suggestions an agenda has in each state."""
    rows = select(Suggestion.state, func.count()).where(Suggestion.agenda_id == agenda_id).group_by(Suggestion.state)
    return {state: int(count) for state, count in session.execute(rows)}


def open_by_item(session: Session, agenda_id: int) -> dict[int, int]:
    """Return how many open suggestions each item has, by the item's id."""
    rows = (
        select(Suggestion.item_id, func.count())
        .where(Suggestion.agenda_id == agenda_id, Suggestion.state == OPEN)
        .group_by(Suggestion.item_id)
    )
    return {item: int(count) for item, count in session.execute(rows)}


def returns(session: Session, agenda_id: int) -> list[WordReturn]:
    """Return the files that came back, last first."""
    return list(session.scalars(select(WordReturn).where(WordReturn.agenda_id == agenda_id).order_by(WordReturn.id.desc()).limit(100)))


def returned(session: Session, agenda_id: int, code: str) -> WordReturn:
    """Return a file that came back. Raises `NotFound`."""
    found = session.scalar(
        select(WordReturn).where(WordReturn.agenda_id == agenda_id, WordReturn.code == code).options(selectinload(WordReturn.loose))
    )
    if found is None:
        raise NotFound
    return found


def made_of(session: Session, return_id: int) -> list[Suggestion]:
    """Return the suggestions that a file led to, with their items."""
    rows = select(Suggestion).where(Suggestion.return_id == return_id).options(joinedload(Suggestion.item))
    return list(session.scalars(rows.order_by(Suggestion.id)))


def loose_total(one: WordReturn) -> dict[str, Any]:
    """Return how many loose texts a file has, and how many wait."""
    return {"all": len(one.loose), "waiting": sum(text.item_id is None for text in one.loose)}
