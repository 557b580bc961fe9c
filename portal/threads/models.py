"""Links between things by their stable names: what came from what, stored by whoever made one of the two."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime


class ThreadLink(Base):
    """`source` `relation` `target`: "item:APU-2027/SOC-01" came_from "demand:APU-2027/D-014". See `portal.threads.words.RELATIONS`.

    A name is "kind:AGENDA/CODE". What it names may be gone with its plugin: the link stays.
    """

    __tablename__ = "thread_link"
    __table_args__ = (UniqueConstraint("source", "relation", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(80), index=True)
    relation: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(80), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
