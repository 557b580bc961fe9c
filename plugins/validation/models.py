"""Tables of the formal acts that validate a version, and of who was convened to each."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agendas.models import Agenda, AgendaVersion
from portal.db import Base, UtcDateTime


class Act(Base):
    """A formal act (V-01). `outcome`: "validated" (then it has `version_id`) or "no_quorum". An act is never edited: it can be annulled.

    `required`: how many had to be present. `convened` and `present`: counted from the members when it was recorded; they stay when a
    member's data is erased.
    """

    __tablename__ = "validation_act"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(200))
    session_kind: Mapped[str] = mapped_column(String(20))
    required: Mapped[int] = mapped_column(Integer)
    convened: Mapped[int] = mapped_column(Integer)
    present: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(15))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_version.id"), index=True)
    froze: Mapped[bool] = mapped_column(Boolean, default=False)  # the act froze the draft
    note: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[bool] = mapped_column(Boolean, default=True)  # anybody may read the acta
    acta_code: Mapped[str | None] = mapped_column(String(30))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    annulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    annulled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    annulled_reason: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[Agenda] = relationship()
    version: Mapped[AgendaVersion | None] = relationship()
    # Named in full: groups have members too, and SQLAlchemy looks a bare name up among all plugins' tables.
    members: Mapped[list["Member"]] = relationship(
        "plugins.validation.models.Member", order_by="plugins.validation.models.Member.position", cascade="all, delete-orphan"
    )

    @property
    def code(self) -> str:
        """What people call it: V-01. Never given twice in an agenda."""
        return f"V-{self.number:02d}"

    @property
    def validates(self) -> bool:
        """Whether its version is validated by it now."""
        return self.outcome == "validated" and self.annulled_at is None


class Member(Base):
    """Somebody who was convened to an act: whether they came, and whether they sign the acta."""

    __tablename__ = "validation_member"
    __table_args__ = (UniqueConstraint("act_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("validation_act.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(250), default="")
    capacity: Mapped[str] = mapped_column(String(120), default="")
    present: Mapped[bool] = mapped_column(Boolean, default=False)
    signs: Mapped[bool] = mapped_column(Boolean, default=False)
