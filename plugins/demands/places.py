"""Where the other pages lead to this plugin's: the road of an agenda, for staff and for everybody."""

from collections.abc import Iterator
from typing import Any

from flask import g, url_for
from flask_babel import gettext, ngettext

from plugins.demands import queries
from plugins.demands.desk import desk, form_open
from plugins.demands.words import INCLUDED, OPEN, PENDING
from portal import web
from portal.accounts.actor import Actor
from portal.extend import PageItem

WEIGHT = 30  # as the stage of the thread


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:  # noqa: ARG001 - the hook's signature
    """Yield what is shown in `place`."""
    if place == "road" and web.allowed("demands.read", agenda_id=subject.id):
        href = url_for("demands_staff.index", code=subject.code)
        yield PageItem(label=gettext("Demandas y priorización"), text=_state(subject.id), href=href, weight=WEIGHT)
    elif place == "agenda.road":
        held = desk(web.session, subject.id)
        if held.public:
            href = url_for("demands.index", code=subject.code)
            yield PageItem(label=gettext("Demandas"), text=_public_state(subject.id), href=href, weight=WEIGHT)
        if form_open(held, g.now):
            href = url_for("demands.propose", code=subject.code)
            yield PageItem(
                label=gettext("Proponer una demanda"), text=gettext("Sin cuenta y sin dejar datos."), href=href, weight=WEIGHT + 1
            )
    elif place == "agenda" and desk(web.session, subject.agenda_id).public:
        href = url_for("demands.index", code=subject.agenda.code)
        yield PageItem(label=gettext("De qué demandas viene"), text=_public_state(subject.agenda_id), href=href, weight=WEIGHT)


def _state(agenda_id: int) -> str:
    found = queries.counts(web.session, agenda_id)
    live: int = sum(n for (state, _), n in found.items() if state == OPEN)
    waiting = sum(n for (state, _), n in found.items() if state == PENDING)
    if not found:
        return str(gettext("Todavía no se registró ninguna."))
    parts = [ngettext("%(num)d vigente", "%(num)d vigentes", live), _included(found.get((OPEN, INCLUDED), 0))]
    if waiting:
        parts.append(str(gettext("%(num)s por moderar", num=waiting)))
    return str(" · ".join(parts))


def _public_state(agenda_id: int) -> str:
    found = queries.counts(web.session, agenda_id)
    live = sum(n for (state, _), n in found.items() if state == OPEN)
    return f"{ngettext('%(num)d vigente', '%(num)d vigentes', live)} · {_included(found.get((OPEN, INCLUDED), 0))}"


def _included(many: int) -> str:
    return str(ngettext("%(num)d incluida", "%(num)d incluidas", many))
