"""The roll of signatories as a table for spreadsheets: name, capacity, organisation, date; nothing else about a person."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import registry_queries as queries
from plugins.commitments import words
from plugins.commitments.models import Process
from portal.agendas.models import Agenda, AgendaVersion


def of_process(session: Session, process: Process) -> Iterator[tuple[Any, ...]]:
    """Yield the heading and the signatories of one process."""
    yield words.ROLL_HEADING
    for row in queries.signatories(session, process.id):
        yield words.roll_row(process.code, row)


def of_agenda(session: Session, agenda_code: str) -> Iterator[tuple[Any, ...]]:
    """Yield the heading and the signatories of every process of an agenda; of all agendas when the code is empty."""
    yield words.ROLL_HEADING
    processes = (
        select(Process).join(AgendaVersion, AgendaVersion.id == Process.version_id).join(Agenda, Agenda.id == AgendaVersion.agenda_id)
    )
    if agenda_code:
        processes = processes.where(Agenda.code == agenda_code)
    for process in session.scalars(processes.order_by(Process.code)):
        yield from list(of_process(session, process))[1:]
