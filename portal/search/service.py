"""Keeps the index up: services put what they change, in the same transaction."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.extend.kinds import SearchEntry
from portal.search.models import SearchDocument
from portal.search.words import terms


def put(session: Session, entry: SearchEntry, *, source: str) -> None:
    """Let `entry` be found from the commit on, in place of what had its name before. `source`: the plugin's name, or "core"."""
    row = session.scalar(select(SearchDocument).where(SearchDocument.ref == entry.ref)) or SearchDocument(ref=entry.ref)
    row.source, row.kind, row.agenda_id = source, entry.kind, entry.agenda_id
    row.public, row.action, row.href, row.at = entry.public, entry.action, entry.href, entry.at
    row.title, row.body = entry.title[:300], entry.body
    row.terms = " ".join(terms(f"{entry.title} {entry.body}"))
    session.add(row)
    session.flush()


def remove(session: Session, ref: str) -> None:
    """Let the thing of this name be found no more."""
    session.execute(delete(SearchDocument).where(SearchDocument.ref == ref))
