"""Where the other pages lead to this plugin's."""

from collections.abc import Iterator
from typing import Any

from flask import g, url_for
from flask_babel import gettext, ngettext

from plugins.dialogue import queries
from portal import web
from portal.accounts.actor import Actor
from portal.extend import PageItem


def items(place: str, _actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    if place == "road" and web.allowed("dialogue.read", agenda_id=subject.id):
        yield _for_staff(subject)
    elif place == "agenda":
        for one in queries.open_now(web.session, subject.agenda_id, g.now):
            if one.version_id == subject.id:
                until = _moment(one.closes_at)
                yield PageItem(
                    label=gettext("Opine sobre esta versión"),
                    text=gettext(
                        "Consulta %(code)s abierta hasta el %(until)s: cualquier persona puede aportar.", code=one.code, until=until
                    ),
                    href=url_for("dialogue.consultation", code=subject.agenda.code, consultation=one.code),
                    weight=20,
                )
    elif place == "agenda.road":
        rows = queries.consultations(web.session, subject.id)
        if rows:
            received, answered = sum(row.received for row in rows), sum(row.answered for row in rows)
            yield PageItem(
                label=gettext("Diálogo social"),
                text=gettext("%(received)s aportes recibidos, %(answered)s con respuesta.", received=received, answered=answered),
                href=url_for("dialogue.consultations", code=subject.code),
                weight=60,
            )


def _for_staff(agenda: Any) -> PageItem:
    to_read, to_answer = queries.waiting_answers(web.session, agenda.id)
    found = queries.open_now(web.session, agenda.id, g.now)
    parts = [gettext("Consulta %(code)s abierta", code=one.code) for one in found] or [gettext("Ninguna consulta abierta")]
    parts += [ngettext("%(num)d aporte por leer", "%(num)d aportes por leer", to_read)] if to_read else []
    parts += [ngettext("%(num)d por responder", "%(num)d por responder", to_answer)] if to_answer else []
    return PageItem(
        label=gettext("Diálogo social"), text="; ".join(parts), href=url_for("dialogue.staff_index", code=agenda.code), weight=60
    )


def _moment(instant: Any) -> str:
    from flask import current_app  # noqa: PLC0415 - one use

    return str(current_app.jinja_env.filters["fecha_hora"](instant))
