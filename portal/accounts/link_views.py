"""The page of a private link: looking changes nothing (scanners look), only pressing **Entrar** does."""

import flask
from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.accounts import links
from portal.accounts.blueprint import blueprint
from portal.accounts.entering_views import unhurried
from portal.accounts.models import Person
from portal.accounts.session import deliver, open_session
from portal.errors import PortalError
from portal.failures import told
from portal.limits import PER_ADDRESS, limiter
from portal.web import actor, back_to, commit, local_path, portal, public, session


@blueprint.get("/entrar/enlace/<token>")
@public
@limiter.limit("60 per minute")
def link(token: str) -> str | Response | tuple[str, int]:
    """Show what the link is for, or why it no longer works."""
    try:
        found = links.find(session, now=flask.g.now, token=token)
    except links.LinkUsed as error:
        used = links.look_up(session, token=token)
        if used is not None and used.person_id == actor().person_id:  # a reload, or the mail opened again
            return redirect(local_path(used.next_path), code=303)
        return _refused(error, token)
    except PortalError as error:
        return _refused(error, token)
    other = actor().signed_in and actor().person_id != found.person_id
    return _private(render_template("accounts/link.html", token=token, error=None, other=other, recovery=found.purpose == "recovery"))


def _refused(error: PortalError, token: str) -> tuple[str, int]:
    page = render_template("accounts/link.html", token=token, error=told(error), other=False, unknown=isinstance(error, links.LinkUnknown))
    return _private(page), error.status


def _private(page: str) -> str:
    flask.g.private_address = True  # the address is a key: the headers below keep it from leaving
    return page


@blueprint.after_request
def keep_address(response: Response) -> Response:
    """Send no referrer from a page whose address is a key."""
    if flask.g.get("private_address"):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/entrar/enlace/<token>")
@public
@limiter.limit(PER_ADDRESS)
def enter_by_link(token: str) -> Response | tuple[str, int]:
    """Spend the link and sign in as its person, whoever was signed in before."""
    try:
        found = links.spend(session, now=flask.g.now, token=token)
    except PortalError as error:
        session.rollback()
        return _refused(error, token)
    person = session.get_one(Person, found.person_id)
    commit()
    open_session(person, via="link")
    return redirect(local_path(found.next_path, url_for("accounts.account")), code=303)


@blueprint.post("/entrar/enlace/<token>/otro")
@public
@limiter.limit(PER_ADDRESS)
def another_link(token: str) -> Response:
    """Mail another link to the same person; the answer does not say to whom, nor whether there is one."""
    with unhurried():
        message = links.renew(session, now=flask.g.now, mailer=portal().mailer, token=token)
        commit()
        if message is not None and message.person_id is not None:
            deliver(message.person_id)
    flask.flash(gettext("Pedimos otro enlace. Si el anterior era suyo, el nuevo llegará al mismo correo."), "info")
    return back_to("accounts.sign_in")
