"""Notices for people, kept until they go out together, and what each person wants to get."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class Notice(Base):
    """Something a person may want to know. `mail_id`: the digest it went out with; None while it waits."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    agenda_id: Mapped[int | None] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    topic: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    href: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticePreference(Base):
    """How often a person wants a topic: "now", "daily", "weekly" or "never"."""

    __tablename__ = "notice_preference"
    __table_args__ = (UniqueConstraint("person_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str] = mapped_column(String(60))
    often: Mapped[str] = mapped_column(String(10))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
