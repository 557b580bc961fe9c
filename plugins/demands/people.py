"""This plugin's part of a person's rights over their data: the copy of it, and its erasure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Table, select
from sqlalchemy.orm import Session, joinedload

from plugins.demands import finding
from plugins.demands.models import Ballot, Decision, Demand, Sheet
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.documents import forgetting
from portal.extend import PersonData


def data(session: Session, person_id: int) -> Iterable[PersonData]:
    """Yield what is kept about a person: what they registered, which ballots are theirs, what they noted."""
    registered = select(Demand.code, Demand.text, Demand.created_at).where(Demand.created_by_id == person_id).order_by(Demand.id)
    yield PersonData(
        label="Demandas que registró",
        rows=tuple({"code": code, "text": text, "at": at.isoformat()} for code, text, at in session.execute(registered)),
    )
    ballots = select(Ballot).where((Ballot.person_id == person_id) | (Ballot.saved_by_id == person_id))
    rows = []
    for one in session.scalars(ballots.options(joinedload(Ballot.round)).order_by(Ballot.id)):
        at = one.saved_at.isoformat() if one.saved_at else ""
        rows.append({"round": one.round.code, "ballot": one.code, "own": one.person_id == person_id, "scores": len(one.scores), "at": at})
    yield PersonData(label="Fichas de puntaje", rows=tuple(rows))
    typed = select(Sheet.code, Sheet.typed_at).where(Sheet.typed_by_id == person_id).order_by(Sheet.id)
    yield PersonData(
        label="Hojas de papel que escribió",
        rows=tuple({"sheet": code, "at": at.isoformat() if at else ""} for code, at in session.execute(typed)),
    )
    noted = (
        select(Demand.code, Decision.outcome, Decision.at).join(Demand, Demand.id == Decision.demand_id).where(Decision.by_id == person_id)
    )
    yield PersonData(
        label="Decisiones del grupo que anotó",
        rows=tuple({"demand": code, "outcome": outcome, "at": at.isoformat()} for code, outcome, at in session.execute(noted)),
    )


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Take a person out of this plugin's tables; again does no harm. Scans of sheets that they typed may show their hand: those go."""
    words = redacting.words_of(session.get_one(Person, person_id))
    files = []
    for sheet in session.scalars(select(Sheet).where(Sheet.typed_by_id == person_id, Sheet.scan_sha256.is_not(None))):
        files.append(sheet.scan_sha256)
        sheet.scan_sha256, sheet.scan_type = None, ""
    session.flush()
    for one in dict.fromkeys(files):
        if one is not None and not forgetting.references(session, one):
            forgetting.forget(session, now=now, sha256=one)
    before = {one.id: one.text + one.detail for one in session.scalars(select(Demand))} if words.pattern else {}
    if words.pattern:
        redacting.redact(session, redacting.columns_of(_tables()), words)
    for demand in session.scalars(select(Demand).where(Demand.id.in_(before))) if before else ():
        if demand.text + demand.detail != before[demand.id]:
            demand.terms = finding.stems(f"{demand.text} {demand.detail}")
    redacting.forget_author(session, _tables(), person_id)


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith("plugins.demands") and isinstance(mapper.local_table, Table):
            yield mapper.local_table
