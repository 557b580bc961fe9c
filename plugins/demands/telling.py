"""Tells people what was decided of what their organisation or group asked for, with their next digest."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from plugins.demands import meetings
from plugins.demands.models import Decision, Demand, Round
from plugins.demands.story import shortened
from plugins.demands.words import OUTCOMES, SCORING, TOPIC
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.extend.registry import Registry
from portal.notices.service import notify
from portal.organisations.models import Membership


def decided(
    session: Session, registry: Registry, *, now: datetime, agenda: Agenda, demand: Demand, decision: Decision, public: bool
) -> int:
    """Keep a notice for each person known to belong to who said it; return how many. Nobody is told of what they cannot read."""
    if not public:
        return 0
    people = _members(session, demand, now=now) | meetings.members(
        registry, session, {one.ref for one in demand.sources if one.ref}, on=now.date()
    )
    rows = select(Person.id).where(Person.id.in_(people), Person.active, Person.email.is_not(None), Person.erased_at.is_(None))
    told = sorted(session.scalars(rows)) if people else []
    notify(
        session,
        now=now,
        topic=TOPIC,
        person_ids=told,
        title=f"{demand.code}: {OUTCOMES[decision.outcome].lower()}",
        text=f"{shortened(demand.text, 300)}\n{decision.reason}",
        href=f"/agendas/{agenda.code}/demandas/{demand.code}",
        agenda_id=agenda.id,
    )
    return len(told)


def opened(session: Session, *, now: datetime, agenda: Agenda, round_: Round) -> int:
    """Keep a notice for each person who has a ballot of their own in a round that opened; return how many."""
    people = sorted({one.person_id for one in round_.ballots if one.person_id is not None})
    title, href = f"{round_.code}: {round_.title}", f"/agendas/{agenda.code}/demandas/rondas/{round_.code}/puntuar"
    notify(session, now=now, topic=SCORING, person_ids=people, title=title, href=href, agenda_id=agenda.id)
    return len(people)


def _members(session: Session, demand: Demand, *, now: datetime) -> set[int]:
    organisations = {one.organisation_id for one in demand.sources if one.organisation_id is not None}
    if not organisations:
        return set()
    rows = select(Membership.person_id).where(
        Membership.organisation_id.in_(organisations), or_(Membership.until.is_(None), Membership.until >= now.date())
    )
    return set(session.scalars(rows))
