"""The staff's pages about rounds of prioritisation: prepare, expect ballots, open, type in, close, and the ranking."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext
from sqlalchemy import select

from plugins.demands import pages, printing, queries, ranking, rounds, telling, words
from plugins.demands.blueprint import MANAGE, PLACE, READ
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.forms import BallotsForm, RoundForm
from plugins.demands.models import Ballot, Round
from plugins.demands.sheet_views import download
from portal import form_errors, web
from portal.accounts.models import Grant, Person
from portal.choices import options
from portal.errors import Conflict, Invalid, Stale
from portal.failures import told
from portal.web import requires

ROUNDS = f"{PLACE}/rondas"
AT_ONCE = 20  # ballots printed in one file
_SUGGESTED = (("Urgencia", "40"), ("A cuántas personas alcanza", "35"), ("Viabilidad", "25"))


@blueprint.get(ROUNDS)
@requires(READ, agenda="code")
def round_list(code: str) -> str:
    """List rounds."""
    return render_template(
        "demands/staff/rounds.html",
        agenda=g.agenda,
        code=code,
        rounds=queries.rounds(web.session, g.agenda.id),
        labels=pages.labels(g.agenda),
        words=words,
        may_manage=web.allowed(MANAGE, agenda_id=g.agenda.id),
    )


def _plan(form: RoundForm, dimension: str) -> rounds.Plan:
    criteria = [
        rounds.Weighed(name=one.form.name.data or "", weight=one.form.weight.data or "", hint=one.form.hint.data or "")
        for one in form.criteria
        if (one.form.name.data or "").strip() or (one.form.weight.data or "").strip()
    ]
    return rounds.Plan(
        title=form.title.data or "",
        criteria=criteria,
        dimension=dimension,
        by=form.by.data or "",
        lowest=form.lowest.data,
        highest=form.highest.data,
        meeting=pages.meeting_of(form),
    )


def _form(dimension: str, held: Round | None) -> tuple[RoundForm, list[Any]]:
    """Return the round's form with the live demands to tick, all of them until somebody chose."""
    offered = queries.live(web.session, g.agenda.id, dimension)[: rounds.MOST_DEMANDS * 2]
    data: dict[str, Any] = {"criteria": [{"name": gettext(name), "weight": weight} for name, weight in _SUGGESTED] + [{}]}
    data["demands"] = [one.code for one in offered if not one.decision][: rounds.MOST_DEMANDS]
    if held is not None:
        filled = [{"name": one.name, "weight": one.weight.replace(".", ","), "hint": one.hint} for one in held.criteria]
        data = {
            "title": held.title,
            "by": held.by,
            "lowest": held.lowest,
            "highest": held.highest,
            "meeting": held.meeting,
            "criteria": [*filled, {}, {}][: rounds.MOST_CRITERIA],
            "demands": [one.demand.code for one in held.entries],
            "revision": str(held.revision),
        }
    form = RoundForm(data=data)
    form.demands.choices = options((one.code, f"{one.code} · {one.text}") for one in offered)
    pages.with_meetings(form, g.agenda)
    return form, offered


@blueprint.route(f"{ROUNDS}/nueva", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def new_round(code: str) -> Any:
    """Prepare a round, of one dimension (?dimension=) or of the whole agenda."""
    return _prepare(code, None)


@blueprint.route(f"{ROUNDS}/<number>/editar", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def edit_round(code: str, number: str) -> Any:
    """Prepare a round otherwise, before it opens."""
    return _prepare(code, queries.round_(web.session, g.agenda.id, number))


def _prepare(code: str, held: Round | None) -> Any:
    dimension = held.dimension if held is not None else request.args.get("dimension", "")
    form, offered = _form(dimension, held)
    status = 200
    if form.validate_on_submit():
        chosen = [one for one in offered if one.code in set(form.demands.data or ())]
        try:
            if held is None:
                plan = _plan(form, dimension)
                made = rounds.prepare(web.session, now=g.now, agenda=g.agenda, plan=plan, demands=chosen, person_id=web.person_id())
            else:
                revision = web.whole(form.revision.data) or 0
                plan = _plan(form, dimension)
                made = rounds.change(web.session, agenda=g.agenda, round_=held, revision=revision, plan=plan, demands=chosen)
        except Invalid as error:
            web.session.rollback()
            _show(error, form)
        except (Stale, Conflict) as error:
            web.session.rollback()
            form.form_errors, status = [told(error)], 409
        else:
            web.commit()
            flash(gettext("Se guardó la ronda %(code)s. Diga ahora a quiénes se espera.", code=made.code), "ok")
            return web.back_to("demands_staff.round", code=code, number=made.code)
    status = 422 if (form.errors or form.form_errors) and status == 200 else status  # noqa: PLR2004 - HTTP's numbers
    page = render_template(
        "demands/staff/round_form.html",
        agenda=g.agenda,
        code=code,
        form=form,
        held=held,
        dimension=dimension,
        labels=pages.labels(g.agenda),
        offered=offered,
    )
    return page, status


def _show(error: Invalid, form: RoundForm) -> None:
    """Put a service's sentences beside the fields, those of criteria too."""
    filled = [one for one in form.criteria if (one.form.name.data or "").strip() or (one.form.weight.data or "").strip()]
    left = {}
    for name, sentence in error.fields.items():
        part, _, rest = name.partition("-")
        place, _, which = rest.partition("-")
        if part == "criteria" and which and place.isdigit() and int(place) < len(filled):
            field = filled[int(place)].form[which]
            field.errors = [*field.errors, gettext(sentence)]
            form.form_errors = [*form.form_errors, gettext(sentence)]
        elif name in {"criteria", "demands"}:
            form.form_errors = [*form.form_errors, gettext(sentence)]
        else:
            left[name] = sentence
    if left or not error.fields:
        form_errors.show(Invalid(error.sentence, fields=left, **error.params), form)


def _people() -> list[tuple[str, str]]:
    """Return the people with a role in the agenda, who may be asked to score on screen."""
    rows = (
        select(Person.id, Person.full_name)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.agenda_id == g.agenda.id, Grant.ended_at.is_(None), Person.active, Person.erased_at.is_(None))
        .distinct()
        .order_by(Person.full_name)
        .limit(300)
    )
    return [(str(identity), name) for identity, name in web.session.execute(rows)]


def _round_page(code: str, number: str, form: BallotsForm | None = None, status: int = 200) -> Any:
    held = queries.round_(web.session, g.agenda.id, number)
    if form is None:
        form = BallotsForm(formdata=None)
    form.people.choices = options(_people())
    page = render_template(
        "demands/staff/round.html",
        agenda=g.agenda,
        code=code,
        round=held,
        form=form,
        ranking=ranking.ranking(web.session, held),
        ballots=queries.ballots(web.session, held.id),
        labels=pages.labels(g.agenda),
        badge_of=pages.badge_of,
        shown=ranking.shown,
        words=words,
        at_once=AT_ONCE,
        may_manage=web.allowed(MANAGE, agenda_id=g.agenda.id),
    )
    return page, status


@blueprint.get(f"{ROUNDS}/<number>")
@requires(READ, agenda="code")
def round(code: str, number: str) -> Any:  # noqa: A001 - the endpoint's name
    """Show a round: who is expected, who is missing, and the ranking with its arithmetic."""
    return _round_page(code, number)


@blueprint.post(f"{ROUNDS}/<number>/fichas")
@requires(MANAGE, agenda="code")
def add_ballots(code: str, number: str) -> Any:
    """Expect more ballots."""
    held = queries.round_(web.session, g.agenda.id, number)
    form = BallotsForm()
    form.people.choices = options(_people())
    labels = [line for line in (form.labels.data or "").splitlines() if line.strip()]
    people = web.wholes(form.people.data)
    try:
        made = rounds.add_ballots(web.session, round_=held, labels=labels, people=people)
    except Invalid as error:
        web.session.rollback()
        form_errors.show(error, form)
        return _round_page(code, number, form, 422)
    web.commit()
    flash(gettext("Se esperan %(num)s fichas más.", num=len(made)), "ok")
    return web.back_to("demands_staff.round", code=code, number=number)


@blueprint.post(f"{ROUNDS}/<number>/fichas/<ballot>/quitar")
@requires(MANAGE, agenda="code")
def remove_ballot(code: str, number: str, ballot: str) -> Any:
    """Expect a ballot no more."""
    held = queries.round_(web.session, g.agenda.id, number)
    rounds.remove_ballot(web.session, round_=held, ballot=queries.ballot(web.session, held.id, ballot))
    web.commit()
    flash(gettext("Ya no se espera esa ficha."), "ok")
    return web.back_to("demands_staff.round", code=code, number=number)


@blueprint.post(f"{ROUNDS}/<number>/abrir")
@requires(MANAGE, agenda="code")
def open_round(code: str, number: str) -> Any:
    """Let people score."""
    held = queries.round_(web.session, g.agenda.id, number)
    rounds.open_(web.session, now=g.now, round_=held)
    telling.opened(web.session, now=g.now, agenda=g.agenda, round_=held)
    web.commit()
    flash(gettext("La ronda está abierta: ya se puede puntuar."), "ok")
    return web.back_to("demands_staff.round", code=code, number=number)


@blueprint.post(f"{ROUNDS}/<number>/cerrar")
@requires(MANAGE, agenda="code")
def close_round(code: str, number: str) -> Any:
    """Let nobody score any more."""
    rounds.close(web.session, now=g.now, round_=queries.round_(web.session, g.agenda.id, number))
    web.commit()
    flash(gettext("La ronda está cerrada. El orden informa al grupo: la decisión sobre cada demanda es suya."), "ok")
    return web.back_to("demands_staff.round", code=code, number=number)


@blueprint.get(f"{ROUNDS}/<number>/fichas.pdf")
@requires(READ, agenda="code")
def ballots_pdf(code: str, number: str) -> Any:
    """Print scoring sheets, twenty at once (?desde= the number of the first)."""
    held = queries.round_(web.session, g.agenda.id, number)
    first = web.asked_number("desde") or 1
    rows = [one for one in queries.ballots(web.session, held.id) if one.number >= first][:AT_ONCE]
    return _pdf(held, rows, f"{code}-{number}-fichas")


@blueprint.get(f"{ROUNDS}/<number>/fichas/<ballot>.pdf")
@requires(READ, agenda="code")
def ballot_pdf(code: str, number: str, ballot: str) -> Any:
    """Print one scoring sheet."""
    held = queries.round_(web.session, g.agenda.id, number)
    return _pdf(held, [queries.ballot(web.session, held.id, ballot)], f"{code}-{number}-{ballot}")


def _pdf(held: Round, rows: list[Ballot], name: str) -> Any:
    if not rows:
        raise Conflict(gettext("Todavía no se espera ninguna ficha."))
    settings = web.portal().settings
    data = printing.scoring(web.portal().templates, g.agenda, held, rows, public_url=settings.public_url)
    return download(data, "application/pdf", f"{name}.pdf", inline=True)
