"""Instruments of an agenda's library (the agenda before, a regional plan, reports…), their versions, and who was given which."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agendas.models import Agenda
from portal.db import Base, UtcDateTime


class Instrument(Base):
    """A document that groups work with: code (I-01, never reused). What is public, anybody may read."""

    __tablename__ = "groups_instrument"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(20))  # plugins.groups.instruments.words.KINDS
    title: Mapped[str] = mapped_column(String(250))
    issuer: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[bool] = mapped_column(Boolean, default=True)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agenda: Mapped[Agenda] = relationship()


class InstrumentVersion(Base):
    """A version of an instrument: a file, or an address where it is. Never changed."""

    __tablename__ = "groups_instrument_version"
    __table_args__ = (
        UniqueConstraint("instrument_id", "number"),
        CheckConstraint("(file_sha256 IS NULL) <> (link = '')", name="file_or_link"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("groups_instrument.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(120))
    link: Mapped[str] = mapped_column(String(500), default="")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    file_size: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    instrument: Mapped[Instrument] = relationship()


class Handing(Base):
    """A version given to somebody: a group, an organisation or a person; `recipient` is their name where the portal does not know them.

    `way`: plugins.groups.instruments.words.WAYS. `meeting_id`: the meeting at which it was.
    """

    __tablename__ = "groups_instrument_handing"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("groups_instrument_version.id", ondelete="CASCADE"), index=True)
    to: Mapped[str] = mapped_column(String(12))  # group, organisation, person
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups_group.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    recipient: Mapped[str] = mapped_column(String(200), default="")
    way: Mapped[str] = mapped_column(String(10))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("groups_meeting.id", ondelete="SET NULL"), index=True)
    copies: Mapped[int] = mapped_column(Integer, default=1)
    given_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    version: Mapped[InstrumentVersion] = relationship()
