"""The staff's pages about paper sheets: make and print them, type them in quickly, keep their scan."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from plugins.demands import pages, printing, queries, sheets, words
from plugins.demands.blueprint import EDIT, PLACE, READ
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.forms import ScanForm, SheetsForm
from plugins.demands.models import Sheet
from portal import form_errors, web
from portal.agendas import queries as agendas
from portal.errors import Conflict, Invalid, NotFound
from portal.failures import told
from portal.web import requires

SHEETS = f"{PLACE}/hojas"


@blueprint.route(SHEETS, methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def sheet_list(code: str) -> Any:
    """List paper sheets; make more of them."""
    form = SheetsForm()
    form.dimension.choices = pages.dimensions(g.agenda, none=gettext("Cualquiera: se elige línea por línea"))
    pages.with_meetings(form, g.agenda)
    if form.validate_on_submit():
        meeting = pages.meeting_of(form)
        try:
            made = sheets.make(
                web.session,
                now=g.now,
                agenda=g.agenda,
                many=form.many.data,
                dimension=form.dimension.data or "",
                meeting=meeting,
                place=form.place.data or dict(pages.meeting_choices(g.agenda)).get(meeting, ""),
                held_on=form.held_on.data,
                person_id=web.person_id(),
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        else:
            web.commit()
            flash(
                ngettext("Se creó %(num)d hoja. Ya se puede imprimir.", "Se crearon %(num)d hojas. Ya se pueden imprimir.", len(made)), "ok"
            )
            return web.back_to("demands_staff.sheet_list", code=code)
    page = render_template(
        "demands/staff/sheets.html",
        agenda=g.agenda,
        code=code,
        form=form,
        page=queries.sheets(web.session, g.agenda.id, number=web.page_number()),
        labels=pages.labels(g.agenda),
    )
    return (page, 422) if form.errors else page


@blueprint.get(f"{SHEETS}.pdf")
@requires(READ, agenda="code")
def sheets_pdf(code: str) -> Response:
    """Print sheets: those from ?desde= to ?hasta= (numbers), by default the last ones that nobody typed in."""
    first, last = web.asked_number("desde"), web.asked_number("hasta")
    rows = [one for one, typed in queries.sheets(web.session, g.agenda.id).rows if not typed]
    if first is not None or last is not None:
        low, high = first or last or 1, last or first or 1
        rows = [
            queries.sheet(web.session, g.agenda.id, f"H-{number:03d}") for number in range(low, min(high, low + sheets.MOST_SHEETS - 1) + 1)
        ]
    if not rows:
        raise Conflict(gettext("No hay hojas por imprimir."))
    return _pdf(sorted(rows, key=lambda one: one.number), f"{code}-hojas")


@blueprint.get(f"{SHEETS}/<sheet>.pdf")
@requires(READ, agenda="code")
def sheet_pdf(code: str, sheet: str) -> Response:
    """Print one sheet."""
    return _pdf([queries.sheet(web.session, g.agenda.id, sheet)], f"{code}-{sheet}")


def _pdf(rows: list[Sheet], name: str) -> Response:
    held = web.portal()
    labels = pages.labels(g.agenda)
    data = printing.collection(held.templates, g.agenda, rows, labels=labels, public_url=held.settings.public_url)
    return download(data, "application/pdf", f"{name}.pdf", inline=True)


def download(data: bytes, kind: str, name: str, *, inline: bool) -> Response:
    """Return bytes as a file of the staff's."""
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _typed(sheet: Sheet, done: dict[int, Any]) -> list[sheets.Row]:
    """Return the lines of the form; what was typed stays, on lines that are taken by now too."""
    posted = request.method == "POST"
    extra = web.whole(request.values.get("lineas")) or 0
    last = min(max([sheet.lines, extra, *done]), 60)
    found = []
    for line in range(1, last + 1):
        row = sheets.Row(
            line=line,
            text=request.form.get(f"l{line}-text", ""),
            kind=request.form.get(f"l{line}-kind", "demand"),
            dimension=request.form.get(f"l{line}-dimension", sheet.dimension),
            who=request.form.get(f"l{line}-who", ""),
        )
        if line not in done or (posted and not row.blank):
            found.append(row)
    return found


@blueprint.route(f"{SHEETS}/<sheet>", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def sheet(code: str, sheet: str) -> Any:
    """Type a sheet in, line by line, beside its scan; see what came of it."""
    found = queries.sheet(web.session, g.agenda.id, sheet)
    done = sheets.typed_lines(web.session, found)
    rows = _typed(found, done)
    wrong: dict[str, str] = {}
    loose: list[str] = []
    if request.method == "POST":
        for one in rows:
            if not one.blank:
                pages.only_dimension(one.dimension)
        try:
            made = sheets.type_in(web.session, now=g.now, agenda=g.agenda, sheet=found, rows=rows, person_id=web.person_id())
        except Invalid as error:
            web.session.rollback()
            wrong = {name: gettext(sentence) for name, sentence in error.fields.items()}
            loose = [] if wrong else [told(error)]
            found = queries.sheet(web.session, g.agenda.id, sheet)
            done = sheets.typed_lines(web.session, found)
        else:
            web.commit()
            flash(ngettext("Se registró %(num)d demanda de la hoja.", "Se registraron %(num)d demandas de la hoja.", len(made)), "ok")
            return web.back_to("demands_staff.sheet", code=code, sheet=sheet)
    page = render_template(
        "demands/staff/sheet.html",
        agenda=g.agenda,
        code=code,
        sheet=found,
        rows=rows,
        done=done,
        wrong=wrong,
        loose=loose,
        scan=ScanForm(formdata=None),
        kinds=words.KINDS,
        dimensions=pages.dimensions(g.agenda, mine=True),
        labels=pages.labels(g.agenda),
        organisations=pages.organisations(),
        people=agendas.names_of(web.session, [found.typed_by_id, found.made_by_id]),
    )
    return (page, 422) if wrong or loose else page


@blueprint.route(f"{SHEETS}/<sheet>/escaneo", methods=["GET"])
@requires(READ, agenda="code")
def scan(code: str, sheet: str) -> Response:
    """Give a sheet's scan, as it was uploaded."""
    found = queries.sheet(web.session, g.agenda.id, sheet)
    if found.scan_sha256 is None:
        raise NotFound
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[found.scan_type]
    data = web.portal().store.get(found.scan_sha256)
    return download(data, found.scan_type, f"{code}-{sheet}.{ending}", inline=found.scan_type.startswith("image/"))


@blueprint.post(f"{SHEETS}/<sheet>/escaneo")
@requires(EDIT, agenda="code")
def attach(code: str, sheet: str) -> Any:
    """Keep a sheet's scan."""
    found = queries.sheet(web.session, g.agenda.id, sheet)
    upload = request.files.get("file")
    try:
        held = web.portal()
        data = upload.read() if upload else b""
        sheets.attach(web.session, now=g.now, store=held.store, sheet=found, data=data, megabytes=held.settings.upload_megabytes)
    except Invalid as error:
        web.session.rollback()
        flash(gettext(next(iter(error.fields.values()), error.sentence)), "stop")
    else:
        web.commit()
        flash(gettext("Se guardó la hoja escaneada."), "ok")
    return web.back_to("demands_staff.sheet", code=code, sheet=sheet)
