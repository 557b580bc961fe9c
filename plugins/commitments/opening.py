"""Opens a process once nobody objects to the version, or a coordinator says why it goes to the organisations all the same."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.models import Override, Process
from plugins.commitments.processes import create_process
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record

OVERRIDE = "commitments.override"  # the permission
OVERRIDDEN = "commitments.objection_overridden"
LONGEST = 2000


def objections(portal: Portal, session: Session, version: AgendaVersion) -> list[str]:
    """Return why a version may not go to the political organisations, by the plugins' word; one that fails objects."""
    return list(dict.fromkeys(one.sentence for one in portal.ask.version_objections(session, version)))


def open_process(
    portal: Portal,
    session: Session,
    *,
    now: datetime,
    version: AgendaVersion,
    by: int | None,
    reason: str = "",
    may_override: bool = False,
    **values: Any,
) -> Process:
    """Open the signing of a version (`values`: those of `create_process`).

    While anybody objects: raises `Conflict` with their sentences, unless `may_override`; then `Invalid` (field "override") until
    there is a `reason`, which is kept, shown wherever the process is, and recorded in the ledger. A reason nobody asked for is not kept.
    """
    against, said = objections(portal, session, version), reason.strip()
    if against and not may_override:
        raise Conflict(
            N_(
                "Esta versión todavía no puede ir a las organizaciones: %(reasons)s Solo la coordinación puede abrir el proceso así, y dice por qué."
            ),
            reasons=" ".join(against),
        )
    if against and not said:
        raise Invalid(fields={"override": N_("Escriba por qué se envía así a las organizaciones: se muestra a todas.")})
    if len(said) > LONGEST:
        raise Invalid(fields={"override": N_("El texto es demasiado largo.")})
    process = create_process(session, now=now, version=version, by=by, **values)
    if against:
        session.add(Override(process_id=process.id, reason=said, objections=against, at=now, by_id=by))
        session.flush()
        record(
            session,
            now=now,
            kind=OVERRIDDEN,
            subject=f"process:{process.code}",
            data={"version_sha256": version.sha256, "reason_sha256": digest(said), "objections": len(against)},
        )
    return process


def still_allowed(portal: Portal, session: Session, process: Process) -> None:
    """Raise `Conflict` when somebody objects to the version by now, and nobody opened the process against an objection.

    For what takes a process to more organisations: an act of validation may be annulled after the process was opened.
    """
    against = objections(portal, session, process.version)
    if against and override_of(session, process) is None:
        raise Conflict(
            N_("Esta versión ya no puede ir a más organizaciones: %(reasons)s Valídela de nuevo antes de seguir."),
            reasons=" ".join(against),
        )


def override_of(session: Session, process: Process) -> Override | None:
    """Return why a process was opened against an objection, if it was."""
    return session.get(Override, process.id)


def overrides_of_version(session: Session, version_id: int, now: datetime) -> Iterable[tuple[Override, Process]]:
    """Yield the overrides by which a version went to the organisations, oldest first; those of processes that have opened."""
    rows = select(Override, Process).join(Process, Process.id == Override.process_id)
    rows = rows.where(Process.version_id == version_id, Process.opens_at <= now).order_by(Override.at)
    return ((override, process) for override, process in session.execute(rows))
