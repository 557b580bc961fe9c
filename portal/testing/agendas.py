"""Sample agendas to test with, made of whatever dimensions are enabled and fit for freezing by their rules."""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle

from sqlalchemy.orm import Session

from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.documents.store import FileStore
from portal.extend.ask import Ask
from portal.extend.kinds import COMMON_ITEM_KINDS, Dimension, ItemField
from portal.extend.registry import load

MADE_UP = Dimension(name="ejemplo", label="Ejemplo", prefix="EJE")
_ANY = {"text": "Muestra", "textarea": "Muestra", "number": "1", "date": "2022-08-31"}
_CELL = {"text": "Muestra", "number": "1", "date": "2024-12-31"}


def sample_draft(
    session: Session,
    *,
    now: datetime,
    ask: Ask | None = None,
    code: str = "APU-T",
    items: int = 12,
    dimensions: Sequence[str] | None = None,
    title: str = "Agenda de muestra para las pruebas",
    person_id: int | None = None,
) -> Agenda:
    """Return a draft with `items` items over `dimensions` (by default the first four enabled; else a made-up one).

    In each dimension the first item is the parent of the next two, and so on; those have an indicator and an alignment.
    """
    registry = (ask or Ask(load(()))).registry
    offered = registry.dimensions
    chosen = [offered[name] for name in dimensions] if dimensions is not None else list(offered.values())[:4]
    chosen = chosen or [MADE_UP]
    agenda = service.create_agenda(
        session,
        code=code,
        title=title,
        summary="Contenido de muestra.",
        period_start=2023,
        period_end=2026,
        territory_inei="03",
        is_sample=True,
        now=now,
    )
    service.choose_dimensions(session, agenda, [service.Chosen(one.name, one.label, one.prefix) for one in chosen])
    places = cycle(chosen)
    made: dict[str, list[Item]] = {one.name: [] for one in chosen}  # in each dimension: a head, two under it, a head, …
    for place in range(items):
        dimension = next(places)
        before = made[dimension.name]
        group, under = divmod(len(before), 3)
        head = before[-under] if under else None
        kinds = dimension.item_kinds or COMMON_ITEM_KINDS
        kind = next((one for one in kinds if one.name == "resultado"), kinds[-1]) if head else kinds[0]
        before.append(
            service.add_item(
                session,
                registry,
                agenda,
                dimension=dimension.name,
                code=f"{dimension.prefix}-{group + 1:02d}" + (f".{under}" if head else ""),
                kind=kind.name,
                parent_id=head.id if head else None,
                content=_content(place, registry.item_fields(dimension.name), measured=head is not None),
                now=now,
                person_id=person_id,
            )
        )
    session.flush()
    return agenda


def sample_agenda(
    session: Session,
    store: FileStore,
    *,
    now: datetime,
    ask: Ask | None = None,
    code: str = "APU-T",
    items: int = 12,
    dimensions: Sequence[str] | None = None,
    title: str = "Agenda de muestra para las pruebas",
    person_id: int | None = None,
) -> AgendaVersion:
    """Return version 1 of a sample agenda (see `sample_draft`), frozen; nothing is committed.

    With `ask` its dimensions, extra fields and rules are those of the enabled plugins.
    """
    ask = ask or Ask(load(()))
    agenda = sample_draft(session, now=now, ask=ask, code=code, items=items, dimensions=dimensions, title=title, person_id=person_id)
    expected = draft_digest(draft_document(session, ask.registry, agenda))
    return service.freeze(session, store, ask, agenda_id=agenda.id, expected=expected, now=now, person_id=person_id)


def _content(place: int, fields: Sequence[ItemField], *, measured: bool) -> dict[str, object]:
    indicators = (
        [
            {
                "name": f"Indicador de muestra {place + 1}",
                "unit": "%",
                "baseline": "55.8",
                "baseline_year": 2021,
                "target": "45",
                "target_year": 2026,
                "source": "Fuente de muestra",
                "source_url": "https://www.gob.pe/",
            }
        ]
        if measured
        else []
    )
    return {
        "text": f"Texto de **muestra** número {place + 1}: agua, ñandú y qhichwaʼ.",
        "responsible": "Entidad de muestra",
        "indicators": indicators,
        "alignments": [{"scheme": "ods", "code": "16.7", "label": "Decisiones inclusivas"}] if measured else [],
        "fields": {field.name: _any(field) for field in fields},
    }


def _any(field: ItemField) -> str:
    if field.kind in {"choice", "choices"}:
        return field.choices[0][0]
    return " | ".join(_CELL[column.kind] for column in field.columns) if field.kind == "rows" else _ANY[field.kind]
