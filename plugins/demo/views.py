"""The demo's own pages: one click signs in as a sample person; the mail that would have gone out can be read."""

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from plugins.demo import mailbox as letters
from plugins.demo.data.people import SIGN_INS
from portal import web
from portal.accounts.models import Person
from portal.accounts.session import open_session
from portal.errors import NotFound
from portal.i18n import N_
from portal.web import public

blueprint = Blueprint("demo", __name__)
HOMES = {"representative": "/mi-compromiso"}


@blueprint.post("/demo/entrar")
@public
def enter() -> AnyResponse:
    """Sign in as one of the listed sample people, and as nobody else."""
    chosen = next((one for one in SIGN_INS if one.email == request.form.get("email")), None)
    person = web.session.scalar(select(Person).where(Person.email == chosen.email)) if chosen else None
    if chosen is None or person is None:
        raise NotFound(N_("Los datos de muestra todavía se están cargando. Espere un minuto y vuelva a intentarlo."))
    open_session(person, via="sample")
    return redirect(web.local_path(request.form.get("next"), HOMES.get(chosen.role, "/")), code=303)


@blueprint.get("/demo/correo")
@public
def mailbox() -> str:
    """List the mail, the newest first."""
    home = web.portal().settings.home
    page = letters.page_of(home, web.page_number())
    return render_template("demo/mailbox.html", letters=[letters.read(home, name) for name in page.names], page=page)


@blueprint.get("/demo/correo/<name>")
@public
def letter(name: str) -> str:
    """Show one message's text; its addresses can be followed."""
    return render_template("demo/letter.html", letter=letters.read(web.portal().settings.home, name))


@blueprint.get("/demo/correo/<name>/<int:number>")
@public
def attachment(name: str, number: int) -> Response:
    """Give one attachment, to be saved."""
    filename, data = letters.attachment(web.portal().settings.home, name, number)
    response = Response(data, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response
