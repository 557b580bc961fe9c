"""Actas: a PDF that records an act, and who must sign it."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.db import Base, UtcDateTime


class Acta(Base):
    """`about` names what it records ("meeting:APU-2027/R-003"); `sha256` its bytes now, `first_sha256` before anybody signed.

    `code`: "APU-2027-ACTA-001". `seal_sha256`: of the certificate that certified it; None: issued without a signing desk, to be signed by hand.
    state: "open" (signatures missing), "complete", "replaced" (a corrected acta took its place: the one whose `replaces_id` is this).
    """

    __tablename__ = "acta"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), index=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    about: Mapped[str] = mapped_column(String(80), index=True)
    title: Mapped[str] = mapped_column(String(250))
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    first_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    seal_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="open")
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("acta.id"), unique=True)
    agenda: Mapped[Agenda] = relationship()
    replaces: Mapped["Acta | None"] = relationship(remote_side="Acta.id")
    signatures: Mapped[list["ActaSignature"]] = relationship(order_by="ActaSignature.position", cascade="all, delete-orphan")


class ActaSignature(Base):
    """One expected signature. `method`: "electronic", or "paper" (a scanned copy, `scan_sha256`, as it was uploaded); None while it is missing.

    `number`: the place of an electronic signature among the file's (1 is the first), and `sha256` the file with it.
    `signed_on`: the day that a copy signed by hand says, typed by `recorded_by_id`.
    """

    __tablename__ = "acta_signature"
    __table_args__ = (UniqueConstraint("acta_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    acta_id: Mapped[int] = mapped_column(ForeignKey("acta.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    name: Mapped[str | None] = mapped_column(String(200))
    capacity: Mapped[str] = mapped_column(String(120))
    organisation: Mapped[str] = mapped_column(String(250), default="")
    method: Mapped[str | None] = mapped_column(String(12))
    number: Mapped[int | None] = mapped_column(Integer)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_on: Mapped[date | None] = mapped_column(Date)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"), index=True)
    scan_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    certificate_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    certificate_serial: Mapped[str | None] = mapped_column(String(64))
    consent_sha256: Mapped[str | None] = mapped_column(String(64))
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])

    @property
    def field(self) -> str:
        """The name of its field in the PDF."""
        return f"firma-{self.position}"
