"""Consultations, what people contributed to them, what was answered; who contributed stands in a table apart."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agendas.models import Agenda, AgendaVersion
from portal.db import Base, UtcDateTime


class Consultation(Base):
    """A round of public consultation on a frozen version, open from `opens_at` until `closes_at`. `code`: C-01, for ever."""

    __tablename__ = "dialogue_consultation"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("agenda_version.id"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agenda: Mapped[Agenda] = relationship()
    version: Mapped[AgendaVersion] = relationship()


class DateChange(Base):
    """Dates that were moved, and why: both the old ones and the reason stay in sight."""

    __tablename__ = "dialogue_date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("dialogue_consultation.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the dates until then
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Contribution(Base):
    """What somebody says of the whole version, of a dimension or of an item. Nothing here says who (`Author`).

    `number`, `code` (A-0001): given once its author is known to be one; never given again. `scope`, `kind`, `state`, `source` and
    `verdict`: see `words`. `reason`: why it is withheld, for everybody to read. `verdict`: of the last answer.
    """

    __tablename__ = "dialogue_contribution"
    __table_args__ = (
        UniqueConstraint("agenda_id", "number"),
        Index("ix_dialogue_contribution_list", "consultation_id", "state", "number"),
        Index("ix_dialogue_contribution_item", "agenda_id", "item_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    consultation_id: Mapped[int] = mapped_column(ForeignKey("dialogue_consultation.id", ondelete="CASCADE"))
    number: Mapped[int | None] = mapped_column(Integer)
    code: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str] = mapped_column(String(10))
    dimension: Mapped[str | None] = mapped_column(String(40))
    item_code: Mapped[str | None] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text, default="")
    wording: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(10))
    meeting: Mapped[str | None] = mapped_column(String(30))
    said_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    reason_kind: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str | None] = mapped_column(String(10))
    assigned_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    consultation: Mapped[Consultation] = relationship()
    author: Mapped["Author | None"] = relationship(
        lambda: Author, back_populates="contribution", uselist=False, cascade="all, delete-orphan"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        lambda: Attachment, order_by=lambda: Attachment.position, cascade="all, delete-orphan"
    )


class Author(Base):
    """Who contributed: a person of the portal, an address that was proved, or whoever a sheet names. `name`: as everybody reads it, "" for nobody.

    `token_sha256`: of the link that proves the address, spent at `verified_at`. `nonce`: makes the author's own link (see `keys`).
    """

    __tablename__ = "dialogue_author"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("dialogue_contribution.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nonce: Mapped[str | None] = mapped_column(String(32), unique=True)
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contribution: Mapped[Contribution] = relationship(back_populates="author")


class Attachment(Base):
    """A file that came with a contribution. `scan`: the sheet that somebody typed from, which is never shown to everybody."""

    __tablename__ = "dialogue_attachment"
    __table_args__ = (UniqueConstraint("contribution_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("dialogue_contribution.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    scan: Mapped[bool] = mapped_column(Boolean, default=False)
    withheld: Mapped[bool] = mapped_column(Boolean, default=False)


class Answer(Base):
    """What the Mesa answered. An earlier answer stays; the last one counts. `batch`: the same for answers given together."""

    __tablename__ = "dialogue_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("dialogue_contribution.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    last: Mapped[bool] = mapped_column(Boolean, default=True)
    batch: Mapped[str | None] = mapped_column(String(16), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Change(Base):
    """An item that changed because of an answer: its revision in the draft, or the later version that has the change."""

    __tablename__ = "dialogue_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("dialogue_answer.id", ondelete="CASCADE"), index=True)
    item_code: Mapped[str] = mapped_column(String(30))
    revision: Mapped[int | None] = mapped_column(Integer)
    version_number: Mapped[int | None] = mapped_column(Integer)


class Reply(Base):
    """The one reply that a contributor may give to an answer, read before it is shown as contributions are."""

    __tablename__ = "dialogue_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("dialogue_contribution.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Moderation(Base):
    """Each act of moderation, so that none is silent."""

    __tablename__ = "dialogue_moderation"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("dialogue_contribution.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
