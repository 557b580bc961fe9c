"""An acta's pages: reading it, signing it with a one-time code, attaching a copy signed by hand."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from portal import web
from portal.actas import queries, service, signing, words
from portal.actas.forms import ScanForm, SignForm
from portal.actas.models import Acta
from portal.choices import options
from portal.errors import Conflict, Expired, Forbidden, Invalid, NotFound, PortalError, TooMany
from portal.failures import told
from portal.limits import PER_ADDRESS, limiter
from portal.web import public, signed_in

blueprint = Blueprint("actas", __name__)


@blueprint.get("/actas")
@signed_in
def mine() -> str:
    """List the actas where one is among the signers."""
    found = queries.signed_by(web.session, web.person_id())
    places = {one.id: signing.place_of(one, web.person_id()) for one in found}
    return render_template("actas/mine.html", actas=found, places=places, words=words)


@blueprint.get("/actas/<code>")
@public
def acta(code: str) -> str:
    """Show an acta: who signs, who did, the file; to its signers, the way to sign."""
    return _page(_readable(code))


@blueprint.get("/actas/<code>.pdf")
@public
def document(code: str) -> Response:
    """Give the file as it stands."""
    found = _readable(code)
    response = Response(web.portal().store.get(found.sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.code}.pdf"'
    return response


@blueprint.post("/actas/<code>/codigo")
@signed_in(fresh=True)
@limiter.limit(PER_ADDRESS)
def send_code(code: str) -> Any:
    """Queue the mail with the one-time code."""
    found = _readable(code)
    try:
        mail = signing.send_code(web.portal(), web.session, now=g.now, acta=found, person_id=web.person_id())
    except (Invalid, TooMany, Conflict) as error:
        web.session.rollback()
        return _page(_readable(code), problem=told(error)), error.status
    web.commit()
    web.portal().queue.enqueue("mail.send", mail.id)
    flash(gettext("Código en camino: revise su correo."), "ok")
    return web.back_to("actas.acta", code=code, _anchor="firma")


@blueprint.post("/actas/<code>/firmar")
@signed_in(fresh=True)
@limiter.limit(PER_ADDRESS)
def sign(code: str) -> Any:
    """Sign."""
    found, form = _readable(code), SignForm()
    try:
        signing.sign(
            web.portal(),
            web.session,
            now=g.now,
            acta=found,
            person_id=web.person_id(),
            code=form.code.data or "",
            agrees=bool(form.agrees.data),
        )
    except (Invalid, TooMany, Expired, Conflict) as error:
        web.session.rollback()
        return _not_signed(code, form, error)
    web.commit()
    service.announce(web.portal(), found)
    flash(gettext("Firmó el acta %(code)s.", code=found.code), "ok")
    return web.back_to("actas.acta", code=code)


@blueprint.post("/actas/<code>/copia")
@signed_in
def attach(code: str) -> Any:
    """Keep the scan of a copy signed by hand."""
    found = _kept(code)
    form = _scan_form(found)
    upload = form.scan.data
    try:
        service.attach_paper(
            web.portal(),
            web.session,
            now=g.now,
            acta=found,
            data=upload.read() if upload else b"",
            positions=form.positions.data or [],
            signed_on=form.signed_on.data,
            person_id=web.person_id(),
        )
    except Invalid as error:
        web.session.rollback()
        for name, sentence in error.fields.items():
            form[name].errors = [gettext(sentence)]
        return _page(_readable(code), scan_form=form), 422
    web.commit()
    service.announce(web.portal(), found)
    flash(gettext("Se guardó la copia firmada."), "ok")
    return web.back_to("actas.acta", code=code)


@blueprint.get("/actas/<code>/copia/<int:position>")
@signed_in
def scan(code: str, position: int) -> Response:
    """Give a scan as it was uploaded, byte for byte: to be saved, never shown, since a stranger may have made it."""
    found = _kept(code)
    one = next((one for one in found.signatures if one.position == position and one.scan_sha256), None)
    if one is None:
        raise NotFound
    response = Response(web.portal().store.get(one.scan_sha256 or ""), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="copia-{found.code}-{position}"'
    return response


def _readable(code: str) -> Acta:
    """Return the acta if it is public, if one signs it, or if one may read the agenda's draft. Raises `NotFound`; whoever did not sign in is asked to."""
    found = queries.acta_of(web.session, code)
    if found.public or signing.place_of(found, web.actor().person_id) or web.allowed("agenda.read_draft", agenda_id=found.agenda_id):
        return found
    if not web.actor().signed_in:  # the mail's link: whoever must sign proves who they are first
        abort(redirect(url_for("accounts.sign_in", next=request.path), code=303))
    raise NotFound


def _kept(code: str) -> Acta:
    found = queries.acta_of(web.session, code)
    if not web.allowed("acta.keep", agenda_id=found.agenda_id):
        raise Forbidden
    return found


def _scan_form(found: Acta, *, empty: bool = False) -> ScanForm:
    form = ScanForm(formdata=None) if empty else ScanForm()
    form.positions.choices = options(
        (str(one.position), f"{one.name or ''} ({one.capacity})") for one in found.signatures if one.method is None
    )
    return form


def _not_signed(code: str, form: SignForm, error: PortalError) -> Any:
    found = _readable(code)
    if isinstance(error, Invalid) and error.fields:
        for name, sentence in error.fields.items():
            form[name].errors = [gettext(sentence)]
        return _page(found, sign_form=form), 422
    if isinstance(error, Conflict) and error.code == "conflict":
        return _page(found, problem=told(error)), 409
    form.code.errors = [told(error)]
    return _page(found, sign_form=form), error.status


def _page(found: Acta, *, problem: str = "", sign_form: SignForm | None = None, scan_form: ScanForm | None = None) -> str:
    person_id = web.actor().person_id
    place = signing.place_of(found, person_id)
    can_sign = False
    if place is not None and place.method is None and found.state == words.OPEN and found.seal_sha256 is not None:
        try:
            signing.check_turn(web.portal(), found, place.person_id or 0)
            can_sign = True
        except PortalError as error:
            problem = problem or told(error)
    return render_template(
        "actas/acta.html",
        acta=found,
        words=words,
        mine=place,
        can_sign=can_sign,
        problem=problem,
        by_hand=found.seal_sha256 is None,
        consent=words.consent_text(found, place.capacity) if place else "",
        replaced_by=queries.successor(web.session, found) if found.state == words.REPLACED else None,
        may_keep=web.allowed("acta.keep", agenda_id=found.agenda_id),
        sign_form=sign_form or SignForm(formdata=None),
        scan_form=scan_form or _scan_form(found, empty=True),
    )
