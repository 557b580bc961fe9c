"""The pages that open a process, choose its organisations and move its deadline."""

from datetime import timedelta
from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext, ngettext

from plugins.commitments import board_queries, joining, opening, plan, processes, reminding, renewing
from plugins.commitments.models import Commitment, Process
from plugins.commitments.staff import BOARD, MANAGE, blueprint, process_for
from plugins.commitments.staff_forms import DeadlineForm, LateForm, ProcessForm, RemindersForm, moment, typed
from portal import form_errors, web
from portal.agendas.models import AgendaVersion
from portal.choices import options
from portal.errors import Conflict, Invalid
from portal.failures import told
from portal.organisations import queries as organisations
from portal.organisations.forms import SearchForm
from portal.organisations.models import CAPACITIES, KINDS
from portal.web import requires


def _zone() -> str:
    return web.portal().settings.timezone


@blueprint.route("/gestion/compromisos/nuevo", methods=["GET", "POST"])
@requires(MANAGE)
def new_process() -> Any:
    """Open a process: fill in, see it whole, confirm. Each button of the form is a POST; only "create" writes."""
    versions = board_queries.versions(web.session, web.permissions().agendas(web.actor(), MANAGE))
    form = ProcessForm(data=None if request.method == "POST" else _first(versions))
    version = next((one for one in versions if str(one.id) == form.version.data), None)
    form.version.choices = options([(str(one.id), f"{one.agenda.code} v{one.number}: {one.title}") for one in versions])
    people = board_queries.people_of_the_mesa(web.session, version.agenda_id) if version else []
    overrides = version is not None and web.allowed(opening.OVERRIDE, agenda_id=version.agenda_id)
    step = request.form.get("step", "")
    if step == "add" and len(form.slots) < plan.MOST_SLOTS:
        form.slots.append_entry({"side": "organisation", "group": 1, "required": True})
    for entry in form.slots:
        entry.form.person.choices = options([("", gettext("Se elige después")), *((str(one.id), one.full_name) for one in people)])
    if step in {"preview", "create"} and form.validate() and version is not None:
        try:
            made = opening.open_process(
                web.portal(),
                web.session,
                now=g.now,
                version=version,
                by=web.person_id(),
                reason=form.override.data or "",
                may_override=overrides,
                **_values(form, {one.id for one in people}),
            )
        except Invalid as error:
            form_errors.show(error, form)
        except Conflict as error:
            form.form_errors = [*form.form_errors, told(error)]
        else:
            renewed = renewing.open_renewals(web.session, web.portal().store, now=g.now, process=made, by=web.person_id())
            if step == "create":
                web.commit()
                flash(gettext("Se abrió el proceso. Ahora elija a las organizaciones."), "ok")
                return web.back_to("commitments_staff.choose_organisations", code=made.code)
            shown = {
                "process": made,
                "names": {one.id: one.full_name for one in people},
                "pools": plan.pool_words(made.plan),
                "renewed": renewed,
                "replaced": processes.superseded_by(web.session, made),
                "override": opening.override_of(web.session, made),
            }
            page = render_template(
                "commitments/staff/process_preview.html", form=form, version=version, sides=plan.SIDES, capacities=CAPACITIES, **shown
            )
            web.session.rollback()  # the preview is what would be written, unwritten
            return page
    status = 422 if step in {"preview", "create"} else 200
    shown_version = version or (versions[0] if versions and not form.version.data else None)
    against = opening.objections(web.portal(), web.session, shown_version) if shown_version else []
    page = render_template(
        "commitments/staff/process_form.html", form=form, versions=versions, against=against, overrides=overrides, version=shown_version
    )
    return page, status


def _first(versions: Any) -> dict[str, Any]:
    """Return what a new process is likely to be; of ?version=, or of the first version on offer."""
    version: AgendaVersion | None = next(
        (one for one in versions if str(one.id) == request.args.get("version")), versions[0] if versions else None
    )
    opens = typed(g.now, _zone()).replace(second=0, microsecond=0)
    rows = [{key: row[key] for key in ("side", "capacity", "group", "required")} for row in processes.default_plan()]
    first: dict[str, Any] = {
        "opens_at": opens,
        "deadline": (opens + timedelta(days=20)).replace(hour=18, minute=0),
        "consent_text": gettext(processes.CONSENT_TEXT),
        "slots": rows,
    }
    if version is not None:
        first |= {
            "version": str(version.id),
            "code": f"{version.agenda.code}-v{version.number}"[:30],
            "title": gettext("Suscripción de %(title)s", title=version.title)[:250],
        }
    return first


def _values(form: ProcessForm, allowed: set[int]) -> dict[str, Any]:
    rows = form.plan()
    if any(row["person_id"] is not None and row["person_id"] not in allowed for row in rows):
        raise Invalid(fields={"slots": gettext("Elija a personas que participan en esta agenda.")})
    return {
        "code": form.code.data,
        "title": form.title.data,
        "plan": rows,
        "opens_at": moment(form.opens_at.data, _zone()),
        "deadline": moment(form.deadline.data, _zone()),
        "reminders": reminding.schedule(form.reminders.data or ""),
        "consent_text": form.consent_text.data,
        "contact_name": form.contact_name.data,
        "contact_email": form.contact_email.data,
    }


@blueprint.route("/gestion/compromisos/<code>/organizaciones", methods=["GET", "POST"])
@requires(MANAGE)
def choose_organisations(code: str) -> Any:
    """Choose organisations: those marked, or all that match; those already in are shown as such."""
    process = process_for(MANAGE, code)
    form = SearchForm(request.args)
    known = organisations.territories(web.session)
    try:
        territory = organisations.find_territory(known, form.territorio.data or "")
    except Invalid as error:
        territory, form.territorio.errors = None, [told(error)]
    search: dict[str, Any] = {
        "q": form.q.data or "",
        "kind": form.tipo.data if form.tipo.data in KINDS else "",
        "territory": territory.inei if territory else "",
    }
    late = LateForm() if process.deadline <= g.now else None
    if request.method == "POST":
        wanted = (
            organisations.active_ids(web.session, **search)
            if request.form.get("all") == "1"
            else web.wholes(request.form.getlist("organisation"))
        )
        if late is not None and not late.validate():
            return _choose_page(process, form, search, known, late), 422
        try:
            made = _include(process, wanted, late)
        except Invalid as error:
            form_errors.show(error, late)
            return _choose_page(process, form, search, known, late), 422
        web.commit()
        flash(
            ngettext("Se incluyó %(num)s organización.", "Se incluyeron %(num)s organizaciones.", len(made))
            if made
            else gettext("No cambió nada: marque organizaciones que todavía no estén."),
            "ok" if made else "info",
        )
        return (
            web.back_to("commitments_staff.board", code=process.code)
            if made
            else web.back_to("commitments_staff.choose_organisations", code=process.code, **request.args)
        )
    return _choose_page(process, form, search, known, late)


def _include(process: Process, wanted: list[int], late: LateForm | None) -> list[Commitment]:
    """Take organisations in, late ones with their own deadline, each with what it said of an earlier version."""
    opening.still_allowed(web.portal(), web.session, process)
    if late is None:
        made = processes.choose(web.session, now=g.now, process=process, organisation_ids=wanted, by=web.person_id())
    else:
        made = joining.join_late(
            web.session,
            now=g.now,
            process=process,
            organisation_ids=wanted,
            deadline=moment(late.deadline.data, _zone()),
            reason=late.reason.data,
            by=web.person_id(),
        )
    renewing.carry_over(web.session, web.portal().store, now=g.now, process=process, commitments=made)
    return made


def _choose_page(process: Process, form: SearchForm, search: dict[str, Any], known: Any, late: LateForm | None) -> str:
    page = organisations.organisations_page(web.session, number=web.page_number(), active=True, **search)
    inside = board_queries.organisations_in(web.session, process)
    chosen = {key: value for key, value in request.args.items() if value and key != "pagina"}
    return render_template(
        "commitments/staff/choose.html",
        process=process,
        page=page,
        inside=inside,
        form=form,
        late=late,
        chosen=chosen,
        kinds=KINDS,
        territories=known,
        label=organisations.territory_label,
    )


@blueprint.get("/gestion/compromisos/<code>/proceso")
@requires(BOARD)
def process_page(code: str) -> str:
    """Show a process's own data: plan, dates, contact, consent text; and what may still be changed."""
    return _process_page(code, DeadlineForm())


def _process_page(code: str, form: DeadlineForm, avisos: RemindersForm | None = None) -> str:
    process = process_for(BOARD, code)
    if avisos is None:
        avisos = RemindersForm(formdata=None, reminders=", ".join(str(one) for one in process.reminders))
    if form.deadline.data is None and not form.is_submitted():
        form.deadline.data = typed(process.deadline, _zone())
    override = opening.override_of(web.session, process)
    ids = [row["person_id"] for row in process.plan if row.get("person_id")]
    names = board_queries.names_of(web.session, [*ids, override.by_id] if override and override.by_id else ids)
    return render_template(
        "commitments/staff/process.html",
        process=process,
        form=form,
        avisos=avisos,
        names=names,
        pools=plan.pool_words(process.plan),
        sides=plan.SIDES,
        capacities=CAPACITIES,
        replaced=processes.superseded_by(web.session, process),
        override=override,
        manages=web.allowed(MANAGE, agenda_id=process.version.agenda_id),
    )


@blueprint.post("/gestion/compromisos/<code>/plazo")
@requires(MANAGE)
def move_deadline(code: str) -> Any:
    """Move the deadline for all."""
    process, form = process_for(MANAGE, code), DeadlineForm()
    if form.validate():
        try:
            touched = processes.move_deadline(
                web.session,
                now=g.now,
                process=process,
                deadline=moment(form.deadline.data, _zone()),
                reason=form.reason.data,
                by=web.person_id(),
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(ngettext("El plazo cambió para %(num)s organización.", "El plazo cambió para %(num)s organizaciones.", touched), "ok")
            return web.back_to("commitments_staff.process_page", code=process.code)
    return _process_page(code, form), 422


@blueprint.post("/gestion/compromisos/<code>/recordatorios")
@requires(MANAGE)
def reminders(code: str) -> Any:
    """Choose on which days before the deadline digests are written."""
    process, form = process_for(MANAGE, code), RemindersForm()
    try:
        reminding.change(web.session, process=process, days=reminding.schedule(form.reminders.data or ""))
    except Invalid as error:
        form_errors.show(error, form)
        return _process_page(code, DeadlineForm(formdata=None), form), 422
    web.commit()
    flash(gettext("Se guardaron los recordatorios."), "ok")
    return web.back_to("commitments_staff.process_page", code=process.code)


@blueprint.post("/gestion/compromisos/<code>/reemplazar")
@requires(MANAGE)
def supersede(code: str) -> Any:
    """Close what is unfinished of earlier versions."""
    process = process_for(MANAGE, code)
    closed = processes.supersede(web.session, now=g.now, process=process, by=web.person_id())
    web.commit()
    flash(ngettext("Se reemplazó %(num)s compromiso sin terminar.", "Se reemplazaron %(num)s compromisos sin terminar.", closed), "ok")
    return web.back_to("commitments_staff.process_page", code=process.code)
