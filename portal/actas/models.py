"""Actas: a PDF that records an act, and who must sign it."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, UtcDateTime


class Acta(Base):
    """`about` names what it records ("meeting:APU-2027/R-003"); `sha256` its bytes now, `first_sha256` before anybody signed.

    state: "open" (signatures missing), "complete", "replaced" (a corrected acta took its place).
    """

    __tablename__ = "acta"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), index=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    about: Mapped[str] = mapped_column(String(80), index=True)
    title: Mapped[str] = mapped_column(String(250))
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    first_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    signatures: Mapped[list["ActaSignature"]] = relationship(order_by="ActaSignature.position", cascade="all, delete-orphan")


class ActaSignature(Base):
    """One expected signature. `method`: "electronic" or "paper" (a scanned copy, `scan_sha256`); None while it is missing."""

    __tablename__ = "acta_signature"
    __table_args__ = (UniqueConstraint("acta_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    acta_id: Mapped[int] = mapped_column(ForeignKey("acta.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    capacity: Mapped[str] = mapped_column(String(120))
    method: Mapped[str | None] = mapped_column(String(12))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    scan_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    person: Mapped[Person | None] = relationship()
