"""People, what they may do in each agenda, their passkeys, links, codes, consents, and what they ask about their data."""

from datetime import date, datetime
from typing import Any

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, UtcDateTime


class Person(Base, UserMixin):
    """Somebody. With an e-mail and `active` they can sign in; without, they are a contact on paper.

    The columns from `password` to `fs_webauthn_user_handle` are Flask-Security's.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(255), unique=True)  # type: ignore[assignment]
    phone: Mapped[str | None] = mapped_column(String(40))
    dni: Mapped[str | None] = mapped_column(String(15))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    salt: Mapped[str] = mapped_column(String(32))  # makes digests of this person's data unguessable; erased with them
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing here says any more who it was

    active: Mapped[bool] = mapped_column(Boolean, default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column()
    us_totp_secrets: Mapped[str | None] = mapped_column(Text)
    us_phone_number: Mapped[str | None] = mapped_column(String(128), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]
    webauthn: Mapped[list["Passkey"]] = relationship(back_populates="user", cascade="all, delete")  # type: ignore[assignment]
    grants: Mapped[list["Grant"]] = relationship(foreign_keys="Grant.person_id", back_populates="person")

    roles: list[Any] = []  # noqa: RUF012 - Flask-Security asks; roles here are held in an agenda (`Grant`)


class Passkey(Base, WebAuthnMixin):
    """A passkey of a person (columns as Flask-Security names them)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(Integer, default=0)  # type: ignore[assignment]
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool] = mapped_column(Boolean)
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime] = mapped_column(UtcDateTime)
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    user: Mapped[Person] = relationship(back_populates="webauthn")


class Grant(Base):
    """A role that a person holds in an agenda: for an organisation (representative) or a dimension (delegate).

    Only "administrator" has no agenda: it is held in the whole portal.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(role = 'administrator') = (agenda_id IS NULL)", name="agenda_unless_administrator"),
        Index("ix_role_grant_person_agenda", "person_id", "agenda_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    agenda_id: Mapped[int | None] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    dimension: Mapped[str | None] = mapped_column(String(40))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person: Mapped[Person] = relationship(foreign_keys=[person_id], back_populates="grants")


class SignInLink(Base):
    """A single-use link sent by mail; only its SHA-256 is kept. A newer link of the same purpose spends the older."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(80))  # e.g. "invitation", "commitment:12"
    next_path: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeCode(Base):
    """A six-digit code sent by mail for one act (`purpose`); kept as a keyed digest, five tries, ten minutes."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(80), index=True)  # e.g. "sign-in", "sign:12"
    code_digest: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int] = mapped_column(Integer, default=5)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Base):
    """A person's consent to a text, kept word for word (Ley 29733), and when it was taken back."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(80))
    text_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PersonRequest(Base):
    """What a person asks about their own data (Ley 29733): rectification, cancellation or opposition, and the answer.

    `state`: "open", "accepted" (an erasure is under way; `pending` names what could not erase its part), "done", "refused".
    `proposed`: {column: value} of a rectification. What was written here goes with the person's data.
    """

    __tablename__ = "person_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # rectificacion, cancelacion, oposicion
    text: Mapped[str] = mapped_column(Text, default="")
    proposed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    pending: Mapped[list[str]] = mapped_column(JSON, default=list)  # names of plugins
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
