"""Signing in by code or password, recovering access, and leaving. A known and an unknown address get the same answer."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import flask
from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.accounts import codes, links, passwords, service
from portal.accounts.blueprint import blueprint
from portal.accounts.forms import CodeForm, RecoverForm, SignInForm
from portal.accounts.models import Person
from portal.accounts.session import close_session, deliver, open_session
from portal.errors import PortalError
from portal.i18n import N_
from portal.limits import PER_ADDRESS, limiter
from portal.web import actor, back_to, commit, local_path, portal, public, session

PURPOSE = "sign-in"
SOONEST = 0.2  # seconds: no answer comes sooner, so that its time does not tell whether the address is known
REFUSED = N_("El correo o la contraseña no coinciden. También puede pedir un código por correo.")
WRONG_CODE = N_("El código no coincide o ya no vale: cada código sirve una vez, diez minutos y cinco intentos. Pida otro si hace falta.")


def typed_email() -> str:
    """Name the account that is being tried, for limits that hold wherever the tries come from."""
    return "account:" + request.form.get("email", str(flask.session.get("entering", ""))).strip().lower()


@contextmanager
def unhurried() -> Iterator[None]:
    """Answer no sooner than `SOONEST` after the start."""
    start = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, SOONEST - (time.monotonic() - start)))


@blueprint.get("/entrar")
@public
def sign_in() -> str | Response:
    """Ask for the address, and how to prove it is theirs."""
    if actor().signed_in:
        return redirect(local_path(request.args.get("next"), url_for("accounts.account")), code=303)
    return _sign_in_page(SignInForm(formdata=None))


def _sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, next=local_path(request.values.get("next"), ""))


@blueprint.post("/entrar")
@public
@limiter.limit(PER_ADDRESS)
@limiter.limit("20 per 15 minutes", key_func=typed_email)
def enter() -> str | Response | tuple[str, int]:
    """Mail a code, or check the password when one was typed."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), 422
    with unhurried():
        person = service.by_email(session, form.email.data or "")
        if form.password.data:
            if passwords.matches(person, form.password.data) and person is not None:
                commit()  # argon2's parameters may have been brought up to date
                return _welcome(person, "password")
            form.password.errors = [gettext(REFUSED)]
            return _sign_in_page(form), 422
        _mail_code(person)
    flask.session["entering"] = (form.email.data or "").strip()
    return back_to("accounts.code", **_next())


def _next() -> dict[str, str]:
    kept = local_path(request.values.get("next"), "")
    return {"next": kept} if kept else {}


def _welcome(person: Person, via: str) -> Response:
    open_session(person, via=via)
    return redirect(local_path(request.values.get("next"), url_for("accounts.account")), code=303)


def _mail_code(person: Person | None) -> None:
    if person is None or not person.active:
        return
    try:
        codes.send(session, now=flask.g.now, secret=portal().settings.secret_key, mailer=portal().mailer, person=person, purpose=PURPOSE)
    except PortalError:  # too many: the page says the same, the last code still works
        session.rollback()
        return
    commit()
    deliver(person.id)


@blueprint.get("/entrar/codigo")
@public
def code() -> str | Response:
    """Ask for the six digits that were mailed, if the address was known."""
    if "entering" not in flask.session:
        return back_to("accounts.sign_in", **_next())
    return _code_page(CodeForm(formdata=None))


def _code_page(form: CodeForm) -> str:
    return render_template("accounts/code.html", form=form, email=flask.session["entering"], next=_next())


@blueprint.post("/entrar/codigo")
@public
@limiter.limit(PER_ADDRESS)
@limiter.limit("20 per 15 minutes", key_func=typed_email)
def enter_with_code() -> str | Response | tuple[str, int]:
    """Sign in with the six digits."""
    email = flask.session.get("entering")
    if not email:
        return back_to("accounts.sign_in", **_next())
    form = CodeForm()
    if form.validate() and not re.fullmatch(r"(?:[\s.\-]*[0-9]){6}[\s.\-]*", form.code.data or ""):
        form.code.errors = [gettext("Escriba las seis cifras del código.")]
    if form.errors:
        return _code_page(form), 422
    with unhurried():
        person = service.by_email(session, email)
        try:
            if person is None or not person.active:
                raise codes.WrongCode(1)
            codes.check(
                session,
                now=flask.g.now,
                secret=portal().settings.secret_key,
                person_id=person.id,
                purpose=PURPOSE,
                code=form.code.data or "",
            )
        except PortalError:
            form.code.errors = [gettext(WRONG_CODE)]
            return _code_page(form), 422
        commit()
        return _welcome(person, "code")


@blueprint.post("/entrar/codigo/otro")
@public
@limiter.limit(PER_ADDRESS)
def another_code() -> Response:
    """Mail another code."""
    email = flask.session.get("entering")
    if not email:
        return back_to("accounts.sign_in", **_next())
    with unhurried():
        _mail_code(service.by_email(session, email))
    flask.flash(gettext("Pedimos otro código. Use el último que reciba; los anteriores ya no sirven."), "info")
    return back_to("accounts.code", **_next())


@blueprint.get("/entrar/recuperar")
@public
def recover() -> str:
    """Ask for the address of somebody who forgot their password."""
    return render_template("accounts/recover.html", form=RecoverForm(formdata=None), asked=False)


@blueprint.post("/entrar/recuperar")
@public
@limiter.limit(PER_ADDRESS)
def recover_by_mail() -> str | tuple[str, int]:
    """Mail a link to change the password, if the address is known; say the same if it is not."""
    form = RecoverForm()
    if not form.validate():
        return render_template("accounts/recover.html", form=form, asked=False), 422
    with unhurried():
        person = service.by_email(session, form.email.data or "")
        if person is not None and person.active and links.may_mail(session, now=flask.g.now, person_id=person.id):
            links.mail(
                session,
                now=flask.g.now,
                mailer=portal().mailer,
                person=person,
                purpose="recovery",
                next_path=url_for("accounts.password"),
                ttl=links.RECOVERY_TTL,
                template="accounts/mail/recovery",
            )
            commit()
            deliver(person.id)
    return render_template("accounts/recover.html", form=form, asked=True)


@blueprint.post("/salir")
@public
def sign_out() -> Response:
    """Leave; for somebody who already left it changes nothing."""
    close_session()
    flask.flash(gettext("Salió de su cuenta."), "ok")
    return redirect("/", code=303)
