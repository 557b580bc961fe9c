"""What the core itself puts on the road: its stages, and the stations of items, versions and figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor, Permissions
from portal.agendas.comparing import compare_items
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.agendas.showing import figure
from portal.extend.ask import Ask
from portal.extend.kinds import ThreadStage, ThreadStation
from portal.extend.registry import Registry, order
from portal.i18n import N_
from portal.threads.words import codes_of, ref

EVIDENCE, VERSION, BESIDE = "evidence", "version", "beside"
STAGES = (
    ThreadStage(name=EVIDENCE, label=N_("Evidencia"), gap=N_("Sin evidencia"), weight=10),
    ThreadStage(name=VERSION, label=N_("Versiones de la agenda"), gap=N_("Sin versión congelada"), weight=50),
    ThreadStage(name=BESIDE, label=N_("Otras piezas"), weight=900),  # what stands in a stage that nobody states now
)
MOST_VERSIONS = 30
Document = Mapping[str, Any]


def stages(registry: Registry) -> tuple[ThreadStage, ...]:
    """Return every stage of the road in its order, each name once: the core's first."""
    found = {one.name: one for one in (*reversed(registry.answers("thread_stages")), *STAGES)}
    return tuple(sorted(found.values(), key=order))


def stations(session: Session, ask: Ask, actor: Actor, refs: Sequence[str], *, wait: bool = False) -> dict[str, ThreadStation]:
    """Return the stations of those of `refs` that somebody knows and `actor` may know of, by name; the core's own first."""
    wanted = frozenset(refs)
    if not wanted:
        return {}
    found = {one.ref: one for one in ask.thread_stations(session, actor, wanted, wait=wait) if one.ref in wanted}
    permissions = Permissions.of(ask.registry.answers("permissions"))
    return found | _versions(session, wanted) | _items(session, permissions, actor, wanted)


def _versions(session: Session, refs: frozenset[str]) -> dict[str, ThreadStation]:
    wanted = codes_of(refs, "version")
    if not wanted:
        return {}
    rows = select(AgendaVersion, Agenda.code).join(Agenda, Agenda.id == AgendaVersion.agenda_id).where(Agenda.code.in_(wanted))
    found = {}
    for version, code in session.execute(rows):
        if f"v{version.number}" in wanted[code]:
            name = ref("version", code, f"v{version.number}")
            found[name] = ThreadStation(
                ref=name,
                stage=VERSION,
                label=f"Versión {version.number}",
                title=version.title,
                at=version.frozen_at,
                href=f"/agendas/{code}/v{version.number}",
            )
    return found


def _items(session: Session, permissions: Permissions, actor: Actor, refs: frozenset[str]) -> dict[str, ThreadStation]:
    """Items that are public in some version, or that `actor` may read in the draft; never their words, which may be a draft's."""
    wanted = codes_of(refs, "item")
    if not wanted:
        return {}
    codes = {code for ones in wanted.values() for code in ones}
    rows = (
        select(Agenda.id, Agenda.code, Item.code, Item.first_version)
        .join(Agenda, Agenda.id == Item.agenda_id)
        .where(Agenda.code.in_(wanted), Item.code.in_(codes))
    )
    found = {}
    for agenda_id, agenda, code, first in session.execute(rows):
        if code not in wanted[agenda]:
            continue
        href = f"/agendas/{agenda}/puntos/{code}" if first is not None else f"/gestion/agendas/{agenda}/puntos/{code}/hilo"
        if first is not None or permissions.allows(actor, "agenda.read_draft", agenda_id=agenda_id):
            name = ref("item", agenda, code)
            found[name] = ThreadStation(ref=name, stage=VERSION, label=f"Punto {code}", href=href)
    return found


def figures(agenda: str, item: Document) -> list[ThreadStation]:
    """Return an item's indicators as evidence: those that say what was measured, or where it was read."""
    return [
        ThreadStation(
            ref=ref("figure", agenda, f"{item['code']}-{place}"),
            stage=EVIDENCE,
            label=one["name"],
            title="; ".join(
                filter(
                    None,
                    (
                        f"Línea de base: {figure(one, 'baseline')}" if one["baseline"] is not None else "",
                        f"Meta: {figure(one, 'target')}" if one["target"] is not None else "",
                        f"Fuente: {one['source'] or one['source_url']}" if one["source"] or one["source_url"] else "",
                    ),
                )
            ),
            href=one["source_url"],
        )
        for place, one in enumerate(item["indicators"], 1)
        if one["baseline"] is not None or one["source"] or one["source_url"]
    ]


def wordings(agenda: str, code: str, versions: Sequence[tuple[AgendaVersion, Mapping[str, Document]]]) -> list[ThreadStation]:
    """Return where an item stands in each version, oldest first, and what changed there; `versions`: each with its items by code."""
    found: list[ThreadStation] = []
    before: Document | None = None
    for version, items in versions:
        item = items.get(code)
        if item is not None or before is not None:
            title = _changed(before, item)
            found.append(
                ThreadStation(
                    ref=ref("version", agenda, f"v{version.number}"),
                    stage=VERSION,
                    label=f"Versión {version.number}",
                    title=title,
                    at=version.frozen_at,
                    href=f"/agendas/{agenda}/puntos/{code}?version={version.number}" if item else f"/agendas/{agenda}/v{version.number}",
                )
            )
        before = item
    return found


def _changed(before: Document | None, item: Document | None) -> str:
    if item is None:
        return "El punto ya no está."
    if before is None:
        return "El punto entra en la agenda."
    labels = dict.fromkeys(one.label for one in compare_items(before, item))
    return "Cambió: " + ", ".join(one[0].lower() + one[1:] for one in labels) + "." if labels else "Sin cambios."
