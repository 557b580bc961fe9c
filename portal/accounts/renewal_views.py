"""Proving again that one is there, before a sensitive act: by code, password or passkey."""

import time

import flask
from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.accounts import codes, passwords
from portal.accounts.blueprint import blueprint
from portal.accounts.entering_views import REFUSED
from portal.accounts.forms import CodeForm, PresentPasswordForm
from portal.accounts.models import Person
from portal.accounts.session import deliver
from portal.errors import PortalError
from portal.failures import told
from portal.limits import PER_ADDRESS, limiter
from portal.web import back_to, commit, local_path, person_id, portal, session, signed_in

PURPOSE = "renew"


def _who() -> str:
    return f"renew:{person_id()}"


def _next() -> str:
    return local_path(request.values.get("next"), url_for("accounts.account"))


@blueprint.get("/entrar/confirmar")
@signed_in
def renew() -> str:
    """Offer the ways to prove it."""
    return _page(CodeForm(formdata=None), PresentPasswordForm(formdata=None, prefix="now-"))


def _page(code: CodeForm, password: PresentPasswordForm) -> str:
    person = session.get_one(Person, person_id())
    return render_template(
        "accounts/renew.html",
        form=code,
        password=password,
        next=_next(),
        sent=bool(flask.session.get("renewing")),
        person=person,
        has_key=bool(person.webauthn),
    )


@blueprint.post("/entrar/confirmar/codigo")
@signed_in
@limiter.limit(PER_ADDRESS)
def renewal_code() -> Response:
    """Mail a code."""
    person = session.get_one(Person, person_id())
    try:
        codes.send(session, now=flask.g.now, secret=portal().settings.secret_key, mailer=portal().mailer, person=person, purpose=PURPOSE)
    except PortalError as error:
        session.rollback()
        flask.flash(told(error), "warn")
    else:
        commit()
        deliver(person.id)
        flask.flash(gettext("Pedimos un código para su correo. Use el último que reciba."), "info")
    flask.session["renewing"] = True
    return back_to("accounts.renew", next=_next())


@blueprint.post("/entrar/confirmar")
@signed_in
@limiter.limit(PER_ADDRESS)
@limiter.limit("20 per 15 minutes", key_func=_who)
def prove() -> Response | tuple[str, int]:
    """Check the code or the password that was typed, and go back."""
    code, password = CodeForm(), PresentPasswordForm(prefix="now-")
    if password.password.data is not None:
        return _by_password(password)
    if not code.validate():
        return _page(code, PresentPasswordForm(formdata=None, prefix="now-")), 422
    try:
        codes.check(
            session, now=flask.g.now, secret=portal().settings.secret_key, person_id=person_id(), purpose=PURPOSE, code=code.code.data or ""
        )
    except PortalError as error:
        code.code.errors = [told(error)]
        return _page(code, PresentPasswordForm(formdata=None, prefix="now-")), error.status
    commit()
    return _proved()


def _by_password(form: PresentPasswordForm) -> Response | tuple[str, int]:
    if form.validate() and not passwords.matches(session.get_one(Person, person_id()), form.password.data or ""):
        form.password.errors = [gettext(REFUSED)]
    if form.errors:
        return _page(CodeForm(formdata=None), form), 422
    commit()
    return _proved()


def _proved() -> Response:
    flask.session.pop("renewing", None)
    flask.session["fs_paa"] = time.time()
    return redirect(_next(), code=303)
