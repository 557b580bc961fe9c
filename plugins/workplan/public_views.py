"""What anybody can read of a published plan: the plan, each activity, the calendar, the printed sheet."""

from flask import Blueprint, Response, g, render_template

from plugins.workplan import board, queries
from plugins.workplan.models import Plan
from portal import web
from portal.errors import NotFound
from portal.limits import limiter
from portal.web import public

blueprint = Blueprint("workplan", __name__)
ADDRESS = "/agendas/<code>/plan"


def _plan(code: str) -> Plan:
    return queries.plan_by_code(web.session, code, public=True)


@blueprint.get(ADDRESS)
@public
def plan(code: str) -> str:
    """Show the plan: progress by objective, the timeline, every activity."""
    return render_template("workplan/public.html", **board.listing(_plan(code), names=False))


@blueprint.get(f"{ADDRESS}/<activity>")
@public
def activity(code: str, activity: str) -> str:
    """Show one activity, with the evidence that may be shown."""
    found = _plan(code)
    row = queries.one(web.session, found, activity, today=board.today())
    reports = queries.reports(web.session, row.activity.id)
    return render_template(
        "workplan/public_activity.html",
        **board.WORDS,
        plan=found,
        code=code,
        row=row,
        reports=[one for one in reports if one.public],
        moved=queries.reschedules(web.session, row.activity.id),
        today=board.today(),
    )


@blueprint.get(f"{ADDRESS}/evidencia/<int:report_id>")
@public
def evidence(code: str, report_id: int) -> Response:
    """Give a file that shows what was done, where whoever noted it lets everybody have it."""
    found = queries.report(web.session, _plan(code), report_id)
    if not found.public:
        raise NotFound
    return evidence_file(found.file_sha256, found.file_name)


def evidence_file(sha256: str | None, name: str) -> Response:
    """Answer with a file to be saved, never shown: a stranger may have made it."""
    if sha256 is None:
        raise NotFound
    answer = Response(web.portal().store.get(sha256), content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get("/agendas/<code>/plan.ics")
@public
def feed(code: str) -> Response:
    """Give the plan as a calendar to subscribe to."""
    return board.calendar_file(_plan(code))


@blueprint.get("/agendas/<code>/plan.pdf")
@public
@limiter.limit("30 per minute")
def pdf(code: str) -> Response:
    """Give the plan on A4."""
    g.for_programs = False
    return board.printed(_plan(code))
