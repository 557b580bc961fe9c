"""Finds a person's name, e-mail, telephone and DNI in what others wrote, and puts a mark where they stood."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text, select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Person

SHORTEST = 4  # characters of a single word that may be looked for; fewer would hit other words
LONG_ENOUGH = 40  # a column of fewer characters holds codes and states, nobody's words


@dataclass(frozen=True)
class Words:
    """What may not be read any more, and what is put in its place."""

    pattern: re.Pattern[str] | None
    mark: str

    def out_of(self, value: Any) -> Any:
        """Return text, or JSON, with the mark wherever the person was named."""
        if isinstance(value, str):
            return self.pattern.sub(self.mark, value) if self.pattern else value
        if isinstance(value, list):
            return [self.out_of(one) for one in value]
        if isinstance(value, dict):
            return {key: self.out_of(one) for key, one in value.items()}
        return value


def mark(person_id: int) -> str:
    """Return what stands where a person's name stood."""
    return f"Persona {person_id} (datos eliminados)"


def words_of(person: Person) -> Words:
    """Return the words that say who a person is. A name counts as a whole, whatever its case and spacing."""
    parts = [part for part in (person.full_name, person.email, person.phone, person.dni) if part and len(part) >= SHORTEST]
    found = [r"\s+".join(re.escape(word) for word in part.split()) for part in parts]
    found.sort(key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE) if found else None
    return Words(pattern, mark(person.id))


def columns_of(tables: Iterable[Table], *, keep: Iterable[str] = ()) -> Iterator[Column[Any]]:
    """Yield the columns that may hold somebody's words: text, and JSON. `keep`: "table.column" to leave alone."""
    left = set(keep)
    for table in tables:
        for column in table.columns:
            kind = column.type
            wordy = isinstance(kind, JSON | Text) or (isinstance(kind, String) and (kind.length is None or kind.length >= LONG_ENOUGH))
            digest = column.name.endswith(("_sha256", "_digest")) or column.name in {"sha256", "hash", "previous"}
            if wordy and not digest and not column.foreign_keys and not column.primary_key and f"{table.name}.{column.name}" not in left:
                yield column


def redact(session: Session, columns: Iterable[Column[Any]], words: Words, *, spare: Callable[[Any], bool] | None = None) -> int:
    """Put the mark into every value of `columns` that names the person; return how many changed. `spare`: rows left as they are."""
    changed = 0
    for column in columns:
        table = column.table
        keys = list(table.primary_key.columns)
        rows = session.execute(select(*keys, column).where(column.is_not(None))).all()
        for row in rows:
            before = row[-1]
            after = words.out_of(before)
            if after == before or (spare is not None and spare(row)):
                continue
            here = [key == value for key, value in zip(keys, row, strict=False)]
            length = getattr(column.type, "length", None)
            session.execute(update(table).where(*here).values({column: after[:length] if isinstance(after, str) and length else after}))
            changed += 1
    session.expire_all()
    return changed


def forget_author(session: Session, tables: Iterable[Table], person_id: int, *, keep: Iterable[str] = ()) -> None:
    """Take the person out of every optional reference to them. `keep`: "table.column" to leave alone."""
    left = set(keep)
    for table in tables:
        for column in table.columns:
            points = any(_target(one) == "person.id" for one in column.foreign_keys)
            if points and column.nullable and f"{table.name}.{column.name}" not in left:
                session.execute(update(table).where(column == person_id).values({column: None}))
    session.expire_all()


def _target(key: ForeignKey) -> str:
    return key.target_fullname
