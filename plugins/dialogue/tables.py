"""The matrix "usted dijo, hicimos" as a spreadsheet: what everybody may read, and nothing of who wrote but the name they chose."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from plugins.dialogue import queries
from plugins.dialogue.models import Change
from plugins.dialogue.queries import Line
from plugins.dialogue.words import KINDS, PUBLISHED, SOURCES, STATES, VERDICTS, WITHHELD, WITHHELD_FOR
from portal.agendas import queries as agendas

HEAD = (
    "Código",
    "Consulta",
    "Tipo",
    "Dimensión",
    "Punto",
    "Usted dijo",
    "Redacción propuesta",
    "Presentado por",
    "Cómo llegó",
    "Reunión",
    "Recibido",
    "Estado",
    "Por qué no se publica",
    "Respuesta",
    "Motivo de la respuesta",
    "Hicimos",
    "Réplica de quien aportó",
)


def of_agenda(session: Session, code: str) -> Iterator[tuple[Any, ...]]:
    """Yield every public contribution of an agenda, the header first."""
    found = agendas.agenda(session, code)
    consultations = {row.Consultation.id: row.Consultation.code for row in queries.consultations(session, found.id)}
    yield from rows(
        queries.every_line(session, found.id, queries.Filters()), consultations, {one.name: one.label for one in found.dimensions}
    )


def rows(lines: Iterable[Line], consultations: Mapping[int, str], dimensions: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """Yield lines as rows of plain values, the header first."""
    yield HEAD
    for line in lines:
        one, shown = line.contribution, line.contribution.state == PUBLISHED
        yield (
            one.code,
            consultations.get(one.consultation_id, ""),
            KINDS[one.kind],
            dimensions.get(one.dimension or "", one.dimension or "Toda la agenda"),
            one.item_code or "",
            one.text if shown else "",
            one.wording if shown else "",
            (line.name or "Anónimo") if shown else "",
            SOURCES[one.source],
            one.meeting or "",
            one.received_at.date().isoformat() if one.received_at else "",
            STATES[one.state].label,
            f"{WITHHELD_FOR.get(one.reason_kind or '', '')}: {one.reason}" if one.state == WITHHELD else "",
            VERDICTS[one.verdict].label if one.verdict else "",
            line.answer.reason if line.answer else "",
            "; ".join(change_words(change) for change in line.changes),
            line.reply.text if line.reply and line.reply.state == PUBLISHED else "",
        )


def change_words(change: Change) -> str:
    """Return what changed in few words."""
    return f"{change.item_code} (versión {change.version_number})" if change.version_number else f"{change.item_code} (borrador)"
