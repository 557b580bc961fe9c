"""Filling in a ballot: by staff from a paper sheet or at a table, and on screen by the person whose ballot it is."""

from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext

from plugins.demands import queries, rounds
from plugins.demands.blueprint import MANAGE, OPEN_PLACE
from plugins.demands.blueprint import public as everybody
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.models import Ballot, Round
from plugins.demands.round_views import ROUNDS
from portal import web
from portal.agendas import queries as agendas
from portal.errors import Conflict, Invalid, Stale
from portal.failures import told
from portal.web import requires, signed_in


@blueprint.route(f"{ROUNDS}/<number>/fichas/<ballot>", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def ballot(code: str, number: str, ballot: str) -> Any:  # noqa: ARG001 - the address's; `g.agenda` is of it
    """Type a ballot in, or mend what was mistyped while the round is open."""
    held = queries.round_(web.session, g.agenda.id, number)
    found = queries.ballot(web.session, held.id, ballot)
    return _fill(held, found, own=False)


@everybody.route(f"{OPEN_PLACE}/rondas/<number>/puntuar", methods=["GET", "POST"])
@signed_in
def score(code: str, number: str) -> Any:
    """Let a person who is expected fill in their ballot."""
    g.agenda = agendas.agenda(web.session, code)
    held = queries.round_(web.session, g.agenda.id, number)
    return _fill(held, queries.my_ballot(web.session, held.id, web.person_id()), own=True)


def _fill(held: Round, found: Ballot, *, own: bool) -> Any:
    if own and held.state == "draft":
        raise Conflict(gettext("La ronda todavía no se abrió. Le avisarán cuando pueda puntuar."))
    typed: dict[str, str] = rounds.scores(web.session, found)
    wrong: dict[str, str] = {}
    loose: list[str] = []
    theirs: dict[str, str] | None = None
    revision, status = found.revision, 200
    if request.method == "POST":
        typed = {name: value for name, value in request.form.items() if name.startswith("p-")}
        method = "screen" if own or request.form.get("method") == "screen" else "paper"
        try:
            rounds.score(
                web.session,
                now=g.now,
                round_=held,
                ballot=found,
                typed=typed,
                revision=web.whole(request.form.get("revision")) or 0,
                method=method,
                person_id=web.person_id(),
            )
        except rounds.BadScores as error:
            web.session.rollback()
            wrong, status = {one.name: gettext(one.sentence) % one.params for one in error.wrong}, 422
            revision = web.whole(request.form.get("revision")) or 0
        except Stale as error:
            web.session.rollback()
            theirs, loose, status = error.theirs, [told(error)], 409
        except (Invalid, Conflict) as error:
            web.session.rollback()
            loose, status = [told(error)], error.status
            revision = web.whole(request.form.get("revision")) or 0
        else:
            web.commit()
            flash(gettext("Se guardaron los puntajes de la ficha %(code)s.", code=found.code), "ok")
            if own:
                return web.back_to("demands.score", code=g.agenda.code, number=held.code)
            return web.back_to("demands_staff.round", code=g.agenda.code, number=held.code)
    found = queries.ballot(web.session, held.id, found.code)
    if theirs is not None:
        revision = found.revision
    page = render_template(
        "demands/scoring.html",
        agenda=g.agenda,
        code=g.agenda.code,
        round=held,
        ballot=found,
        own=own,
        typed=typed,
        wrong=wrong,
        loose=loose,
        theirs=theirs,
        revision=revision,
        cell=rounds.cell,
        method=request.form.get("method") or found.method or "paper",
    )
    return page, status
