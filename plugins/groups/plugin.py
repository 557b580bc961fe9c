"""The groups plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import (
    JobKind,
    MailTopic,
    OrganisationMeeting,
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

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor

PLUGIN = Plugin(
    name="groups",
    label="Grupos y reuniones",
    version="0.1.0",
    summary="Grupos de trabajo, reuniones, asistencia, relatorías, acuerdos, actas e instrumentos.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who convenes and writes down, who follows it."""
    from plugins.groups.words import EDIT, EDITORS, READ, READERS  # noqa: PLC0415 - commands do without

    return [
        Permission(action=READ, label="Ver grupos y reuniones", roles=READERS),
        Permission(action=EDIT, label="Formar grupos, convocar reuniones y anotar asistencia", roles=EDITORS),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """Groups and meetings, for staff; meetings, calendars and the attendance page, for everybody."""
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415
    from plugins.groups.views import blueprint  # noqa: PLC0415 - commands do without Flask

    return [blueprint, *library.blueprints()]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages."""
    from plugins.groups import places  # noqa: PLC0415
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return [*places.items(place, actor, subject), *library.page_items(place, subject), *records.page_items(place, actor, subject)]


@hookimpl
def organisation_meetings(session: "Session", agenda_id: int, organisation_ids: frozenset[int]) -> Iterable[OrganisationMeeting]:
    """Bilaterals that were held."""
    from plugins.groups import bilaterals  # noqa: PLC0415

    return bilaterals.of_organisations(session, agenda_id, organisation_ids)


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """The meeting where a demand was heard."""
    from plugins.groups.story import STAGE  # noqa: PLC0415

    return [STAGE]


@hookimpl
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Meetings and groups."""
    from plugins.groups import story  # noqa: PLC0415
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return [*story.stations(session, actor, refs), *library.stations(session, actor, refs), *records.thread_stations(session, actor, refs)]


@hookimpl
def thread_ties(session: "Session", refs: frozenset[str]) -> Iterable[ThreadTie]:
    """A meeting came from the group that met."""
    from plugins.groups import story  # noqa: PLC0415

    return [*story.ties(session, refs)]


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Groups and meetings."""
    from plugins.groups import story  # noqa: PLC0415
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return [*story.entries(session), *library.entries(session), *records.search_entries(session)]


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """Groups, convocatorias and attendance of a person."""
    from plugins.groups import erasing  # noqa: PLC0415
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return [*erasing.data(session, person_id), *library.data(session, person_id), *records.person_data(session, person_id)]


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Erase a person from this plugin's tables."""
    from plugins.groups import erasing  # noqa: PLC0415
    from plugins.groups.instruments import hooks as library  # noqa: PLC0415

    erasing.erase(session, person_id, now)
    library.erase(session, person_id)


@hookimpl
def mail_topics() -> Iterable[MailTopic]:
    """Agreements that somebody answers for."""
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return records.mail_topics()


@hookimpl
def jobs() -> Iterable[JobKind]:
    """Remind of agreements."""
    from plugins.groups.records import hooks as records  # noqa: PLC0415

    return records.jobs()
