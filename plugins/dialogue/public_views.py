"""What everybody reads: the consultations, the version that is consulted, and the matrix "usted dijo, hicimos"."""

from typing import Any

from flask import Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from plugins.dialogue import attachments, consulting, queries, tables
from plugins.dialogue.blueprint import blueprint
from plugins.dialogue.forms import FilterForm, ReplyForm, place_choices
from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.queries import Filters
from plugins.dialogue.words import KINDS, PUBLISHED, SCOPES, SOURCES, STATES, VERDICTS, WITHHELD_FOR
from portal import exporting, web
from portal.agendas import queries as agendas
from portal.choices import options
from portal.documents.rendering import render_markdown
from portal.errors import NotFound
from portal.web import portal, public, session

READ = "dialogue.read"
WORDS = {"kinds": KINDS, "states": STATES, "verdicts": VERDICTS, "sources": SOURCES, "scopes": SCOPES, "why": WITHHELD_FOR}


@blueprint.get("/agendas/<code>/consultas")
@public
def consultations(code: str) -> str | AnyResponse:
    """List an agenda's rounds of consultation."""
    if code != code.upper():
        return redirect(url_for(".consultations", code=code.upper()), code=301)
    agenda = agendas.agenda(session, code)
    rows = queries.consultations(session, agenda.id)
    if not rows:
        agendas.version(session, code)  # an agenda without anything public has no page
    return render_template("dialogue/public/index.html", agenda=agenda, rows=rows, is_open=consulting.is_open)


@blueprint.get("/agendas/<code>/consultas/<consultation>")
@public
def consultation(code: str, consultation: str) -> str:
    """Show the purpose, the dates and, one dimension at a time, the version with a link to contribute on each item."""
    found = queries.consultation(session, code, consultation)
    document = agendas.version_document(portal().store, found.version)
    wanted = request.args.get("dimension", "")
    dimensions = document["dimensions"]
    shown = next((one for one in dimensions if one["name"] == wanted), None) or next(iter(dimensions), None)
    return render_template(
        "dialogue/public/consultation.html",
        consultation=found,
        agenda=found.agenda,
        dimensions=dimensions,
        shown=shown,
        counts=queries.by_place(session, found.id),
        tally=queries.tally(session, found.id),
        changes=queries.date_changes(session, found.id),
        accepting=consulting.is_open(found, g.now),
        markdown=render_markdown,
    )


@blueprint.get("/agendas/<code>/consultas/<consultation>/aportes")
@public
def matrix(code: str, consultation: str) -> str:
    """Show "usted dijo, hicimos", as filtered; dissent and what is withheld are counted beside what was accepted."""
    found = queries.consultation(session, code, consultation)
    filters = Filters.read(request.args)
    return render_template(
        "dialogue/public/matrix.html",
        consultation=found,
        agenda=found.agenda,
        page=queries.page(session, found, filters, number=web.page_number()),
        tally=queries.tally(session, found.id),
        withheld=queries.withheld(session, found.id),
        filters=filters,
        form=filter_form(found),
        dimensions={one.name: one.label for one in found.agenda.dimensions},
        **WORDS,
    )


def filter_form(found: Consultation) -> FilterForm:
    """Return the form of the filters, with the places that somebody spoke of."""
    form = FilterForm(request.args)
    dimensions = found.agenda.dimensions
    names = {one.name for one in dimensions}
    spoken = sorted(place for place in queries.by_place(session, found.id) if place and place not in names)
    form.sobre.choices = options(place_choices(dimensions, spoken))
    return form


@blueprint.get("/agendas/<code>/consultas/<consultation>/aportes.<any(csv, xlsx):format_>")
@public
def matrix_table(code: str, consultation: str, format_: str) -> AnyResponse:
    """Give the matrix, as filtered, as a spreadsheet."""
    found = queries.consultation(session, code, consultation)
    lines = queries.every_line(session, found.agenda_id, Filters.read(request.args), found.id)
    dimensions = {one.name: one.label for one in found.agenda.dimensions}
    return exporting.response(tables.rows(lines, {found.id: found.code}, dimensions), f"aportes-{code}-{found.code}", format_)


@blueprint.get("/agendas/<code>/aportes/<contribution>")
@public
def contribution(code: str, contribution: str) -> str:
    """Show one contribution with its answer; of one that is not published, its state and why."""
    found = queries.contribution(session, code, contribution)
    return contribution_page(found, mine=_mine(found))


def _mine(found: Contribution) -> bool:
    me = web.actor().person_id
    return me is not None and found.author is not None and found.author.person_id == me


def contribution_page(
    found: Contribution, *, mine: bool, token: str | None = None, form: ReplyForm | None = None, extra: list[Any] | None = None
) -> str:
    """Draw a contribution's page; for its author (`mine`) with what they may do, by their own link where there is a `token`."""
    answers = queries.answers(session, found.id)
    return render_template(
        "dialogue/public/contribution.html",
        contribution=found,
        consultation=found.consultation,
        agenda=found.consultation.agenda,
        dimensions={one.name: one.label for one in found.consultation.agenda.dimensions},
        answers=answers,
        alike=queries.alike(session, answers[0][0].batch) if answers else 1,
        reply=queries.reply_to(session, found.id),
        readable=mine or found.state == PUBLISHED,
        mine=mine,
        token=token,
        form=form or ReplyForm(formdata=None),
        extra=extra or [],
        **WORDS,
    )


@blueprint.get("/agendas/<code>/aportes/<contribution>/adjuntos/<int:number>")
@public
def attachment(code: str, contribution: str, number: int) -> AnyResponse:
    """Give a file that came with a contribution: pictures to look at, everything else only to download."""
    found = queries.contribution(session, code, contribution)
    file = next((one for one in found.attachments if one.position == number), None)
    if file is None:
        raise NotFound
    shown = found.state == PUBLISHED and not file.withheld and not file.scan
    if not shown and not web.allowed(READ, agenda_id=found.agenda_id) and not (_mine(found) and not file.scan):
        abort(404)
    answer = Response(portal().store.get(file.sha256), content_type=file.media_type)
    way = "inline" if file.media_type in attachments.PICTURES else "attachment"
    answer.headers.set("Content-Disposition", way, filename=file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
