"""What everybody may see: the meetings of an agenda, each with its figures and nobody's name; and the calendars."""

from typing import Any

from flask import Response, g, render_template, request
from flask_babel import gettext

from plugins.groups import attending, calendars, figures, queries, story
from plugins.groups.blueprint import blueprint
from plugins.groups.words import MEETING_KINDS, SECTORS, SEXES, STATE_BADGES, STATES, UNSAID
from portal import web
from portal.errors import NotFound
from portal.limits import limiter
from portal.web import public

PLACE = "/agendas/<code>/reuniones"
CALENDAR = "text/calendar; charset=utf-8"


@blueprint.get(PLACE)
@public
def public_meetings(code: str) -> str:
    """List the meetings that were convened or held."""
    agenda = queries.agenda_of(web.session, code)
    filters = queries.Filters(kind=queries.Filters.read(request.args).kind)
    return render_template(
        "groups/public_meetings.html",
        agenda=agenda,
        page=queries.meetings(web.session, agenda.id, filters=filters, number=web.page_number(), public=True),
        filters=filters,
        kinds=MEETING_KINDS,
        states=STATES,
        badges=STATE_BADGES,
        now=g.now,
    )


@blueprint.get(f"{PLACE}.ics")
@public
@limiter.limit("60 per minute")
def public_feed(code: str) -> Response:
    """Give the public meetings as a calendar."""
    agenda = queries.agenda_of(web.session, code)
    found = queries.for_feed(web.session, now=g.now, agenda_id=agenda.id)
    title = gettext("Reuniones: %(title)s", title=agenda.title)
    data = calendars.feed(found, settings=web.portal().settings, now=g.now, title=title, public=True)
    return Response(data, content_type=CALENDAR)


@blueprint.get(f"{PLACE}/<meeting>")
@public
def public_meeting(code: str, meeting: str) -> Any:
    """Show one meeting: when, where, what about, how many came."""
    agenda = queries.agenda_of(web.session, code)
    found = queries.meeting_of(web.session, agenda, meeting)
    if not story.is_public(found):
        raise NotFound
    present = attending.present(web.session, found)
    names = queries.organisation_names(web.session, {one.organisation_id for one in present if one.organisation_id})
    return render_template(
        "groups/public_meeting.html",
        agenda=agenda,
        meeting=found,
        figures=figures.figures(present, names),
        kinds=MEETING_KINDS,
        states=STATES,
        badges=STATE_BADGES,
        sectors=SECTORS,
        sexes=SEXES,
        unsaid=UNSAID,
    )


@blueprint.get("/agendas/<code>/grupos/<group>/<token>.ics")
@public
@limiter.limit("60 per minute")
def group_feed(code: str, group: str, token: str) -> Response:
    """Give a group's meetings as a calendar to whoever has its secret address."""
    agenda = queries.agenda_of(web.session, code)
    found = queries.group_of(web.session, agenda, group)
    settings = web.portal().settings
    if not calendars.same(token, calendars.feed_token(settings, found)):
        raise NotFound
    rows = queries.for_feed(web.session, now=g.now, agenda_id=agenda.id, group_id=found.id)
    data = calendars.feed(rows, settings=settings, now=g.now, title=f"{found.code} {found.name}", public=False)
    return Response(data, content_type=CALENDAR, headers={"Cache-Control": "private", "Referrer-Policy": "no-referrer"})
