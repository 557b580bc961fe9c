"""The staff's page where the group's decision on a demand is noted."""

from typing import Any

from flask import flash, g, render_template
from flask_babel import gettext

from plugins.demands import deciding, desk, finding, pages, queries, ranking, telling, words
from plugins.demands.blueprint import MANAGE, PLACE
from plugins.demands.blueprint import staff as blueprint
from plugins.demands.forms import DecisionForm
from plugins.demands.models import Demand
from portal import form_errors, web
from portal.choices import options
from portal.errors import Conflict, Invalid, NotFound
from portal.failures import told
from portal.i18n import N_
from portal.web import requires


@blueprint.route(f"{PLACE}/<demand>/decidir", methods=["GET", "POST"])
@requires(MANAGE, agenda="code")
def decide(code: str, demand: str) -> Any:
    """Note what the group decided of a demand, where and why, with the scores in sight."""
    found = queries.demand(web.session, g.agenda.id, demand)
    closed = queries.rounds_of(web.session, found.id, "closed")
    form = DecisionForm(data={"outcome": found.decision or None, "round": closed[-1].code if closed else ""})
    form.round.choices = options([("", gettext("Ninguno")), *((one.code, f"{one.code} {one.title}") for one in closed)])
    pages.with_meetings(form, g.agenda)
    status = 200
    if form.validate_on_submit():
        try:
            made = deciding.decide(
                web.session,
                now=g.now,
                agenda=g.agenda,
                demand=found,
                outcome=form.outcome.data or "",
                reason=form.reason.data or "",
                meeting=pages.meeting_of(form),
                place=form.place.data or dict(pages.meeting_choices(g.agenda)).get(pages.meeting_of(form), ""),
                decided_on=form.decided_on.data,
                with_=_other(form.other.data or ""),
                round_=next((one for one in closed if one.code == form.round.data), None),
                person_id=web.person_id(),
            )
            public = desk.desk(web.session, g.agenda.id).public
            registry = web.portal().registry
            told_many = telling.decided(web.session, registry, now=g.now, agenda=g.agenda, demand=found, decision=made, public=public)
        except Invalid as error:
            web.session.rollback()
            form_errors.show(Invalid(error.sentence, fields=_named(error.fields), **error.params), form)
        except Conflict as error:
            web.session.rollback()
            form.form_errors, status = [told(error)], 409
        else:
            web.commit()
            flash(gettext("Se anotó la decisión sobre %(code)s.", code=demand), "ok")
            if told_many:
                flash(gettext("Se avisará a %(num)s personas en su próximo resumen.", num=told_many), "info")
            return web.back_to("demands_staff.demand", code=code, demand=demand)
    status = 422 if (form.errors or form.form_errors) and status == 200 else status  # noqa: PLR2004 - HTTP's numbers
    found = queries.demand(web.session, g.agenda.id, demand)
    page = render_template(
        "demands/staff/decide.html",
        agenda=g.agenda,
        code=code,
        demand=found,
        form=form,
        placed=[(one, ranking.ranking(web.session, one).of(found.id)) for one in closed],
        similar=finding.similar(web.session, g.agenda.id, found.text, but=[found.id], limit=5),
        shown=ranking.shown,
        badge_of=pages.badge_of,
        words=words,
    )
    return page, status


def _other(typed: str) -> Demand | None:
    """Return the demand whose code was typed, None where nothing was. Raises `Invalid`."""
    if not typed.strip():
        return None
    try:
        return queries.demand(web.session, g.agenda.id, typed.strip().upper())
    except NotFound as error:
        raise Invalid(fields={"other": N_("No hay una demanda con ese código en esta agenda.")}) from error


def _named(fields: Any) -> dict[str, str]:
    """Return a service's sentences under the form's names."""
    return {"other" if name == "with" else name: sentence for name, sentence in fields.items()}
