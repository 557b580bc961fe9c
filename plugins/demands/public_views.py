"""What anybody can read of demands, and the form where anybody proposes one."""

from typing import Any

from flask import g, redirect, render_template, url_for
from flask_babel import gettext

from plugins.demands import collecting, desk, pages, queries, ranking, words
from plugins.demands.blueprint import OPEN_PLACE, READ
from plugins.demands.blueprint import public as blueprint
from plugins.demands.forms import ProposalForm
from plugins.demands.models import Demand, Source
from plugins.demands.staff_views import filters, kept
from portal import form_errors, web
from portal.accounts.actor import NOBODY
from portal.agendas import queries as agendas
from portal.agendas.models import Agenda
from portal.documents.rendering import render_markdown
from portal.errors import Invalid, NotFound
from portal.extend import ThreadStation
from portal.limits import limiter
from portal.threads.stations import stations
from portal.web import public

PROPOSALS = "10 per hour; 40 per day"  # from one address, which may be a whole meeting room


def _published(code: str) -> Agenda:
    """Return an agenda whose demands are public. Raises `NotFound`."""
    found = agendas.agenda(web.session, code)
    if not desk.desk(web.session, found.id).public:
        raise NotFound
    return found


@blueprint.get(OPEN_PLACE)
@public
def index(code: str) -> str:
    """List an agenda's demands with what was decided of each."""
    agenda = agendas.agenda(web.session, code)
    held = desk.desk(web.session, agenda.id)
    if not held.public:
        raise NotFound
    form, wanted = filters(agenda, public=True)
    found = queries.page(web.session, agenda.id, wanted, number=web.page_number(), public=True)
    return render_template(
        "demands/public/index.html",
        agenda=agenda,
        code=code,
        form=form,
        wanted=wanted,
        page=found,
        kept=kept(),
        counts=queries.counts(web.session, agenda.id),
        rounds=queries.rounds(web.session, agenda.id, "closed"),
        proposing=desk.form_open(held, g.now),
        labels=pages.labels(agenda),
        badge_of=pages.badge_of,
        words=words,
    )


@blueprint.get(f"{OPEN_PLACE}/<demand>")
@public
def demand(code: str, demand: str) -> Any:
    """Tell a demand's story: who said it, its scores and the group's decision. Staff is led to its own page while the list is not public."""
    agenda = agendas.agenda(web.session, code)
    open_ = desk.desk(web.session, agenda.id).public
    found = queries.demand(web.session, agenda.id, demand)
    if not open_ or found.state not in words.READABLE:
        if web.allowed(READ, agenda_id=agenda.id):
            return redirect(url_for("demands_staff.demand", code=code, demand=demand), code=303)
        raise NotFound
    decided = queries.decisions(web.session, found.id)
    closed = queries.rounds_of(web.session, found.id, "closed")
    fusions = [one for one in queries.fusions(web.session, found.id) if one.undone_at is None]
    refs = [one.ref for one in found.sources if one.ref] + [one.meeting for one in decided if one.meeting]
    return render_template(
        "demands/public/demand.html",
        agenda=agenda,
        code=code,
        demand=found,
        decisions=decided,
        placed=[(one, ranking.ranking(web.session, one).of(found.id)) for one in closed],
        joined=[
            part.demand
            for one in fusions
            if one.kind == "merge"
            for part in one.parts
            if part.side == "from" and part.demand.id != found.id
        ]
        if found.state != words.MERGED
        else [],
        made_of=[
            part.demand
            for one in fusions
            if one.kind == "split"
            for part in one.parts
            if part.demand.id != found.id and part.side == "from"
        ],
        split_into=[part.demand for one in fusions if one.kind == "split" for part in one.parts if part.side == "to"]
        if found.state == words.SPLIT
        else [],
        sources=_said(found, stations(web.session, web.portal().ask, NOBODY, refs)),
        meetings=stations(web.session, web.portal().ask, NOBODY, refs),
        labels=pages.labels(agenda),
        badge=pages.badge_of(found),
        markdown=render_markdown,
        shown=ranking.shown,
        words=words,
    )


def _said(found: Demand, known: dict[str, ThreadStation]) -> list[tuple[Source, ThreadStation | None]]:
    """Return the sources in words fit for everybody: of a meeting in the portal, only what the portal shows to everybody."""
    return [(one, known.get(one.ref)) for one in found.sources]


@blueprint.get(f"{OPEN_PLACE}/rondas/<number>")
@public
def round(code: str, number: str) -> str:  # noqa: A001 - the endpoint's name
    """Show a closed round's ranking, with its arithmetic and what was decided of each demand."""
    agenda = _published(code)
    held = queries.round_(web.session, agenda.id, number)
    if held.state != "closed":
        raise NotFound
    found = ranking.ranking(web.session, held)
    return render_template(
        "demands/public/round.html",
        agenda=agenda,
        code=code,
        round=held,
        ranking=found,
        decisions=queries.current_decisions(web.session, [one.entry.demand_id for one in found.rows]),
        labels=pages.labels(agenda),
        badge_of=pages.badge_of,
        shown=ranking.shown,
        words=words,
    )


def _proposing(code: str) -> tuple[Agenda, Any, ProposalForm]:
    agenda = agendas.agenda(web.session, code)
    held = desk.desk(web.session, agenda.id)
    form = ProposalForm()
    form.dimension.choices = pages.dimensions(agenda, none=gettext("No sé, o varios"))
    form.territory.choices = pages.territories(agenda)
    return agenda, held, form


def _propose_page(agenda: Agenda, held: Any, form: ProposalForm) -> str:
    now_open = desk.form_open(held, g.now)
    if not now_open and not held.public and not held.form:
        raise NotFound
    return render_template(
        "demands/public/propose.html",
        agenda=agenda,
        code=agenda.code,
        form=form,
        desk=held,
        now_open=now_open,
        soon=held.form and held.opens_at is not None and g.now < held.opens_at,
        intro=render_markdown(held.intro),
    )


@blueprint.get(f"{OPEN_PLACE}/proponer")
@public
def propose(code: str) -> str:
    """Show the form where anybody proposes a demand, or that it is closed."""
    return _propose_page(*_proposing(code))


@blueprint.post(f"{OPEN_PLACE}/proponer")
@public
@limiter.limit(PROPOSALS)
def send(code: str) -> Any:
    """Keep a proposal, to be moderated. Who fills in the trap is thanked and not kept."""
    agenda, held, form = _proposing(code)
    if not desk.form_open(held, g.now):
        return _propose_page(agenda, held, form), 409
    if form.validate():
        if (form.website.data or "").strip():
            return web.back_to("demands.thanks", code=code)
        try:
            collecting.propose(
                web.session,
                now=g.now,
                agenda=agenda,
                organisation=form.organisation.data or "",
                text=form.text.data or "",
                detail=form.detail.data or "",
                dimension=form.dimension.data or "",
                territory=form.territory.data or "",
            )
        except Invalid as error:
            web.session.rollback()
            form_errors.show(error, form)
        else:
            web.commit()
            return web.back_to("demands.thanks", code=code)
    return _propose_page(agenda, held, form), 422


@blueprint.get(f"{OPEN_PLACE}/gracias")
@public
def thanks(code: str) -> str:
    """Say what happens with a proposal."""
    agenda = agendas.agenda(web.session, code)
    held = desk.desk(web.session, agenda.id)
    if not held.form and not held.public:
        raise NotFound
    return render_template("demands/public/thanks.html", agenda=agenda, code=code, published=held.public)
