"""The group's decision on a demand: the score informs it and does not take its place."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import fusing
from plugins.demands.collecting import hold
from plugins.demands.models import Decision, Demand, Round
from plugins.demands.ranking import ranking
from plugins.demands.words import MERGED_WITH, OPEN, OUTCOMES
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid
from portal.i18n import N_


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
    """Note what the group decided of a live demand and why; an earlier decision stays on record. `outcome`: one of `words.OUTCOMES`.

    `meeting`: the ref of the meeting that decided, or `place` in words; `with_`: where "merged" puts it (the merge is done). `round_`:
    the closed ranking that the group had before it. Raises `Invalid`, `Conflict`.
    """
    _check(now, demand, outcome=outcome, reason=reason, held=bool(meeting or place.strip()), decided_on=decided_on, with_=with_)
    hold(session, demand)
    if demand.state != OPEN:
        raise Conflict(N_("Esta demanda ya no está vigente: no se puede decidir sobre ella."))
    if round_ is not None and round_.state != "closed":
        raise Conflict(N_("La ronda no está cerrada: su orden todavía puede cambiar."))
    if demand.decision:
        for earlier in session.scalars(select(Decision).where(Decision.demand_id == demand.id, Decision.current)):
            earlier.current = False
    placed = ranking(session, round_) if round_ is not None else None
    row = placed.of(demand.id) if placed else None
    fusion = None
    if outcome == MERGED_WITH and with_ is not None:
        fusion = fusing.merge(session, now=now, agenda=agenda, into=with_, others=[demand], note=reason, person_id=person_id)
    made = Decision(
        demand_id=demand.id,
        outcome=outcome,
        with_id=with_.id if with_ is not None and outcome == MERGED_WITH else None,
        reason=reason.strip(),
        meeting=meeting,
        place=" ".join(place.split())[:200],
        decided_on=decided_on or now.date(),
        round_id=round_.id if round_ is not None and row is not None else None,
        rank=row.rank if row else None,
        ranked=sum(one.rank is not None for one in placed.rows) if placed and row else None,
        fusion_id=fusion.id if fusion else None,
        current=True,
        at=now,
        by_id=person_id,
    )
    session.add(made)
    demand.decision = outcome
    session.flush()
    return made


def _check(now: datetime, demand: Demand, *, outcome: str, reason: str, held: bool, decided_on: date | None, with_: Demand | None) -> None:
    """Raise `Invalid` for a decision that says too little. `held`: it says where the group decided."""
    wrong = {}
    if outcome not in OUTCOMES:
        wrong["outcome"] = N_("Elija qué se decidió.")
    if not reason.strip():
        wrong["reason"] = N_("Escriba el motivo: se publica con la decisión.")
    if not held:
        wrong["place"] = N_("Diga en qué reunión decidió el grupo.")
    if outcome == MERGED_WITH and (with_ is None or with_.id == demand.id):
        wrong["with"] = N_("Elija con qué demanda se une.")
    if decided_on is not None and decided_on > now.date() + timedelta(days=1):  # the portal's zone may be ahead
        wrong["decided_on"] = N_("La fecha de la decisión no puede ser futura.")
    if wrong:
        raise Invalid(fields=wrong)
