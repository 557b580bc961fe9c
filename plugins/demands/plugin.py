"""The demands plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import (
    Exporter,
    MailTopic,
    PageItem,
    Permission,
    PersonData,
    Plugin,
    SearchEntry,
    ThreadStage,
    ThreadStation,
    hookimpl,
)
from portal.i18n import N_

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor

PLUGIN = Plugin(
    name="demands",
    label="Demandas",
    version="0.1.0",
    summary="Demandas recogidas, su priorización con la aritmética a la vista, y la decisión sobre cada una.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who reads demands before they are public, who collects them, who prepares rounds and notes decisions."""
    mesa = ("administrator", "coordinator", "staff")
    return [
        Permission(action="demands.read", label="Ver las demandas y su priorización", roles=(*mesa, "delegate", "reader")),
        Permission(action="demands.edit", label="Registrar, unir y dividir demandas", roles=(*mesa, "delegate")),
        Permission(action="demands.manage", label="Moderar, priorizar y anotar decisiones", roles=mesa),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """The public pages, and the staff's."""
    from plugins.demands import (  # noqa: F401, PLC0415 - commands do without Flask; each module fills its blueprint
        decision_views,
        fusion_views,
        public_views,
        round_views,
        scoring_views,
        sheet_views,
        staff_views,
    )
    from plugins.demands.blueprint import public, staff  # noqa: PLC0415

    return [public, staff]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages."""
    from plugins.demands import places  # noqa: PLC0415

    return places.items(place, actor, subject)


@hookimpl
def exporters() -> Iterable[Exporter]:
    """Demands with who said them and what was decided; rankings with their arithmetic."""
    return [
        Exporter(name="demandas", label=N_("Demandas, quién las dijo y qué se decidió"), rows=_demands, action="demands.read"),
        Exporter(name="priorizacion", label=N_("Priorización, con la aritmética de cada demanda"), rows=_rankings, action="demands.read"),
    ]


def _demands(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.demands import tables  # noqa: PLC0415 - only who exports

    return tables.demands(session, agenda_code)


def _rankings(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.demands import tables  # noqa: PLC0415 - as above

    return tables.rankings(session, agenda_code)


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """Where demands stand on the road."""
    return [ThreadStage(name="demand", label=N_("Demanda"), gap=N_("Sin demanda"), weight=30)]


@hookimpl
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Demands that the actor may know of."""
    from plugins.demands import story  # noqa: PLC0415

    return story.stations(session, actor, refs)


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Every demand."""
    from plugins.demands import finding  # noqa: PLC0415

    return finding.entries(session)


@hookimpl
def mail_topics() -> Iterable[MailTopic]:
    """What was decided of what one's organisation or group asked for; rounds in which one scores."""
    return [
        MailTopic(name="demands.decided", label=N_("Decisiones sobre demandas de mis organizaciones y grupos"), often="daily"),
        MailTopic(name="demands.scoring", label=N_("Rondas de priorización en que me toca puntuar"), often="now"),
    ]


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """What a person registered, scored and noted."""
    from plugins.demands import people  # noqa: PLC0415 - only somebody's own copy asks

    return people.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Take a person out of demands, sheets and ballots: what was asked for and how it was scored stays."""
    from plugins.demands import people  # noqa: PLC0415 - as above

    people.erase(session, person_id, now)
