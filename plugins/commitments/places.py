"""Where the other pages lead to this plugin's: entries of the menus."""

from collections.abc import Iterator
from typing import Any

from flask import g, request, url_for
from flask_babel import format_date, gettext

from plugins.commitments import board_queries, opening, participants
from portal import web
from portal.accounts.actor import Actor
from portal.extend import PageItem


def items(place: str, actor: Actor, subject: Any) -> Iterator[PageItem]:
    """Yield what is shown in `place`."""
    if place in {"nav.public", "nav.footer"}:
        yield PageItem(
            label=gettext("Compromisos"), href=url_for("registry.index"), weight=20, active=request.path.startswith("/compromisos")
        )
        yield PageItem(
            label=gettext("Verificar"), href=url_for("verification.start"), weight=30, active=request.path.startswith(("/verificar", "/v/"))
        )
        if place == "nav.footer":
            yield PageItem(label=gettext("Política de certificados"), href=url_for("certificates.policy"), weight=80)
    elif place == "nav.account" and participants.takes_part(web.session, actor.person_id):
        yield PageItem(
            label=gettext("Mi compromiso"), href=url_for("mine.index"), weight=10, active=request.path.startswith("/mi-compromiso")
        )
    elif place == "nav.staff" and web.allowed("commitments.board"):
        yield PageItem(
            label=gettext("Tablero"),
            href=url_for("commitments_staff.index"),
            weight=25,
            active=request.path.startswith("/gestion/compromisos"),
        )
    elif place == "organisation" and web.allowed("commitments.board"):
        yield from _of_organisation(actor, subject)
    elif place == "agenda":
        yield from _of_version(subject)


def _of_version(version: Any) -> Iterator[PageItem]:
    for override, process in opening.overrides_of_version(web.session, version.id, g.now):
        yield PageItem(
            label=gettext("Se envió a las organizaciones pese a una objeción"),
            text=f"{format_date(override.at, 'long')}. {' '.join(override.objections)} {override.reason}",
            href=url_for("registry.index", proceso=process.code),
            weight=66,
        )
    if web.allowed("commitments.manage", agenda_id=version.agenda_id):
        yield PageItem(
            label=gettext("Abrir un proceso de suscripción"),
            text=gettext("Para pedir a las organizaciones que revisen y suscriban esta versión."),
            href=url_for("commitments_staff.new_process", version=version.id),
            weight=80,
        )


def _of_organisation(actor: Actor, organisation: Any) -> Iterator[PageItem]:
    agendas = web.permissions().agendas(actor, "commitments.board")
    for process, code in board_queries.processes_of_organisation(web.session, organisation.id, agendas):
        yield PageItem(
            label=process.title, text=code, href=url_for("commitments_staff.case", code=process.code, commitment=code), weight=50
        )
