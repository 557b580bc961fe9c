"""Tables of signing on paper: packs to print, files that came back, their sheets, and readings of them that two people make."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.db import Base, UtcDateTime

WAITING, DONE, FAILED = "waiting", "done", "failed"
READ, CONFIRMED, TAKEN, REJECTED = "read", "confirmed", "taken", "rejected"


class PaperPack(Base):
    """What is printed for a ceremony: chosen commitments, and the PDF once a job has made it.

    `parts`: which pieces, of printing.PARTS. `done` of the commitments are laid out already. `state`: waiting, done, failed.
    """

    __tablename__ = "commitments_paper_pack"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("commitments_process.id"), index=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    held_on: Mapped[date | None] = mapped_column(Date)
    parts: Mapped[list[str]] = mapped_column(JSON)
    commitments: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=WAITING, index=True)
    done: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PaperFile(Base):
    """A scan or photo that came back, kept byte for byte; a job reads it page by page. `state`: waiting, done, failed."""

    __tablename__ = "commitments_paper_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("commitments_process.id"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default=WAITING, index=True)
    pages: Mapped[int | None] = mapped_column(Integer)  # how many the file has, once that is known
    pages_read: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str | None] = mapped_column(String(300))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class PaperSheet(Base):
    """One sheet seen in a file: its picture, made upright, and which page of which instrument it is.

    `place`: page of the file, from 1. `commitment_id`, `edition`, `page`: what its QR says, or what a person says of it
    (`assigned_by_id`). `squared`: the picture is the whole sheet with its corners in place, so that a box printed on it
    can be cut out. `set_aside`: staff do not want it. `problem`: a code of receiving.PROBLEMS.
    """

    __tablename__ = "commitments_paper_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("commitments_paper_file.id", ondelete="CASCADE"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    picture_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    thumbnail_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    squared: Mapped[bool] = mapped_column(Boolean, default=False)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"), index=True)
    edition: Mapped[int | None] = mapped_column(Integer)
    page: Mapped[int | None] = mapped_column(Integer)
    said: Mapped[str | None] = mapped_column(String(60))  # what its QR said, when that is not one of this process's instruments
    problem: Mapped[str | None] = mapped_column(String(20))
    set_aside: Mapped[bool] = mapped_column(Boolean, default=False)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    file: Mapped[PaperFile] = relationship()


class PaperReading(Base):
    """What a person read on the sheets of one instrument, for a second person to confirm.

    `slots`: [{"id", "field", "signer": the person's id}] that are signed. `sheets`: [{"id", "page", "picture_sha256", "file_sha256"}] as the first
    person saw them. `state`: read, confirmed (being sealed and recorded), taken, rejected. `open_for` is the commitment's
    id while it is read or confirmed: one at a time, whoever comes at once.
    """

    __tablename__ = "commitments_paper_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"), index=True)
    open_for: Mapped[int | None] = mapped_column(Integer, unique=True)
    edition: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default=READ, index=True)
    signed_on: Mapped[date] = mapped_column(Date)
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(String(300))
    act_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by: Mapped[Person | None] = relationship(foreign_keys=[read_by_id])
