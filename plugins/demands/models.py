"""Tables of demands: what was asked for and by whom, paper sheets, rounds of prioritisation with their scores, and decisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.db import Base, UtcDateTime
from portal.organisations.models import Organisation, Territory


class Desk(Base):
    """How demands are collected in an agenda, one row each: the public form, whether the list is public, and the numbers given.

    `form`: whether the public form may be used, between `opens_at` and `closes_at` (None: no limit). `public`: whether anybody reads the
    list. `next_*`: the number that the next demand, sheet or round gets; no number is given twice.
    """

    __tablename__ = "demands_desk"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), primary_key=True)
    public: Mapped[bool] = mapped_column(Boolean, default=False)
    form: Mapped[bool] = mapped_column(Boolean, default=False)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    intro: Mapped[str] = mapped_column(Text, default="")
    next_demand: Mapped[int] = mapped_column(Integer, default=1)
    next_sheet: Mapped[int] = mapped_column(Integer, default=1)
    next_round: Mapped[int] = mapped_column(Integer, default=1)
    revision: Mapped[int] = mapped_column(Integer, default=1)


class Demand(Base):
    """Something asked for: `code` D-014. `kind`, `state`, `channel`, `decision`: see `plugins.demands.words`.

    `dimension`: the name of one of the agenda's, "" while nobody chose. `terms`: the distinct word stems of its text, each between
    spaces, for filters and for finding similar ones. `merged_into`: the demand that took its sources.
    """

    __tablename__ = "demands_demand"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(10))
    dimension: Mapped[str] = mapped_column(String(40), default="")
    territory_inei: Mapped[str | None] = mapped_column(ForeignKey("territory.inei"))
    text: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), index=True)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(String(14), default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("demands_demand.id"), index=True)
    terms: Mapped[str] = mapped_column(Text, default="")
    collected_on: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    moderated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moderated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    agenda: Mapped[Agenda] = relationship()
    territory: Mapped[Territory | None] = relationship()
    merged_into: Mapped["Demand | None"] = relationship(remote_side="Demand.id")
    sources: Mapped[list["Source"]] = relationship(
        back_populates="demand", order_by="Source.id", cascade="all, delete-orphan", foreign_keys="Source.demand_id"
    )


class Wording(Base):
    """What a demand said before each change: {"text", "detail", "kind", "dimension", "territory"}."""

    __tablename__ = "demands_wording"
    __table_args__ = (UniqueConstraint("demand_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands_demand.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Sheet(Base):
    """A printed collection sheet, `code` H-003: one A4 page of `lines` numbered lines that somebody types in.

    `meeting`: the ref of where it was filled in ("meeting:APU-2027/R-003"), or ""; `place`: the same in words.
    """

    __tablename__ = "demands_sheet"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    dimension: Mapped[str] = mapped_column(String(40), default="")
    meeting: Mapped[str] = mapped_column(String(80), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    held_on: Mapped[date | None] = mapped_column(Date)
    lines: Mapped[int] = mapped_column(Integer)
    scan_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    scan_type: Mapped[str] = mapped_column(String(40), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    typed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Fusion(Base):
    """Several demands merged into one, or one split into several (`kind`: "merge", "split"), and whether that was undone."""

    __tablename__ = "demands_fusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    note: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # the wording of what stays, as it was
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    parts: Mapped[list["FusionPart"]] = relationship(back_populates="fusion", order_by="FusionPart.id", cascade="all, delete-orphan")


class FusionPart(Base):
    """A demand in a merge or a split; `side`: "from" (what there was) or "to" (what there is)."""

    __tablename__ = "demands_fusion_part"
    __table_args__ = (UniqueConstraint("fusion_id", "demand_id", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fusion_id: Mapped[int] = mapped_column(ForeignKey("demands_fusion.id", ondelete="CASCADE"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands_demand.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(4))
    fusion: Mapped[Fusion] = relationship(back_populates="parts")
    demand: Mapped[Demand] = relationship()


class Source(Base):
    """Who said a demand: an organisation, a group, a meeting (`ref`), or a person without a name. `kind`: see `words.SOURCES`.

    `name`: of the organisation, group or meeting, for people; never a person's. `fusion_id`, `copied_from_id`: the merge or split by which
    it came here from another demand, which keeps its own row. `sheet_id`, `line`: where on paper.
    """

    __tablename__ = "demands_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands_demand.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    ref: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    said: Mapped[str] = mapped_column(Text, default="")
    said_on: Mapped[date | None] = mapped_column(Date)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("demands_sheet.id"), index=True)
    line: Mapped[int | None] = mapped_column(Integer)
    fusion_id: Mapped[int | None] = mapped_column(ForeignKey("demands_fusion.id"), index=True)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("demands_source.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    demand: Mapped[Demand] = relationship(back_populates="sources", foreign_keys=[demand_id])
    organisation: Mapped[Organisation | None] = relationship()
    sheet: Mapped[Sheet | None] = relationship()


class Round(Base):
    """A round of prioritisation, `code` RP-02: criteria, a scale of whole numbers, who scores. `state`: draft, open, closed.

    `dimension` "": of the whole agenda. `by`: "table" or "person", what one ballot is.
    """

    __tablename__ = "demands_round"
    __table_args__ = (UniqueConstraint("agenda_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    dimension: Mapped[str] = mapped_column(String(40), default="")
    by: Mapped[str] = mapped_column(String(8))
    lowest: Mapped[int] = mapped_column(Integer)
    highest: Mapped[int] = mapped_column(Integer)
    meeting: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[str] = mapped_column(String(8), default="draft")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agenda: Mapped[Agenda] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.position", cascade="all, delete-orphan")
    entries: Mapped[list["Entry"]] = relationship(order_by="Entry.position", cascade="all, delete-orphan")
    ballots: Mapped[list["Ballot"]] = relationship(back_populates="round", order_by="Ballot.number", cascade="all, delete-orphan")


class Criterion(Base):
    """What demands are judged by. `weight`: a decimal number as text; the weights of a round need not add up to 100."""

    __tablename__ = "demands_criterion"
    __table_args__ = (UniqueConstraint("round_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("demands_round.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(300), default="")
    weight: Mapped[str] = mapped_column(String(12))


class Entry(Base):
    """A demand that a round is about; which ones is settled when the round opens."""

    __tablename__ = "demands_entry"
    __table_args__ = (UniqueConstraint("round_id", "demand_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("demands_round.id", ondelete="CASCADE"))
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands_demand.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    demand: Mapped[Demand] = relationship()


class Ballot(Base):
    """One vote of a round, `code` M-01 (a table) or V-01 (a person): who gives it, and how it came in ("screen", "paper", "" while missing).

    `person_id`: who may fill it in on screen: the person, or whoever speaks for the table.
    """

    __tablename__ = "demands_ballot"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("demands_round.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(12))
    label: Mapped[str] = mapped_column(String(200), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    method: Mapped[str] = mapped_column(String(8), default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    round: Mapped[Round] = relationship(back_populates="ballots")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    scores: Mapped[list["Score"]] = relationship(cascade="all, delete-orphan", back_populates="ballot")


class Score(Base):
    """What a ballot gives a demand by a criterion: a whole number of the round's scale."""

    __tablename__ = "demands_score"
    __table_args__ = (UniqueConstraint("ballot_id", "entry_id", "criterion_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("demands_ballot.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("demands_entry.id", ondelete="CASCADE"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("demands_criterion.id", ondelete="CASCADE"))
    value: Mapped[int] = mapped_column(Integer)
    ballot: Mapped[Ballot] = relationship(back_populates="scores")


class Decision(Base):
    """What the group decided of a demand and why. `outcome`: see `words.OUTCOMES`. A later one takes its place (`current`).

    `meeting`: the ref of the meeting that decided, `place` the same in words. `round_id`: the ranking the group had before it, and
    `rank` of how many (`ranked`) the demand's place in it, as it was then.
    """

    __tablename__ = "demands_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[int] = mapped_column(ForeignKey("demands_demand.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(String(14))
    with_id: Mapped[int | None] = mapped_column(ForeignKey("demands_demand.id"))
    reason: Mapped[str] = mapped_column(Text)
    meeting: Mapped[str] = mapped_column(String(80), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    decided_on: Mapped[date] = mapped_column(Date)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("demands_round.id"))
    rank: Mapped[int | None] = mapped_column(Integer)
    ranked: Mapped[int | None] = mapped_column(Integer)
    fusion_id: Mapped[int | None] = mapped_column(ForeignKey("demands_fusion.id"))
    current: Mapped[bool] = mapped_column(Boolean, default=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    demand: Mapped[Demand] = relationship(foreign_keys=[demand_id])
    other: Mapped[Demand | None] = relationship(foreign_keys=[with_id])
    round: Mapped[Round | None] = relationship()
