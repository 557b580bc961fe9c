"""Groups and their members; meetings with who was invited, who came, what was observed and what happened with the meeting."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.db import Base, UtcDateTime
from portal.organisations.models import Organisation, Territory


class Group(Base):
    """A working group or commission of an agenda: code (G-01, never reused), its dimension and territory if it has them.

    `feed_edition` is part of the secret address of the group's calendar: one more and the old address ends.
    """

    __tablename__ = "groups_group"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(20))  # plugins.groups.words.GROUP_KINDS
    name: Mapped[str] = mapped_column(String(200))
    dimension: Mapped[str | None] = mapped_column(String(40))
    territory_inei: Mapped[str | None] = mapped_column(ForeignKey("territory.inei"), index=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    feed_edition: Mapped[int] = mapped_column(Integer, default=1)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agenda: Mapped[Agenda] = relationship()
    territory: Mapped[Territory | None] = relationship()


class Member(Base):
    """A person in a group, for an organisation and a sector. Who has no account is a person without an address.

    `organisation_name` is what was typed where the organisation is not in the directory.
    """

    __tablename__ = "groups_member"
    __table_args__ = (UniqueConstraint("group_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[str] = mapped_column(String(20))  # plugins.groups.words.SECTORS
    sex: Mapped[str | None] = mapped_column(String(10))  # plugins.groups.words.SEXES; None: not said
    role: Mapped[str] = mapped_column(String(20), default="member")  # plugins.groups.words.MEMBER_ROLES
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    group: Mapped[Group] = relationship()
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Meeting(Base):
    """A meeting: code (R-003, never reused), kind, when and where; state draft, convened, held or cancelled.

    `uid` and `sequence` are its name and its edition in everybody's calendar (RFC 5545). `organisation_id`: with whom a
    bilateral is. `points`: the agenda, a point a line. `checkin_until`: until when the page behind the QR takes people in;
    `checkin_edition` is part of its address.
    """

    __tablename__ = "groups_meeting"
    __table_args__ = (UniqueConstraint("agenda_id", "number"), Index("ix_groups_meeting_agenda_starts", "agenda_id", "starts_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(20))  # plugins.groups.words.MEETING_KINDS
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups_group.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(250), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    points: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[bool] = mapped_column(Boolean, default=True)
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    convened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was cancelled
    presented: Mapped[str] = mapped_column(Text, default="")  # of a bilateral: how the agenda was presented
    exchanged: Mapped[str] = mapped_column(Text, default="")  # of a bilateral: which proposals were exchanged
    checkin_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checkin_edition: Mapped[int] = mapped_column(Integer, default=0)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agenda: Mapped[Agenda] = relationship()
    group: Mapped[Group | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Invitation(Base):
    """A person invited to a meeting. `sent_sequence`: the edition of the meeting that the last mail to them had."""

    __tablename__ = "groups_invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("groups_meeting.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str | None] = mapped_column(String(10))
    dimension: Mapped[str | None] = mapped_column(String(40))  # the dimension that they represent, in a bilateral
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_sequence: Mapped[int | None] = mapped_column(Integer)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id", ondelete="SET NULL"))
    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Attendance(Base):
    """Somebody who was at a meeting. `way`: "screen", "qr" or "sheet" (typed in from paper). `name` is None once erased."""

    __tablename__ = "groups_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("groups_meeting.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str | None] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: they registered themselves
    organisation: Mapped[Organisation | None] = relationship()


class Observation(Base):
    """What an organisation observed of the agenda in a bilateral, of the whole or of one item."""

    __tablename__ = "groups_observation"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("groups_meeting.id", ondelete="CASCADE"), index=True)
    item_code: Mapped[str | None] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class MeetingEvent(Base):
    """Something that happened with a meeting: plugins.groups.words.EVENTS. `detail`: codes and moments, no names."""

    __tablename__ = "groups_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("groups_meeting.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


# Tables of what meetings leave, beside the code that fills them.
from plugins.groups.instruments import models as _library  # noqa: E402, F401
from plugins.groups.records import models as _records  # noqa: E402, F401
