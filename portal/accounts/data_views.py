"""A person's rights over their data (Ley 29733), from their own account: a copy at once, and what they may ask."""

import json
from typing import Any

import flask
from flask import Response, render_template
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from portal.accounts import copying, requests
from portal.accounts.blueprint import blueprint
from portal.accounts.forms import CorrectionForm, ReasonForm
from portal.accounts.models import Person
from portal.accounts.session import deliver
from portal.errors import Conflict, Invalid
from portal.failures import told
from portal.limits import limiter
from portal.web import back_to, commit, person_id, portal, session, signed_in


@blueprint.get("/cuenta/datos")
@signed_in(fresh=True)
def data() -> str:
    """Offer the copy, the requests, and show those made."""
    person = session.get_one(Person, person_id())
    return _page(
        CorrectionForm(formdata=None, obj=person), ReasonForm(formdata=None, prefix="borrar-"), ReasonForm(formdata=None, prefix="no-")
    )


def _page(correct: CorrectionForm, erase: ReasonForm, oppose: ReasonForm) -> str:
    return render_template(
        "accounts/data.html",
        correct=correct,
        erase=erase,
        oppose=oppose,
        form=next((one for one in (correct, erase, oppose) if one.errors), correct),
        requests=requests.of_person(session, person_id()),
        kinds=requests.KINDS,
        states=requests.STATES,
        days=requests.WORKING_DAYS,
    )


@blueprint.get("/cuenta/datos.json")
@signed_in(fresh=True)
@limiter.limit("20 per hour")
def data_copy() -> Response:
    """Give the person all that is kept about them."""
    copy = copying.copy_of(portal(), session, now=flask.g.now, person_id=person_id())
    text = json.dumps(copy, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="mis-datos.json"', "Cache-Control": "no-store"}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.post("/cuenta/datos/<any(rectificacion, cancelacion, oposicion):kind>")
@signed_in(fresh=True)
@limiter.limit("20 per hour")
def ask_about_data(kind: str) -> Answer | tuple[str, int]:
    """Keep a request; the administrators hear of it."""
    correct = CorrectionForm() if kind == requests.RECTIFY else CorrectionForm(formdata=None, obj=session.get_one(Person, person_id()))
    erase = ReasonForm(prefix="borrar-") if kind == requests.ERASE else ReasonForm(formdata=None, prefix="borrar-")
    oppose = ReasonForm(prefix="no-") if kind == requests.OPPOSE else ReasonForm(formdata=None, prefix="no-")
    form: Any = {requests.RECTIFY: correct, requests.ERASE: erase, requests.OPPOSE: oppose}[kind]
    if not form.validate():
        return _page(correct, erase, oppose), 422
    try:
        requests.ask(
            session,
            now=flask.g.now,
            zone=portal().settings.timezone,
            mailer=portal().mailer,
            person_id=person_id(),
            kind=kind,
            text=form.text.data or "",
            proposed={name: form[name].data for name in requests.CORRECTED} if kind == requests.RECTIFY else None,
        )
    except Invalid as error:
        session.rollback()
        for name, sentence in error.fields.items():
            form[name].errors = [gettext(sentence)]
        return _page(correct, erase, oppose), 422
    except Conflict as error:
        session.rollback()
        flask.flash(told(error), "info")
        return back_to("accounts.data")
    administrators = [one.id for one in requests.administrators(session)]
    commit()
    for one in administrators:
        deliver(one)
    flask.flash(gettext("Recibimos su solicitud. La respuesta llegará a su correo, y se verá aquí."), "ok")
    return back_to("accounts.data")
