"""The plan as a table for spreadsheets: what was planned, what is due now, what was done."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from plugins.workplan import queries
from plugins.workplan.dates import FAR
from plugins.workplan.words import STATES

HEADINGS = (
    "Código",
    "Objetivo",
    "Acción",
    "Subactividad",
    "Estrategia",
    "Fecha",
    "Responsable",
    "Previsto desde",
    "Previsto hasta",
    "Fecha reprogramada",
    "Vigente desde",
    "Vigente hasta",
    "Estado",
    "Completado el",
    "Personas",
)


def of_agenda(session: Session, agenda_code: str) -> Iterator[tuple[Any, ...]]:
    """Yield the heading, then the plan's rows with what they inherit."""
    plan = queries.plan_by_code(session, agenda_code, public=False)
    yield HEADINGS
    for row in queries.rows(session, plan, today=FAR, names=True):
        one = row.activity
        yield (
            one.code,
            row.objective,
            row.action,
            row.sub_activity,
            one.strategy,
            one.date_text,
            one.responsible,
            one.planned_from,
            one.planned_to,
            one.due_text,
            one.due_from,
            one.due_to,
            STATES.get(one.state, one.state),
            one.done_on,
            "; ".join(row.people),
        )
