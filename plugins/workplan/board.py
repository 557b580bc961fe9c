"""What the plan's pages have in common: which plan, which day it is, the list with its filters, the drawing."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask import Response, g, request
from flask_babel import gettext

from plugins.workplan import feed, queries
from plugins.workplan.finding import local_day
from plugins.workplan.forms import FilterForm
from plugins.workplan.models import Plan
from plugins.workplan.queries import Row
from plugins.workplan.timeline import chart
from plugins.workplan.words import BADGES, LATE, RESCHEDULED, STATES
from portal import web
from portal.choices import options
from portal.documents.rendering import render_pdf

WORDS: dict[str, Any] = {"states": STATES, "badges": BADGES, "late_word": LATE, "rescheduled_word": RESCHEDULED}


def today() -> date:
    """Return the day that it is where the portal is."""
    return local_day(g.now, web.portal().settings.timezone)


def listing(plan: Plan, *, names: bool) -> dict[str, Any]:
    """Return what a list of the plan shows: the page of rows that fit the address's filters, progress, counts, the drawing."""
    rows = queries.rows(web.session, plan, today=today(), names=names)
    parts = queries.progress(rows)
    form = FilterForm(request.args)
    form.responsable.choices = options(
        [("", gettext("Todos")), *((one, one) for one in sorted({body for row in rows for body in row.bodies}, key=str.casefold))]
    )
    form.objetivo.choices = options([("", gettext("Todos")), *((str(one.part), f"{one.part}. {one.objective}"[:90]) for one in parts)])
    part = form.objetivo.data or ""
    own = names and form.de.data == "mi"
    found = queries.chosen(
        rows,
        state=form.estado.data or "",
        body=form.responsable.data or "",
        part=int(part) if part.isdecimal() and len(part) < 5 else None,  # noqa: PLR2004 - a number of an objective
        ids=queries.mine(web.session, plan, web.person_id()) if own else None,
    )
    page = queries.page(found, web.page_number())
    return {
        **WORDS,
        "plan": plan,
        "code": plan.agenda.code,
        "page": page,
        "chart": chart(page.rows, today=today()),
        "progress": parts,
        "counts": queries.counts(rows),
        "total": len(rows),
        "undated": sum(row.activity.due_to is None for row in rows),
        "form": form,
        "chosen": {key: value for key, value in request.args.items() if value and key != "pagina"},
        "today": today(),
    }


def calendar_file(plan: Plan) -> Response:
    """Answer with the plan's calendar."""
    rows = queries.rows(web.session, plan, today=today())
    address = f"{web.portal().settings.public_url}/agendas/{plan.agenda.code}/plan"
    answer = Response(feed.calendar(web.session, plan, rows, address=address), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'inline; filename="plan-{plan.agenda.code}.ics"'
    return answer


def printed(plan: Plan) -> Response:
    """Answer with the plan on A4: progress, the drawing, and every row."""
    rows = queries.rows(web.session, plan, today=today())
    answer = Response(_laid_out(page_html(plan, rows, today(), web.portal().settings.public_url)), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="plan-{plan.agenda.code}.pdf"'
    return answer


def page_html(plan: Plan, rows: Sequence[Row], day: date, public_url: str) -> str:
    """Return the printed plan as HTML."""
    template = web.portal().templates.get_template("workplan/pdf.html")
    context = {**WORDS, "plan": plan, "rows": rows, "chart": chart(rows, today=day), "progress": queries.progress(rows), "today": day}
    return str(template.render(**context, counts=queries.counts(rows), address=f"{public_url}/agendas/{plan.agenda.code}/plan"))


@lru_cache(maxsize=8)
def _laid_out(html: str) -> bytes:
    return render_pdf(html)  # about 1 s: asked for again unchanged, it is not laid out again
