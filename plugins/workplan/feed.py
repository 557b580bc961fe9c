"""The plan as a calendar that other programs read: one entry an activity, by a name that never changes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.workplan.models import Activity, Plan
from plugins.workplan.queries import Row
from plugins.workplan.words import STATES


def calendar(session: Session, plan: Plan, rows: Iterable[Row], *, address: str) -> bytes:
    """Return the plan as iCalendar (RFC 5545). `address`: the plan's page; activities without days are left out, those taken out are cancelled.

    SEQUENCE grows with each change of a row, so that calendars take the newer one.
    """
    made = Calendar()
    made.add("prodid", "-//Rubrica//Plan de trabajo//ES")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", plan.title)
    for row in rows:
        event = _event(row.activity, f"{row.activity.code} {row.title}")
        if event is None:
            continue
        about = [row.objective, row.action, row.sub_activity, row.activity.strategy, row.activity.responsible.strip()]
        event.add("description", "\n".join(dict.fromkeys(text for text in about if text)))
        event.add("url", f"{address}/{row.activity.code}")
        event.add("categories", [STATES.get(row.activity.state, row.activity.state)])
        event.add("status", "CONFIRMED")
        made.add_component(event)
    gone = select(Activity).where(Activity.plan_id == plan.id, Activity.retired.is_(True)).order_by(Activity.number)
    for activity in session.scalars(gone):
        event = _event(activity, activity.code)
        if event is not None:
            event.add("status", "CANCELLED")
            made.add_component(event)
    return bytes(made.to_ical())


def _event(activity: Activity, title: str) -> Event | None:
    if activity.due_from is None or activity.due_to is None:
        return None
    event = Event()
    event.add("uid", activity.uid)
    event.add("summary", title[:200])
    event.add("dtstart", activity.due_from)
    event.add("dtend", activity.due_to + timedelta(days=1))  # the day after the last
    event.add("dtstamp", _stamp(activity.edited_at))
    event.add("last-modified", _stamp(activity.edited_at))
    event.add("sequence", activity.revision - 1)
    event.add("transp", "TRANSPARENT")  # it fills nobody's day
    return event


def _stamp(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
