"""Sections that people write, suggestions to the draft's items, and the Word files that come back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agendas.models import Item
from portal.db import Base, UtcDateTime


class Section(Base):
    """A part of the draft that named people write: a dimension, one theme of it, or an item with all that hangs from it.

    `code`: RED-01, never used again. `state`: see `plugins.drafting.words.STATES`.
    """

    __tablename__ = "drafting_section"
    __table_args__ = (UniqueConstraint("agenda_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    dimension: Mapped[str] = mapped_column(String(40))
    theme: Mapped[str] = mapped_column(String(200), default="")
    root_id: Mapped[int | None] = mapped_column(ForeignKey("item.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    root: Mapped[Item | None] = relationship()
    owners: Mapped[list["SectionOwner"]] = relationship(order_by="SectionOwner.id", cascade="all, delete-orphan")


class SectionOwner(Base):
    """Somebody who answers for a section."""

    __tablename__ = "drafting_section_owner"
    __table_args__ = (UniqueConstraint("section_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("drafting_section.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class SectionEvent(Base):
    """What happened to a section. `kind`: "made", "state" (before, after), "owner" (`about_id` came), "left" (`about_id` went)."""

    __tablename__ = "drafting_section_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("drafting_section.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    before: Mapped[str] = mapped_column(String(12), default="")
    after: Mapped[str] = mapped_column(String(12), default="")
    about_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class WordReturn(Base):
    """A Word file that came back: the bytes as they came, and what was read in them (`plugins.drafting.word.report`).

    `state`: "read" (nothing saved yet), "saved" (its suggestions were made), "dismissed". `sha256` is None once the file was
    removed because it named somebody who was erased.
    """

    __tablename__ = "drafting_return"
    __table_args__ = (UniqueConstraint("agenda_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    size: Mapped[int] = mapped_column(Integer)
    reading: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default="read")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    loose: Mapped[list["LooseText"]] = relationship(order_by="LooseText.position", cascade="all, delete-orphan", back_populates="returned")


class LooseText(Base):
    """Words of a returned file that belong to no item; `near`: the code of the item after which they stand. `item_id`: the item made of them."""

    __tablename__ = "drafting_loose"

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("drafting_return.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    near: Mapped[str] = mapped_column(String(30), default="")
    text: Mapped[str] = mapped_column(Text)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id", ondelete="SET NULL"))
    returned: Mapped[WordReturn] = relationship(back_populates="loose")
    item: Mapped[Item | None] = relationship()


class Suggestion(Base):
    """A new wording that somebody proposes for an item. `base`, `proposed`: like `Item.content`; `base` is what they had before their eyes.

    `code`: S-001, never used again. `base_revision`: which wording `base` is, 0 when the draft never had exactly that one.
    `state`: "open", "accepted", "rejected", "withdrawn". `applied_revision`: the item's wording that came of it; `adjusted`:
    whether that differs from what was proposed. `source`: "page" or "word".
    """

    __tablename__ = "drafting_suggestion"
    __table_args__ = (UniqueConstraint("agenda_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(12))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    dimension: Mapped[str] = mapped_column(String(40))
    base_revision: Mapped[int] = mapped_column(Integer)
    base: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(8), default="page")
    return_id: Mapped[int | None] = mapped_column(ForeignKey("drafting_return.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="open", index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decision: Mapped[str] = mapped_column(Text, default="")
    applied_revision: Mapped[int | None] = mapped_column(Integer)
    adjusted: Mapped[bool] = mapped_column(Boolean, default=False)
    item: Mapped[Item] = relationship()
    returned: Mapped[WordReturn | None] = relationship()
