"""What the portal's search and threads know of a plan's rows."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.workplan.filling import filled, own_cells
from plugins.workplan.models import Activity, Plan
from plugins.workplan.words import KIND, STATES
from portal.extend.kinds import SearchEntry, ThreadStation
from portal.search.service import put, remove
from portal.threads.words import ref

READ = "workplan.read"


def name(agenda: str, activity: Activity) -> str:
    """Return an activity's stable name: activity:APU-2027/P-03."""
    return ref(KIND, agenda, activity.code)


def title_of(levels: Sequence[str], activity: Activity) -> str:
    """Return what an activity is called: the most precise thing that its row says."""
    own = (activity.sub_activity.strip(), activity.strategy.strip())
    return next((text for text in (*own, *reversed(levels)) if text), activity.code)


def _entries(plan: Plan, rows: Sequence[Activity]) -> Iterator[SearchEntry]:
    code = plan.agenda.code
    for activity, levels in zip(rows, filled(own_cells(one) for one in rows), strict=True):
        about = (*levels, activity.strategy, activity.date_text, activity.responsible, *map(str, activity.extra.values()))
        yield SearchEntry(
            ref=name(code, activity),
            kind="Actividad del plan",
            title=f"{activity.code} {title_of(levels, activity)}"[:300],
            href=f"/agendas/{code}/plan/{activity.code}" if plan.public else f"/gestion/agendas/{code}/plan/{activity.code}",
            at=activity.edited_at,
            agenda_id=plan.agenda_id,
            body="\n".join(text for text in about if text),
            public=plan.public,
            action=READ,
        )


def put_all(session: Session, plan: Plan, *, now: datetime) -> None:
    """Let every row of a plan be found as it is now: a cell of one is read in others."""
    del now  # an entry's instant is its row's
    session.flush()
    rows = session.scalars(
        select(Activity).where(Activity.plan_id == plan.id, Activity.retired.is_(False)).order_by(Activity.position, Activity.number)
    ).all()
    for entry in _entries(plan, rows):
        put(session, entry, source="workplan")


def forget(session: Session, plan: Plan, activity: Activity) -> None:
    """Let a row that was taken out be found no more."""
    remove(session, name(plan.agenda.code, activity))


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield everything that can be found of all plans."""
    plans = session.scalars(select(Plan).options(joinedload(Plan.agenda)).order_by(Plan.id)).all()
    rows: dict[int, list[Activity]] = {}
    for one in session.scalars(select(Activity).where(Activity.retired.is_(False)).order_by(Activity.position, Activity.number)):
        rows.setdefault(one.plan_id, []).append(one)
    for plan in plans:
        yield from _entries(plan, rows.get(plan.id, []))


def stations(session: Session, refs: frozenset[str], reads: frozenset[int] | None) -> Iterator[ThreadStation]:
    """Yield the activities among `refs`; `reads`: agendas whose unpublished plans whoever asks may read (None: all). Two queries."""
    wanted = {one for one in refs if one.startswith(f"{KIND}:")}
    codes = {one.partition(":")[2].rpartition("/")[0] for one in wanted}
    if not wanted:
        return
    plans = {
        one.id: one for one in session.scalars(select(Plan).join(Plan.agenda).options(joinedload(Plan.agenda)))
        if one.agenda.code in codes and (one.public or reads is None or one.agenda_id in reads)
    }  # fmt: skip
    rows: dict[int, list[Activity]] = {}
    for one in session.scalars(select(Activity).where(Activity.plan_id.in_(plans)).order_by(Activity.position, Activity.number)):
        rows.setdefault(one.plan_id, []).append(one)
    for identity, plan in plans.items():
        found = rows.get(identity, [])
        live = [one for one in found if not one.retired]
        levels = dict(zip((one.id for one in live), filled(own_cells(one) for one in live), strict=True))
        for one in found:
            if name(plan.agenda.code, one) not in wanted:
                continue
            base = f"/gestion/agendas/{plan.agenda.code}/plan" if not plan.public else f"/agendas/{plan.agenda.code}/plan"
            yield ThreadStation(
                ref=name(plan.agenda.code, one),
                stage="plan",
                label=f"Actividad {one.code}",
                title=title_of(levels.get(one.id, own_cells(one)), one),
                at=one.done_on or one.due_from,
                href="" if one.retired else f"{base}/{one.code}",
                state=STATES.get(one.state, one.state),
            )


def local_day(instant: datetime, zone: str) -> date:
    """Return the day that an instant is in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))
