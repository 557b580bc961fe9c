"""Reads the folder where the demo's mail is put instead of being sent."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from portal.errors import NotFound

FOLDER = "demo-mail"
PAGE = 40
_NAME = re.compile(r"[\w.-]*rubrica-(\d+)(?:\.\d+)?\.eml")  # see portal.mail: the number is the message's own, then when it was queued


@dataclass(frozen=True)
class Letter:
    """A message as the page shows it; `text` is its plain part, `files` the names of what it carries."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    files: tuple[str, ...]


def names(home: Path) -> list[str]:
    """Return the messages' file names, the newest first; they are numbered in the order they were written."""
    folder = home / FOLDER
    found = (
        [(int(match[1]), path.name) for path in folder.glob("*.eml") if (match := _NAME.fullmatch(path.name))] if folder.is_dir() else []
    )
    return [name for _, name in sorted(found, reverse=True)]


@dataclass(frozen=True)
class Page:
    """A page of the list: the names on it, and where it stands."""

    names: tuple[str, ...]
    number: int
    pages: int
    total: int
    first: int

    @property
    def last(self) -> int:
        """Position of the last message shown, from 1."""
        return self.first + len(self.names) - 1


def page_of(home: Path, wanted: int) -> Page:
    """Return page `wanted` of the messages, or the last one."""
    every = names(home)
    pages = max(1, -(-len(every) // PAGE))
    number = min(wanted, pages)
    start = (number - 1) * PAGE
    return Page(tuple(every[start : start + PAGE]), number, pages, len(every), start + 1)


def read(home: Path, name: str) -> Letter:
    """Return one message. Raises `NotFound`."""
    message = _parsed(home, name)
    body = message.get_body(preferencelist=("plain",))
    text = body.get_content() if body is not None else ""
    at = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    return Letter(
        name,
        at,
        str(message["To"]),
        str(message["Subject"]),
        text,
        tuple(part.get_filename() or "archivo" for part in message.iter_attachments()),
    )


def attachment(home: Path, name: str, number: int) -> tuple[str, bytes]:
    """Return (file name, bytes) of the attachment in that place, from 0. Raises `NotFound`."""
    parts = list(_parsed(home, name).iter_attachments())
    if not 0 <= number < len(parts):
        raise NotFound
    data = parts[number].get_payload(decode=True)
    return parts[number].get_filename() or "archivo", data if isinstance(data, bytes) else b""


def _parsed(home: Path, name: str) -> EmailMessage:
    path = home / FOLDER / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound
    parsed = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    if not isinstance(parsed, EmailMessage):
        raise NotFound
    return parsed
