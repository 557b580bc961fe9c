"""Attendance: the staff's list on screen or from paper, the sheet to print, and the page where people present register themselves."""

from typing import Any

from flask import Response, flash, g, render_template, request, url_for
from flask_babel import gettext, ngettext

from plugins.groups import attending, convening, queries, sheet
from plugins.groups.blueprint import blueprint
from plugins.groups.forms import CheckinForm, OpenForm
from plugins.groups.meeting_views import MEETING, page_of
from plugins.groups.models import Meeting
from plugins.groups.words import EDIT, SCREEN, SECTORS, SEXES, SHEET
from portal import form_errors, web
from portal.errors import Conflict, Expired, Invalid
from portal.failures import told
from portal.limits import limiter
from portal.web import public, requires

ROWS, MOST_ROWS = 5, 60


def _typed() -> list[attending.Came]:
    """Return the lines of people who were not invited, as typed."""
    many = min(MOST_ROWS, max(ROWS, request.form.get("rows", ROWS, type=int) or ROWS))
    return [
        attending.Came(**{name: request.form.get(f"others-{place}-{name}", "")[:400] for name in ("name", "organisation", "sector", "sex")})
        for place in range(many)
    ]


@blueprint.route(f"{MEETING}/asistencia", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def attendance(code: str, meeting: str) -> Any:
    """Write down who came: the invited with a tick, the others line by line. "more" only adds lines to the page."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    lines = _typed() if request.method == "POST" else [attending.Came("")] * ROWS
    ticked = {int(one) for one in request.form.getlist("invited") if one.isascii() and one.isdigit()}
    way = request.form.get("way", request.args.get("via", SCREEN))
    if request.method == "POST" and "more" in request.form:
        lines = (lines + [attending.Came("")] * ROWS)[:MOST_ROWS]
        return _page(found, lines, ticked, way, {}, 200)
    if request.method == "POST":
        try:
            taken = attending.mark(web.session, found, now=g.now, by=web.person_id(), way=way, invited=ticked, others=lines)
        except (Invalid, Conflict) as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return _page(found, lines, ticked, way, fields, error.status, told(error))
        web.commit()
        flash(
            ngettext("Se anotó a %(num)s persona.", "Se anotó a %(num)s personas.", taken.new)
            + (" " + ngettext("%(num)s ya estaba.", "%(num)s ya estaban.", taken.known) if taken.known else ""),
            "ok",
        )
        return web.back_to("groups.meeting", code=code, meeting=found.code, _anchor="asistencia")
    return _page(found, lines, ticked, way, {}, 200)


def _page(found: Meeting, lines: list[attending.Came], ticked: set[int], way: str, fields: Any, status: int, sentence: str = "") -> Any:
    here = attending.present(web.session, found)
    by_person = {one.person_id for one in here if one.person_id is not None}
    page = render_template(
        "groups/attendance.html",
        agenda=g.agenda,
        meeting=found,
        invited=[(one, one.person_id in by_person) for one in convening.invited(web.session, found)],
        lines=lines,
        ticked=ticked,
        way=way if way in {SCREEN, SHEET} else SCREEN,
        fields=fields,
        sentence=sentence,
        sectors=SECTORS,
        sexes=SEXES,
        organisations=queries.offered_names(web.session),
    )
    return page, status


@blueprint.post(f"{MEETING}/asistencia/<int:row>/quitar")
@requires(EDIT, agenda="code")
def strike(code: str, meeting: str, row: int) -> Any:
    """Take somebody off the list."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    attending.strike(web.session, found, row)
    web.commit()
    flash(gettext("Se quitó de la lista."), "ok")
    return web.back_to("groups.meeting", code=code, meeting=meeting, _anchor="asistencia")


@blueprint.get(f"{MEETING}/hoja.pdf")
@requires(EDIT, agenda="code")
def attendance_sheet(code: str, meeting: str) -> Response:  # noqa: ARG001 - the guard loads the agenda
    """The sheet to print: the invited, blank lines, boxes to sign in."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    data = sheet.printed(web.portal(), found, convening.invited(web.session, found), now=g.now)
    name = f"asistencia-{found.agenda.code}-{found.code}.pdf"
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@blueprint.post(f"{MEETING}/qr/abrir")
@requires(EDIT, agenda="code")
def open_checkin(code: str, meeting: str) -> Any:
    """Open the page behind the QR, at a new address."""
    found, form = queries.meeting_of(web.session, g.agenda, meeting), OpenForm(prefix="qr")
    if not form.validate():
        return page_of(found, 422, sent=form, opening=form)
    attending.open_checkin(web.session, found, now=g.now, person_id=web.person_id(), hours=form.hours.data)
    web.commit()
    flash(gettext("El registro está abierto. Muestre el código en la sala; el anterior dejó de servir."), "ok")
    return web.back_to("groups.show_code", code=code, meeting=meeting)


@blueprint.post(f"{MEETING}/qr/cerrar")
@requires(EDIT, agenda="code")
def close_checkin(code: str, meeting: str) -> Any:
    """Close it."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    attending.close_checkin(web.session, found, now=g.now, person_id=web.person_id())
    web.commit()
    flash(gettext("El registro con QR se cerró."), "ok")
    return web.back_to("groups.meeting", code=code, meeting=meeting, _anchor="asistencia")


@blueprint.get(f"{MEETING}/qr")
@requires(EDIT, agenda="code")
def show_code(code: str, meeting: str) -> Any:
    """Show the QR, large, for the room."""
    found = queries.meeting_of(web.session, g.agenda, meeting)
    if found.checkin_until is None or found.checkin_until <= g.now:
        return web.back_to("groups.meeting", code=code, meeting=meeting, _anchor="asistencia")
    settings = web.portal().settings
    address = settings.public_url + url_for("groups.checkin", token=attending.checkin_code(settings, found))
    return render_template("groups/code.html", agenda=g.agenda, meeting=found, address=address, qr=sheet.qr(address))


@blueprint.route("/asistencia/<token>", methods=["GET", "POST"])
@public
@limiter.limit("90 per minute; 900 per hour")
def checkin(token: str) -> Any:
    """Let somebody present register themselves. A whole room shares an address, so the limit is a room's."""
    try:
        found = attending.by_code(web.session, web.portal().settings, token, now=g.now)
    except Expired as error:
        return render_template("groups/checkin_closed.html", sentence=told(error)), error.status
    form = CheckinForm()
    if form.validate_on_submit():
        line = attending.Came(form.name.data, form.organisation.data or "", form.sector.data, form.sex.data or "")
        try:
            new = attending.register(web.session, found, line, now=g.now)
        except (Invalid, Conflict) as error:
            if isinstance(error, Invalid):
                form_errors.show(error, form)
            else:
                form.form_errors = [told(error)]
        else:
            web.commit()
            return web.back_to("groups.checked_in", token=token, nuevo="1" if new else "0")
    return render_template("groups/checkin.html", meeting=found, agenda=found.agenda, form=form), 422 if form.is_submitted() else 200


@blueprint.get("/asistencia/<token>/listo")
@public
def checked_in(token: str) -> Any:
    """Say that it was written down. Nothing about anybody is here."""
    try:
        found = attending.by_code(web.session, web.portal().settings, token, now=g.now)
    except Expired as error:
        return render_template("groups/checkin_closed.html", sentence=told(error)), error.status
    return render_template("groups/checked_in.html", meeting=found, agenda=found.agenda, token=token, new=request.args.get("nuevo") != "0")
