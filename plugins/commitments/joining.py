"""An organisation joins after the process's deadline: the same text, a deadline of its own, and the reason told to everybody."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.models import Commitment, Process
from plugins.commitments.processes import choose
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record

JOINED_LATE = "commitment.joined_late"


def join_late(
    session: Session, *, now: datetime, process: Process, organisation_ids: Iterable[int], deadline: datetime, reason: str, by: int | None
) -> list[Commitment]:
    """Take organisations into a process whose deadline is over; return the new commitments, each marked `late`.

    The reason is part of each history and of the equal-treatment table. Raises `Invalid` (fields "deadline", "reason").
    """
    bad: dict[str, str] = {}
    if deadline <= now:
        bad["deadline"] = N_("El plazo ya pasó. Elija una fecha futura.")
    if not reason.strip():
        bad["reason"] = N_("Escriba el motivo: se muestra en la tabla de trato igual.")
    if bad:
        raise Invalid(fields=bad)
    if process.deadline > now:
        raise Conflict(N_("El plazo del proceso no terminó: incluya a la organización con el mismo plazo que las demás."))
    made = choose(session, now=now, process=process, organisation_ids=organisation_ids, by=by)
    for one in made:
        one.late, one.deadline = True, deadline
        states.note(
            session,
            one.id,
            "joined_late",
            now=now,
            person_id=by,
            reason=reason.strip(),
            after=deadline.isoformat(),
            before=process.deadline.isoformat(),
        )
        record(
            session,
            now=now,
            kind=JOINED_LATE,
            subject=f"commitment:{one.code}",
            data={"process": process.code, "deadline": deadline.isoformat(), "reason_sha256": digest(reason.strip())},
        )
    session.flush()
    return made
