"""The pages that bring a table in: a file or a pasted table, the preview of every row, the confirmation."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from plugins.workplan import importing
from plugins.workplan.forms import ImportForm
from plugins.workplan.importing import Prepared
from plugins.workplan.service import FIRST_YEAR, LAST_YEAR
from plugins.workplan.table import MOST_BYTES, read
from plugins.workplan.views import EDIT, PLAN
from plugins.workplan.words import COLUMNS
from portal import form_errors, web
from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.organisations.models import IMPORTED
from portal.organisations.uploads import KEPT_FOR, KIND
from portal.web import requires

blueprint = Blueprint("workplan_import", __name__)


@blueprint.route(f"{PLAN}/importar", methods=["GET", "POST"])
@requires(EDIT, agenda="code")
def import_table(code: str) -> Any:
    """Ask for a table; show what it would change. Nothing is written but the table itself, under its hash."""
    form = ImportForm()
    if request.method == "GET":
        return render_template("workplan/import.html", code=code, agenda=g.agenda, form=form)
    sent = request.files.get("file")
    data = sent.read(MOST_BYTES + 1) if sent and sent.filename else (form.table.data or "").encode()
    try:
        year = _year(form)
        table = read(data)
    except Invalid as error:
        form_errors.show(error, form)
        return render_template("workplan/import.html", code=code, agenda=g.agenda, form=form), 422
    sha256 = web.portal().store.put(web.session, data, IMPORTED, now=g.now)
    prepared = importing.prepare(web.session, g.agenda, table, year=year or _usual(table))
    web.commit()
    return _preview(prepared, sha256)


def _usual(table: Any) -> int:
    plan = importing.plan_of(web.session, g.agenda.id)
    return plan.year if plan else importing.likely_year(table, g.agenda)


def _year(form: ImportForm) -> int | None:
    typed = (form.year.raw_data or [""])[0].strip()
    if not typed:
        return None
    if form.year.data is None or not FIRST_YEAR <= form.year.data <= LAST_YEAR:
        raise Invalid(fields={"year": N_("Escriba el año con cuatro cifras.")})
    return int(form.year.data)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web.portal().settings.secret_key, salt="workplan.import")


def _preview(prepared: Prepared, sha256: str) -> str:
    kept = {"sha256": sha256, "year": prepared.year, "shown": prepared.digest, "person": web.person_id(), "agenda": g.agenda.id}
    token = _signer().dumps(kept)
    return render_template(
        "workplan/preview.html", agenda=g.agenda, code=g.agenda.code, prepared=prepared, token=str(token), columns=COLUMNS
    )


@blueprint.post(f"{PLAN}/importar/confirmar")
@requires(EDIT, agenda="code")
def import_confirm(code: str) -> Any:
    """Do what the preview showed. If the plan changed meanwhile, show the preview anew instead."""
    try:
        kept = _signer().loads(request.form.get("tabla", ""), max_age=int(KEPT_FOR.total_seconds()))
    except BadSignature as error:
        raise Invalid(N_("La vista previa venció. Suba la tabla otra vez.")) from error
    if kept["person"] != web.person_id() or kept["agenda"] != g.agenda.id:
        raise NotFound
    try:
        table = read(web.portal().store.get(kept["sha256"]))
    except NotFound as error:  # forgotten: after the import
        raise Invalid(N_("Esta importación ya se confirmó, o su vista previa venció. Suba la tabla otra vez si hace falta.")) from error
    prepared = importing.prepare(web.session, g.agenda, table, year=kept["year"])
    if prepared.digest != kept["shown"]:
        flash(gettext("El plan cambió desde la vista previa: revísela de nuevo. No se escribió nada."), "warn")
        return _preview(prepared, kept["sha256"])
    _, added, changed = importing.apply(web.session, g.agenda, prepared, now=g.now, by=web.person_id())
    web.commit()
    web.portal().queue.enqueue(KIND.name, kept["sha256"])
    flash(gettext("Plan importado: %(added)s filas nuevas, %(changed)s con cambios.", added=added, changed=changed), "ok")
    return web.back_to("workplan_staff.plan", code=code)
