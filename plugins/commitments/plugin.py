"""The commitments plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portal.extend import (
    Command,
    Diagnosis,
    Exporter,
    JobKind,
    LedgerProblem,
    PageItem,
    Permission,
    PersonData,
    Plugin,
    SearchEntry,
    SigningDesk,
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
    from portal.context import Portal

PLUGIN = Plugin(
    name="commitments",
    label="Compromisos",
    version="0.1.0",
    summary="Revisión, posiciones, suscripción, registro y verificación de compromisos éticos.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who prepares the signing, who follows it, who takes part."""
    mesa = ("administrator", "coordinator", "staff")
    return [
        Permission(action="commitments.manage", label="Preparar la suscripción, invitar y emitir", roles=mesa),
        Permission(action="commitments.board", label="Ver el tablero", roles=(*mesa, "reader")),
        Permission(
            action="commitments.override",
            label="Abrir la suscripción pese a una objeción, diciendo por qué",
            roles=("administrator", "coordinator"),
        ),
        Permission(action="commitment.review", label="Revisar y tomar posición", roles=("representative",)),
    ]


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """Registry and verification, for everybody; the board, for staff; reviewing and signing, for who takes part."""
    from plugins.commitments import (  # noqa: PLC0415 - commands do without Flask
        delegating_views,
        registry_views,
        review_views,
        signing_views,
        staff_views,
        talking_views,
        verify_views,
        withdrawing_views,
    )
    from plugins.commitments.digital import views as digital_views  # noqa: PLC0415
    from plugins.commitments.lasting import views as lasting_views  # noqa: PLC0415
    from plugins.commitments.offline import views as offline_views  # noqa: PLC0415
    from plugins.commitments.paper import views as paper_views  # noqa: PLC0415

    views = (registry_views, verify_views, staff_views, review_views, talking_views, signing_views, delegating_views, withdrawing_views)
    return [
        *(module.blueprint for module in views),
        paper_views.blueprint,
        offline_views.blueprint,
        digital_views.blueprint,
        lasting_views.blueprint,
    ]


@hookimpl
def page_items(place: str, actor: "Actor", subject: Any) -> Iterable[PageItem]:
    """The ways into the plugin's pages."""
    from plugins.commitments import places  # noqa: PLC0415

    return places.items(place, actor, subject)


@hookimpl
def commands() -> Iterable[Command]:
    """Verify a file; issue instruments and see how they stand."""
    return [
        Command(name="verify", help="Say whether a PDF is authentic.", target="plugins.commitments.cli:verify"),
        Command(name="commitments", help="Issue commitments and see how they stand.", target="plugins.commitments.cli:commitments"),
        Command(
            name="keys",
            help="The signing authority: init, list, rotate, import, export-root, revoke.",
            target="plugins.commitments.lasting.commands:keys",
        ),
        Command(name="trust", help="Say whose outside certificates are believed.", target="plugins.commitments.digital.cli:trust"),
    ]


@hookimpl
def exporters() -> Iterable[Exporter]:
    """The public roll of signatories; the board and the equal-treatment table, for staff."""
    return [
        Exporter(name="commitments.signatories", label="Firmantes de compromisos completos", rows=_signatories),
        Exporter(name="tablero", label="Tablero de compromisos", rows=_board, action="commitments.board"),
        Exporter(name="trato-igual", label="Trato igual de las organizaciones", rows=_treatment, action="commitments.board"),
    ]


def _signatories(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.commitments import roll  # noqa: PLC0415 - commands that do not export do without

    return roll.of_agenda(session, agenda_code)


def _board(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.commitments import board_tables  # noqa: PLC0415 - as above

    return board_tables.board_of_agenda(session, agenda_code)


def _treatment(session: Any, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    from plugins.commitments import board_tables  # noqa: PLC0415 - as above

    return board_tables.treatment_of_agenda(session, agenda_code)


@hookimpl
def jobs() -> Iterable[JobKind]:
    """Issue documents, publish complete commitments, close overdue ones, do bulk work."""
    from plugins.commitments import jobs as work  # noqa: PLC0415 - a sibling of the same name as the hook

    return work.kinds()


@hookimpl
def signing_desk() -> Iterable[SigningDesk]:
    """Seal and sign actas with the authority that signs the instruments."""
    from plugins.commitments import desk  # noqa: PLC0415 - only signing asks

    return [SigningDesk(label="Firma en el portal", certify=desk.certify, sign=desk.sign)]


@hookimpl
def thread_stages() -> Iterable[ThreadStage]:
    """What organisations say of an item, and that they signed."""
    from plugins.commitments.story import STAGES  # noqa: PLC0415 - as above

    return STAGES


@hookimpl
def thread_ties(session: "Session", refs: frozenset[str]) -> Iterable[ThreadTie]:
    """Stances come from items, signatures from versions."""
    from plugins.commitments import story  # noqa: PLC0415 - as above

    return [*story.ties(session, refs)]


@hookimpl
def thread_stations(session: "Session", refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Stances and signatures of complete commitments, counted: what the registry shows to everybody."""
    from plugins.commitments import story  # noqa: PLC0415 - as above

    return [*story.stations(session, refs)]


@hookimpl
def search_entries(session: "Session") -> Iterable[SearchEntry]:
    """The commitments that the public registry links to."""
    from plugins.commitments import finding  # noqa: PLC0415 - asked when the index is made anew

    return finding.entries(session)


@hookimpl
def person_data(session: "Session", person_id: int) -> Iterable[PersonData]:
    """Signatures, uploads, wordings, questions and noted acts of a person."""
    from plugins.commitments import erasing  # noqa: PLC0415 - only somebody's own copy asks

    return erasing.data(session, person_id)


@hookimpl
def person_erased(session: "Session", person_id: int, now: "datetime") -> None:
    """Erase a person from this plugin's tables, but for what they signed."""
    from plugins.commitments import erasing  # noqa: PLC0415 - as above

    erasing.erase(session, person_id, now)


@hookimpl
def ledger_audits(portal: "Portal", session: "Session") -> Iterable[LedgerProblem]:
    """Compare stances, signatures, revisions and constancias with what was recorded of them."""
    from plugins.commitments import audit  # noqa: PLC0415 - only `portal ledger verify` asks

    return audit.audit(portal, session)


@hookimpl
def diagnostics(portal: "Portal") -> Iterable[Diagnosis]:
    """Keys, sandbox, fonts and work that is stuck."""
    from plugins.commitments import doctor  # noqa: PLC0415

    return doctor.examine(portal)
