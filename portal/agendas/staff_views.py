"""Where staff see the drafts, make an agenda, edit its settings and choose its dimensions."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import exporting, web
from portal.agendas import delegates, queries, service
from portal.agendas.blueprint import blueprint
from portal.agendas.comparing import compare
from portal.agendas.drafting import draft_document, objections, reading_order
from portal.agendas.editing import dimension_of
from portal.agendas.forms import AgendaForm, AgendaSettingsForm, DimensionsForm, dimension_choices, show_errors
from portal.agendas.models import Agenda
from portal.choices import options
from portal.documents.rendering import render_markdown
from portal.errors import Conflict, Forbidden, Invalid, Stale
from portal.failures import told
from portal.web import asked_number, back_to, commit, portal, requires, session

HOME = "/gestion/agendas"
PLACE = f"{HOME}/<code>"


@blueprint.get(HOME)
@requires("agenda.read_draft")
def drafts() -> str:
    """List the agendas whose draft the person may read."""
    ids = web.permissions().agendas(web.actor(), "agenda.read_draft")
    return render_template("agendas/drafts.html", drafts=queries.drafts(session, ids))


@blueprint.route(f"{HOME}/nueva", methods=["GET", "POST"])
@requires("agenda.create")
def new() -> str | Response | tuple[str, int]:
    """Make an agenda."""
    form = AgendaForm()
    form.territory_inei.choices = options(_territories())
    extra: list[tuple[str, str | None]] = []
    if form.validate_on_submit():
        try:
            made = service.create_agenda(session, code=form.code.data, now=g.now, **_settings(form))
            commit()
        except Invalid as error:
            session.rollback()
            extra = show_errors(form, error)
        else:
            return back_to("agendas.dimensions", code=made.code)
    page = render_template("agendas/settings.html", form=form, agenda=None, extra=extra, theirs=None)
    return (page, 422) if form.errors or extra else page


def _territories() -> list[tuple[str, str]]:
    return [(inei, f"{name} ({gettext(level)})") for inei, name, level in queries.territories(session)]


def _settings(form: Any) -> dict[str, Any]:
    return {
        "title": form.title.data,
        "summary": form.summary.data or "",
        "period_start": form.period_start.data,
        "period_end": form.period_end.data,
        "territory_inei": form.territory_inei.data,
    }


def whole_agenda(agenda: Agenda) -> None:
    """Raise `Forbidden` for a delegate: what concerns all dimensions is not theirs."""
    if not web.allowed("agenda.edit", agenda_id=agenda.id, dimension=""):
        raise Forbidden


@blueprint.route(f"{PLACE}/ajustes", methods=["GET", "POST"])
@requires("agenda.edit", agenda="code")
def settings(code: str) -> str | Response | tuple[str, int]:
    """Edit an agenda's title, summary, period and territory."""
    agenda: Agenda = g.agenda
    whole_agenda(agenda)
    form = AgendaSettingsForm(obj=agenda)
    form.territory_inei.choices = options(_territories())
    extra: list[tuple[str, str | None]] = []
    theirs, status = None, 200
    if form.validate_on_submit():
        try:
            service.edit_agenda(session, agenda, revision=web.whole(form.revision.data) or 0, **_settings(form))
            commit()
        except Invalid as error:
            session.rollback()
            extra = show_errors(form, error)
        except Stale as error:
            session.rollback()
            theirs, status = error.theirs, 409
            form.revision.data = str(error.theirs["revision"])
            form.revision.raw_data = None
        else:
            flash(gettext("Guardamos los ajustes del borrador."), "ok")
            return back_to("agendas.draft", code=code)
    page = render_template("agendas/settings.html", form=form, agenda=agenda, extra=extra, theirs=theirs)
    return page, 422 if form.errors or extra else status


@blueprint.get(PLACE)
@requires("agenda.read_draft", agenda="code")
def draft(code: str) -> str:
    """Show the draft: its dimensions, what stands against freezing it, its versions."""
    agenda: Agenda = g.agenda
    document = draft_document(session, portal().registry, agenda)
    against = objections(portal().ask, document)
    owner = {item["code"]: one["name"] for one in document["dimensions"] for item in one["items"]}
    counts = {name: sum(owner.get(one.subject) == name for one in against) for name in {one["name"] for one in document["dimensions"]}}
    return render_template(
        "agendas/draft.html",
        agenda=agenda,
        document=document,
        objections=against,
        owner=owner,
        counts=counts,
        versions=queries.versions(session, agenda.id),
        code=code,
    )


@blueprint.get(f"{PLACE}/dimension/<name>")
@requires("agenda.read_draft", agenda="code")
def dimension(code: str, name: str) -> str:
    """Show one dimension of the draft, item by item, with what stands against each."""
    agenda: Agenda = g.agenda
    place = dimension_of(agenda, name)
    items = reading_order(queries.items(session, agenda.id, name))
    document = draft_document(session, portal().registry, agenda)
    shown = next(one for one in document["dimensions"] if one["name"] == name)
    against: dict[str, list[str]] = {}
    for one in objections(portal().ask, {**document, "dimensions": [shown]}):
        against.setdefault(one.subject, []).append(one.sentence)
    return render_template(
        "agendas/dimension.html",
        agenda=agenda,
        place=place,
        rows=list(zip(items, shown["items"], strict=True)),
        objections=against,
        code=code,
        retired=queries.items(session, agenda.id, name, retired=True),
        markdown=render_markdown,
        offered=portal().registry.dimensions.get(name),
        acts=delegates.acts(web.permissions(), portal().registry, web.actor(), agenda.id, name),
        delegates=delegates.names(session, agenda.id, name),
        granted=[delegates.ACTS[act] for act in delegates.granted(portal().registry, name)],
    )


@blueprint.route(f"{PLACE}/dimensiones", methods=["GET", "POST"])
@requires("agenda.edit", agenda="code")
def dimensions(code: str) -> str | Response | tuple[str, int]:
    """Choose the agenda's dimensions."""
    agenda: Agenda = g.agenda
    whole_agenda(agenda)
    offered = portal().registry.dimensions
    form = DimensionsForm(names=[one.name for one in agenda.dimensions])
    form.names.choices = options(dimension_choices(offered, agenda.dimensions))
    if form.validate_on_submit():
        present = {one.name: service.Chosen(one.name, one.label, one.prefix) for one in agenda.dimensions}
        chosen = [
            present.get(one.value) or service.Chosen(one.value, offered[one.value].label, offered[one.value].prefix)
            for one in form.names.choices
            if one.value in form.names.data
        ]
        try:
            service.choose_dimensions(session, agenda, chosen)
            commit()
        except Conflict as error:
            session.rollback()
            form.names.errors = [told(error)]
            return render_template("agendas/dimensions.html", form=form, agenda=agenda, code=code), 409
        flash(gettext("Guardamos las dimensiones de la agenda."), "ok")
        return back_to("agendas.draft", code=code)
    return render_template("agendas/dimensions.html", form=form, agenda=agenda, code=code)


@blueprint.post(f"{PLACE}/dimension/<name>/cierre")
@requires("agenda.edit", agenda="code")
def close_dimension(code: str, name: str) -> Response:
    """Close a dimension for new items, or open it again."""
    whole_agenda(g.agenda)
    service.close_dimension(session, g.agenda, name, closed=request.form.get("closed") == "1")
    commit()
    return back_to("agendas.dimensions", code=code)


@blueprint.get(f"{PLACE}/cambios")
@requires("agenda.read_draft", agenda="code")
def draft_changes(code: str) -> str:
    """Show what the draft changes since a version, by default the last."""
    agenda: Agenda = g.agenda
    versions = queries.versions(session, agenda.id)
    number = asked_number("desde") or (versions[0].number if versions else 0)
    before = queries.version(session, code, number) if number else None
    document = draft_document(session, portal().registry, agenda)
    found = compare(queries.version_document(portal().store, before) if before else None, document)
    return render_template("agendas/draft_changes.html", agenda=agenda, before=before, comparison=found, versions=versions, code=code)


@blueprint.get("/gestion/exportar/<name>.<format_>")
@web.public
def export(name: str, format_: str) -> Response:
    """Give a table to whoever may see it: each exporter names the act that it asks leave for."""
    code = request.args.get("agenda", "")
    table = exporting.exporter(portal(), name)
    if table.action:
        found = queries.agenda(session, code) if code and web.actor().signed_in else None
        web.authorize(table.action, agenda_id=found.id if found else None)
    return exporting.response(table.rows(session, code), "-".join(filter(None, (name, code))), format_)
