"""This plugin's part of a person's rights over their data: the copy of it, and its erasure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from plugins.drafting.models import Section, SectionEvent, SectionOwner, Suggestion, WordReturn
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.documents import forgetting
from portal.extend import PersonData


def data(session: Session, person_id: int) -> Iterable[PersonData]:
    """Yield what is kept about a person."""
    mine = select(Suggestion).where((Suggestion.author_id == person_id) | (Suggestion.decided_by_id == person_id)).order_by(Suggestion.id)
    yield PersonData(
        label="Sugerencias que hizo o decidió",
        rows=tuple(
            {
                "suggestion": one.code,
                "own": one.author_id == person_id,
                "reason": one.reason if one.author_id == person_id else "",
                "state": one.state,
                "at": one.made_at.isoformat(),
            }
            for one in session.scalars(mine)
        ),
    )
    files = select(WordReturn).where(WordReturn.received_by_id == person_id).order_by(WordReturn.id)
    yield PersonData(
        label="Archivos de Word que subió",
        rows=tuple(
            {"file": one.code, "name": one.name, "note": one.note, "at": one.received_at.isoformat()} for one in session.scalars(files)
        ),
    )
    owned = select(Section.code, Section.title, SectionOwner.since).join(SectionOwner, SectionOwner.section_id == Section.id)
    rows = session.execute(owned.where(SectionOwner.person_id == person_id).order_by(Section.id))
    yield PersonData(
        label="Secciones por las que responde",
        rows=tuple({"section": code, "title": title, "since": at.isoformat()} for code, title, at in rows),
    )
    steps = (
        select(SectionEvent).where((SectionEvent.person_id == person_id) | (SectionEvent.about_id == person_id)).order_by(SectionEvent.id)
    )
    yield PersonData(
        label="Historia de secciones",
        rows=tuple({"kind": one.kind, "note": one.note, "at": one.at.isoformat()} for one in session.scalars(steps)),
    )


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Take a person out of this plugin's tables; again does no harm.

    Word writes its user's name into a file many times: the originals that the person sent, and those that name them, go.
    """
    words = redacting.words_of(session.get_one(Person, person_id))
    session.execute(delete(SectionOwner).where(SectionOwner.person_id == person_id))
    files = []
    for one in session.scalars(select(WordReturn).where(WordReturn.sha256.is_not(None))):
        named = words.out_of(one.reading) != one.reading or words.out_of([one.name, one.note]) != [one.name, one.note]
        if one.received_by_id == person_id or named:
            files.append(one.sha256)
            one.sha256 = None
    session.flush()
    for sha256 in dict.fromkeys(files):
        if sha256 is not None and not forgetting.references(session, sha256):
            forgetting.forget(session, now=now, sha256=sha256)
    if words.pattern:
        redacting.redact(session, redacting.columns_of(_tables()), words)
    redacting.forget_author(session, _tables(), person_id)


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith("plugins.drafting") and isinstance(mapper.local_table, Table):
            yield mapper.local_table
