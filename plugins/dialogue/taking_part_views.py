"""Where people contribute, prove their address, and take back or answer for what they said."""

from typing import Any

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from plugins.dialogue import attachments, consulting, contributing, places, queries
from plugins.dialogue.blueprint import blueprint, show
from plugins.dialogue.contributing import Said
from plugins.dialogue.forms import ContributionForm, ReplyForm
from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.public_views import WORDS, contribution_page
from portal import web
from portal.agendas import queries as agendas
from portal.errors import Conflict, Expired, Invalid, NotFound, PortalError, TooMany
from portal.failures import told
from portal.i18n import N_
from portal.limits import PER_ADDRESS, limiter
from portal.web import portal, public, session, signed_in

WITH_FILES_PER_ADDRESS = "10 per minute; 60 per hour"  # files fill disks
ACTS = "any(replica, retirar, anonimo)"
FORM = "/agendas/<code>/consultas/<consultation>/aportar"


@blueprint.route(FORM, methods=["GET", "POST"])
@public
def contribute(code: str, consultation: str) -> Any:
    """Take in a contribution; whatever is wrong with it, what was typed stays."""
    found = queries.consultation(session, code, consultation)
    document = agendas.version_document(portal().store, found.version)
    form = ContributionForm() if request.method == "POST" else ContributionForm(formdata=None, data=_asked())
    form.choose(places.every(document))
    if request.method == "GET":
        return _form_page(found, form, document)
    try:
        with limiter.limit(PER_ADDRESS):
            pass
        if form.uploads_named():
            with limiter.limit(WITH_FILES_PER_ADDRESS):
                pass
        made, mail = _contributed(found, form, document)
    except (PortalError, RateLimitExceeded) as error:
        session.rollback()
        refused = (
            error if isinstance(error, PortalError) else TooMany(N_("Hizo demasiados envíos. Espere unos minutos: su texto sigue aquí."))
        )
        return _form_page(found, form, document, extra=show(form, refused)), refused.status
    web.commit()
    if mail is not None:
        portal().queue.enqueue("mail.send", mail)
        return web.back_to(".sent", code=code, consultation=consultation)
    flash(gettext("Recibimos su aporte. Su código es %(code)s: se publica cuando la Mesa lo haya leído.", code=made.code), "ok")
    return web.back_to(".contribution", code=code, contribution=made.code)


def _asked() -> dict[str, str]:
    return {"place": request.args.get("sobre", ""), "kind": request.args.get("tipo", "comment")}


def _contributed(found: Consultation, form: ContributionForm, document: dict[str, Any]) -> tuple[Contribution, int | None]:
    if form.sitio_web.data:
        raise Invalid(N_("Deje vacío el campo que no se muestra: solo lo llenan los programas. Su texto sigue aquí."))
    files = attachments.checked(form.uploads())
    return contributing.contribute(
        session,
        portal().store,
        portal().mailer,
        now=g.now,
        consultation=found,
        said=said(form, document),
        files=files,
        person_id=web.actor().person_id,
        email=form.email.data or "",
    )


def said(form: ContributionForm, document: dict[str, Any]) -> Said:
    """Return what a form says."""
    place = places.found(document, form.place.data or "")
    return Said(form.kind.data or "", place, form.text.data or "", form.wording.data or "", form.name.data or "")


def _form_page(found: Consultation, form: ContributionForm, document: dict[str, Any], extra: list[Any] | None = None) -> str:
    place = places.found(document, form.place.data or "")
    return render_template(
        "dialogue/public/contribute.html",
        consultation=found,
        agenda=found.agenda,
        form=form,
        extra=extra or [],
        place=place,
        accepting=consulting.is_open(found, g.now),
        again=bool(extra is not None and request.files),
    )


@blueprint.get("/agendas/<code>/consultas/<consultation>/enviado")
@public
def sent(code: str, consultation: str) -> str:
    """Say that a mail is on its way and must be answered."""
    found = queries.consultation(session, code, consultation)
    return render_template("dialogue/public/sent.html", consultation=found, agenda=found.agenda)


@blueprint.get("/agendas/<code>/aportes/confirmar/<token>")
@public
@limiter.limit("60 per minute")
def confirm(code: str, token: str) -> Any:
    """Show what would be confirmed. Looking changes nothing: scanners of mail look."""
    try:
        found = contributing.waiting(session, now=g.now, agenda=code, token=token)
    except (NotFound, Expired) as error:
        return _private(
            render_template("dialogue/public/confirm.html", code=code, token=token, error=told(error), contribution=None)
        ), error.status
    page = render_template(
        "dialogue/public/confirm.html", code=code, token=token, error=None, contribution=found, consultation=found.consultation, **WORDS
    )
    return _private(page)


@blueprint.post("/agendas/<code>/aportes/confirmar/<token>")
@public
@limiter.limit(PER_ADDRESS)
def confirmed(code: str, token: str) -> Any:
    """Spend the link: the contribution is in."""
    try:
        made, mail = contributing.confirm(session, portal().mailer, now=g.now, agenda=code, token=token)
    except (NotFound, Expired) as error:
        session.rollback()
        return _private(
            render_template("dialogue/public/confirm.html", code=code, token=token, error=told(error), contribution=None)
        ), error.status
    web.commit()
    if mail is not None:
        portal().queue.enqueue("mail.send", mail)
    flash(
        gettext(
            "Recibimos su aporte. Su código es %(code)s: se publica cuando la Mesa lo haya leído. Le enviamos otro correo con su enlace propio.",
            code=made.code,
        ),
        "ok",
    )
    return web.back_to(".contribution", code=made.consultation.agenda.code, contribution=made.code)


@blueprint.get("/agendas/<code>/aportes/propio/<token>")
@public
@limiter.limit("60 per minute")
def own(code: str, token: str) -> str:
    """Show a contributor without an account what they said, with what they may do."""
    found = _of_link(code, token)
    return _private(contribution_page(found, mine=True, token=token))


def _of_link(code: str, token: str) -> Contribution:
    found = contributing.own(session, portal().settings.secret_key, token)
    if found.consultation.agenda.code != code:
        raise NotFound
    return found


@blueprint.post(f"/agendas/<code>/aportes/propio/<token>/<{ACTS}:act>")
@public
@limiter.limit(PER_ADDRESS)
def own_act(code: str, token: str, act: str) -> Any:
    """Do as the contributor without an account asks."""
    found = _of_link(code, token)
    here = url_for(".own", code=code, token=token)
    return _done(found, act, token=token, after=here if act == "replica" else None)


@blueprint.post(f"/agendas/<code>/aportes/<contribution>/<{ACTS}:act>")
@signed_in
def my_act(code: str, contribution: str, act: str) -> Any:
    """Do as the contributor asks."""
    found = queries.contribution(session, code, contribution)
    contributing.of_person(found, web.person_id())
    return _done(found, act)


def _done(found: Contribution, act: str, *, token: str | None = None, after: str | None = None) -> Any:
    code, mine = found.consultation.agenda.code, found.code
    form = ReplyForm()
    try:
        if act == "replica":
            contributing.reply(session, now=g.now, contribution=found, text=form.text.data or "")
            sentence = gettext("Recibimos su réplica. Se publica junto a la respuesta cuando la Mesa la haya leído.")
        elif act == "retirar":
            contributing.withdraw(session, now=g.now, contribution=found)
            sentence = gettext("Retiró su aporte: borramos el texto, los archivos y sus datos.")
        else:
            contributing.forget_author(session, found, now=g.now)
            sentence = gettext("Borramos sus datos. El aporte queda como anónimo.")
    except (Invalid, Conflict) as error:
        session.rollback()
        page = contribution_page(found, mine=True, token=token, form=form, extra=show(form, error))
        return (_private(page) if token else page), error.status
    web.commit()
    flash(sentence, "ok")
    return redirect(after or url_for(".contribution", code=code, contribution=mine), code=303)


def _private(page: str) -> str:
    g.dialogue_private = True  # the address is a key: the headers below keep it from leaving
    return page


@blueprint.after_request
def keep_address(response: Response) -> Response:
    """Send no referrer from a page whose address is a key."""
    if g.get("dialogue_private"):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    return response
