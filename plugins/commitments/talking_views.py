"""What representatives tell the Mesa: whether their data are right, and their questions."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request
from flask_babel import gettext
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from plugins.commitments import questions, states
from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.participants import Part, reviewer_of
from plugins.commitments.review_entry import reviewing
from plugins.commitments.review_forms import DataForm, QuestionForm
from portal import web
from portal.accounts.models import Person
from portal.errors import Invalid
from portal.failures import told
from portal.i18n import N_
from portal.organisations.models import CAPACITIES, Membership
from portal.web import signed_in

blueprint = Blueprint("talking", __name__)


@blueprint.get("/mi-compromiso/<code>/datos")
@signed_in
def data(code: str) -> str:
    """Show name, capacity and e-mail, to be confirmed."""
    return _data_page(reviewer_of(web.session, code=code, person_id=web.person_id()), DataForm(formdata=None))


@blueprint.post("/mi-compromiso/<code>/datos")
@signed_in
def confirm_data(code: str) -> Any:
    """Note that the data are right, or send the Mesa a note of what to mend."""
    part, form = reviewer_of(web.session, code=code, person_id=web.person_id()), DataForm()
    if form.right.data not in {"si", "no"}:
        form.right.errors = [gettext("Elija si los datos son correctos.")]
        return _data_page(part, form), 422
    if form.right.data == "no":
        try:
            text = questions.checked(form.correction.data or "", N_("Escriba qué hay que corregir."))
        except Invalid as error:
            form.correction.errors = [told(error)]
            return _data_page(part, form), 422
        text = gettext("Corrección de datos: %(text)s", text=text)
        questions.ask(
            web.session,
            now=g.now,
            person_id=web.person_id(),
            commitment=part.commitment,
            text=text,
            item_code=None,
            mailer=web.portal().mailer,
        )
        flash(gettext("Avisamos a la Mesa. Puede seguir mientras lo corrige."), "ok")
    states.note(
        web.session,
        part.commitment.id,
        "entered",
        now=g.now,
        person_id=web.person_id(),
        data="confirmed" if form.right.data == "si" else "to_mend",
    )
    web.commit()
    return web.back_to("mine.home", code=code)


@blueprint.get("/mi-compromiso/<code>/preguntas")
@signed_in
def ask(code: str) -> str:
    """Show the questions asked so far, and a form for another."""
    part, agenda = reviewing(code)
    return _questions_page(part, agenda, _question_form(agenda, item=request.args.get("punto", "")))


@blueprint.post("/mi-compromiso/<code>/preguntas")
@signed_in
def send_question(code: str) -> Any:
    """Put a question to the Mesa."""
    part, agenda = reviewing(code)
    form = _question_form(agenda)
    try:
        questions.ask(
            web.session,
            now=g.now,
            person_id=web.person_id(),
            commitment=part.commitment,
            text=form.text.data or "",
            item_code=form.item.data if form.item.data in agenda.codes else None,
            mailer=web.portal().mailer,
        )
    except Invalid as error:
        for name, sentence in error.fields.items():
            form[name].errors = [gettext(sentence)]
        return _questions_page(part, agenda, form), 422
    web.commit()
    flash(gettext("Su pregunta está en la Mesa. La respuesta le llegará por correo y quedará aquí."), "ok")
    return web.back_to(".ask", code=code)


def _data_page(part: Part, form: DataForm) -> str:
    person = web.session.get_one(Person, web.person_id())
    held = web.session.scalars(
        select(Membership.capacity).where(Membership.person_id == person.id, Membership.organisation_id == part.commitment.organisation_id)
    )
    capacities = list(dict.fromkeys([*held, *(slot.capacity for slot in part.slots)]))
    return render_template(
        "commitments/representative/data.html",
        part=part,
        commitment=part.commitment,
        person=person,
        capacities=[CAPACITIES.get(one, one) for one in capacities],
        form=form,
    )


def _question_form(agenda: FrozenAgenda, *, item: str = "") -> QuestionForm:
    form = QuestionForm() if request.method == "POST" else QuestionForm(formdata=None, data={"item": item})
    form.item.choices = [SelectChoice("", gettext("Todo el compromiso")), *(SelectChoice(code, code) for code in agenda.codes)]
    return form


def _questions_page(part: Part, agenda: FrozenAgenda, form: QuestionForm) -> str:
    asked = questions.questions_of(web.session, part.commitment)
    return render_template(
        "commitments/representative/questions.html", part=part, commitment=part.commitment, agenda=agenda, form=form, asked=asked
    )
