"""What people ask about their data, as administrators see it: the most urgent first, and each one's answer."""

from zoneinfo import ZoneInfo

import flask
from flask import render_template
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal import db
from portal.accounts import erasure, requests
from portal.accounts.blueprint import blueprint
from portal.accounts.forms import AnswerForm
from portal.accounts.models import PersonRequest
from portal.accounts.session import deliver
from portal.errors import Conflict, Invalid, NotFound
from portal.failures import told
from portal.web import back_to, commit, person_id, portal, requires, session


@blueprint.get("/portal/solicitudes")
@requires("portal.administer")
def data_requests() -> str:
    """List the requests that wait, and the last ones answered."""
    today = flask.g.now.astimezone(ZoneInfo(portal().settings.timezone)).date()
    return render_template(
        "accounts/requests.html",
        waiting=requests.queue(session, waiting=True),
        answered=requests.queue(session, waiting=False),
        kinds=requests.KINDS,
        states=requests.STATES,
        today=today,
    )


def _request(request_id: int) -> PersonRequest:
    found = session.get(PersonRequest, request_id)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/portal/solicitudes/<int:request_id>")
@requires("portal.administer", fresh=True)
def data_request(request_id: int) -> str:
    """Show one request and the ways to answer it."""
    return _page(_request(request_id), AnswerForm(formdata=None))


def _page(found: PersonRequest, form: AnswerForm) -> str:
    return render_template("accounts/request.html", one=found, form=form, kinds=requests.KINDS, states=requests.STATES)


@blueprint.post("/portal/solicitudes/<int:request_id>/corregir")
@requires("portal.administer", fresh=True)
def correct_data(request_id: int) -> Response:
    """Write the data that the person proposed."""
    try:
        found = requests.rectify(session, now=flask.g.now, mailer=portal().mailer, request_id=request_id, by_id=person_id())
    except Conflict as error:
        session.rollback()
        flask.flash(told(error), "warn")
        return back_to("accounts.data_request", request_id=request_id)
    whose = found.person_id
    commit()
    deliver(whose)
    flask.flash(gettext("Los datos se corrigieron, y la persona lo sabrá por correo."), "ok")
    return back_to("accounts.data_requests")


@blueprint.post("/portal/solicitudes/<int:request_id>/borrar")
@requires("portal.administer", fresh=True)
def erase_data(request_id: int) -> Response:
    """Erase the person. What could not be erased yet is said, and tried again each minute."""
    try:
        outcome = erasure.accept(portal(), session, now=flask.g.now, request_id=request_id, by_id=person_id())
    except Conflict as error:
        session.rollback()
        flask.flash(told(error), "warn")
        return back_to("accounts.data_request", request_id=request_id)
    commit()
    if outcome.mail_id is not None:
        portal().queue.enqueue("mail.send", outcome.mail_id)
    gone = erasure.to_remove(session)
    session.rollback()
    db.scrub(portal().engine)
    for sha256 in gone:
        portal().queue.enqueue("files.remove", sha256)
    if outcome.pending:
        flask.flash(
            gettext(
                "El borrado no está completo: falta la parte de %(names)s. Se intenta de nuevo cada minuto.",
                names=", ".join(outcome.pending),
            ),
            "warn",
        )
    else:
        flask.flash(gettext("Se borraron los datos de la persona."), "ok")
    return back_to("accounts.data_requests")


@blueprint.post("/portal/solicitudes/<int:request_id>/responder")
@requires("portal.administer", fresh=True)
def answer_request(request_id: int) -> Response | tuple[str, int]:
    """Answer with a text: attended, or refused with the reason."""
    found, form = _request(request_id), AnswerForm()
    if not form.validate():
        return _page(found, form), 422
    whose, refuse = found.person_id, flask.request.form.get("act") == "refuse"
    try:
        requests.answer(
            session,
            now=flask.g.now,
            mailer=portal().mailer,
            request_id=request_id,
            by_id=person_id(),
            text=form.text.data or "",
            refuse=refuse,
        )
    except Invalid as error:
        session.rollback()
        form.text.errors = [gettext(sentence) for sentence in error.fields.values()]
        return _page(_request(request_id), form), 422
    except Conflict as error:
        session.rollback()
        flask.flash(told(error), "warn")
        return back_to("accounts.data_request", request_id=request_id)
    commit()
    deliver(whose)
    flask.flash(gettext("La respuesta está en cola de correo."), "ok")
    return back_to("accounts.data_requests")
