"""A few demands for the sample portal, all of them labelled: collected at a workshop and on paper, scored by tables, decided."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import deciding, fusing, queries, rounds
from plugins.demands.collecting import Said, collect
from plugins.demands.desk import locked
from plugins.demands.models import Demand
from plugins.demands.sheets import Row, make, type_in
from plugins.demands.words import INCLUDED, NOT_INCLUDED, POSTPONED
from portal.accounts.models import Person
from portal.agendas.models import Agenda

if TYPE_CHECKING:
    from portal.context import Portal

PLACE = "Taller de recojo de demandas (muestra)"
DECIDED = "Plenario de concertación (muestra)"
COLLECTED = (
    ("demand", "Agua segura y desinfectada en todos los centros poblados rurales (muestra)", "Organización de usuarias del agua (muestra)"),
    ("demand", "Mejorar el acceso al agua segura en los centros poblados rurales (muestra)", "Comité de padres y madres (muestra)"),
    ("policy", "Presupuesto regional con enfoque de niñez y adolescencia (muestra)", "Red de niñas, niños y adolescentes (muestra)"),
    ("product", "Centros de salud con personal que habla quechua (muestra)", "Federación campesina (muestra)"),
    ("result", "Menos anemia en niñas y niños menores de tres años (muestra)", "Colegio profesional (muestra)"),
)
ON_PAPER = ("Mercados de productores en cada provincia (muestra)", "Caminos vecinales con mantenimiento cada año (muestra)")
CRITERIA = (
    rounds.Weighed(name="Urgencia", weight="40"),
    rounds.Weighed(name="Alcance", weight="35"),
    rounds.Weighed(name="Viabilidad", weight="25"),
)
SCORES = ((5, 5, 4), (4, 4, 3), (3, 4, 4), (5, 3, 3), (2, 3, 4), (2, 3, 4))


def sample(portal: "Portal", session: Session, *, now: datetime, agenda: Agenda, people: dict[str, Person]) -> list[Demand]:  # noqa: ARG001 - every plugin's sample is called alike
    """Fill an agenda's desk unless it has demands; nothing is committed. `people`: role → person ("staff" or "coordinator")."""
    if session.scalar(select(Demand.id).where(Demand.agenda_id == agenda.id).limit(1)) is not None:
        return []
    who = people.get("staff") or people.get("coordinator")
    by = who.id if who else None
    names = [one.name for one in agenda.dimensions] or [""]
    locked(session, agenda.id).public = True
    day = (now - timedelta(days=20)).date()
    then = now - timedelta(days=20)
    meeting = Said(kind="meeting", name=PLACE, said_on=day)
    made = [
        collect(
            session,
            now=then,
            agenda=agenda,
            text=text,
            kind=kind,
            dimension=names[0 if place < 2 else place % len(names)],  # noqa: PLR2004 - the first two say the same
            said=[Said(kind="organisation", name=name, said_on=day), meeting],
            channel="meeting",
            collected_on=day,
            person_id=by,
        )
        for place, (kind, text, name) in enumerate(COLLECTED)
    ]
    if by is not None:
        [sheet] = make(session, now=then, agenda=agenda, many=1, dimension=names[-1], place=PLACE, held_on=day, person_id=by)
        rows = [Row(line=place, text=text, who="Asociación de productores (muestra)") for place, text in enumerate(ON_PAPER, 1)]
        made += type_in(session, now=then + timedelta(hours=2), agenda=agenda, sheet=sheet, rows=rows, person_id=by)
    note = "Piden lo mismo con otras palabras (muestra)."
    fusing.merge(session, now=then + timedelta(days=1), agenda=agenda, into=made[0], others=[made[1]], note=note, person_id=by)
    alive = [one for one in made if one is not made[1]]
    _prioritise(session, agenda, alive, now=now - timedelta(days=10), by=by)
    return made


def _prioritise(session: Session, agenda: Agenda, alive: list[Demand], *, now: datetime, by: int | None) -> None:
    plan = rounds.Plan(title="Priorización en plenario (muestra)", criteria=CRITERIA)
    held = rounds.prepare(session, now=now, agenda=agenda, plan=plan, demands=alive, person_id=by)
    ballots = rounds.add_ballots(session, round_=held, labels=["Mesa uno (muestra)", "Mesa dos (muestra)", "Mesa tres (muestra)"])
    rounds.open_(session, now=now, round_=held)
    for ballot in ballots[:2]:
        typed = {
            rounds.cell(entry.id, criterion.id): str(SCORES[(place + ballot.number - 1 if place > 3 else place) % len(SCORES)][column])  # noqa: PLR2004 - the last differ
            for place, entry in enumerate(held.entries)
            for column, criterion in enumerate(held.criteria)
        }
        rounds.score(session, now=now, round_=held, ballot=ballot, typed=typed, revision=ballot.revision, method="paper", person_id=by)
    rounds.close(session, now=now + timedelta(hours=3), round_=held)
    held = queries.round_(session, agenda.id, held.code)
    outcomes = (
        (INCLUDED, "El grupo la considera urgente y alcanza a todas las provincias (muestra)."),
        (INCLUDED, "Puntuó menos, pero es condición para las demás (muestra)."),
        (POSTPONED, "Falta información de costos; se retoma en la próxima reunión (muestra)."),
        (INCLUDED, "Hay acuerdo de todas las mesas (muestra)."),
        (NOT_INCLUDED, "Corresponde a los gobiernos locales (muestra)."),
    )
    for demand, (outcome, reason) in zip(alive, outcomes, strict=False):
        deciding.decide(
            session,
            now=now + timedelta(days=1),
            agenda=agenda,
            demand=demand,
            outcome=outcome,
            reason=reason,
            place=DECIDED,
            round_=held,
            person_id=by,
        )
