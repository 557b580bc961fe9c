"""The core's own pages that belong to no subject: home, health, language, and the administrators' view of the portal."""

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, send_from_directory, url_for
from flask_babel import gettext
from sqlalchemy import text

from portal import diagnosis, inventory, templating, web
from portal.agendas import queries as agendas
from portal.extend.kinds import PageItem
from portal.paths import STATIC
from portal.web import public, requires

blueprint = Blueprint("site", __name__)


@blueprint.get("/")
@public
def home() -> str:
    """Show the agendas in force and where to go next."""
    return render_template("site/home.html", agendas=agendas.public_agendas(web.session))


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer machines: the database answers and its tables are there."""
    web.session.execute(text("SELECT count(*) FROM ledger_head"))
    return jsonify(status="ok")


@blueprint.get("/favicon.ico")
@public
def favicon() -> Response:
    """Answer browsers that ask without reading the page: an error page here would write a session of its own."""
    return send_from_directory(STATIC, "favicon.svg", max_age=365 * 86400)


@blueprint.post("/idioma")
@public
def language() -> Response:
    """Remember the language for a year, in a cookie that says nothing else."""
    response = make_response(redirect(web.local_path(request.form.get("next")), code=303))
    chosen = request.form.get("locale", "es")
    if chosen in templating.LOCALES:
        response.set_cookie(
            "idioma", chosen, max_age=365 * 86400, samesite="Lax", httponly=True, secure=web.portal().settings.secure_cookies
        )
    return response


@blueprint.get("/portal/estado")
@requires("portal.administer")
def status() -> str:
    """Show administrators the plugins, their faults and the lines of `portal doctor`."""
    portal = web.portal()
    return render_template(
        "site/status.html",
        diagnoses=diagnosis.examine(portal),
        loaded=inventory.in_use(portal),
        refused=portal.ask.refused(),
        slow=portal.ask.patience.slow(),
        faults=list(portal.ask.faults)[::-1],
    )


def core_items(place: str) -> list[PageItem]:
    """Return the core's own entries in a place of the page."""
    actor, path = web.actor(), request.path
    wanted: list[tuple[str, str, str, bool]] = []
    if place == "nav.public":
        wanted = [(gettext("Agendas"), url_for("agendas.index"), "/agendas", True)]
    elif place == "nav.footer":
        wanted = [
            (gettext("Agendas"), url_for("agendas.index"), "", True),
            (gettext("Transparencia"), url_for("ledger.index"), "", True),
        ]
    elif place == "nav.staff":
        wanted = [
            (gettext("Borradores"), url_for("agendas.drafts"), "/gestion/agendas", web.allowed("agenda.read_draft")),
            (gettext("Organizaciones"), url_for("organisations.index"), "/gestion/organizaciones", web.allowed("organisation.read")),
            (gettext("Personas"), url_for("accounts.people"), "/gestion/personas", web.allowed("people.manage")),
            (gettext("Datos personales"), url_for("accounts.data_requests"), "/portal/solicitudes", actor.is_administrator),
            (gettext("Portal"), url_for("site.status"), "/portal/estado", actor.is_administrator),
        ]
    elif place == "nav.account":
        wanted = [(gettext("Mi cuenta"), url_for("accounts.account"), "/cuenta", True)]
    return [
        PageItem(label=label, href=href, weight=10 * number, active=bool(start) and path.startswith(start))
        for number, (label, href, start, shown) in enumerate(wanted, 1)
        if shown
    ]
