"""Equal treatment: what each organisation got, and in words where it was not the same for all. Nobody is ranked."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, states
from plugins.commitments.met import met
from plugins.commitments.models import Commitment, Event, Process
from portal.i18n import N_
from portal.organisations.models import Organisation

_CLOSED = (states.DECLINED, states.WITHDRAWN, states.SUPERSEDED)


@dataclass(frozen=True)
class Given:
    """What one organisation got. `reading_days`: whole days from the first invitation to its deadline, None before one."""

    organisation: str
    code: str
    closed: bool
    invitations: int
    first_invited: datetime | None
    first_day: date | None
    reminders: int
    reading_days: int | None
    meetings: int
    deadline: datetime
    late: bool = False


@dataclass(frozen=True)
class Difference:
    """Something not alike: what, what most got, and each other value with who got it (alphabetical)."""

    what: str
    usual: Any
    others: tuple[tuple[Any, tuple[str, ...]], ...]


COMPARED = {
    "invitations": N_("Invitaciones enviadas a la cola"),
    "first_day": N_("Día de la primera invitación"),
    "reminders": N_("Recordatorios"),
    "reading_days": N_("Días de lectura"),
    "meetings": N_("Reuniones"),
}


def given(session: Session, process: Process, *, now: datetime, zone: str) -> list[Given]:
    """Return what each organisation of the process got, in alphabetical order. A fixed number of queries."""
    spoken = met(session, process.id)
    return [
        _given(row, ZoneInfo(zone), len(spoken.get(row.organisation_id, ())))
        for row in board_queries.every_row(session, process.id, now=now)
    ]


def _given(row: Any, zone: ZoneInfo, told: int) -> Given:
    first = row.first_invited
    return Given(
        organisation=row.name,
        code=row.code,
        closed=row.state in _CLOSED,
        invitations=row.invitations,
        first_invited=first,
        first_day=first.astimezone(zone).date() if first else None,
        reminders=row.reminders,
        reading_days=(row.deadline - first).days if first else None,
        meetings=row.meetings + told,
        deadline=row.deadline,
        late=row.late,
    )


def differences(rows: Sequence[Given]) -> list[Difference]:
    """Return what was not alike. Not compared: those who closed their commitment, and those who joined late, told apart on their own."""
    compared = [row for row in rows if not row.closed and not row.late]
    found = []
    for name, what in COMPARED.items():
        counts = Counter(getattr(row, name) for row in compared)
        if len(counts) < 2:  # noqa: PLR2004 - alike
            continue
        usual = max(counts, key=lambda value: (counts[value], str(value)))
        others = tuple(
            (value, tuple(row.organisation for row in compared if getattr(row, name) == value))
            for value in sorted((one for one in counts if one != usual), key=str)
        )
        found.append(Difference(what, usual, others))
    return found


def exceptions(session: Session, process: Process) -> Sequence[Any]:
    """Return (organisation's name, when, kind, detail) of each deadline given to one organisation alone, later or for joining late. One query."""
    rows = session.execute(
        select(Organisation.name, Event.at, Event.kind, Event.detail)
        .join(Commitment, Commitment.id == Event.commitment_id)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .where(Commitment.process_id == process.id, Event.kind.in_(("deadline_moved", "joined_late")))
        .order_by(Organisation.sort_name, Event.id)
    ).all()
    return [row for row in rows if row.kind == "joined_late" or row.detail.get("alone")]


def table(rows: Iterable[Given], process: str) -> Iterable[tuple[Any, ...]]:
    """Yield the table for a spreadsheet, its heading first."""
    yield (
        "Proceso",
        "Organización",
        "Código",
        "Invitaciones",
        "Primera invitación (UTC)",
        "Recordatorios",
        "Días de lectura",
        "Reuniones",
        "Plazo (UTC)",
        "Adhesión posterior",
    )
    for one in rows:
        yield (
            process,
            one.organisation,
            one.code,
            one.invitations,
            whole(one.first_invited),
            one.reminders,
            one.reading_days,
            one.meetings,
            whole(one.deadline),
            "sí" if one.late else "no",
        )


def whole(moment: datetime | None) -> datetime | None:
    """Return `moment` without fractions of a second, for spreadsheets."""
    return moment.replace(microsecond=0) if moment else None
