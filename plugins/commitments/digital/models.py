"""Tables of outside signatures: who was given which revision, what came back, and the authorities that accepted ones chain to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, UtcDateTime

ACCEPTED, REJECTED, UNDECIDED = "accepted", "rejected", "undecided"


class HandedCopy(Base):
    """A revision given to a person to be signed with their own certificate."""

    __tablename__ = "commitments_handed_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("commitments_slot.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reception(Base):
    """A file that came back, signed outside, and what was decided of it: accepted, rejected or undecided.

    `sha256` is the upload's; `file_sha256` the same when the bytes are kept (whatever begins with a registered
    revision), else None. `reasons`: [{"code": str, "values": {str: str}}], see `digital.reasons`. `evidence_sha256`: what
    was captured ("rubrica.reception/1", `digital.evidence`). `next_try_at`: when a job judges an undecided one again.
    `publish`: the signer lets the file be public, certificate and document number included.
    """

    __tablename__ = "commitments_reception"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("commitments_slot.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    base_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    result: Mapped[str] = mapped_column(String(10), index=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    issuer: Mapped[str | None] = mapped_column(String(300))
    holder: Mapped[str | None] = mapped_column(String(300))  # as the certificate names them, for the Mesa to compare; without number
    evidence_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    publish: Mapped[bool] = mapped_column(Boolean, default=False)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=1)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the Mesa says that the certificate is this person's
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class OutsideAuthority(Base):
    """A certificate that accepted signatures chain to, kept so that later changes of the trust lists break no verdict."""

    __tablename__ = "commitments_outside_authority"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the DER
    pem: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(300))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
