"""Where the other pages lead to this plugin's: the road of an agenda, for those who may read its draft."""

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from plugins.drafting import queries
from plugins.drafting.words import OPEN, READ
from portal import web
from portal.accounts.actor import Actor
from portal.extend import PageItem

WEIGHT = 40  # as the stage of the thread


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:  # noqa: ARG001 - the hook's signature
    """Yield what is shown in `place`."""
    if place == "road" and web.allowed(READ, agenda_id=subject.id):
        yield PageItem(label=gettext("Redacción"), text=_state(subject.id), href=url_for("drafting.desk", code=subject.code), weight=WEIGHT)


def _state(agenda_id: int) -> str:
    every = queries.sections(web.session, agenda_id)
    waiting = queries.counts(web.session, agenda_id).get(OPEN, 0)
    parts = []
    if every:
        ready = sum(one.state == "ready" for one in every)
        parts.append(gettext("%(ready)s de %(all)s secciones listas", ready=ready, all=len(every)))
    if waiting:
        parts.append(ngettext("%(num)d sugerencia por decidir", "%(num)d sugerencias por decidir", waiting))
    return " · ".join(parts) or gettext("Secciones, sugerencias y documentos de Word.")
