"""The page of one organisation's commitment: its whole history, who is next, and what the Mesa may do now."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext

from plugins.commitments import board_queries, closing, delegating, issuing, opening, processes, questions, renewing, signing_pages, states
from plugins.commitments.funnel import STAGES, TASKS, TURNS
from plugins.commitments.history import history
from plugins.commitments.lasting.standing import standing
from plugins.commitments.models import Commitment, Question
from plugins.commitments.plan import SIDES, next_group, pool_words
from plugins.commitments.staff import BOARD, MANAGE, blueprint, commitment_for, deliver
from plugins.commitments.staff_forms import AnswerForm, ContactForm, DeadlineForm, WithdrawForm, moment, typed
from portal import form_errors, web
from portal.accounts.models import Person
from portal.errors import Invalid, NotFound
from portal.organisations.models import CAPACITIES, KINDS
from portal.web import requires

ADDRESS = "/gestion/compromisos/<code>/<commitment>"


def _zone() -> str:
    return web.portal().settings.timezone


def _page(found: Commitment, status: int = 200, **forms: Any) -> tuple[str, int]:
    """Draw the page; `forms` holds the one that was sent and has errors."""
    process = found.process
    sent = next((next(iter(one.values())) if isinstance(one, dict) else one for one in forms.values()), None)
    row = board_queries.every_row(web.session, process.id, now=g.now, ids=[found.id])[0]
    shown: dict[str, Any] = {
        "contact": ContactForm(formdata=None, at=typed(g.now, _zone())),
        "deadline": DeadlineForm(formdata=None, deadline=typed(found.deadline, _zone())),
        "withdrawal": WithdrawForm(formdata=None),
        **{key: value for key, value in forms.items() if key != "answer"},
    }
    asked = questions.questions_of(web.session, found)
    answers = {one.id: AnswerForm(formdata=None, prefix=f"respuesta-{one.id}") for one in asked if one.answer is None} | forms.get(
        "answer", {}
    )
    return render_template(
        "commitments/staff/case.html",
        process=process,
        commitment=found,
        organisation=found.organisation,
        row=row,
        entries=history(web.session, found),
        next_signers=next_group(found.slots),
        pools=pool_words(found.slots),
        standing=standing(found),
        signed_as=delegating.signed_as,
        withdrawal_letter=closing.letter_of(web.session, found),
        renewed=renewing.renewed(web.session, found),
        renewal=renewing.renewal(web.session, found, g.now),
        printed_deadline=signing_pages.printed_deadline(web.portal(), found),
        questions=asked,
        answers=answers,
        stages=STAGES,
        turns=TURNS,
        tasks=TASKS,
        sides=SIDES,
        kinds=KINDS,
        capacities=CAPACITIES,
        states=states,
        candidates=delegating.candidates(web.session, found, g.now.date()),
        manages=web.allowed(MANAGE, agenda_id=process.version.agenda_id),
        reads_people=web.allowed("organisation.read"),
        sent=sent,
        **shown,
    ), status


@blueprint.get(ADDRESS)
@requires(BOARD)
def case(code: str, commitment: str) -> Any:
    """Show one organisation's history and what comes next."""
    return _page(commitment_for(BOARD, code, commitment))


@blueprint.get("/gestion/preguntas/<int:question_id>")
@requires(BOARD)
def question(question_id: int) -> Any:
    """Lead from a question's mail to its place on the organisation's page."""
    asked = web.session.get(Question, question_id)
    if asked is None:
        raise NotFound
    found = web.session.get_one(Commitment, asked.commitment_id)
    web.authorize(BOARD, agenda_id=found.process.version.agenda_id)
    return web.back_to("commitments_staff.case", code=found.process.code, commitment=found.code, _anchor=f"pregunta-{asked.id}")


def _back(found: Commitment, sentence: str) -> Any:
    flash(sentence, "ok")
    return web.back_to("commitments_staff.case", code=found.process.code, commitment=found.code)


@blueprint.post(f"{ADDRESS}/carta")
@requires(MANAGE)
def letter(code: str, commitment: str) -> Any:
    """Queue an invitation or a reminder, with new private links that nobody here sees."""
    found = commitment_for(MANAGE, code, commitment)
    if request.form.get("kind") == "reminder":
        write = processes.remind
    else:
        opening.still_allowed(web.portal(), web.session, found.process)
        write = processes.invite
    mails = write(web.session, now=g.now, mailer=web.portal().mailer, commitment=found, by=web.person_id())
    web.commit()
    deliver(mails)
    return _back(found, gettext("Correos puestos en cola: %(n)s. Su estado se ve en la historia.", n=len(mails)))


@blueprint.post(f"{ADDRESS}/contacto")
@requires(MANAGE)
def contact(code: str, commitment: str) -> Any:
    """Note a contact or a meeting."""
    found, form = commitment_for(MANAGE, code, commitment), ContactForm()
    if form.validate():
        at = moment(form.at.data, _zone())
        try:
            if form.what.data == "meeting":
                processes.record_meeting(web.session, now=g.now, commitment=found, held_at=at, text=form.text.data, by=web.person_id())
            else:
                processes.note_contact(
                    web.session, now=g.now, commitment=found, by=web.person_id(), channel=form.channel.data, text=form.text.data, at=at
                )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            return _back(found, gettext("Quedó anotado en la historia."))
    return _page(found, 422, contact=form)


@blueprint.post(f"{ADDRESS}/firmantes")
@requires(MANAGE)
def signers(code: str, commitment: str) -> Any:
    """Choose who signs in each slot, until the document is issued."""
    found = commitment_for(MANAGE, code, commitment)
    candidates = delegating.candidates(web.session, found, g.now.date())
    chosen: dict[int, Person | None] = {}
    for slot in found.slots:
        given = request.form.get(f"slot-{slot.id}", "")
        chosen[slot.id] = next((one for one in candidates[slot.side] if str(one.id) == given), None)
        if given and chosen[slot.id] is None and given != str(slot.person_id):
            raise NotFound
    for slot in found.slots:  # emptied first, so that two people may change places
        wanted = chosen[slot.id]
        if wanted is None or wanted.id != slot.person_id:
            processes.assign(web.session, slot, None)
    for slot in found.slots:
        processes.assign(web.session, slot, chosen[slot.id])
    web.commit()
    return _back(found, gettext("Se guardó quién firma."))


@blueprint.post(f"{ADDRESS}/plazo")
@requires(MANAGE)
def deadline(code: str, commitment: str) -> Any:
    """Move the deadline of this organisation alone; the reason is shown in the equal-treatment table."""
    found, form = commitment_for(MANAGE, code, commitment), DeadlineForm()
    if form.validate():
        try:
            processes.move_deadline(
                web.session,
                now=g.now,
                process=found.process,
                deadline=moment(form.deadline.data, _zone()),
                reason=form.reason.data,
                by=web.person_id(),
                commitment=found,
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            return _back(found, gettext("Cambió el plazo de esta organización. El motivo figura en la tabla de trato igual."))
    return _page(found, 422, deadline=form)


@blueprint.post(f"{ADDRESS}/desistimiento")
@requires(MANAGE)
def withdraw(code: str, commitment: str) -> Any:
    """Record that the organisation took its signature back, by letter."""
    found, form = commitment_for(MANAGE, code, commitment), WithdrawForm()
    if form.validate():
        try:
            closing.withdraw(
                web.session,
                now=g.now,
                person_id=web.person_id(),
                commitment=found,
                document=form.document.data,
                reason=form.reason.data or "",
                public=bool(form.public.data),
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            web.portal().ask.commitment_changed(web.portal(), found.id, "withdrawn")
            return _back(found, gettext("Se registró el desistimiento. El documento firmado no cambia: el desistimiento figura a su lado."))
    return _page(found, 422, withdrawal=form)


@blueprint.post(f"{ADDRESS}/emitir")
@requires(MANAGE)
def issue(code: str, commitment: str) -> Any:
    """Ask for the document; a job makes it."""
    found = commitment_for(MANAGE, code, commitment)
    issuing.request_issue(web.session, now=g.now, commitment=found)
    web.commit()
    web.portal().queue.enqueue("commitments.issue", found.id)
    return _back(found, gettext("El documento está en camino: esta página dirá cuando esté emitido."))


@blueprint.post(f"{ADDRESS}/preguntas/<int:question_id>")
@requires(MANAGE)
def answer(code: str, commitment: str, question_id: int) -> Any:
    """Answer a question; who asked hears of it by mail."""
    found, form = commitment_for(MANAGE, code, commitment), AnswerForm(prefix=f"respuesta-{question_id}")
    asked = web.session.get(Question, question_id)
    if asked is None or asked.commitment_id != found.id:
        raise NotFound
    if form.validate():
        try:
            questions.answer(
                web.session, now=g.now, person_id=web.person_id(), question_id=question_id, text=form.text.data, mailer=web.portal().mailer
            )
        except Invalid as error:
            form_errors.show(error, form)
        else:
            web.commit()
            return _back(found, gettext("Respuesta guardada; se puso en cola el correo a quien preguntó."))
    return _page(found, 422, answer={question_id: form})
