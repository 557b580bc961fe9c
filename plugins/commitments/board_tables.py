"""The board and the equal-treatment table of every process of an agenda, as `portal export` and the web give them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, treatment
from plugins.commitments.funnel import STAGES, TASKS, TURNS
from plugins.commitments.models import Process
from plugins.commitments.treatment import whole
from portal import clock
from portal.agendas.models import Agenda, AgendaVersion
from portal.organisations.models import KINDS


def board_of_agenda(session: Session, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    """Yield the boards of all processes of an agenda under one heading."""
    now = clock.now()
    yield from _joined(board_rows(board_queries.every_row(session, one.id, now=now), one.code) for one in _processes(session, agenda_code))


def treatment_of_agenda(session: Session, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    """Yield the equal-treatment tables of all processes of an agenda under one heading."""
    now = clock.now()
    yield from _joined(
        treatment.table(treatment.given(session, one, now=now, zone="UTC"), one.code) for one in _processes(session, agenda_code)
    )


def _processes(session: Session, agenda_code: str) -> list[Process]:
    rows = select(Process).join(AgendaVersion, AgendaVersion.id == Process.version_id).join(Agenda, Agenda.id == AgendaVersion.agenda_id)
    return list(session.scalars(rows.where(Agenda.code == agenda_code).order_by(Process.id)))


def _joined(tables: Iterable[Iterable[tuple[Any, ...]]]) -> Iterable[tuple[Any, ...]]:
    for number, table in enumerate(tables):
        for place, row in enumerate(table):
            if place or not number:
                yield row


def board_rows(rows: Iterable[Any], process: str) -> Iterable[tuple[Any, ...]]:
    """Yield the board for a spreadsheet, its heading first."""
    yield (
        "Proceso",
        "Organización",
        "Tipo",
        "Código",
        "Etapa",
        "Le toca a",
        "Tarea",
        "Desde (UTC)",
        "Firmas",
        "Firmas previstas",
        "Último contacto (UTC)",
        "Plazo (UTC)",
        "Plazo vencido",
    )
    for one in rows:
        yield (
            process,
            one.name,
            KINDS.get(one.kind, one.kind),
            one.code,
            STAGES[one.stage].label,
            TURNS.get(one.turn, ""),
            TASKS.get(one.task, ""),
            whole(one.since),
            one.signed,
            one.expected,
            whole(one.last_contact),
            whole(one.deadline),
            "sí" if one.overdue else "no",
        )
