"""Tells the people who answer for an activity that its days are over."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from plugins.workplan.finding import local_day
from plugins.workplan.models import Activity, Plan, Responsible
from plugins.workplan.queries import is_late, one
from plugins.workplan.words import COMPLETE
from portal import clock
from portal.extend import JobKind
from portal.formats import fecha
from portal.notices.service import notify

if TYPE_CHECKING:
    from portal.context import Portal

TOPIC = "workplan.late"
ZONE = "America/Lima"  # `pending` knows no settings: elsewhere a day may begin some hours sooner or later


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of late activities whose people do not know yet."""
    rows = (
        select(Activity.id)
        .where(
            Activity.due_to < local_day(now, ZONE),
            Activity.state != COMPLETE,
            Activity.retired.is_(False),
            or_(Activity.late_told.is_(None), Activity.late_told != Activity.due_to),
            Activity.id.in_(select(Responsible.activity_id)),
        )
        .order_by(Activity.id)
        .limit(200)
    )
    return [str(identity) for identity in session.scalars(rows)]


def tell(portal: "Portal", identity: str) -> None:
    """Keep a notice for each person who answers for an activity, once for each end that it has had."""
    now = clock.now()
    with portal.sessions() as session:
        activity = session.get(Activity, int(identity), with_for_update=True)
        today = local_day(now, portal.settings.timezone)
        if activity is None or not is_late(activity, today) or activity.late_told == activity.due_to:
            return
        plan = session.get_one(Plan, activity.plan_id)
        row = one(session, plan, activity.code, today=today)
        people = select(Responsible.person_id).where(Responsible.activity_id == activity.id).order_by(Responsible.person_id)
        notify(
            session,
            now=now,
            topic=TOPIC,
            person_ids=list(session.scalars(people)),
            title=f"Venció {activity.code}: {row.title}",
            text=f"Debía terminar el {fecha(activity.due_to)} ({row.date_text}). Diga cómo va, o reprográmela con el motivo.",
            href=f"/gestion/agendas/{plan.agenda.code}/plan/{activity.code}",
            agenda_id=plan.agenda_id,
        )
        activity.late_told = activity.due_to
        session.commit()


KIND = JobKind(name="workplan.late", run=tell, pending=pending)
