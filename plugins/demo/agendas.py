"""Loads the two sample agendas through the services, frozen: that of Apurímac, and the open-government plan."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from plugins.demo.data import apurimac
from plugins.demo.data.people import SIGN_INS
from plugins.demo.data.shapes import DemoItem
from plugins.demo.scene import Scene
from plugins.opengov import api as opengov
from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda

BASINS = (
    ("pampas", "Pampas"),
    ("pachachaca", "Pachachaca"),
    ("vilcabamba", "Vilcabamba"),
    ("santo-tomas", "Santo Tomás"),
    ("alto-apurimac", "Alto Apurímac"),
)
SEVERAL = "varias"
OPENGOV_SUMMARY = (
    "Los 18 compromisos del III Plan de Acción de Gobierno Abierto, con las palabras del plan. Los temas, los valores y los vínculos con los Objetivos "
    "de Desarrollo Sostenible los puso este portal. Fuente: {source}"
)
COORDINATOR = next(one.email for one in SIGN_INS if one.role == "coordinator")


class Entry(NamedTuple):
    """An item as the services take it."""

    dimension: str
    code: str
    kind: str
    parent: str | None
    content: dict[str, Any]


def load_apurimac(scene: Scene, now: datetime) -> None:
    """Load and freeze the sample agenda of Apurímac; not if it is there, or a dimension's plugin is not."""
    data = apurimac.AGENDA
    fields = {
        "code": data.code,
        "title": data.title,
        "summary": data.summary,
        "period_start": data.period_start,
        "period_end": data.period_end,
        "territory_inei": data.territory,
    }
    dimensions = [service.Chosen(one.name, one.label, one.prefix) for one in data.dimensions]
    _load(scene, now, fields, dimensions, [_entry(item) for item in data.items])


def load_opengov(scene: Scene, now: datetime) -> None:
    """Load and freeze the open-government plan; not if it is there, or its plugin is not."""
    first, last = opengov.PLAN_PERIOD
    fields = {
        "code": opengov.PLAN_CODE,
        "title": opengov.PLAN_TITLE,
        "summary": OPENGOV_SUMMARY.format(source=opengov.PLAN_SOURCE),
        "period_start": first,
        "period_end": last,
        "territory_inei": opengov.PLAN_TERRITORY,
    }
    themes = (opengov.TRANSVERSAL, *opengov.THEMES)
    entries = [
        Entry(
            one.theme.name,
            one.code,
            opengov.KIND,
            None,
            {
                "text": one.text,
                "responsible": one.lead or "",
                "fields": {"titulo": one.title, "valores": ", ".join(one.values)},
                "alignments": [{"scheme": "ods", "code": code, "label": opengov.SDG.get(code, "")} for code in one.sdg],
            },
        )
        for one in opengov.COMMITMENTS
    ]
    _load(scene, now, fields, [service.Chosen(one.name, one.label, one.prefix) for one in themes], entries)


def _load(scene: Scene, now: datetime, fields: dict[str, Any], dimensions: Sequence[service.Chosen], entries: Iterable[Entry]) -> None:
    registry = scene.portal.registry
    if any(one.name not in registry.dimensions for one in dimensions):
        return  # its plugin is not in use
    with scene.transaction() as session:
        if session.scalar(select(Agenda.id).where(Agenda.code == fields["code"])) is not None:
            return
        by = scene.person(session, COORDINATOR).id
        agenda = service.create_agenda(session, now=now, is_sample=True, **fields)
        service.choose_dimensions(session, agenda, dimensions)
        ids: dict[str, int] = {}
        for one in entries:
            made = service.add_item(
                session,
                registry,
                agenda,
                dimension=one.dimension,
                code=one.code,
                kind=one.kind,
                parent_id=ids[one.parent] if one.parent else None,
                content=one.content,
                now=now,
                person_id=by,
            )
            ids[one.code] = made.id
        expected = draft_digest(draft_document(session, registry, agenda))
        service.freeze(
            session,
            scene.portal.store,
            scene.portal.ask,
            agenda_id=agenda.id,
            expected=expected,
            note="Primera versión (muestra).",
            now=now,
            person_id=by,
        )


def _entry(item: DemoItem) -> Entry:
    dimension = next(one.name for one in apurimac.DIMENSIONS if item.code.startswith(one.prefix))
    content = {
        "text": item.text,
        "responsible": item.responsible,
        "indicators": [
            {
                "name": one.name,
                "unit": one.unit,
                "baseline": one.baseline,
                "baseline_year": one.baseline_year,
                "target": one.target,
                "target_year": one.target_year,
                "source": one.source,
                "source_url": one.source_url,
            }
            for one in item.indicators
        ],
        "alignments": [{"scheme": one.scheme, "code": one.code, "label": one.label} for one in item.alignments],
        "fields": {"cuenca": basin(item.text)} if dimension == "ambiental" and item.kind == "resultado" else dict(item.fields),
    }
    return Entry(dimension, item.code, item.kind, item.parent, content)


def basin(text: str) -> str:
    """Return the basin that a text names; "varias" when it names several or none."""
    named = [code for code, name in BASINS if name in text]
    return named[0] if len(named) == 1 else SEVERAL
