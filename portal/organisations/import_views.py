"""The pages of the import: a file, the preview of what it would change, and the confirmation."""

import csv
import io
from typing import Any

from flask import Response, flash, g, render_template, request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal import form_errors, web
from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.organisations import importing, uploads
from portal.organisations.blueprint import blueprint
from portal.organisations.forms import ImportForm
from portal.organisations.models import IMPORTED, KINDS
from portal.organisations.reading import COLUMNS, Table, read_table
from portal.web import requires

EXAMPLE = (
    (
        "Movimiento de Muestra",
        "MM",
        "movimiento regional",
        "MUESTRA-01",
        "Apurímac",
        "Persona de Muestra Uno",
        "candidato/a a gobernador/a",
        "uno@muestra.example",
        "",
        "",
        "",
        "",
    ),
    (
        "Movimiento de Muestra",
        "MM",
        "movimiento regional",
        "MUESTRA-01",
        "Apurímac",
        "Persona de Muestra Dos",
        "personero/a legal titular",
        "dos@muestra.example",
        "",
        "",
        "01/06/2026",
        "",
    ),
)
_SECONDS = int(uploads.KEPT_FOR.total_seconds())


@blueprint.route("/gestion/organizaciones/importar", methods=["GET", "POST"])
@requires("organisation.edit")
def import_file() -> Any:
    """Ask for a file; show what it would change. Nothing is written but the file itself, under its hash."""
    form = ImportForm()
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            table = read_table(data)
        except Invalid as error:
            form_errors.show(error, form)
        else:
            sha256 = web.portal().store.put(web.session, data, IMPORTED, now=g.now)
            web.commit()
            return _preview(table, sha256)
    return render_template("organisations/import.html", form=form, columns=COLUMNS), 422 if form.is_submitted() else 200


@blueprint.post("/gestion/organizaciones/importar/confirmar")
@requires("organisation.edit")
def import_confirm() -> Any:
    """Do what the preview showed. If something changed meanwhile, show the preview anew instead."""
    try:
        kept = _signer().loads(request.form.get("archivo", ""), max_age=_SECONDS)
    except BadSignature as error:
        raise Invalid(N_("La vista previa venció. Suba el archivo otra vez.")) from error
    if kept["person"] != web.person_id():
        raise NotFound
    try:
        table = read_table(web.portal().store.get(kept["sha256"]))
    except NotFound as error:  # forgotten: after the import, or with somebody's data
        raise Invalid(N_("Esta importación ya se confirmó, o su vista previa venció. Suba el archivo otra vez si hace falta.")) from error
    prepared = importing.plan(web.session, table)
    if prepared.digest != kept["plan"]:
        flash(gettext("Las organizaciones cambiaron desde la vista previa: revísela de nuevo. No se escribió nada."), "warn")
        return _preview(table, kept["sha256"])
    added, changed, people = importing.apply(web.session, prepared, now=g.now)
    web.commit()
    web.portal().queue.enqueue(uploads.KIND.name, kept["sha256"])  # it names people, and is of no more use
    flash(
        gettext(
            "Importación terminada: %(added)s organizaciones nuevas, %(changed)s con cambios, %(people)s personas agregadas.",
            added=added,
            changed=changed,
            people=people,
        ),
        "ok",
    )
    return web.back_to("organisations.index")


@blueprint.get("/gestion/organizaciones/plantilla.<any(csv, xlsx):kind>")
@requires("organisation.edit")
def import_template(kind: str) -> Response:
    """Give an example table with the headings that the import knows."""
    heads = [gettext(label) for label in COLUMNS.values()]
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([heads, *EXAMPLE])
        return _download("\ufeff".encode() + out.getvalue().encode(), "text/csv; charset=utf-8", "plantilla-organizaciones.csv")
    import xlsxwriter  # noqa: PLC0415 - few requests need it

    book_bytes = io.BytesIO()
    with xlsxwriter.Workbook(book_bytes, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Organizaciones")
        text = book.add_format({"num_format": "@"})  # as text, a DNI and an ubigeo keep their zeros
        sheet.set_column(0, len(heads) - 1, 24, text)
        sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
        for number, row in enumerate(EXAMPLE, 1):
            sheet.write_row(number, 0, row, text)
        sheet.freeze_panes(1, 1)
    return _download(
        book_bytes.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "plantilla-organizaciones.xlsx"
    )


def _download(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(web.portal().settings.secret_key, salt="organisations.import")


def _preview(table: Table, sha256: str) -> str:
    prepared = importing.plan(web.session, table)
    token = _signer().dumps({"sha256": sha256, "plan": prepared.digest, "person": web.person_id()})
    return render_template(
        "organisations/preview.html",
        plan=prepared,
        table=table,
        token=str(token),
        columns=importing.LABELS,
        kind_labels=KINDS,
        new=[one for one in prepared.effective if one.organisation is None],
        changed=[one for one in prepared.effective if one.organisation is not None],
        unchanged=len(prepared.changes) - len(prepared.effective),
        people=sum(len(one.people) for one in prepared.effective),
    )
