"""The page of whoever signs with their own certificate: take the document, sign it anywhere, bring it back."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from plugins.commitments import taking
from plugins.commitments.digital import receiving
from plugins.commitments.digital.forms import UploadForm
from plugins.commitments.digital.models import ACCEPTED, REJECTED, UNDECIDED
from plugins.commitments.digital.reasons import TELLINGS
from plugins.commitments.models import Slot
from plugins.commitments.participants import Part, part_of
from portal import db, web
from portal.errors import Conflict, Expired, Forbidden, PortalError, TooLarge, TooMany
from portal.failures import told
from portal.limits import limiter
from portal.organisations.models import CAPACITIES
from portal.web import signed_in

blueprint = Blueprint("digital", __name__)
ADDRESS = "/mi-compromiso/<code>/firma-digital"
TONES = {ACCEPTED: "ok", REJECTED: "stop", UNDECIDED: "info"}


@blueprint.get(ADDRESS)
@signed_in(fresh=True)
def page(code: str) -> Any:
    """Show the three steps, and what became of earlier uploads."""
    part, slot = _slot(code)
    if slot.signed_at is not None:
        return redirect(url_for("signing.proof", code=code))
    return _page(part, slot, UploadForm(formdata=None))


@blueprint.post(f"{ADDRESS}/documento")
@signed_in(fresh=True)
def take_away(code: str) -> AnyResponse:
    """Hand out the document as it stands, noting which revision it was."""
    part, slot = _slot(code)
    pdf = receiving.hand_out(web.portal(), web.session, now=g.now, slot_id=slot.id, person_id=web.person_id())
    name = f"{part.commitment.code}-para-firmar.pdf"
    web.commit()
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@blueprint.post(ADDRESS)
@signed_in(fresh=True)
@limiter.limit("30 per hour")
def bring_back(code: str) -> Any:
    """Receive the signed file. It is read outside any transaction, so that nobody's signature waits for it."""
    db.writing.set(False)
    part, slot = _slot(code)
    form, person_id, slot_id, commitment_id = UploadForm(), web.person_id(), slot.id, part.commitment.id
    data = form.archivo.data.read() if form.archivo.data else b""
    megabytes = web.portal().settings.upload_megabytes
    if len(data) > megabytes * 1024 * 1024:
        raise TooLarge(megabytes=megabytes)
    if not form.archivo.data:
        form.archivo.errors = [gettext("Elija el documento que firmó.")]
    if not form.agrees.data:
        form.agrees.errors = [gettext("Marque la casilla para confirmar que quiere firmar.")]
    if form.errors:
        return _page(part, slot, form), 422
    try:
        wanted = receiving.prepare(web.portal(), web.session, now=g.now, slot_id=slot_id, person_id=person_id)
        web.session.rollback()
        judgement = receiving.look(web.portal(), data, wanted, now=g.now)
    except (Conflict, Expired, TooMany) as error:
        web.session.rollback()
        return _page(*_slot(code), form, problem=error), error.status
    db.writing.set(True)
    received = receiving.settle(
        web.portal(),
        web.session,
        now=g.now,
        person_id=person_id,
        data=data,
        wanted=wanted,
        judgement=judgement,
        publish=bool(form.publish.data),
    )
    web.commit()
    if received.outcome is not None:
        taking.announce(web.portal(), commitment_id, received.outcome)
        flash(gettext("Aceptada: la firma está íntegra, es suya y el certificado llega a una lista de confianza."), "ok")
        return web.back_to("signing.proof", code=code)
    return redirect(url_for(".page", code=code, _anchor="resultado"), 303)


def _slot(code: str) -> tuple[Part, Slot]:
    part = part_of(web.session, code=code, person_id=web.person_id())
    if part.slot is None:
        raise Forbidden
    return part, part.slot


def _page(part: Part, slot: Slot, form: UploadForm, *, problem: PortalError | None = None) -> str:
    try:
        taking.check_turn(web.portal(), web.session, now=g.now, slot=slot, person_id=web.person_id(), method=receiving.METHOD)
    except PortalError as error:
        problem = problem or error
    received = receiving.of_slot(web.session, slot.id)
    handed = receiving.handed_last(web.session, slot.id)
    return render_template(
        "commitments/digital/page.html",
        commitment=part.commitment,
        slot=slot,
        form=form,
        problem=told(problem) if problem else None,
        received=received,
        handed=handed,
        moved=handed is not None and handed.sha256 != part.commitment.head_sha256,
        capacity=CAPACITIES.get(slot.capacity, slot.capacity),
        tellings=TELLINGS,
        tones=TONES,
    )
