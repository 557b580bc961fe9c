"""The ledger's entries and the row that remembers its head, so that a cut tail is noticed."""

import json
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.db import Base
from portal.documents.canonical import canonical


class Facts(TypeDecorator[dict[str, Any]]):
    """A JSON object kept as its canonical text. Text that somebody broke is read as {"illegible": text}, so that the audit can name its entry."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's order
        """Write the canonical text."""
        return None if value is None else canonical(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any]:  # noqa: ARG002
        """Read the object, whatever stands there."""
        try:
            read = json.loads(value or "")
        except (ValueError, RecursionError):
            read = None
        return read if isinstance(read, dict) else {"illegible": str(value)}


class LedgerEntry(Base):
    """One fact. `hash` is the SHA-256 of the canonical JSON of every other column; `previous` chains it."""

    __tablename__ = "ledger_entry"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32))  # ISO 8601 in UTC, as hashed
    kind: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Facts)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class LedgerHead(Base):
    """The last entry's place and hash; one row, locked while an entry is added."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
