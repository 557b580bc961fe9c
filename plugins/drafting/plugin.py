"""The drafting plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import MailTopic, PageItem, Permission, PersonData, Plugin, SearchEntry, ThreadStage, ThreadStation, hookimpl

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.accounts.actor import Actor

PLUGIN = Plugin(
    name="drafting",
    label="Redacción",
    version="0.1.0",
    summary="De las demandas a los puntos: secciones, sugerencias, comparación y documentos de Word.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who reads how the draft is written, who suggests, who shares the work out. Deciding is for who may edit the item."""
    from plugins.drafting.words import MANAGE, MESA, READ, READERS, SUGGEST  # noqa: PLC0415 - only words

    return [
        Permission(action=READ, label="Ver la redacción y sus sugerencias", roles=READERS),
        Permission(action=SUGGEST, label="Sugerir cambios, en la página o en Word", roles=READERS),
        Permission(action=MANAGE, label="Repartir las secciones", roles=MESA),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """The staff's pages."""
    from plugins.drafting import (  # noqa: F401, PLC0415 - commands do without Flask; each module fills the blueprint
        compare_views,
        desk_views,
        feeding_views,
        suggestion_views,
        word_views,
    )
    from plugins.drafting.blueprint import blueprint  # noqa: PLC0415

    return [blueprint]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The way into the plugin's pages."""
    from plugins.drafting import places  # noqa: PLC0415

    return places.items(place, actor, subject)


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """Where suggestions stand on the road; an item need not have any."""
    return [ThreadStage(name="drafting", label="Redacción", weight=40)]


@hookimpl
def thread_stations(session: "Session", actor: "Actor", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Suggestions, for who may read the draft."""
    from plugins.drafting import finding  # noqa: PLC0415

    return finding.stations(session, actor, refs)


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Every suggestion."""
    from plugins.drafting import finding  # noqa: PLC0415

    return finding.entries(session)


@hookimpl
def mail_topics() -> Iterable[MailTopic]:
    """What those who write and those who suggest want to know."""
    return [
        MailTopic(name="drafting.section", label="Cambios en las secciones que redacto", often="daily"),
        MailTopic(name="drafting.suggestion", label="Sugerencias sobre las secciones que redacto", often="daily"),
        MailTopic(name="drafting.decided", label="Decisiones sobre mis sugerencias", often="daily"),
    ]


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """What a person suggested, decided, sent in, and answers for."""
    from plugins.drafting import people  # noqa: PLC0415 - only somebody's own copy asks

    return people.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Take a person out of sections, suggestions and returned files: the words that became the draft stay."""
    from plugins.drafting import people  # noqa: PLC0415 - as above

    people.erase(session, person_id, now)
