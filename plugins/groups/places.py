"""Where the other pages lead to this plugin's."""

from collections.abc import Iterator
from typing import Any

from flask import g, url_for
from flask_babel import format_date, gettext, ngettext

from plugins.groups import queries
from plugins.groups.words import READ
from portal import web
from portal.accounts.actor import Actor
from portal.extend import PageItem


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`. `actor` is who looks; what they may do is asked of the request."""
    del actor
    if place == "road" and web.allowed(READ, agenda_id=subject.id):
        yield PageItem(
            label=gettext("Grupos y reuniones"),
            href=url_for("groups.index", code=subject.code),
            text=_line(queries.state(web.session, subject.id, now=g.now)),
            weight=20,
        )
    elif place == "agenda.road":
        found = queries.meetings(web.session, subject.id, filters=queries.Filters(), public=True, size=1)
        if found.total:
            yield PageItem(
                label=gettext("Reuniones"),
                href=url_for("groups.public_meetings", code=subject.code),
                text=ngettext("%(num)s reunión convocada o realizada.", "%(num)s reuniones convocadas o realizadas.", found.total),
                weight=20,
            )


def _line(state: queries.State) -> str:
    parts = [
        ngettext("%(num)s grupo", "%(num)s grupos", state.groups),
        ngettext("%(num)s reunión realizada", "%(num)s reuniones realizadas", state.held),
    ]
    if state.next is not None:
        parts.append(gettext("la próxima, el %(day)s", day=format_date(state.next.starts_at, "long")))
    elif state.convened:
        parts.append(ngettext("%(num)s convocada", "%(num)s convocadas", state.convened))
    return "; ".join(parts) + "."
