"""Keeps the index up: services put what they change, in the same transaction."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.redacting import Words
from portal.db import upsert
from portal.extend.kinds import SearchEntry
from portal.search.models import SearchDocument
from portal.search.words import stem, words

CORE = "core"
LONGEST_TITLE, LONGEST_HREF = 300, 300
LONGEST_BODY = 200_000  # characters of one thing that are looked in: PostgreSQL's vectors end at a megabyte
_BATCH = 500


def put(session: Session, entry: SearchEntry, *, source: str) -> None:
    """Let `entry` be found from the commit on, in place of what had its name before. `source`: the plugin's name, or "core"."""
    put_all(session, [entry], source=source)


def put_all(session: Session, entries: Iterable[SearchEntry], *, source: str) -> int:
    """Put many entries; return how many. Of two with one name the last stands."""
    waiting, done = iter(entries), 0
    while batch := list(islice(waiting, _BATCH)):
        rows = {one.ref: _row(one, source) for one in batch}
        session.execute(upsert(session, SearchDocument, "ref"), list(rows.values()))  # two who save at once do not collide
        done += len(batch)
    return done


def _row(entry: SearchEntry, source: str) -> dict[str, Any]:
    return {
        "ref": entry.ref,
        "source": source,
        "kind": entry.kind,
        "agenda_id": entry.agenda_id,
        "public": entry.public,
        "action": entry.action,
        "href": entry.href[:LONGEST_HREF],
        "at": entry.at,
        **_texts(entry.title, entry.body),
    }


def _texts(title: str, body: str) -> dict[str, str]:
    """Return what is shown, and what is looked in. NUL, which PostgreSQL keeps in no text, goes."""
    title, body = (" ".join(title.split())[:LONGEST_TITLE].replace("\0", ""), body[:LONGEST_BODY].replace("\0", ""))
    in_title, in_body = words(title), words(body)
    whole = dict.fromkeys(word for word in (*in_title, *in_body) if stem(word) != word)
    return {
        "title": title,
        "body": body,
        "title_terms": " ".join(stem(word) for word in in_title),
        "terms": " ".join(stem(word) for word in in_body),
        "words": " ".join(whole),
    }


def remove(session: Session, ref: str) -> None:
    """Let the thing of this name be found no more."""
    session.execute(delete(SearchDocument).where(SearchDocument.ref == ref))


def remove_all(session: Session, *, source: str, kind: str | None = None, agenda_id: int | None = None) -> None:
    """Let everything of `source` be found no more; only that of a kind, or an agenda, if they are given."""
    rows = delete(SearchDocument).where(SearchDocument.source == source)
    if kind is not None:
        rows = rows.where(SearchDocument.kind == kind)
    if agenda_id is not None:
        rows = rows.where(SearchDocument.agenda_id == agenda_id)
    session.execute(rows)


def call(session: Session, ref: str, kind: str) -> None:
    """Change what the thing of this name is said to be."""
    session.execute(update(SearchDocument).where(SearchDocument.ref == ref).values(kind=kind))


def forget(session: Session, said: Words) -> int:
    """Take somebody's name out of everything that can be found, and out of what the database made of it; return how many changed."""
    changed: list[Mapping[str, Any]] = []
    for row in session.execute(select(SearchDocument.id, SearchDocument.title, SearchDocument.body)):
        title, body = said.out_of(row.title), said.out_of(row.body)
        if (title, body) != (row.title, row.body):
            changed.append({"id": row.id, **_texts(title, body)})
    if changed:
        session.execute(update(SearchDocument), changed)
        if session.get_bind().dialect.name == "sqlite":  # words taken out stay legible in its pages until they are merged: made anew
            session.execute(text("INSERT INTO ft_search(ft_search) VALUES ('rebuild')"))
    return len(changed)
