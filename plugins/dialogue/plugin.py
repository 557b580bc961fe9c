"""The dialogue plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import (
    Exporter,
    JobKind,
    MailTopic,
    PageItem,
    Permission,
    PersonData,
    Plugin,
    SearchEntry,
    ThreadStage,
    ThreadStation,
    ThreadTie,
    hookimpl,
)
from portal.i18n import N_

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor
    from portal.context import Portal

PLUGIN = Plugin(
    name="dialogue",
    label="Diálogo social",
    version="0.1.0",
    summary="Consulta pública de una versión preliminar: aportes, respuestas y cambios que causaron.",
)
_MESA = ("administrator", "coordinator", "staff")


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who reads what waits, who opens consultations and moderates, who answers (delegates: in their dimension)."""
    return _permissions()


def _permissions() -> list[Permission]:
    return [
        Permission(action="dialogue.read", label="Leer los aportes que esperan", roles=(*_MESA, "delegate")),
        Permission(action="dialogue.edit", label="Abrir consultas y moderar aportes", roles=_MESA),
        Permission(action="dialogue.answer", label="Responder aportes", roles=(*_MESA, "delegate")),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """Consultations and the matrix, for everybody; the inbox, for staff."""
    from plugins.dialogue import views  # noqa: PLC0415 - commands do without Flask

    return [views.blueprint]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages."""
    from plugins.dialogue import entrances  # noqa: PLC0415

    return entrances.items(place, actor, subject)


@hookimpl
def exporters() -> Iterable[Exporter]:
    """The matrix "usted dijo, hicimos" of a whole agenda."""
    return [Exporter(name="aportes", label="Aportes y respuestas («Usted dijo, hicimos»)", rows=_matrix)]


def _matrix(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.dialogue import tables  # noqa: PLC0415 - commands that do not export do without

    return tables.of_agenda(session, agenda_code)


@hookimpl
def jobs() -> Iterable[JobKind]:
    """Let go of what nobody confirmed."""
    return [JobKind(name="dialogue.lapse", run=_lapse, pending=_lapsed)]


def _lapse(portal: "Portal", identity: str) -> None:
    from plugins.dialogue import contributing  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    with portal.sessions() as session:
        contributing.lapse(session, now=clock.now(), contribution_id=int(identity))
        session.commit()


def _lapsed(session: Any, now: Any) -> Iterable[str]:
    from plugins.dialogue import contributing  # noqa: PLC0415

    return [str(one) for one in contributing.lapsed(session, now)]


@hookimpl
def mail_topics() -> Iterable[MailTopic]:
    """What staff may want to know."""
    return [MailTopic(name="dialogue.received", label=N_("Aportes y réplicas que llegan a una consulta"), often="daily", weight=60)]


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """Where consultations, contributions and answers stand."""
    return [ThreadStage(name="dialogue", label=N_("Diálogo social"), gap=N_("Sin aportes"), weight=60)]


@hookimpl
def thread_ties(session: "Session", refs: frozenset[str]) -> Iterable[ThreadTie]:
    """Which contributions speak of which items."""
    from plugins.dialogue import story  # noqa: PLC0415

    return story.ties(session, refs)


@hookimpl
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Consultations, contributions and answers, as far as `actor` may know of them."""
    from plugins.dialogue import story  # noqa: PLC0415
    from portal.accounts.actor import Permissions  # noqa: PLC0415

    return story.stations(session, actor, Permissions.of(tuple(_permissions())), refs)


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Consultations and contributions."""
    from plugins.dialogue import indexing  # noqa: PLC0415

    return indexing.entries(session)


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """What a person contributed."""
    from plugins.dialogue import erasing  # noqa: PLC0415 - only somebody's own copy asks

    return erasing.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Take a person out of what they contributed, moderated and answered."""
    from plugins.dialogue import erasing  # noqa: PLC0415 - as above

    erasing.erase(session, person_id, now)
