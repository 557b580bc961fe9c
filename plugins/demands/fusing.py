"""Merges several demands into one and splits one into several, so that who said what is never lost; each can be undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.demands import finding
from plugins.demands.collecting import checked, hold, reword, wording
from plugins.demands.desk import desk, next_number
from plugins.demands.models import Decision, Demand, Fusion, FusionPart, Source, Wording
from plugins.demands.words import MERGED, OPEN, SPLIT, UNDONE
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.threads.service import link, unlink
from portal.threads.words import ref

MOST_PARTS = 10


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the demands that a split makes: its words, and the ids of the sources that it takes along (None: all of them)."""

    text: str
    kind: str = "demand"
    dimension: str = ""
    sources: frozenset[int] | None = None


def merge(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    into: Demand,
    others: Iterable[Demand],
    text: str = "",
    note: str = "",
    person_id: int | None,
) -> Fusion:
    """Let `into` stand for `others` too: it takes a copy of their sources, with their words; they stay readable.

    `text`: what it says from now on ("": what it said). Raises `Invalid`, `Conflict`.
    """
    gone = [one for one in {one.id: one for one in others}.values() if one.id != into.id]
    if not gone:
        raise Invalid(N_("Elija al menos dos demandas para unir."))
    hold(session, into, *gone)
    for one in (into, *gone):
        if one.state != OPEN or one.agenda_id != agenda.id:
            raise Conflict(N_("%(code)s ya no está vigente: no se puede unir."), code=one.code)
    before = wording(into)
    fit = checked(session, agenda, **(before | ({"text": text} if text.strip() else {})))
    made = Fusion(agenda_id=agenda.id, kind="merge", note=note.strip(), before=before if fit != before else {}, at=now, by_id=person_id)
    made.parts = [FusionPart(demand_id=into.id, side="to"), *(FusionPart(demand_id=one.id, side="from") for one in gone)]
    session.add(made)
    session.flush()
    if fit != before:
        for source in into.sources:  # they did not say what it says from now on
            source.said = source.said or before["text"]
        reword(session, into, fit, now=now, person_id=person_id)
    kept = ref("demand", agenda.code, into.code)
    for one in gone:
        for source in one.sources:
            into.sources.append(_copy(source, made, now=now, person_id=person_id, said=source.said or one.text))
            if source.ref:
                link(session, now=now, agenda_id=agenda.id, source=kept, relation="came_from", target=source.ref, person_id=person_id)
        one.state, one.merged_into_id = MERGED, into.id
        one.revision += 1
        name = ref("demand", agenda.code, one.code)
        link(session, now=now, agenda_id=agenda.id, source=name, relation="merged_into", target=kept, person_id=person_id)
    into.revision += 1
    session.flush()
    _index(session, agenda, [into, *gone])
    return made


def split(
    session: Session, *, now: datetime, agenda: Agenda, demand: Demand, parts: Sequence[Part], note: str = "", person_id: int | None
) -> list[Demand]:
    """Make several demands of one, each with the sources that are its; the first stays readable. Raises `Invalid`, `Conflict`."""
    hold(session, demand)
    if demand.state != OPEN:
        raise Conflict(N_("%(code)s ya no está vigente: no se puede dividir."), code=demand.code)
    if not 2 <= len(parts) <= MOST_PARTS:  # noqa: PLR2004 - one part is no split
        raise Invalid(N_("Escriba entre 2 y 10 demandas nuevas."))
    base = wording(demand) | {"detail": ""}
    fit = [checked(session, agenda, **(base | {"text": one.text, "kind": one.kind, "dimension": one.dimension})) for one in parts]
    taken = [[source for source in demand.sources if one.sources is None or source.id in one.sources] for one in parts]
    if not all(taken):
        raise Invalid(N_("Cada demanda nueva necesita al menos una fuente: marque quién la dijo."))
    left = {source.id for source in demand.sources} - {source.id for some in taken for source in some}
    if left:
        raise Invalid(N_("Hay fuentes sin marcar: cada una tiene que pasar al menos a una de las demandas nuevas."))
    number = next_number(session, agenda.id, "demand", len(parts))
    fusion = Fusion(agenda_id=agenda.id, kind="split", note=note.strip(), before={}, at=now, by_id=person_id)
    fusion.parts = [FusionPart(demand_id=demand.id, side="from")]
    session.add(fusion)
    session.flush()
    old, made = ref("demand", agenda.code, demand.code), []
    for place, (values, sources) in enumerate(zip(fit, taken, strict=True)):
        one = Demand(
            agenda_id=agenda.id,
            number=number + place,
            code=f"D-{number + place:03d}",
            kind=values["kind"],
            dimension=values["dimension"],
            territory_inei=values["territory"] or None,
            text=values["text"],
            detail="",
            channel=demand.channel,
            state=OPEN,
            state_reason="",
            decision="",
            terms=finding.stems(values["text"]),
            collected_on=demand.collected_on,
            created_at=now,
            created_by_id=person_id,
            revision=1,
        )
        session.add(one)
        session.flush()
        fusion.parts.append(FusionPart(demand_id=one.id, side="to"))
        name = ref("demand", agenda.code, one.code)
        link(session, now=now, agenda_id=agenda.id, source=name, relation="came_from", target=old, person_id=person_id)
        for source in sources:
            one.sources.append(_copy(source, fusion, now=now, person_id=person_id, said=source.said or demand.text))
            if source.ref:
                link(session, now=now, agenda_id=agenda.id, source=name, relation="came_from", target=source.ref, person_id=person_id)
        made.append(one)
    demand.state = SPLIT
    demand.revision += 1
    session.flush()
    _index(session, agenda, [demand, *made])
    return made


def _copy(source: Source, fusion: Fusion, *, now: datetime, person_id: int | None, said: str) -> Source:
    return Source(
        kind=source.kind,
        organisation_id=source.organisation_id,
        ref=source.ref,
        name=source.name,
        said=said,
        said_on=source.said_on,
        sheet_id=source.sheet_id,
        line=source.line,
        fusion_id=fusion.id,
        copied_from_id=source.id,
        at=now,
        by_id=person_id,
    )


def undo(session: Session, *, now: datetime, agenda: Agenda, fusion: Fusion, person_id: int) -> None:
    """Put demands back as they were before a merge or a split. Raises `Conflict` while something later rests on it, or when it is undone."""
    hold(session, *(part.demand for part in fusion.parts))
    session.refresh(fusion)
    if fusion.undone_at is not None:
        raise Conflict(N_("Esto ya se deshizo."))
    results = [part.demand for part in fusion.parts if part.side == "to"]
    origins = [part.demand for part in fusion.parts if part.side == "from"]
    for one in results:
        if one.state != OPEN or _later(session, fusion, one):
            raise Conflict(N_("%(code)s se unió o se dividió después: deshaga primero eso."), code=one.code)
        if fusion.kind == "split" and one.decision:
            raise Conflict(N_("%(code)s ya tiene una decisión: no se puede deshacer la división."), code=one.code)
    _take_back(session, agenda, fusion, results, origins, now=now, person_id=person_id)
    for one in origins:
        one.state, one.merged_into_id = OPEN, None
        one.revision += 1
    fusion.undone_at, fusion.undone_by_id = now, person_id
    session.flush()
    for decision in session.scalars(select(Decision).where(Decision.fusion_id == fusion.id, Decision.current)):
        decision.current = False
        decision.demand.decision = ""
    session.flush()
    _index(session, agenda, [*results, *origins])


def _later(session: Session, fusion: Fusion, demand: Demand) -> bool:
    rows = select(Fusion.id).join(FusionPart).where(FusionPart.demand_id == demand.id, Fusion.id > fusion.id, Fusion.undone_at.is_(None))
    return session.scalar(rows.limit(1)) is not None


def _take_back(
    session: Session, agenda: Agenda, fusion: Fusion, results: list[Demand], origins: list[Demand], *, now: datetime, person_id: int
) -> None:
    """Take the copied sources out of the results, and the links that came with them; what was added later stays with a live demand."""
    for one in results:
        name = ref("demand", agenda.code, one.code)
        copied = [source for source in one.sources if source.fusion_id == fusion.id]
        for source in copied:
            one.sources.remove(source)
        rest = {source.ref for source in one.sources}
        for gone in {source.ref for source in copied if source.ref} - rest:
            unlink(session, source=name, relation="came_from", target=gone)
        if fusion.kind == "merge":
            for origin in origins:
                unlink(session, source=ref("demand", agenda.code, origin.code), relation="merged_into", target=name)
            if fusion.before and _last_worded(session, one) == fusion.at:  # what somebody wrote since is theirs: it stays
                reword(session, one, fusion.before, now=now, person_id=person_id)
                for source in one.sources:
                    source.said = "" if source.said == one.text else source.said
        else:
            [origin] = origins
            unlink(session, source=name, relation="came_from", target=ref("demand", agenda.code, origin.code))
            for source in list(one.sources):  # noted after the split
                one.sources.remove(source)
                origin.sources.append(_moved(source, one))
                if source.ref:
                    whole = ref("demand", agenda.code, origin.code)
                    unlink(session, source=name, relation="came_from", target=source.ref)
                    link(session, now=now, agenda_id=agenda.id, source=whole, relation="came_from", target=source.ref, person_id=person_id)
            one.state = UNDONE
        one.revision += 1
    session.flush()


def _last_worded(session: Session, demand: Demand) -> datetime | None:
    """Return when a demand's wording last changed."""
    return session.scalar(select(func.max(Wording.at)).where(Wording.demand_id == demand.id))


def _moved(source: Source, part: Demand) -> Source:
    kept = {
        name: getattr(source, name) for name in ("kind", "organisation_id", "ref", "name", "said_on", "sheet_id", "line", "at", "by_id")
    }
    return Source(said=source.said or part.text, **kept)


def _index(session: Session, agenda: Agenda, demands: Iterable[Demand]) -> None:
    public = desk(session, agenda.id).public
    for one in demands:
        finding.index(session, one, agenda.code, public=public)
