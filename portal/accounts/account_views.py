"""One's own account: data, roles, consents, password, passkeys, sessions."""

import flask
from flask import render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.accounts import consents, passwords, queries, service
from portal.accounts.actor import ROLES
from portal.accounts.blueprint import blueprint
from portal.accounts.forms import KeyForm, NewPasswordForm
from portal.accounts.models import Person
from portal.accounts.session import deliver, open_session
from portal.failures import told
from portal.web import back_to, commit, person_id, portal, session, signed_in


@blueprint.get("/cuenta")
@signed_in
def account() -> str:
    """Show what the portal keeps about the person."""
    person = session.get_one(Person, person_id())
    read = portal().store.get
    given = [{"row": one, "text": read(one.text_sha256).decode()} for one in queries.consents(session, person.id)]
    return render_template(
        "accounts/account.html",
        person=person,
        roles=queries.roles_of(session, [person.id]).get(person.id, []),
        names=ROLES,
        consents=given,
    )


@blueprint.get("/cuenta/contrasena")
@signed_in(fresh=True)
def password() -> str:
    """Ask for a new password."""
    return render_template("accounts/password.html", form=NewPasswordForm(formdata=None), person=session.get_one(Person, person_id()))


@blueprint.post("/cuenta/contrasena")
@signed_in(fresh=True)
def change_password() -> Response | tuple[str, int]:
    """Set it; every other session of the person ends."""
    form, person = NewPasswordForm(), session.get_one(Person, person_id())
    if form.validate():
        problem = passwords.objection(person, form.password.data or "")
        if problem:
            form.password.errors = [gettext(problem)]
    if form.errors:
        return render_template("accounts/password.html", form=form, person=person), 422
    passwords.change(person, form.password.data or "")
    commit()
    deliver(person.id)
    open_session(person, via="password")
    flask.flash(gettext("Guardamos su contraseña y cerramos sus otras sesiones."), "ok")
    return back_to("accounts.account")


@blueprint.get("/cuenta/llaves")
@signed_in(fresh=True)
def passkeys() -> str:
    """List the passkeys, and offer to add one."""
    return render_template("accounts/passkeys.html", form=KeyForm(formdata=None), keys=queries.passkeys(session, person_id()))


@blueprint.post("/cuenta/llaves/<int:key_id>/quitar")
@signed_in(fresh=True)
def remove_passkey(key_id: int) -> Response:
    """Remove one of one's own passkeys."""
    service.remove_passkey(session, key_id=key_id, person_id=person_id())
    commit()
    flask.flash(gettext("Se quitó la llave."), "ok")
    return back_to("accounts.passkeys")


@blueprint.post("/cuenta/sesiones/cerrar")
@signed_in
def end_sessions() -> Response:
    """End every session but this one, which goes on under a new key."""
    fresh_at = flask.session.get("fs_paa", 0)
    person = service.end_all_sessions(session, now=flask.g.now, person_id=person_id())
    commit()
    open_session(person, via="renewed")
    flask.session["fs_paa"] = fresh_at  # going on is no proof of presence
    flask.flash(gettext("Cerramos su sesión en todos los demás dispositivos."), "ok")
    return back_to("accounts.account")


@blueprint.post("/cuenta/consentimientos/<int:consent_id>/retirar")
@signed_in
def revoke_consent(consent_id: int) -> Response:
    """Take a consent back."""
    try:
        consents.revoke_consent(session, now=flask.g.now, consent_id=consent_id, person_id=person_id())
    except consents.AlreadyRevoked as error:
        session.rollback()
        flask.flash(told(error), "info")
        return back_to("accounts.account")
    commit()
    flask.flash(gettext("Retiró su consentimiento. Vale desde ahora; lo anterior consta con su fecha."), "ok")
    return back_to("accounts.account")
