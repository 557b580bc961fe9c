"""This plugin's part of a person's rights over their data: the copy of it, and its erasure. What was said stays, as nobody's."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session, joinedload

from plugins.dialogue import contributing
from plugins.dialogue.models import Author, Contribution
from plugins.dialogue.words import KINDS, STATES, UNVERIFIED
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.extend import PersonData


def data(session: Session, person_id: int) -> Iterator[PersonData]:
    """Yield what a person contributed, as themselves or from the address that is theirs."""
    found = []
    for one in _of(session, session.get_one(Person, person_id)):
        said = one.contribution
        found.append(
            {
                "code": said.code or "",
                "consultation": said.consultation.code,
                "kind": KINDS[said.kind],
                "about": said.item_code or said.dimension or "",
                "text": said.text,
                "wording": said.wording,
                "shown_as": one.name,
                "sent_at": said.sent_at.isoformat(),
                "state": STATES[said.state].label if said.state != UNVERIFIED else "",
                "files": ", ".join(file.name for file in said.attachments),
            }
        )
    if found:
        yield PersonData(label="Aportes a consultas", rows=tuple(found), weight=60)


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Erase a person from this plugin's tables; again does no harm. Files they sent go too: nobody can look into them for a name."""
    person = session.get_one(Person, person_id)
    words = redacting.words_of(person)
    for author in _of(session, person):
        said = author.contribution
        contributing.drop_files(session, said, now=now)
        if said.state == UNVERIFIED:
            session.delete(said)
            session.flush()
            continue
        contributing.forget_author(session, said, now=now)
    for table in _tables():
        redacting.redact(session, redacting.columns_of([table]), words)
    redacting.forget_author(session, _tables(), person_id)


def _of(session: Session, person: Person) -> list[Author]:
    theirs = Author.person_id == person.id
    if person.email:
        theirs = or_(theirs, Author.email == person.email)
    rows = select(Author).where(theirs).options(joinedload(Author.contribution).joinedload(Contribution.consultation))
    return list(session.scalars(rows.order_by(Author.id)))


def _tables() -> list[Table]:
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("plugins.dialogue") and isinstance(mapper.local_table, Table)
    ]
