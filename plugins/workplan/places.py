"""Where the other pages lead to the plan."""

from collections.abc import Iterator
from typing import Any

from flask import g, url_for
from flask_babel import gettext, ngettext

from plugins.workplan import queries
from plugins.workplan.board import today
from portal import web
from portal.accounts.actor import Actor
from portal.agendas.models import Agenda
from portal.extend import PageItem


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    del actor  # `web.allowed` asks for whoever acts
    if place == "road" and isinstance(subject, Agenda) and web.allowed("workplan.read", agenda_id=subject.id):
        yield PageItem(
            label=gettext("Plan de trabajo"), text=_state(subject), href=url_for("workplan_staff.plan", code=subject.code), weight=15
        )
    elif place == "agenda.road" and isinstance(subject, Agenda):
        yield from _public(subject)
    elif place == "agenda" and subject is not None:
        yield from _public(subject.agenda)


def _public(agenda: Agenda) -> Iterator[PageItem]:
    plan = queries.plan(web.session, agenda)
    if plan is not None and plan.public:
        yield PageItem(
            label=gettext("Plan de trabajo"),
            text=gettext("Qué se hizo y qué falta para construir la agenda."),
            href=url_for("workplan.plan", code=agenda.code),
            weight=15,
        )


def _state(agenda: Agenda) -> str:
    plan = queries.plan(web.session, agenda)
    if plan is None or "now" not in g:
        return str(gettext("Todavía no hay plan."))
    rows = queries.rows(web.session, plan, today=today())
    counts = queries.counts(rows)
    done = counts["completo"]
    said = str(ngettext("%(done)s de %(num)s actividad completa", "%(done)s de %(num)s actividades completas", len(rows), done=done))
    if counts[queries.LATE]:
        said += "; " + str(ngettext("%(num)s vencida", "%(num)s vencidas", counts[queries.LATE]))
    return said
