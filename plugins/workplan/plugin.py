"""The workplan plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import Exporter, JobKind, PageItem, Permission, PersonData, Plugin, hookimpl
from portal.extend.kinds import MailTopic, SearchEntry, ThreadStage, ThreadStation

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor

PLUGIN = Plugin(
    name="workplan",
    label="Plan de trabajo",
    version="0.1.0",
    summary="Objetivos, acciones y fechas de la construcción de una agenda: lo previsto y lo hecho.",
)
_READERS = ("administrator", "coordinator", "staff", "delegate", "reader")


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who reads the plan, who notes progress, who writes it."""
    return [
        Permission(action="workplan.read", label="Ver el plan de trabajo", roles=_READERS),
        Permission(action="workplan.report", label="Anotar avances del plan", roles=("administrator", "coordinator", "staff", "delegate")),
        Permission(action="workplan.edit", label="Escribir e importar el plan de trabajo", roles=("administrator", "coordinator", "staff")),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """The plan for everybody, and for staff."""
    from plugins.workplan import import_views, public_views, views  # noqa: PLC0415 - commands do without Flask

    return [public_views.blueprint, views.blueprint, import_views.blueprint]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages."""
    from plugins.workplan import places  # noqa: PLC0415 - as above

    return places.items(place, actor, subject)


@hookimpl
def jobs() -> Iterable[JobKind]:
    """Tell people of activities whose days are over."""
    from plugins.workplan import late  # noqa: PLC0415 - tables are loaded only where they are used

    return [late.KIND]


@hookimpl
def mail_topics() -> Iterable[MailTopic]:
    """What notices are about."""
    return [MailTopic(name="workplan.late", label="Actividades del plan vencidas a su cargo", often="daily", weight=15)]


@hookimpl
def exporters() -> Iterable[Exporter]:
    """The plan as a table: planned, due, done."""
    return [Exporter(name="plan-de-trabajo", label="Plan de trabajo con su avance", rows=_rows, action="workplan.read")]


def _rows(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.workplan import exporting  # noqa: PLC0415 - as above

    return exporting.of_agenda(session, agenda_code)


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """The plan's place on the road."""
    return [ThreadStage(name="plan", label="Plan de trabajo", weight=15)]


@hookimpl
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """The plan's activities."""
    from plugins.workplan import finding  # noqa: PLC0415 - as above
    from portal.accounts.actor import Permissions  # noqa: PLC0415 - as above

    own = Permissions.of(tuple(permissions()))
    return finding.stations(session, refs, own.agendas(actor, "workplan.read"))


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Every activity."""
    from plugins.workplan import finding  # noqa: PLC0415 - as above

    return finding.entries(session)


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """What a person answers for and noted."""
    from plugins.workplan import erasing  # noqa: PLC0415 - only somebody's own copy asks

    return erasing.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Erase a person from the plans."""
    del now
    from plugins.workplan import erasing  # noqa: PLC0415 - as above

    erasing.erase(session, person_id)
