"""The staff's pages of an agenda's plan: read it, write its rows, note progress and new dates, say who answers."""

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from plugins.workplan import board, linked, queries, reporting, service
from plugins.workplan.filling import filled, own_cells
from plugins.workplan.forms import PeopleForm, PlanForm, ReportForm, RescheduleForm, RowForm, two, typed_number
from plugins.workplan.models import Plan
from plugins.workplan.public_views import evidence_file
from plugins.workplan.queries import Row
from plugins.workplan.words import COLUMNS, LEVELS
from portal import form_errors, web
from portal.agendas.queries import names_of
from portal.choices import options
from portal.errors import Conflict, Invalid, Stale
from portal.failures import told
from portal.web import requires

blueprint = Blueprint("workplan_staff", __name__)
PLAN = "/gestion/agendas/<code>/plan"
READ, EDIT, REPORT = "workplan.read", "workplan.edit", "workplan.report"


def _plan(code: str) -> Plan:
    return queries.plan_by_code(web.session, code, public=False)


def _row(code: str, activity: str) -> tuple[Plan, Row]:
    found = _plan(code)
    return found, queries.one(web.session, found, activity, today=board.today())


@blueprint.get(PLAN)
@requires(READ, agenda="code")
def plan(code: str) -> str:
    """Show the plan: what is late, progress, the timeline, every row; or how to begin."""
    found = queries.plan(web.session, g.agenda)
    if found is None:
        return render_template("workplan/none.html", agenda=g.agenda, code=code, form=PlanForm(formdata=None))
    return render_template("workplan/staff.html", agenda=g.agenda, **board.listing(found, names=True))


@blueprint.post(f"{PLAN}/comenzar")
@requires(EDIT, agenda="code")
def begin(code: str) -> Any:
    """Begin a plan without rows."""
    title = gettext("Plan de trabajo de %(title)s", title=g.agenda.title)
    service.begin(web.session, now=g.now, agenda=g.agenda, title=title, year=g.agenda.period_start - 1)
    web.commit()
    return web.back_to("workplan_staff.add", code=code)


@blueprint.route(f"{PLAN}/ajustes", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def settings(code: str) -> Any:
    """Change the plan's title and year, publish it or not."""
    found = _plan(code)
    form = PlanForm(obj=found)
    if request.method == "POST":
        try:
            service.change_plan(
                web.session,
                found,
                now=g.now,
                revision=typed_number(form.revision.data),
                title=form.title.data or "",
                year=form.year.data or 0,
                public=bool(form.public.data),
            )
            web.commit()
        except Stale as error:
            form.form_errors = [*form.form_errors, told(error)]
            form.revision.data, form.revision.raw_data = str(error.theirs.revision), None
            return render_template("workplan/settings.html", plan=found, code=code, form=form, theirs=error.theirs), 409
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
            return render_template("workplan/settings.html", plan=found, code=code, form=form, theirs=None), 422
        flash(gettext("Se guardó el plan."), "ok")
        return web.back_to("workplan_staff.plan", code=code)
    return render_template("workplan/settings.html", plan=found, code=code, form=form, theirs=None)


@blueprint.route(f"{PLAN}/nueva", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def add(code: str) -> Any:
    """Put a row in, after another or at the end."""
    found = _plan(code)
    rows = queries.rows(web.session, found, today=board.today())
    form = RowForm(after=request.args.get("despues", ""))
    form.after.choices = options(
        [("", gettext("La última fila")), *((one.activity.code, f"{one.activity.code} {one.title}"[:90]) for one in rows)]
    )
    if request.method == "POST":
        after = next((one.activity.id for one in rows if one.activity.code == form.after.data), None)
        try:
            _days_typed(form)
            made = service.add(web.session, found, now=g.now, cells=form.cells(), after=after, days=form.days(), by=web.person_id())
            web.commit()
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
            return _row_page(found, form, None, 422)
        flash(gettext("Agregamos %(code)s.", code=made.code), "ok")
        return web.back_to("workplan_staff.activity", code=code, activity=made.code)
    return _row_page(found, form, None)


def _days_typed(form: RowForm | RescheduleForm | ReportForm) -> None:
    """Refuse days that are none ("31/02/2022"): the field would say nothing."""
    wrong = [field for field in form if field.type == "DateField" and field.raw_data and field.raw_data[0].strip() and field.data is None]
    if wrong:
        form.validate()  # puts the field's own sentence beside it
        raise Invalid


def _row_page(found: Plan, form: RowForm, row: Row | None, status: int = 200, **more: Any) -> Any:
    inherited: dict[str, str] = {}
    if row is not None:
        rows = service.rows_of(web.session, found)
        place = next((number for number, one in enumerate(rows) if one.id == row.activity.id), 0)
        above = filled(own_cells(one) for one in rows)[place - 1] if place else ("", "", "")
        inherited = dict(zip(LEVELS, above, strict=True))
    return render_template(
        "workplan/row.html", plan=found, code=found.agenda.code, form=form, row=row, inherited=inherited, columns=COLUMNS, **more
    ), status


@blueprint.get(f"{PLAN}/<activity>")
@requires(READ, agenda="code")
def activity(code: str, activity: str) -> Any:
    """Show one row: what was planned, what was done, who answers."""
    return _activity_page(*_row(code, activity))


def _activity_page(found: Plan, row: Row, status: int = 200, **forms: Any) -> Any:
    reports, moved = queries.reports(web.session, row.activity.id), queries.reschedules(web.session, row.activity.id)
    people = queries.people_of(web.session, [row.activity.id]).get(row.activity.id, [])
    everyone = {one.id: one.full_name for one in (*queries.candidates(web.session, found.agenda_id), *people)}
    revision = str(row.activity.revision)
    entrusted = PeopleForm(formdata=None, people=[one.id for one in people])
    entrusted.people.choices = [SelectChoice(identity, name) for identity, name in everyone.items()]
    return render_template(
        "workplan/activity.html",
        **board.WORDS,
        plan=found,
        code=found.agenda.code,
        row=row,
        reports=reports,
        moved=moved,
        names=names_of(web.session, [*(one.person_id for one in reports), *(one.person_id for one in moved)]),
        people=people,
        columns=COLUMNS,
        links=linked.of(found, row.activity),
        report_form=forms.get("report") or ReportForm(formdata=None, revision=revision, state=None),
        move_form=forms.get("move") or RescheduleForm(formdata=None, revision=revision),
        people_form=entrusted if everyone else None,
        conflict=forms.get("conflict"),
        today=board.today(),
        may_edit=web.allowed(EDIT, agenda_id=found.agenda_id),
        may_report=web.allowed(REPORT, agenda_id=found.agenda_id),
    ), status


@blueprint.route(f"{PLAN}/<activity>/editar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def edit(code: str, activity: str) -> Any:
    """Write a row's cells; when somebody saved meanwhile, show theirs beside what was typed."""
    found, row = _row(code, activity)
    if request.method == "GET":
        unread = row.activity.planned_from is not None and not service.understood(row.activity.date_text, found.year)
        days = (
            {"starts_on": row.activity.planned_from, "ends_on": row.activity.planned_to} if unread else {"starts_on": None, "ends_on": None}
        )
        cells = {name: getattr(row.activity, name).strip() for name in COLUMNS}
        return _row_page(found, RowForm(formdata=None, revision=str(row.activity.revision), **cells, **days), row)
    form = RowForm()
    try:
        _days_typed(form)
        service.edit(
            web.session,
            found,
            row.activity,
            now=g.now,
            revision=typed_number(form.revision.data),
            cells=form.cells(),
            days=form.days(),
            by=web.person_id(),
        )
        web.commit()
    except Stale as error:
        form.revision.data, form.revision.raw_data = str(error.theirs.revision), None
        who = names_of(web.session, [error.theirs.edited_by_id]).get(error.theirs.edited_by_id or 0, "")
        return _row_page(found, form, row, 409, theirs=error.theirs, who=who)
    except Invalid as error:
        web.session.rollback()
        form_errors.show(error, form)
        return _row_page(found, form, row, 422)
    flash(gettext("Guardamos %(code)s.", code=activity), "ok")
    return web.back_to("workplan_staff.activity", code=code, activity=activity)


@blueprint.post(f"{PLAN}/<activity>/avance")
@requires(REPORT, agenda="code")
def report(code: str, activity: str) -> Any:
    """Note how far an activity is, with its evidence."""
    found, row = _row(code, activity)
    form, sent = ReportForm(), request.files.get("file")
    try:
        _days_typed(form)
        reporting.report(
            web.session,
            web.portal().store,
            found,
            row.activity,
            now=g.now,
            revision=typed_number(form.revision.data),
            state=form.state.data or "",
            done_on=form.done_on.data,
            note=form.note.data or "",
            link=form.link.data or "",
            given=reporting.Given(sent.filename, sent.read(reporting.MOST_BYTES + 1)) if sent and sent.filename else None,
            public=bool(form.public.data),
            by=web.person_id(),
            today=board.today(),
        )
        web.commit()
    except (Invalid, Stale) as error:
        return _again(found, row, form, error, report=form)
    flash(gettext("Se anotó el avance de %(code)s.", code=activity), "ok")
    return web.back_to("workplan_staff.activity", code=code, activity=activity)


def _again(found: Plan, row: Row, form: Any, error: Invalid | Conflict, **forms: Any) -> Any:
    """Show the page again with all that was typed, and why it was not saved."""
    web.session.rollback()
    if isinstance(error, Invalid):
        form_errors.show(error, form)
    else:
        form.form_errors = [*form.form_errors, told(error)]
    found, row = _row(found.agenda.code, row.activity.code)
    if isinstance(error, Stale):
        form.revision.data, form.revision.raw_data = str(row.activity.revision), None
        who = names_of(web.session, [row.activity.edited_by_id]).get(row.activity.edited_by_id or 0, "")
        forms["conflict"] = {"who": who, "at": row.activity.edited_at}
    return _activity_page(found, row, error.status, **forms)


@blueprint.post(f"{PLAN}/<activity>/reprogramar")
@requires(EDIT, agenda="code")
def reschedule(code: str, activity: str) -> Any:
    """Move an activity's dates, with the reason."""
    found, row = _row(code, activity)
    form = RescheduleForm()
    try:
        _days_typed(form)
        reporting.reschedule(
            web.session,
            found,
            row.activity,
            now=g.now,
            revision=typed_number(form.revision.data),
            text=form.text.data or "",
            days=two(form.starts_on.data, form.ends_on.data),
            reason=form.reason.data or "",
            by=web.person_id(),
        )
        web.commit()
    except (Invalid, Stale) as error:
        return _again(found, row, form, error, move=form)
    flash(gettext("Se reprogramó %(code)s.", code=activity), "ok")
    return web.back_to("workplan_staff.activity", code=code, activity=activity)


@blueprint.post(f"{PLAN}/<activity>/personas")
@requires(EDIT, agenda="code")
def people(code: str, activity: str) -> Any:
    """Say which people answer for an activity."""
    found, row = _row(code, activity)
    wanted = [typed_number(one) for one in request.form.getlist("people")]
    reporting.entrust(web.session, found, row.activity, now=g.now, person_ids=[one for one in wanted if one])
    web.commit()
    flash(gettext("Se guardó quiénes responden por %(code)s.", code=activity), "ok")
    return web.back_to("workplan_staff.activity", code=code, activity=activity)


@blueprint.post(f"{PLAN}/<activity>/retirar")
@requires(EDIT, agenda="code")
def retire(code: str, activity: str) -> Any:
    """Take a row out of the plan."""
    found, row = _row(code, activity)
    service.retire(web.session, found, row.activity, now=g.now, revision=typed_number(request.form.get("revision")), by=web.person_id())
    web.commit()
    flash(gettext("Se retiró %(code)s del plan. Su código no se usará para otra.", code=activity), "ok")
    return web.back_to("workplan_staff.plan", code=code)


@blueprint.get(f"{PLAN}/evidencia/<int:report_id>")
@requires(READ, agenda="code")
def evidence(code: str, report_id: int) -> Response:
    """Give the file that shows what was done."""
    found = queries.report(web.session, _plan(code), report_id)
    return evidence_file(found.file_sha256, found.file_name)


@blueprint.get("/gestion/agendas/<code>/plan.pdf")
@requires(READ, agenda="code")
def pdf(code: str) -> Response:
    """Give the plan on A4."""
    return board.printed(_plan(code))


@blueprint.get("/gestion/agendas/<code>/plan.ics")
@requires(READ, agenda="code")
def feed(code: str) -> Response:
    """Give the plan's calendar, published or not."""
    return board.calendar_file(_plan(code))


@blueprint.get("/gestion/agendas/<code>/plan.tsv")
@requires(READ, agenda="code")
def source(code: str) -> Response:
    """Give the plan's table as text: of what was imported so and not touched, byte for byte what came."""
    found = _plan(code)
    answer = Response(service.exact(web.session, found), content_type="text/tab-separated-values; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{code}.tsv"'
    return answer
