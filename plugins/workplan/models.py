"""An agenda's work plan: its rows as they were written, what they mean, and what was done of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.db import Base, UtcDateTime


class Plan(Base):
    """The work plan of an agenda. `year`: the one that dates without a year are of.

    `opening`, `headings` and `closing` are the text around the rows of the table that was imported: with the rows' own
    cells they give it back byte for byte.
    """

    __tablename__ = "workplan_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    year: Mapped[int] = mapped_column(Integer)
    opening: Mapped[str] = mapped_column(Text, default="")
    headings: Mapped[list[str]] = mapped_column(JSON)
    closing: Mapped[str] = mapped_column(Text, default="")
    last_number: Mapped[int] = mapped_column(Integer, default=0)  # codes are never given twice
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agenda: Mapped[Agenda] = relationship()


class Activity(Base):
    """A row of the plan. Its six cells are what somebody wrote in them: an empty objective, action or sub-activity is that of the row above.

    `planned_*`: what `date_text` means. `due_*`: the same until the row is rescheduled; `late` follows from `due_to`.
    `state`: one of `plugins.workplan.words.STATES`.
    """

    __tablename__ = "workplan_activity"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("workplan_plan.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    objective: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(Text, default="")
    sub_activity: Mapped[str] = mapped_column(Text, default="")
    strategy: Mapped[str] = mapped_column(Text, default="")
    date_text: Mapped[str] = mapped_column(Text, default="")
    responsible: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JSON)  # {heading: text} of columns that the plan does not have
    blank_before: Mapped[int] = mapped_column(Integer, default=0)  # empty lines that stood before the row
    planned_from: Mapped[date | None] = mapped_column(Date)
    planned_to: Mapped[date | None] = mapped_column(Date)
    due_text: Mapped[str] = mapped_column(String(200), default="")  # "" unless rescheduled
    due_from: Mapped[date | None] = mapped_column(Date)
    due_to: Mapped[date | None] = mapped_column(Date, index=True)
    state: Mapped[str] = mapped_column(String(20), default="sin_evidencia")
    done_on: Mapped[date | None] = mapped_column(Date)
    late_told: Mapped[date | None] = mapped_column(Date)  # the end of which people were told that it is over
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    uid: Mapped[str] = mapped_column(String(80), unique=True)  # in calendars
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    @property
    def code(self) -> str:
        """Its stable code in the agenda: P-03."""
        return f"P-{self.number:02d}"


class Responsible(Base):
    """A person who answers for an activity, beside the bodies that the row names."""

    __tablename__ = "workplan_responsible"
    __table_args__ = (UniqueConstraint("activity_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("workplan_activity.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship()


class Report(Base):
    """What somebody said was done: a state with its evidence (a link, a file) and a note. Never changed; the last one counts."""

    __tablename__ = "workplan_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("workplan_activity.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    done_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str] = mapped_column(String(200), default="")
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Reschedule(Base):
    """An activity's dates moved: from which, to which, and why."""

    __tablename__ = "workplan_reschedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("workplan_activity.id", ondelete="CASCADE"), index=True)
    before_text: Mapped[str] = mapped_column(Text, default="")
    before_from: Mapped[date | None] = mapped_column(Date)
    before_to: Mapped[date | None] = mapped_column(Date)
    after_text: Mapped[str] = mapped_column(Text)
    after_from: Mapped[date] = mapped_column(Date)
    after_to: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
