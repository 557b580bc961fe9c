"""Stances and signatures as stations of an item's story: only what the registry shows to everybody."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process, Stance
from plugins.commitments.states import COMPLETE, STANCES
from portal.agendas.models import Agenda, AgendaVersion
from portal.extend import ThreadStage, ThreadStation, ThreadTie
from portal.threads.words import codes_of, ref

STAGES = (
    ThreadStage(name="stance", label="Posiciones de las organizaciones", gap="Sin posiciones", weight=70),
    ThreadStage(name="signature", label="Suscripción", gap="Sin suscripción", weight=75),
)
STANCE, SIGNATURE = "stance", "signature"


def ties(session: Session, refs: frozenset[str]) -> Iterator[ThreadTie]:
    """Yield what ties items to the stances on them and versions to their signatures; both ways. Two queries at most."""
    items, stances = codes_of(refs, "item"), codes_of(refs, STANCE)
    versions, signatures = codes_of(refs, "version"), codes_of(refs, SIGNATURE)
    if items or stances:
        wanted = {code for codes in items.values() for code in codes} | {
            code.partition("@")[0] for codes in stances.values() for code in codes
        }
        rows = (
            select(Agenda.code, Process.code, Stance.item_code)
            .select_from(Stance)
            .join(Commitment, Commitment.id == Stance.commitment_id)
            .join(Process, Process.id == Commitment.process_id)
            .join(AgendaVersion, AgendaVersion.id == Process.version_id)
            .join(Agenda, Agenda.id == AgendaVersion.agenda_id)
            .where(
                Agenda.code.in_({*items, *stances}), Stance.item_code.in_(wanted), Stance.stance.is_not(None), Commitment.state == COMPLETE
            )
            .distinct()
        )
        for agenda, process, item in session.execute(rows):
            yield ThreadTie(source=ref(STANCE, agenda, f"{item}@{process}"), relation="came_from", target=ref("item", agenda, item))
    if versions or signatures:
        signed = (
            select(Agenda.code, Process.code, AgendaVersion.number)
            .select_from(Commitment)
            .join(Process, Process.id == Commitment.process_id)
            .join(AgendaVersion, AgendaVersion.id == Process.version_id)
            .join(Agenda, Agenda.id == AgendaVersion.agenda_id)
            .where(Agenda.code.in_({*versions, *signatures}), Commitment.state == COMPLETE)
            .distinct()
        )
        for agenda, process, number in session.execute(signed):
            yield ThreadTie(source=ref(SIGNATURE, agenda, process), relation="came_from", target=ref("version", agenda, f"v{number}"))


def stations(session: Session, refs: frozenset[str]) -> Iterator[ThreadStation]:
    """Yield how many organisations took each stance on an item, and how many commitments are complete. Two queries at most."""
    stances, signatures = codes_of(refs, STANCE), codes_of(refs, SIGNATURE)
    if stances:
        yield from _stances(session, stances)
    if signatures:
        rows = (
            select(Agenda.code, Process.code, Process.title, func.count(), func.max(Commitment.completed_at))
            .select_from(Commitment)
            .join(Process, Process.id == Commitment.process_id)
            .join(AgendaVersion, AgendaVersion.id == Process.version_id)
            .join(Agenda, Agenda.id == AgendaVersion.agenda_id)
            .where(Agenda.code.in_(signatures), Commitment.state == COMPLETE)
            .group_by(Agenda.code, Process.code, Process.title)
        )
        for agenda, process, title, count, last in session.execute(rows):
            if process in signatures[agenda]:
                yield ThreadStation(
                    ref=ref(SIGNATURE, agenda, process),
                    stage="signature",
                    label="1 compromiso completo" if count == 1 else f"{count} compromisos completos",
                    title=title,
                    at=last,
                    href=f"/compromisos?proceso={process}",
                )


def _stances(session: Session, wanted: dict[str, set[str]]) -> Iterator[ThreadStation]:
    items = {code.partition("@")[0] for codes in wanted.values() for code in codes}
    rows = (
        select(Agenda.code, Process.code, Stance.item_code, Stance.stance, func.count(), func.max(Commitment.completed_at))
        .select_from(Stance)
        .join(Commitment, Commitment.id == Stance.commitment_id)
        .join(Process, Process.id == Commitment.process_id)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .join(Agenda, Agenda.id == AgendaVersion.agenda_id)
        .where(Agenda.code.in_(wanted), Stance.item_code.in_(items), Stance.stance.is_not(None), Commitment.state == COMPLETE)
        .group_by(Agenda.code, Process.code, Stance.item_code, Stance.stance)
    )
    counted: dict[tuple[str, str, str], dict[str, int]] = {}
    last: dict[tuple[str, str, str], datetime | None] = {}
    for agenda, process, item, stance, count, at in session.execute(rows):
        key = (agenda, process, item)
        counted.setdefault(key, {})[str(stance)] = count
        last[key] = max(filter(None, (last.get(key), at)), default=None)
    for (agenda, process, item), counts in counted.items():
        code = f"{item}@{process}"
        if code in wanted[agenda]:
            said = "; ".join(f"{STANCES[name].lower()}: {counts[name]}" for name in STANCES if name in counts)
            total = sum(counts.values())
            yield ThreadStation(
                ref=ref(STANCE, agenda, code),
                stage="stance",
                label="Posición de 1 organización" if total == 1 else f"Posiciones de {total} organizaciones",
                title=said[0].upper() + said[1:] + ".",
                at=last[agenda, process, item],
                href=f"/compromisos/puntos/{item}?proceso={process}",
            )
