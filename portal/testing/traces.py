"""Looks for somebody's data in every table of the database, whatever its plugin, and in every stored file."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import inspect, select, text

from portal.context import Portal
from portal.documents.forgetting import references
from portal.documents.models import StoredFile
from portal.errors import NotFound


def in_tables(portal: Portal, words: Iterable[str]) -> dict[str, str]:
    """Return {"table.column": value} where one of `words` stands, one value for each; tables are those of the database, not of the code."""
    wanted = [word.casefold() for word in words]
    found: dict[str, str] = {}
    with portal.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings():  # noqa: S608 - the name is the database's own
                for column, value in row.items():
                    said = " ".join(_said(value)).casefold()
                    if any(word in said for word in wanted):
                        found[f"{name}.{column}"] = said[:200]
    return found


def _said(value: Any) -> Iterator[str]:
    """Yield a value as people read it: JSON without its escapes, bytes as text."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str):
        yield value
        if "\\u" in value:
            try:
                yield json.dumps(json.loads(value), ensure_ascii=False)
            except ValueError:
                return
    elif isinstance(value, dict | list):
        yield json.dumps(value, ensure_ascii=False, default=str)


def in_files(portal: Portal, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return {SHA-256: columns that point to it} of stored files that name one of `words`, and of every PDF: what those say is not read here."""
    wanted = [word.casefold() for word in words]
    found: dict[str, tuple[str, ...]] = {}
    with portal.sessions() as session:
        for name, media_type in session.execute(select(StoredFile.sha256, StoredFile.media_type)).all():
            try:
                data = portal.store.get(name)
            except NotFound:
                continue
            said = " ".join(_texts(data)).casefold()
            if media_type == "application/pdf" or any(word in said for word in wanted):
                found[name] = tuple(sorted(references(session, name)))
        session.rollback()
    return found


def _texts(data: bytes) -> Iterator[str]:
    yield from _said(data)
    if zipfile.is_zipfile(io.BytesIO(data)):  # a spreadsheet
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            for one in folder.namelist():
                yield folder.read(one).decode("utf-8", "replace")
