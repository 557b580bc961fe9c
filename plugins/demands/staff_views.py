"""The staff's pages about demands: the list, one demand, registering and changing it, its sources, moderation, the desk."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, render_template, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from plugins.demands import collecting, desk, pages, queries, words
from plugins.demands.blueprint import EDIT, MANAGE, PLACE, READ
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.forms import DemandForm, DeskForm, FilterForm, NewDemandForm, RejectForm, SourceForm, states
from plugins.demands.queries import Filter
from portal import form_errors, web
from portal.agendas import queries as agendas
from portal.choices import options
from portal.documents.rendering import render_markdown
from portal.errors import Invalid, Stale
from portal.failures import told
from portal.web import requires


def filters(agenda: Any, *, public: bool) -> tuple[FilterForm, Filter]:
    """Return the list's filter form and what it asks for."""
    form = FilterForm(request.args)
    form.dimension.choices = options(
        [("", gettext("Todas")), *((one.name, one.label) for one in agenda.dimensions), ("-", gettext("Sin dimensión"))]
    )
    form.estado.choices = states(public=public)
    wanted = Filter(
        q=(form.q.data or "")[:200],
        dimension=form.dimension.data or "",
        kind=form.tipo.data or "",
        origin=form.origen.data or "",
        state=form.estado.data or "",
        decision=form.decision.data or "",
    )
    return form, wanted


def kept() -> dict[str, str]:
    """Return the address's filters, for the links to other pages of a list."""
    return {
        key: value for key, value in request.args.items() if key in {"q", "dimension", "tipo", "origen", "estado", "decision"} and value
    }


@blueprint.get(PLACE)
@requires(READ, agenda="code")
def index(code: str) -> str:
    """List demands with their filters."""
    form, wanted = filters(g.agenda, public=False)
    found = queries.page(web.session, g.agenda.id, wanted, number=web.page_number())
    return render_template(
        "demands/staff/index.html",
        agenda=g.agenda,
        code=code,
        form=form,
        wanted=wanted,
        page=found,
        kept=kept(),
        counts=queries.counts(web.session, g.agenda.id),
        desk=desk.desk(web.session, g.agenda.id),
        labels=pages.labels(g.agenda),
        badge_of=pages.badge_of,
        names=pages.names,
        words=words,
        may_manage=web.allowed(MANAGE, agenda_id=g.agenda.id),
        may_edit=web.allowed(EDIT, agenda_id=g.agenda.id),
    )


def _new_form(**values: Any) -> NewDemandForm:
    form = NewDemandForm(**values)
    form.dimension.choices = pages.dimensions(g.agenda, mine=True)
    form.territory.choices = pages.territories(g.agenda)
    pages.with_meetings(form, g.agenda)
    return form


@blueprint.route(f"{PLACE}/nueva", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def new(code: str) -> Any:
    """Register a demand and who said it."""
    form = _new_form()
    if form.validate_on_submit():
        pages.only_dimension(form.dimension.data or "")
        day = form.collected_on.data
        try:
            made = collecting.collect(
                web.session,
                now=g.now,
                agenda=g.agenda,
                said=pages.said_in(form, g.agenda, said_on=day),
                channel="meeting" if form.source.data == "meeting" or pages.meeting_of(form) else "desk",
                collected_on=day,
                person_id=web.person_id(),
                **typed(form),  # type: ignore[arg-type]
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se registró la demanda %(code)s.", code=made.code), "ok")
            if request.form.get("otra"):
                return web.back_to("demands_staff.new", code=code)
            return web.back_to("demands_staff.demand", code=code, demand=made.code)
    page = render_template("demands/staff/new.html", agenda=g.agenda, code=code, form=form, organisations=pages.organisations())
    return (page, 422) if form.errors or form.form_errors else page


def typed(form: DemandForm) -> dict[str, str]:
    """Return what the form says of a demand, as the service takes it."""
    return {name: str(form[name].data or "") for name in ("text", "kind", "dimension", "territory", "detail")}


def story_page(code: str, demand: Any, *, source: SourceForm | None = None, status: int = 200) -> Any:
    """Return the page of one demand."""
    form = source
    if form is None:
        form = SourceForm(formdata=None)
    if form.meeting is not None and not form.meeting.choices:
        pages.with_meetings(form, g.agenda)
    decided = queries.decisions(web.session, demand.id)
    fusions = queries.fusions(web.session, demand.id)
    wordings = queries.wordings(web.session, demand.id)
    ids = [demand.created_by_id, demand.moderated_by_id, *(one.by_id for one in (*decided, *fusions, *wordings, *demand.sources))]
    page = render_template(
        "demands/staff/demand.html",
        agenda=g.agenda,
        code=code,
        demand=demand,
        form=form,
        decisions=decided,
        fusions=fusions,
        wordings=wordings,
        rounds=queries.rounds_of(web.session, demand.id),
        people=agendas.names_of(web.session, ids),
        labels=pages.labels(g.agenda),
        badge=pages.badge_of(demand),
        markdown=render_markdown,
        organisations=pages.organisations(),
        words=words,
        may_edit=pages.may_edit(demand),
        may_manage=web.allowed(MANAGE, agenda_id=g.agenda.id),
    )
    return page, status


@blueprint.get(f"{PLACE}/<demand>")
@requires(READ, agenda="code")
def demand(code: str, demand: str) -> Any:
    """Show one demand: what it says, who said it, its scores, its decision and everything that was done with it."""
    return story_page(code, queries.demand(web.session, g.agenda.id, demand))


@blueprint.route(f"{PLACE}/<demand>/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def edit(code: str, demand: str) -> Any:
    """Change what a demand says."""
    found = queries.demand(web.session, g.agenda.id, demand)
    pages.only_editors(found)
    form = DemandForm(data={**collecting.wording(found), "revision": str(found.revision)})
    form.dimension.choices = pages.dimensions(g.agenda, mine=True)
    form.territory.choices = pages.territories(g.agenda)
    theirs, status = None, 200
    if form.validate_on_submit():
        pages.only_dimension(form.dimension.data or "")
        try:
            collecting.amend(
                web.session,
                now=g.now,
                agenda=g.agenda,
                demand=found,
                revision=web.whole(form.revision.data) or 0,
                person_id=web.person_id(),
                **typed(form),
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        except Stale as error:
            web.session.rollback()
            theirs, status = queries.demand(web.session, g.agenda.id, demand), 409
            form.form_errors = [*form.form_errors, told(error)]
            form.revision.data, form.revision.raw_data = str(theirs.revision), None
        else:
            web.commit()
            flash(gettext("Se guardó la demanda %(code)s. Lo que decía antes queda en su historia.", code=demand), "ok")
            return web.back_to("demands_staff.demand", code=code, demand=demand)
    status = 422 if form.errors and status == 200 else status  # noqa: PLR2004 - HTTP's numbers
    page = render_template("demands/staff/edit.html", agenda=g.agenda, code=code, demand=found, form=form, theirs=theirs)
    return page, status


@blueprint.post(f"{PLACE}/<demand>/fuentes")
@requires(EDIT, agenda="code")
def add_source(code: str, demand: str) -> Any:
    """Note that somebody else asked for the same."""
    found = queries.demand(web.session, g.agenda.id, demand)
    pages.only_editors(found)
    form = SourceForm()
    pages.with_meetings(form, g.agenda)
    if form.validate():
        try:
            for said in pages.said_in(form, g.agenda):
                collecting.add_source(web.session, now=g.now, agenda=g.agenda, demand=found, said=said, person_id=web.person_id())
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se agregó la fuente."), "ok")
            return web.back_to("demands_staff.demand", code=code, demand=demand)
    return story_page(code, queries.demand(web.session, g.agenda.id, demand), source=form, status=422)


@blueprint.post(f"{PLACE}/<demand>/fuentes/<int:source_id>/quitar")
@requires(EDIT, agenda="code")
def remove_source(code: str, demand: str, source_id: int) -> Any:
    """Take out a source noted by mistake."""
    found = queries.demand(web.session, g.agenda.id, demand)
    pages.only_editors(found)
    collecting.remove_source(web.session, agenda=g.agenda, demand=found, source_id=source_id)
    web.commit()
    flash(gettext("Se quitó la fuente."), "ok")
    return web.back_to("demands_staff.demand", code=code, demand=demand)


@blueprint.get(f"{PLACE}/moderar")
@requires(MANAGE, agenda="code")
def moderation(code: str) -> str:
    """List proposals of the public form that wait to be moderated."""
    found = queries.pending(web.session, g.agenda.id, number=web.page_number())
    return render_template(
        "demands/staff/moderation.html", agenda=g.agenda, code=code, page=found, labels=pages.labels(g.agenda), names=pages.names
    )


def _moderation_form(found: Any) -> DemandForm:
    form = DemandForm(data={**collecting.wording(found), "revision": str(found.revision)})
    form.dimension.choices = pages.dimensions(g.agenda)
    form.territory.choices = pages.territories(g.agenda)
    return form


@blueprint.route(f"{PLACE}/<demand>/moderar", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def moderate(code: str, demand: str) -> Any:
    """Publish a proposal, worded as needed, or keep it apart with a reason."""
    found = queries.demand(web.session, g.agenda.id, demand)
    form, reject = _moderation_form(found), RejectForm()
    if request.method == "POST":
        publish = request.form.get("acto") == "publicar"
        values = typed(form) if publish else {}
        try:
            collecting.moderate(
                web.session,
                now=g.now,
                agenda=g.agenda,
                demand=found,
                publish=publish,
                reason=reject.reason.data or "",
                person_id=web.person_id(),
                **values,
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form if publish else reject)
        else:
            web.commit()
            flash(
                gettext("%(code)s ya está entre las demandas.", code=demand)
                if publish
                else gettext("%(code)s no se publica.", code=demand),
                "ok",
            )
            return web.back_to("demands_staff.moderation", code=code)
    page = render_template(
        "demands/staff/moderate.html",
        agenda=g.agenda,
        code=code,
        demand=queries.demand(web.session, g.agenda.id, demand),
        form=form,
        reject=reject,
        names=pages.names,
    )
    return page, 422 if form.errors or reject.errors else 200


@blueprint.route(f"{PLACE}/ajustes", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def settings(code: str) -> Any:
    """Open or close the public form, publish the list."""
    zone = ZoneInfo(web.portal().settings.timezone)
    held = desk.desk(web.session, g.agenda.id)
    local = {
        name: value.astimezone(zone).replace(tzinfo=None) if (value := getattr(held, name)) else None for name in ("opens_at", "closes_at")
    }
    now = {"public": held.public, "form": held.form, "intro": held.intro, "revision": str(held.revision), **local}
    form = DeskForm(request.form if request.method == "POST" else MultiDict(), data=now)
    status = 200
    if request.method == "POST" and form.validate():
        try:
            desk.change(
                web.session,
                agenda=g.agenda,
                revision=web.whole(form.revision.data) or 0,
                public=form.public.data,
                form=form.form.data,
                opens_at=form.opens_at.data.replace(tzinfo=zone) if form.opens_at.data else None,
                closes_at=form.closes_at.data.replace(tzinfo=zone) if form.closes_at.data else None,
                intro=form.intro.data or "",
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        except Stale as error:
            web.session.rollback()
            form.form_errors, status = [told(error)], 409
            form.revision.data, form.revision.raw_data = str(desk.desk(web.session, g.agenda.id).revision), None
        else:
            web.commit()
            flash(gettext("Se guardaron los ajustes."), "ok")
            return web.back_to("demands_staff.index", code=code)
    page = render_template("demands/staff/settings.html", agenda=g.agenda, code=code, form=form, zone=str(zone), held=held)
    return page, 422 if form.errors and status == 200 else status  # noqa: PLR2004 - HTTP's numbers
