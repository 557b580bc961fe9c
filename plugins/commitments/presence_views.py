"""The staff's page that a signer signs on: opened by the Mesa, filled in by the signer, and closed without leaving them signed in."""

from typing import Any

from flask import Response, flash, g, render_template, request
from flask_babel import gettext

from plugins.commitments import presence, signing_pages, taking
from plugins.commitments.models import Slot
from plugins.commitments.review_forms import SignForm
from plugins.commitments.staff import BOARD, MANAGE, blueprint, commitment_for
from portal import web
from portal.accounts.models import Person
from portal.errors import Conflict, Expired, Invalid, NotFound, PortalError, TooMany
from portal.failures import told
from portal.web import requires

ADDRESS = "/gestion/compromisos/<code>/<commitment>/firmar/<int:slot_id>"


def _slot(code: str, commitment: str, slot_id: int) -> Slot:
    found = next((one for one in commitment_for(MANAGE, code, commitment).slots if one.id == slot_id), None)
    if found is None:
        raise NotFound
    return found


def _operator() -> Person:
    return web.session.get_one(Person, web.person_id())


def _page(slot: Slot, form: SignForm, *, problem: str | None = None, status: int = 200) -> tuple[str, int]:
    try:
        presence.check(web.portal(), web.session, now=g.now, slot=slot, operator_id=web.person_id())
    except PortalError as error:
        problem = problem or told(error)
    shown = signing_pages.reading(web.portal(), web.session, slot)
    page = render_template(
        "commitments/presence/sign.html",
        form=form,
        problem=problem,
        retry=form.is_submitted(),
        operator=_operator(),
        **shown,
    )
    return page, status


@blueprint.get(ADDRESS)
@requires(MANAGE, fresh=True)
def lend(code: str, commitment: str, slot_id: int) -> Any:
    """Show the signer what is signed, on this device."""
    return _page(_slot(code, commitment, slot_id), SignForm(formdata=None))


@blueprint.post(f"{ADDRESS}/codigo")
@requires(MANAGE, fresh=True)
def lend_code(code: str, commitment: str, slot_id: int) -> Any:
    """Queue the mail with the signer's code; nobody here sees it."""
    slot = _slot(code, commitment, slot_id)
    mail = presence.send_code(web.portal(), web.session, now=g.now, slot_id=slot.id, operator=_operator())
    web.commit()
    web.portal().queue.enqueue("mail.send", mail.id)
    return web.back_to("commitments_staff.lend", code=code, commitment=commitment, slot_id=slot_id, _anchor="firma")


@blueprint.post(ADDRESS)
@requires(MANAGE, fresh=True)
def lend_sign(code: str, commitment: str, slot_id: int) -> Any:
    """Sign with what the signer typed, and go back to the staff's page."""
    slot, form = _slot(code, commitment, slot_id), SignForm()
    try:
        outcome = presence.sign(
            web.portal(),
            web.session,
            now=g.now,
            slot_id=slot.id,
            operator=_operator(),
            code=form.code.data or "",
            name=form.name.data or "",
            agrees=bool(form.agrees.data),
            drawing=request.form.get("drawing", ""),
        )
    except (Invalid, TooMany, Expired, Conflict) as error:
        web.session.rollback()
        slot = _slot(code, commitment, slot_id)
        if isinstance(error, Invalid) and error.fields:
            for name, sentence in error.fields.items():
                form[name].errors = [gettext(sentence)]
            return _page(slot, form, status=422)
        if isinstance(error, Conflict) and error.code == "conflict":
            return _page(slot, form, problem=told(error), status=409)
        form.code.errors = [told(error)]
        return _page(slot, form, status=error.status)
    web.commit()
    taking.announce(web.portal(), outcome.revision.commitment_id, outcome)
    flash(gettext("Se registró la firma, hecha en persona en este dispositivo."), "ok")
    return web.back_to("commitments_staff.case", code=code, commitment=commitment, _anchor="firmas")


@blueprint.get("/gestion/compromisos/<code>/<commitment>/documento.pdf")
@requires(BOARD)
def document(code: str, commitment: str) -> Response:
    """Give the Mesa the document as it stands."""
    found = commitment_for(BOARD, code, commitment)
    if found.head_sha256 is None:
        raise NotFound
    return signing_pages.pdf(web.portal(), found.head_sha256, f"compromiso-{found.code}.pdf")
