"""The validation plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import (
    LedgerProblem,
    Objection,
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

PLUGIN = Plugin(
    name="validation",
    label="Validación",
    version="0.1.0",
    summary="El acto formal que valida la versión que después se suscribe.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who reads of the acts with their members, and who records one."""
    return [
        Permission(
            action="validation.read",
            label="Ver los actos de validación y sus integrantes",
            roles=("administrator", "coordinator", "staff", "delegate", "reader"),
        ),
        Permission(action="validation.record", label="Registrar actos de validación", roles=("administrator", "coordinator")),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """The acts, for everybody; recording one, for whoever coordinates."""
    from plugins.validation.views import blueprint  # noqa: PLC0415 - commands do without Flask

    return [blueprint]


@hookimpl
def page_items(place: str, subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages, and the word that a version is validated."""
    from plugins.validation import places  # noqa: PLC0415 - as above

    return [*places.items(place, subject)]


@hookimpl
def version_objections(session: "Session", version: Any) -> Iterable[Objection]:
    """A version that no act validated does not go to the political organisations."""
    from plugins.validation import queries  # noqa: PLC0415

    if queries.validating(session, version.id) is not None:
        return []
    return [
        Objection(
            sentence=f"La versión {version.number} de {version.agenda.code} no tiene un acto de validación.",
            subject=f"v{version.number}",
        )
    ]


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """The act by which a version was validated."""
    from plugins.validation.story import STAGE  # noqa: PLC0415

    return [STAGE]


@hookimpl
def thread_ties(session: "Session", refs: frozenset[str]) -> Iterable[ThreadTie]:
    """An act comes from the version that it validates."""
    from plugins.validation import story  # noqa: PLC0415

    return [*story.ties(session, refs)]


@hookimpl
def thread_stations(session: "Session", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Acts are public."""
    from plugins.validation import story  # noqa: PLC0415

    return [*story.stations(session, refs)]


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """Every act."""
    from plugins.validation import story  # noqa: PLC0415

    return story.entries(session)


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """The acts to which a person was convened, and those they recorded or annulled."""
    from plugins.validation import erasing  # noqa: PLC0415 - only somebody's own copy asks

    return erasing.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Erase a person from the lists of members."""
    from plugins.validation import erasing  # noqa: PLC0415 - as above

    erasing.erase(session, person_id, now)


@hookimpl
def ledger_audits(session: "Session") -> Iterable[LedgerProblem]:
    """Compare the acts with what was recorded of them."""
    from plugins.validation import audit  # noqa: PLC0415 - only `portal ledger verify` asks

    return [*audit.audit(session)]
