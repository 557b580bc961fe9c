"""Demands and rankings as tables for spreadsheets."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.demands import queries, ranking
from plugins.demands.models import Demand, Round, Source
from plugins.demands.words import CHANNELS, KINDS, OUTCOMES, SOURCES, STATES
from portal.agendas import queries as agendas


def demands(session: Session, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    """Yield an agenda's demands, one row a source, those merged and split too."""
    agenda = agendas.agenda(session, agenda_code)
    labels = {one.name: one.label for one in agenda.dimensions}
    rows = (
        select(Demand)
        .where(Demand.agenda_id == agenda.id)
        .options(selectinload(Demand.sources), joinedload(Demand.territory), joinedload(Demand.merged_into))
        .order_by(Demand.number)
    )
    found = list(session.scalars(rows))
    decided = queries.current_decisions(session, [one.id for one in found])
    yield (
        "Código",
        "Qué es",
        "Dimensión",
        "Territorio",
        "Demanda",
        "Detalle",
        "Estado",
        "Unida a",
        "Cómo llegó",
        "Recogida el",
        "Quién lo dijo",
        "Nombre",
        "Con sus palabras",
        "Decisión",
        "Motivo",
        "Decidida el",
    )
    for one in found:
        decision = decided.get(one.id)
        for source in one.sources:
            yield (
                one.code,
                KINDS.get(one.kind, one.kind),
                labels.get(one.dimension, one.dimension),
                one.territory.name if one.territory else "",
                one.text,
                one.detail,
                STATES.get(one.state, one.state),
                one.merged_into.code if one.merged_into else "",
                CHANNELS.get(one.channel, one.channel),
                one.collected_on.isoformat(),
                SOURCES.get(source.kind, source.kind),
                _name(source),
                source.said,
                OUTCOMES.get(decision.outcome, "") if decision else "",
                decision.reason if decision else "",
                decision.decided_on.isoformat() if decision else "",
            )


def _name(source: Source) -> str:
    return " ".join(filter(None, (source.name, f"({source.ref})" if source.ref else "")))


def rankings(session: Session, agenda_code: str) -> Iterable[tuple[Any, ...]]:
    """Yield the arithmetic of an agenda's rounds that are open or closed."""
    agenda = agendas.agenda(session, agenda_code)
    rows = select(Round).where(Round.agenda_id == agenda.id, Round.state != "draft").order_by(Round.number)
    return ranking.table([ranking.ranking(session, one) for one in session.scalars(rows)])
