"""What another plugin may use of demands: collect them, decide on them, and read those that were included."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import collecting, deciding, queries, rounds
from plugins.demands.collecting import Said
from plugins.demands.models import Decision, Demand, Round
from plugins.demands.queries import Included, included
from plugins.demands.ranking import ranking
from plugins.demands.rounds import Plan, Weighed
from plugins.demands.sampling import sample
from plugins.demands.words import KINDS, OUTCOMES
from portal.agendas.models import Agenda

__all__ = [
    "KINDS",
    "OUTCOMES",
    "Demand",
    "Included",
    "Plan",
    "Said",
    "Weighed",
    "close_round",
    "collect",
    "collected_at",
    "decide",
    "demand",
    "included",
    "open_round",
    "ranking",
    "sample",
    "score",
]


def collect(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    text: str,
    kind: str = "demand",
    dimension: str = "",
    territory: str = "",
    detail: str = "",
    said: Iterable[Said] = (),
    channel: str = "meeting",
    collected_on: date | None = None,
    person_id: int | None = None,
) -> Demand:
    """Register a demand; `said` tells who said it: `Said(kind="meeting", ref="meeting:APU-2027/R-003", name="Taller de …")`. Raises `Invalid`."""
    return collecting.collect(
        session,
        now=now,
        agenda=agenda,
        text=text,
        kind=kind,
        dimension=dimension,
        territory=territory,
        detail=detail,
        said=said,
        channel=channel,
        collected_on=collected_on,
        person_id=person_id,
    )


def demand(session: Session, agenda_id: int, code: str) -> Demand:
    """Return a demand by its code, "D-014". Raises `NotFound`."""
    return queries.demand(session, agenda_id, code)


def collected_at(session: Session, meeting: str) -> list[Demand]:
    """Return the demands that were said at a meeting, by its ref ("meeting:APU-2027/R-003"), in the order of their codes. One query."""
    from plugins.demands.models import Source  # noqa: PLC0415 - only here

    said = select(Source.demand_id).where(Source.ref == meeting, Source.fusion_id.is_(None))
    return list(session.scalars(select(Demand).where(Demand.id.in_(said)).order_by(Demand.number)))


def decide(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    demand: Demand,
    outcome: str,
    reason: str,
    meeting: str = "",
    place: str = "",
    decided_on: date | None = None,
    with_: Demand | None = None,
    round_: Round | None = None,
    person_id: int | None,
) -> Decision:
    """Note what the group decided: `outcome` one of `OUTCOMES`; `meeting` its ref, or `place` in words. Raises `Invalid`, `Conflict`."""
    return deciding.decide(
        session,
        now=now,
        agenda=agenda,
        demand=demand,
        outcome=outcome,
        reason=reason,
        meeting=meeting,
        place=place,
        decided_on=decided_on,
        with_=with_,
        round_=round_,
        person_id=person_id,
    )


def open_round(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    plan: Plan,
    demands: Iterable[Demand],
    tables: Iterable[str] = (),
    people: Iterable[int] = (),
    person_id: int | None,
) -> Round:
    """Prepare a round over `demands`, expect a ballot of each of `tables` and `people`, and open it. Raises `Invalid`, `Conflict`."""
    made = rounds.prepare(session, now=now, agenda=agenda, plan=plan, demands=demands, person_id=person_id)
    rounds.add_ballots(session, round_=made, labels=tables, people=people)
    rounds.open_(session, now=now, round_=made)
    return made


def score(
    session: Session,
    *,
    now: datetime,
    round_: Round,
    ballot: str,
    values: dict[tuple[str, str], int],
    method: str = "paper",
    person_id: int | None,
) -> None:
    """Type in a ballot ("M-01"): (demand's code, criterion's name) → score. Raises as `plugins.demands.rounds.score`."""
    entries = {one.demand.code: one.id for one in round_.entries}
    criteria = {one.name: one.id for one in round_.criteria}
    typed = {rounds.cell(entries[code], criteria[name]): str(value) for (code, name), value in values.items()}
    held = queries.ballot(session, round_.id, ballot)
    rounds.score(session, now=now, round_=round_, ballot=held, typed=typed, revision=held.revision, method=method, person_id=person_id)


def close_round(session: Session, *, now: datetime, round_: Round) -> None:
    """Close a round: its ranking stays as it is. Raises `Conflict`."""
    rounds.close(session, now=now, round_=round_)
