"""What an activity is tied to in the agenda's thread: the meetings that it led to, and more."""

from plugins.workplan.finding import name
from plugins.workplan.models import Activity, Plan
from portal import web
from portal.extend.kinds import ThreadStation
from portal.threads.queries import links_of


def of(plan: Plan, activity: Activity) -> list[ThreadStation]:
    """Return what is tied to an activity and the acting person may know of."""
    own = name(plan.agenda.code, activity)
    others = {end for one in links_of(web.session, [own]) for end in (one.source, one.target)} - {own}
    return list(web.portal().ask.thread_stations(web.session, web.actor(), frozenset(others))) if others else []
