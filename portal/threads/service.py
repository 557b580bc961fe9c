"""What can be done with links: tie two things, untie them."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.i18n import N_
from portal.threads.models import ThreadLink
from portal.threads.queries import links_of
from portal.threads.words import RELATIONS


def link(session: Session, *, now: datetime, agenda_id: int, source: str, relation: str, target: str, person_id: int | None) -> ThreadLink:
    """Tie two things; the same link again is the first one. Raises `Invalid` for an unknown relation or a thing tied to itself."""
    if relation not in RELATIONS or source == target:
        raise Invalid(N_("Ese vínculo no es posible."))
    found = session.scalar(
        select(ThreadLink).where(ThreadLink.source == source, ThreadLink.relation == relation, ThreadLink.target == target)
    )
    if found is not None:
        return found
    made = ThreadLink(agenda_id=agenda_id, source=source, relation=relation, target=target, at=now, person_id=person_id)
    session.add(made)
    session.flush()
    return made


def unlink(session: Session, *, source: str, relation: str, target: str) -> None:
    """Untie two things; nothing happens when they are not tied."""
    session.execute(delete(ThreadLink).where(ThreadLink.source == source, ThreadLink.relation == relation, ThreadLink.target == target))


def rename(session: Session, old: str, new: str) -> None:
    """Carry the links of a thing over to its new name (an item's code may change until it is frozen)."""
    if old == new:
        return
    kept = {(one.source, one.relation, one.target) for one in links_of(session, [new])}
    for one in links_of(session, [old]):
        source, target = (new if end == old else end for end in (one.source, one.target))
        if (source, one.relation, target) in kept:
            session.delete(one)
        else:
            one.source, one.target = source, target
    session.flush()
