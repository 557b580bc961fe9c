"""Agendas: their dimensions, the items of the working draft with every past wording, and frozen versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, UtcDateTime
from portal.organisations.models import Territory


class Agenda(Base):
    """An agenda or plan: code (APU-2023), title, period in years, territory."""

    __tablename__ = "agenda"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(250))
    summary: Mapped[str] = mapped_column(Text, default="")
    period_start: Mapped[int] = mapped_column(Integer)
    period_end: Mapped[int] = mapped_column(Integer)
    territory_inei: Mapped[str] = mapped_column(ForeignKey("territory.inei"))
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    territory: Mapped[Territory] = relationship()
    dimensions: Mapped[list["AgendaDimension"]] = relationship(order_by="AgendaDimension.position", cascade="all, delete-orphan")
    versions: Mapped[list["AgendaVersion"]] = relationship(order_by="AgendaVersion.number", back_populates="agenda")


class AgendaDimension(Base):
    """A dimension that the agenda's coordinators chose. Label and prefix are kept: the plugin may go, the agenda stays."""

    __tablename__ = "agenda_dimension"
    __table_args__ = (UniqueConstraint("agenda_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(8))
    position: Mapped[int] = mapped_column(Integer)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)


class Item(Base):
    """An item of the working draft. `code` is stable (SOC-03.2); `content` holds what is written in it.

    `content`: {"text": Markdown, "responsible": str, "indicators": [{"name", "unit", "baseline", "baseline_year",
    "target", "target_year", "source", "source_url"}], "alignments": [{"scheme", "code", "label"}],
    "fields": {name: value}}. Numbers in indicators are decimal strings, as the source writes them.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("agenda_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    dimension: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(30))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    first_version: Mapped[int | None] = mapped_column(Integer)  # number of the first frozen version that has it
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ItemRevision(Base):
    """Each wording an item ever had, so that nothing written is lost."""

    __tablename__ = "item_revision"
    __table_args__ = (UniqueConstraint("item_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"code", "kind", "dimension", "parent", "position", "retired", "content"}
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class AgendaVersion(Base):
    """A frozen version. `sha256` names the canonical JSON in the store; the row never changes but for the columns `pdf_*`.

    Title, period and territory repeat what the JSON says, so that a list of agendas reads no file.
    """

    __tablename__ = "agenda_version"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    number: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    title: Mapped[str] = mapped_column(String(250))
    summary: Mapped[str] = mapped_column(Text, default="")
    period_start: Mapped[int] = mapped_column(Integer)
    period_end: Mapped[int] = mapped_column(Integer)
    territory_name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    item_count: Mapped[int] = mapped_column(Integer)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    pdf_tries: Mapped[int] = mapped_column(Integer, default=0)
    pdf_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pdf_problem: Mapped[str | None] = mapped_column(String(300))
    agenda: Mapped[Agenda] = relationship(back_populates="versions")
