"""The staff's pages of signing on paper, and the digitised act for those who take part."""

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request
from flask_babel import gettext, ngettext

from plugins.commitments.models import Commitment, Process
from plugins.commitments.paper import overview, packs, pieces, printed, readings, receiving, sorting
from plugins.commitments.paper.forms import FilesForm, PackForm, ReadingForm, RejectForm, SheetForm
from plugins.commitments.paper.models import PaperSheet
from plugins.commitments.paper.printing import PARTS
from plugins.commitments.participants import part_of
from plugins.commitments.plan import allows
from plugins.commitments.record import METHODS
from plugins.commitments.staff import BOARD, MANAGE, commitment_for, process_for
from plugins.commitments.states import LABELS
from portal import form_errors, web
from portal.choices import options
from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.organisations.models import CAPACITIES
from portal.web import requires, signed_in

blueprint = Blueprint("paper", __name__)
ADDRESS = "/gestion/compromisos/<code>/papel"
CASE = "/gestion/compromisos/<code>/<commitment>/papel"


@blueprint.get(ADDRESS)
@requires(MANAGE)
def desk(code: str) -> Any:
    """Show what to print, what came back and what is missing."""
    return _desk(process_for(MANAGE, code))


def _desk(process: Process, status: int = 200, *, pack: PackForm | None = None, files: FilesForm | None = None) -> Any:
    invited = packs.guests(web.session, process)
    form = pack or PackForm(
        formdata=None,
        parts=[name for name in PARTS if name != "annex"],
        commitments=[str(one.id) for one in invited if one.state in packs.SIGNABLE],
    )
    form.commitments.choices = options(
        [(str(one.id), f"{one.organisation.name} ({gettext(LABELS[one.state]).lower()})") for one in invited]
    )
    found = overview.files(web.session, process)
    made = packs.packs_of(web.session, process)
    documents = overview.documents(web.portal(), web.session, invited)
    sheets = overview.to_sort(web.session, process)
    return render_template(
        "commitments/paper/desk.html",
        process=process,
        form=form,
        files_form=files or FilesForm(formdata=None),
        packs=made,
        parts=PARTS,
        files=found,
        working=any(one.state == "waiting" for one in made) or any(one.state == "waiting" for one in found),
        documents=documents,
        sheets=sheets,
        left_out=overview.left_out(web.session, process),
        sheet_forms={one.id: _sheet_form(one, documents) for one in sheets if one.problem == "unreadable"},
        problems=receiving.PROBLEMS,
        names={one.id: one.organisation.name for one in invited},
        megabytes=web.portal().settings.upload_megabytes,
        missing_sentence=readings.missing_sentence,
        missing_values=readings.missing_values,
    ), status


def _sheet_form(sheet: PaperSheet, documents: list[overview.Document]) -> SheetForm:
    form = SheetForm(formdata=None, prefix=f"hoja-{sheet.id}")
    rows = [(str(one.commitment.id), f"{one.commitment.organisation.name} ({one.commitment.code})") for one in documents]
    form.commitment.choices = options([("", gettext("Elija un documento")), *rows])
    return form


@blueprint.post(f"{ADDRESS}/paquete")
@requires(MANAGE)
def ask_pack(code: str) -> Any:
    """Ask for a ceremony's pack; a job lays it out."""
    process, form = process_for(MANAGE, code), PackForm()
    if form.validate():
        try:
            made = packs.ask(
                web.session,
                now=g.now,
                process=process,
                commitment_ids=web.wholes(form.commitments.data),
                parts=form.parts.data or [],
                place=form.place.data or "",
                held_on=form.held_on.data,
                by=web.person_id(),
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            web.portal().queue.enqueue("commitments.paper_pack", made.id)
            flash(gettext("El paquete se está preparando: esta página dirá cuando esté listo."), "ok")
            return web.back_to("paper.desk", code=process.code)
    return _desk(process, 422, pack=form)


@blueprint.get(f"{ADDRESS}/paquete-<int:number>.pdf")
@requires(MANAGE)
def pack(code: str, number: int) -> Response:
    """Give a pack."""
    found = packs.pack_of(web.session, process_for(MANAGE, code), number)
    if found.sha256 is None:
        raise NotFound
    return _file(found.sha256, "application/pdf", f"paquete-{code}-{number}.pdf", attachment=True)


@blueprint.post(f"{ADDRESS}/archivos")
@requires(MANAGE)
def upload(code: str) -> Any:
    """Take in scans and photos; a job reads them."""
    process, form = process_for(MANAGE, code), FilesForm()
    given = [(one.filename or "", one.read()) for one in request.files.getlist(form.files.name) if one.filename]
    try:
        made = receiving.receive(web.portal(), web.session, now=g.now, process=process, files=given, by=web.person_id())
    except Invalid as error:
        form_errors.show(error, form)
        return _desk(process, 422, files=form)
    web.commit()
    for one in made:
        web.portal().queue.enqueue("commitments.paper_read", one.id)
    flash(ngettext("Se recibió %(num)s archivo.", "Se recibieron %(num)s archivos.", len(made)), "ok")
    return web.back_to("paper.desk", code=process.code)


@blueprint.get(f"{ADDRESS}/archivos/<int:number>")
@requires(MANAGE)
def original(code: str, number: int) -> Response:
    """Give a file as it came back, byte for byte: to be saved, never shown, since a stranger may have made it."""
    found = receiving.file_of(web.session, process_for(MANAGE, code), number)
    response = _file(found.sha256, "application/octet-stream", f"recibido-{number}", attachment=True)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.get(f"{ADDRESS}/hojas/<int:sheet_id>.jpg")
@requires(MANAGE)
def picture(code: str, sheet_id: int) -> Response:
    """Give a sheet's picture, small with ?mini=1."""
    sheet = receiving.sheet_of(web.session, process_for(MANAGE, code), sheet_id)
    return _file(sheet.thumbnail_sha256 if request.args.get("mini") else sheet.picture_sha256, "image/jpeg", f"hoja-{sheet_id}.jpg")


@blueprint.post(f"{ADDRESS}/hojas/<int:sheet_id>")
@requires(MANAGE)
def sort_sheet(code: str, sheet_id: int) -> Any:
    """Say which page a sheet is, turn it, put it aside or take it back (`act`)."""
    process = process_for(MANAGE, code)
    sheet = receiving.sheet_of(web.session, process, sheet_id)
    act = request.form.get("act", "")
    if act == "assign":
        _assign(process, sheet)
    elif act == "turn":
        sorting.turn(web.portal(), web.session, now=g.now, sheet=sheet, degrees=web.whole(request.form.get("degrees")) or 0)
    elif act == "aside":
        sorting.set_aside(web.session, sheet=sheet)
    elif act == "back":
        sorting.take_back(web.session, sheet=sheet)
    else:
        raise Invalid
    web.commit()
    flash(gettext("Se guardó."), "ok")
    return web.back_to("paper.desk", code=process.code, _anchor="hojas")


def _assign(process: Process, sheet: PaperSheet) -> None:
    form = SheetForm(prefix=f"hoja-{sheet.id}")
    given = web.whole(form.commitment.data)
    found = web.session.get(Commitment, given) if given is not None else None
    if found is None:
        raise Invalid(N_("Elija el documento al que pertenece la hoja."))
    if form.page.data is None:
        raise Invalid(N_("Escriba el número de página que está al pie de la hoja."))
    sorting.assign(web.portal(), web.session, sheet=sheet, process=process, commitment=found, page=form.page.data, by=web.person_id())


@blueprint.get(CASE)
@requires(MANAGE)
def reading(code: str, commitment: str) -> Any:
    """Show a document as it came back: to read who signed, or to confirm what another person read."""
    return _reading(commitment_for(MANAGE, code, commitment))


def _reading(found: Commitment, status: int = 200, *, form: ReadingForm | None = None, reject: RejectForm | None = None) -> Any:
    on_desk = readings.desk(web.portal(), web.session, found)
    open_slots = readings.on_paper(found)
    shown = form or ReadingForm(formdata=None)
    shown.slots.choices = options([(str(one.id), one.signer.full_name if one.signer else "") for one in open_slots])
    return render_template(
        "commitments/paper/reading.html",
        process=found.process,
        commitment=found,
        desk=on_desk,
        form=shown,
        reject_form=reject or RejectForm(formdata=None),
        slots=found.slots,
        open_slots=open_slots,
        allows=allows,
        boxes=printed.sheets(web.portal(), found.certified_sha256 or "").boxes,
        capacities=CAPACITIES,
        methods=METHODS,
        past=[one for one in readings.readings_of(web.session, found) if one.open_for is None],
        mine=on_desk.reading is not None and on_desk.reading.read_by_id == web.person_id(),
        chosen={one["id"] for one in on_desk.reading.slots} if on_desk.reading else set(),
        missing=gettext(readings.missing_sentence(on_desk), **readings.missing_values(on_desk, found.code)) if on_desk.missing else None,
        states=LABELS,
    ), status


@blueprint.post(CASE)
@requires(MANAGE)
def read(code: str, commitment: str) -> Any:
    """Note who signed and when; a second person confirms it."""
    found, form = commitment_for(MANAGE, code, commitment), ReadingForm()
    if form.validate():
        try:
            readings.read(
                web.portal(),
                web.session,
                now=g.now,
                commitment=found,
                slot_ids=web.wholes(form.slots.data),
                signed_on=form.signed_on.data,
                by=web.person_id(),
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se guardó la lectura. Ahora la confirma otra persona de la Mesa, con su propia cuenta."), "ok")
            return web.back_to("paper.reading", code=code, commitment=found.code)
    return _reading(found, 422, form=form)


@blueprint.post(f"{CASE}/<int:number>/confirmar")
@requires(MANAGE, fresh=True)
def confirm(code: str, commitment: str, number: int) -> Any:
    """Agree with what another person read; the act is sealed and the signatures are recorded."""
    found = commitment_for(MANAGE, code, commitment)
    chosen = readings.reading_of(web.session, found, number)
    readings.confirm(web.session, now=g.now, reading=chosen, by=web.person_id())
    web.commit()
    web.portal().queue.enqueue("commitments.paper_seal", chosen.id)
    flash(gettext("Confirmó la lectura. El acta se sella y las firmas se registran: esta página dirá cuando termine."), "ok")
    return web.back_to("paper.reading", code=code, commitment=found.code)


@blueprint.post(f"{CASE}/<int:number>/devolver")
@requires(MANAGE)
def reject(code: str, commitment: str, number: int) -> Any:
    """Give a reading back, with the reason."""
    found, form = commitment_for(MANAGE, code, commitment), RejectForm()
    chosen = readings.reading_of(web.session, found, number)
    if form.validate():
        try:
            readings.reject(web.session, now=g.now, reading=chosen, by=web.person_id(), reason=form.reason.data or "")
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            flash(gettext("Se devolvió la lectura. Las hojas siguen aquí: se puede leer de nuevo."), "ok")
            return web.back_to("paper.reading", code=code, commitment=found.code)
    return _reading(found, 422, reject=form)


@blueprint.get(f"{CASE}/firma-<field>.jpg")
@requires(MANAGE)
def signature(code: str, commitment: str, field: str) -> Response:
    """Give what is in a signature's box on the sheet that came back."""
    found = commitment_for(MANAGE, code, commitment)
    box = printed.sheets(web.portal(), found.certified_sha256 or "").boxes.get(field) if found.certified_sha256 else None
    sheet = readings.desk(web.portal(), web.session, found).sheets.get(box[0]) if box else None
    if box is None or sheet is None:
        raise NotFound
    response = Response(pieces.cut(web.portal(), sheet, box[1]), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get(f"{CASE}/acta-<int:number>.pdf")
@requires(BOARD)
def act(code: str, commitment: str, number: int) -> Response:
    """Give staff a digitised act."""
    return _act(commitment_for(BOARD, code, commitment), number)


@blueprint.get("/mi-compromiso/<code>/acta-<int:number>.pdf")
@signed_in
def own_act(code: str, number: int) -> Response:
    """Give those who take part a digitised act."""
    return _act(part_of(web.session, code=code, person_id=web.person_id()).commitment, number)


def _act(found: Commitment, number: int) -> Response:
    chosen = readings.reading_of(web.session, found, number)
    if chosen.act_sha256 is None:
        raise NotFound
    return _file(chosen.act_sha256, "application/pdf", f"acta-{found.code}-{number}.pdf")


def _file(sha256: str, media_type: str, name: str, *, attachment: bool = False) -> Response:
    response = Response(web.portal().store.get(sha256), mimetype=media_type)
    response.headers["Content-Disposition"] = f'{"attachment" if attachment else "inline"}; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"  # signatures are personal data
    return response
