"""Which files the portal holds; their bytes are in the store, named by SHA-256."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class StoredFile(Base):
    """A file by content. Bytes are never changed; those that hold only personal data may be forgotten (portal.documents.forgetting).

    `forgotten_at`: they are to be removed, as the ledger says; `removed_at`: they are.
    """

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
