"""Tables of the signing of commitments: process, commitment, slots, stances, instrument, revisions, events, bulk work."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.agendas.models import AgendaVersion
from portal.db import Base, UtcDateTime
from portal.organisations.models import Organisation


class Process(Base):
    """The signing of one frozen version: who is asked, on what plan, until when.

    `plan`: [{"side": "organisation"|"mesa"|"witness", "capacity": str, "group": int, "required": bool,
    "method": "any"|"electronic"|"digital"|"paper", "pool": str|None, "needed": int|None}] in signing order; every
    commitment's slots are made from it. `reminders`: days before the deadline on which a digest is mailed.
    """

    __tablename__ = "commitments_process"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)  # e.g. APU-2023-v1
    version_id: Mapped[int] = mapped_column(ForeignKey("agenda_version.id"), index=True)
    title: Mapped[str] = mapped_column(String(250))
    plan: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    reminders: Mapped[list[int]] = mapped_column(JSON, default=list)
    consent_text: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_email: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[AgendaVersion] = relationship()


class Commitment(Base):
    """One organisation's commitment to one version. `state` moves only by compare-and-set (plugins.commitments.states)."""

    __tablename__ = "commitments_commitment"
    __table_args__ = (UniqueConstraint("process_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("commitments_process.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)  # public, RUB-XXXXX-XXXXX: in addresses, on paper and in the PDF
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    stances_open: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    issue_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issue_problem: Mapped[str | None] = mapped_column(String(300))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    late: Mapped[bool] = mapped_column(Boolean, default=False)  # it joined after the process's deadline
    renews_id: Mapped[int | None] = mapped_column(
        ForeignKey("commitments_commitment.id", ondelete="SET NULL")
    )  # signed to an earlier version
    archive_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # when long-term evidence is to be added or renewed
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # declined, withdrawn, superseded, expired
    edition: Mapped[int] = mapped_column(Integer, default=1)  # one more each time an issued instrument nobody signed is discarded
    reason: Mapped[str | None] = mapped_column(Text)
    reason_public: Mapped[bool] = mapped_column(Boolean, default=False)
    certified_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    head_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    record_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))  # commitment.json, with the stances as signed
    constancia_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    process: Mapped[Process] = relationship()
    organisation: Mapped[Organisation] = relationship()
    slots: Mapped[list["Slot"]] = relationship(order_by="Slot.position", back_populates="commitment")
    stances: Mapped[list["Stance"]] = relationship()
    revisions: Mapped[list["Revision"]] = relationship(order_by="(Revision.edition, Revision.number)")

    @property
    def current_revisions(self) -> list["Revision"]:
        """The revisions of the instrument in force; those of discarded ones (an earlier `edition`) left out."""
        return [one for one in self.revisions if one.edition == self.edition]


class Slot(Base):
    """A signature expected: who, in what capacity, for which side, in which group of the order.

    Lower groups sign first; inside a group anybody may. `field` is the PDF's reserved signature field. Slots that share
    a `pool` count together: `needed` of them are enough, and `required` says nothing of each. `method` is what the plan
    allows ("any": the person chooses); `signed_method` is how it was signed.
    """

    __tablename__ = "commitments_slot"
    __table_args__ = (UniqueConstraint("commitment_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    group: Mapped[int] = mapped_column("group_number", Integer, default=1)
    side: Mapped[str] = mapped_column(String(15))
    capacity: Mapped[str] = mapped_column(String(40))
    required: Mapped[bool] = mapped_column(Boolean, default=True)
    pool: Mapped[str | None] = mapped_column(String(20))
    needed: Mapped[int | None] = mapped_column(Integer)
    method: Mapped[str] = mapped_column(String(15), default="any")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)  # signs for `person`
    mandate_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))  # the document that says so
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # lent their device, in person
    field: Mapped[str] = mapped_column(String(20))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_name: Mapped[str | None] = mapped_column(String(200))
    signed_method: Mapped[str | None] = mapped_column(String(15))
    evidence_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))  # digitised act, or what a reception captured
    certificate_serial: Mapped[str | None] = mapped_column(String(64))
    certificate_sha256: Mapped[str | None] = mapped_column(String(64))
    consent_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    commitment: Mapped[Commitment] = relationship(back_populates="slots")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    substitute: Mapped[Person | None] = relationship(foreign_keys=[substitute_id])

    @property
    def signer(self) -> Person | None:
        """Who signs here: the substitute when there is one, else the person named."""
        return self.substitute or self.person


class Stance(Base):
    """What an organisation says of one item. A missing row is "unanswered", which is not `sin_pronunciamiento`."""

    __tablename__ = "commitments_stance"
    __table_args__ = (UniqueConstraint("commitment_id", "item_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"))
    item_code: Mapped[str] = mapped_column(String(30))
    stance: Mapped[str | None] = mapped_column(
        String(20)
    )  # suscribe, con_observacion, no_suscribe, sin_pronunciamiento; None: only text so far
    observation: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    carried: Mapped[bool] = mapped_column(Boolean, default=False)  # taken over from an earlier version, not confirmed by anybody yet
    batch: Mapped[str | None] = mapped_column(String(16))  # set by "aplicar a los puntos sin respuesta", so that it can be undone


class StanceWording(Base):
    """Each thing ever saved for an item: when two people of one organisation write at once, nothing is lost."""

    __tablename__ = "commitments_stance_wording"
    __table_args__ = (UniqueConstraint("stance_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stance_id: Mapped[int] = mapped_column(ForeignKey("commitments_stance.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    stance: Mapped[str | None] = mapped_column(String(20))
    observation: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Parked(Base):
    """What somebody typed after their session had ended, kept until they sign in again; only the token's SHA-256 is here."""

    __tablename__ = "commitments_parked"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"), index=True)
    dimension: Mapped[str] = mapped_column(String(40))
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    parked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Question(Base):
    """A question of a representative to the Mesa, about the whole or one item, and its answer."""

    __tablename__ = "commitments_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"), index=True)
    item_code: Mapped[str | None] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Revision(Base):
    """One state of the instrument's bytes: 0 is the certified one, each signature adds one. Earlier ones are prefixes of later ones.

    `kind`: "certified", "signature" or "archive" (long-term evidence and a document timestamp; no slot). `level`: the
    PAdES level reached ("B-B", "B-T", "B-LTA"); `stepped_down` when a timestamp was wanted and no authority answered.

    `edition` below the commitment's own: an instrument that was issued and discarded before anybody signed it.
    """

    __tablename__ = "commitments_revision"
    __table_args__ = (UniqueConstraint("commitment_id", "edition", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"))
    edition: Mapped[int] = mapped_column(Integer, default=1)
    number: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"), unique=True)
    certificate_sha256: Mapped[str] = mapped_column(String(64))  # of the certificate that made it: the seal's for number 0
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(8), default="B-B")
    stepped_down: Mapped[bool] = mapped_column(Boolean, default=False)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("commitments_slot.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Event(Base):
    """Something that happened with a commitment; the funnel's stage and the timeline follow from these.

    Kinds: see plugins.commitments.states.EVENTS. `detail` holds what staff may read (never a link, a code or a secret).
    """

    __tablename__ = "commitments_event"
    __table_args__ = (Index("ix_commitments_event_commitment_kind", "commitment_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Digest(Base):
    """The one letter that a person gets on a day about all the acts that wait for them; `day` in the portal's zone, YYYY-MM-DD."""

    __tablename__ = "commitments_digest"
    __table_args__ = (UniqueConstraint("person_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(String(10))
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail_message.id", ondelete="CASCADE"))
    acts: Mapped[int] = mapped_column(Integer)


class DigestRound(Base):
    """An hour (UTC, YYYY-MM-DDTHH) in which it was seen who is to get a digest; each hour is looked at once."""

    __tablename__ = "commitments_digest_round"

    hour: Mapped[str] = mapped_column(String(13), primary_key=True)


class Bulk(Base):
    """A piece of bulk work chosen by staff (invite, issue, remind): may be cancelled until `starts_at`."""

    __tablename__ = "commitments_bulk"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("commitments_process.id"), index=True)
    act: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulkRow(Base):
    """One commitment's part in bulk work: waiting, done or failed (with the sentence)."""

    __tablename__ = "commitments_bulk_row"
    __table_args__ = (UniqueConstraint("bulk_id", "commitment_id"), Index("ix_commitments_bulk_row_state", "state", "bulk_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("commitments_bulk.id", ondelete="CASCADE"))
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitments_commitment.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    problem: Mapped[str | None] = mapped_column(String(300))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Annex(Base):
    """The agenda's full text as a PDF, laid out once for all instruments; `recipe`: digest of all that decides how it looks."""

    __tablename__ = "commitments_annex"

    recipe: Mapped[str] = mapped_column(String(64), primary_key=True)
    version_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Override(Base):
    """A coordinator sent a version to the organisations although somebody objected (`version_objections`): why, who and when; all of it shown."""

    __tablename__ = "commitments_override"

    process_id: Mapped[int] = mapped_column(ForeignKey("commitments_process.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    objections: Mapped[list[str]] = mapped_column(JSON)  # what was objected, as it was said
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


# Tables of the ways of signing, beside the code that fills them.
from plugins.commitments.digital import models as _digital  # noqa: E402, F401
from plugins.commitments.paper import models as _paper  # noqa: E402, F401
