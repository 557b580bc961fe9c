"""Where staff read one contribution, publish or withhold it, and answer it, alone or with others like it."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext, ngettext

from plugins.dialogue import answering, moderating, queries
from plugins.dialogue.answering import Given
from plugins.dialogue.blueprint import blueprint, show
from plugins.dialogue.forms import AnswerForm, AssignForm, ModerationForm, ReplyJudgeForm
from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.public_views import WORDS
from plugins.dialogue.staff_views import ANSWER, EDIT, PLACE, READ, number_of, team_choices
from portal import web
from portal.agendas import queries as agendas
from portal.choices import options
from portal.errors import NotFound, PortalError
from portal.web import portal, requires, session

ONE = f"{PLACE}/aportes/<contribution>"


@blueprint.get(ONE)
@requires(READ, agenda="code")
def staff_contribution(code: str, consultation: str, contribution: str) -> str:
    """Show a contribution with everything that was decided on it."""
    return _page(_found(code, consultation, contribution))


def _found(code: str, consultation: str, contribution: str) -> Contribution:
    found = queries.contribution(session, code, contribution)
    if found.consultation.code != consultation:
        raise NotFound
    return found


def _may_answer(found: Contribution) -> bool:
    return web.allowed(ANSWER, agenda_id=found.agenda_id, dimension=found.dimension or "")


def _page(
    found: Contribution, form: ModerationForm | None = None, judging: ReplyJudgeForm | None = None, extra: list[Any] | None = None
) -> str:
    form = form or ModerationForm(formdata=None, data={"revision": found.revision})
    form.revision.data = str(found.revision)
    form.hidden.choices = options((str(one.position), one.name) for one in found.attachments if not one.scan)
    if not form.hidden.data:
        form.hidden.data = [str(one.position) for one in found.attachments if one.withheld]
    assigning = AssignForm(formdata=None, data={"person": str(found.assigned_id or "")})
    assigning.person.choices = options(team_choices(found.agenda_id))
    answers = queries.answers(session, found.id)
    same = queries.Filters(kind=found.kind, place=found.item_code or found.dimension or "", verdict=queries.UNANSWERED)
    return render_template(
        "dialogue/staff/contribution.html",
        contribution=found,
        consultation=found.consultation,
        agenda=found.consultation.agenda,
        dimensions={one.name: one.label for one in found.consultation.agenda.dimensions},
        answers=answers,
        alike=queries.alike(session, answers[0][0].batch) if answers else 1,
        reply=queries.reply_to(session, found.id),
        moderations=queries.moderations(session, found.id),
        similar=same,
        typed_by=agendas.names_of(session, [found.author.typed_by_id if found.author else None]),
        form=form,
        judging=judging or ReplyJudgeForm(formdata=None),
        assigning=assigning,
        edits=web.allowed(EDIT, agenda_id=found.agenda_id),
        may_answer=_may_answer(found),
        extra=extra or [],
        **WORDS,
    )


@blueprint.post(f"{ONE}/moderar")
@requires(EDIT, agenda="code")
def staff_moderate(code: str, consultation: str, contribution: str) -> Any:
    """Publish, or withhold with a reason."""
    found = _found(code, consultation, contribution)
    form, mail = ModerationForm(), None
    revision, me = number_of(form.revision.data), web.person_id()
    try:
        if request.form.get("act") == "publish":
            hidden = {number_of(one) for one in form.hidden.data or []}
            moderating.publish(session, now=g.now, contribution=found, revision=revision, person_id=me, hidden_files=hidden)
            sentence = gettext("El aporte %(code)s está publicado.", code=found.code)
        else:
            mail = moderating.withhold(
                session,
                portal().mailer,
                now=g.now,
                contribution=found,
                revision=revision,
                kind=form.reason_kind.data or "",
                reason=form.reason.data or "",
                person_id=me,
            )
            sentence = gettext("El aporte %(code)s no se publica. Se cuenta, y su motivo está a la vista.", code=found.code)
    except PortalError as error:
        session.rollback()
        return _page(found, form, extra=show(form, error)), error.status
    web.commit()
    if mail is not None:
        portal().queue.enqueue("mail.send", mail)
    flash(sentence, "ok")
    return web.back_to(".staff_contribution", code=code, consultation=consultation, contribution=contribution)


@blueprint.post(f"{ONE}/replica")
@requires(EDIT, agenda="code")
def staff_reply(code: str, consultation: str, contribution: str) -> Any:
    """Show a contributor's reply, or withhold it with a reason."""
    found, form = _found(code, consultation, contribution), ReplyJudgeForm()
    shown = request.form.get("act") == "publish"
    try:
        moderating.judge_reply(
            session, now=g.now, contribution=found, shown=shown, reason=form.reason.data or "", person_id=web.person_id()
        )
    except PortalError as error:
        session.rollback()
        return _page(found, judging=form, extra=show(form, error)), 422
    web.commit()
    flash(gettext("La réplica está publicada.") if shown else gettext("La réplica no se publica, y su motivo está a la vista."), "ok")
    return web.back_to(".staff_contribution", code=code, consultation=consultation, contribution=contribution)


@blueprint.post(f"{ONE}/asignar")
@requires(EDIT, agenda="code")
def staff_assign(code: str, consultation: str, contribution: str) -> Any:
    """Say who answers."""
    found = _found(code, consultation, contribution)
    try:
        moderating.assign(session, contributions=[found], person_id=number_of(request.form.get("person")) or None)
    except PortalError as error:
        session.rollback()
        return _page(found, extra=[(gettext(error.sentence), None)]), error.status
    web.commit()
    return web.back_to(".staff_contribution", code=code, consultation=consultation, contribution=contribution)


@blueprint.route(f"{PLACE}/respuesta", methods=["GET", "POST"])
@requires(ANSWER, agenda="code")
def staff_answer(code: str, consultation: str) -> Any:
    """Answer the contributions named in the address, all alike."""
    found = queries.consultation(session, code, consultation)
    form = AnswerForm() if request.method == "POST" else AnswerForm(formdata=None)
    later = queries.later_versions(session, found.agenda_id, found.version.number)
    form.version.choices = options(
        [
            ("", gettext("En el borrador, tal como está hoy")),
            *((str(one), gettext("En la versión %(number)s", number=one)) for one in later),
        ]
    )
    named = dict(one.partition(":")[::2] for one in (request.form if request.method == "POST" else request.args).getlist("aporte"))
    marked = queries.chosen(session, found.id, named)
    for one in marked:
        web.authorize(ANSWER, agenda_id=found.agenda_id, dimension=one.dimension or "")
    if request.method == "GET":
        return _answer_page(found, form, marked)
    given = Given(form.verdict.data or "", form.reason.data or "", form.items.data or "", number_of(form.version.data) or None)
    try:
        mails = answering.answer(
            session,
            portal().mailer,
            now=g.now,
            contributions=[(one, number_of(named[one.code or ""])) for one in marked],
            given=given,
            person_id=web.person_id(),
        )
    except PortalError as error:
        session.rollback()
        fresh = queries.chosen(session, found.id, named)
        return _answer_page(found, form, fresh, extra=show(form, error)), error.status
    web.commit()
    for mail in mails:
        portal().queue.enqueue("mail.send", mail)
    flash(ngettext("Respondido: %(num)d aporte.", "Respondidos: %(num)d aportes.", len(marked)), "ok")
    if len(marked) == 1:
        return web.back_to(".staff_contribution", code=code, consultation=consultation, contribution=marked[0].code)
    return web.back_to(".staff_inbox", code=code, consultation=consultation)


def _answer_page(found: Consultation, form: AnswerForm, marked: list[Contribution], extra: list[Any] | None = None) -> str:
    return render_template(
        "dialogue/staff/answer.html",
        consultation=found,
        agenda=found.agenda,
        form=form,
        marked=marked,
        extra=extra or [],
        dimensions={one.name: one.label for one in found.agenda.dimensions},
        **WORDS,
    )
