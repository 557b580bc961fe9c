"""The ledger's entries, the row that remembers its end (so that a cut tail is noticed), and the heads that were published."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.db import Base, UtcDateTime
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


class LedgerCheckpoint(Base):
    """A published head: the root of the tree (portal.ledger.merkle) over the first `size` entries. Written once; the token may come later."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    last_entry: Mapped[str] = mapped_column(String(64))  # the hash of entry `size`, which chains all before
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    token_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))  # a timestamp (RFC 3161) over the head's bytes


class LedgerTile(Base):
    """The root over 256 whole entries, kept so that no proof reads more than two tiles' entries. The audit computes them anew."""

    __tablename__ = "ledger_tile"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
