"""What can be done with a round of prioritisation: prepare, open, fill in ballots, close."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands.desk import next_number
from plugins.demands.models import Ballot, Criterion, Demand, Entry, Round, Score
from plugins.demands.words import BY, OPEN
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.i18n import N_

MOST_CRITERIA, MOST_DEMANDS, MOST_BALLOTS = 8, 150, 200
LOWEST, HIGHEST = 0, 100
_WEIGHT = re.compile(r"\d{1,6}(?:[.,]\d{1,4})?")


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A criterion with its weight as typed ("40", "33,5"): weights need not add up to 100."""

    name: str
    weight: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a round goes. `by`: "table" or "person". Scores are whole numbers from `lowest` to `highest`."""

    title: str
    criteria: Sequence[Weighed]
    dimension: str = ""
    by: str = "table"
    lowest: int = 1
    highest: int = 5
    meeting: str = ""


def weight_of(text: str) -> Decimal | None:
    """Return a weight above zero as typed, with comma or point; None for anything else."""
    text = text.strip()
    if not _WEIGHT.fullmatch(text):
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value > 0 else None


def prepare(session: Session, *, now: datetime, agenda: Agenda, plan: Plan, demands: Iterable[Demand], person_id: int | None) -> Round:
    """Prepare a round over `demands`; nobody scores yet. Raises `Invalid`."""
    chosen = list({one.id: one for one in demands}.values())
    _check(agenda, plan, chosen)
    number = next_number(session, agenda.id, "round")
    made = Round(
        agenda_id=agenda.id,
        number=number,
        code=f"RP-{number:02d}",
        state="draft",
        revision=1,
        made_at=now,
        made_by_id=person_id,
        **_of(plan),
    )
    session.add(made)
    _fill(made, plan, chosen)
    session.flush()
    return made


def change(session: Session, *, agenda: Agenda, round_: Round, revision: int, plan: Plan, demands: Iterable[Demand]) -> Round:
    """Prepare a round otherwise, while it is not open. Raises `Invalid`, `Conflict`, `Stale`."""
    session.refresh(round_, ["state", "revision"], with_for_update=True)
    if round_.state != "draft":
        raise Conflict(N_("La ronda ya se abrió: los criterios y las demandas no cambian."))
    if round_.revision != revision:
        raise Stale(N_("Otra persona cambió esta ronda mientras usted escribía. Revise lo que dejó y guarde otra vez."), theirs=round_)
    chosen = list({one.id: one for one in demands}.values())
    _check(agenda, plan, chosen)
    round_.criteria.clear()
    round_.entries.clear()
    session.flush()  # positions are used again
    for name, value in _of(plan).items():
        setattr(round_, name, value)
    _fill(round_, plan, chosen)
    round_.revision += 1
    session.flush()
    return round_


def _of(plan: Plan) -> dict[str, object]:
    return {
        "title": " ".join(plan.title.split()),
        "dimension": plan.dimension,
        "by": plan.by,
        "lowest": plan.lowest,
        "highest": plan.highest,
        "meeting": plan.meeting,
    }


def _fill(round_: Round, plan: Plan, chosen: Iterable[Demand]) -> None:
    for place, one in enumerate(plan.criteria):
        name, weight = " ".join(one.name.split()), one.weight.strip().replace(",", ".")
        round_.criteria.append(Criterion(position=place, name=name, hint=one.hint.strip(), weight=weight))
    for place, demand in enumerate(sorted(chosen, key=lambda one: one.number)):
        round_.entries.append(Entry(demand_id=demand.id, position=place))


def _check(agenda: Agenda, plan: Plan, chosen: Sequence[Demand]) -> None:
    wrong = {}
    if not plan.title.strip():
        wrong["title"] = N_("Escriba el título de la ronda.")
    if plan.by not in BY:
        wrong["by"] = N_("Elija quién puntúa.")
    if plan.dimension and plan.dimension not in {one.name for one in agenda.dimensions}:
        wrong["dimension"] = N_("Elija una dimensión de la agenda.")
    if not LOWEST <= plan.lowest < plan.highest <= HIGHEST:
        wrong["highest"] = N_("La escala va de un número a otro mayor, entre 0 y 100.")
    wrong |= _wrong_criteria(plan) | _wrong_demands(agenda, chosen)
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_criteria(plan: Plan) -> dict[str, str]:
    wrong = {}
    if not 1 <= len(plan.criteria) <= MOST_CRITERIA:
        wrong["criteria"] = N_("Escriba entre 1 y 8 criterios.")
    for place, one in enumerate(plan.criteria):
        if not one.name.strip():
            wrong[f"criteria-{place}-name"] = N_("Escriba el nombre del criterio.")
        if weight_of(one.weight) is None:
            wrong[f"criteria-{place}-weight"] = N_("Escriba un peso mayor que cero, por ejemplo 40 o 33,5.")
    names = [" ".join(one.name.split()).casefold() for one in plan.criteria]
    if len(set(names)) != len(names):
        wrong["criteria"] = N_("Hay dos criterios con el mismo nombre.")
    return wrong


def _wrong_demands(agenda: Agenda, chosen: Sequence[Demand]) -> dict[str, str]:
    wrong = {}
    if not chosen:
        wrong["demands"] = N_("Elija al menos una demanda.")
    elif len(chosen) > MOST_DEMANDS:
        wrong["demands"] = N_("Una ronda admite hasta 150 demandas. Haga una por dimensión, o una antes las que piden lo mismo.")
    elif any(one.agenda_id != agenda.id or one.state != OPEN for one in chosen):
        wrong["demands"] = N_("Alguna de las demandas ya no está vigente. Elija otra vez.")
    return wrong


def add_ballots(session: Session, *, round_: Round, labels: Iterable[str] = (), people: Iterable[int] = ()) -> list[Ballot]:
    """Expect ballots: of tables by what they are called ("": only the code), and of people by their ids. Raises `Invalid`, `Conflict`."""
    if round_.state == "closed":
        raise Conflict(N_("La ronda está cerrada."))
    locked = session.get_one(Round, round_.id, with_for_update=True)
    taken = {one.person_id for one in locked.ballots if one.person_id is not None}
    wanted: list[tuple[str, int | None]] = [(" ".join(one.split())[:200], None) for one in labels]
    wanted += [("", one) for one in dict.fromkeys(people) if one not in taken]
    if not wanted:
        raise Invalid(N_("Diga a quién se espera: al menos una mesa o una persona."))
    if len(locked.ballots) + len(wanted) > MOST_BALLOTS:
        raise Invalid(N_("Una ronda admite hasta 200 fichas de puntaje."))
    number = max((one.number for one in locked.ballots), default=0)
    letter = "M" if round_.by == "table" else "V"
    made = [
        Ballot(number=number + place, code=f"{letter}-{number + place:02d}", label=label, person_id=person, method="", revision=1)
        for place, (label, person) in enumerate(wanted, 1)
    ]
    locked.ballots.extend(made)
    session.flush()
    return made


def remove_ballot(session: Session, *, round_: Round, ballot: Ballot) -> None:
    """Expect a ballot no more. Raises `Conflict` once it holds scores."""
    if ballot.saved_at is not None or round_.state == "closed":
        raise Conflict(N_("Esta ficha ya tiene puntajes: se conserva."))
    round_.ballots.remove(ballot)
    session.flush()


def open_(session: Session, *, now: datetime, round_: Round) -> None:
    """Let people score. Raises `Conflict`."""
    session.refresh(round_, ["state", "revision"], with_for_update=True)
    if round_.state != "draft":
        raise Conflict(N_("La ronda ya se abrió."))
    if not round_.ballots:
        raise Conflict(N_("Antes de abrir la ronda, diga a qué mesas o personas se espera."))
    gone = [one.demand.code for one in round_.entries if one.demand.state != OPEN]
    if gone:
        raise Conflict(N_("Estas demandas ya no están vigentes: %(codes)s. Edite la ronda antes de abrirla."), codes=", ".join(gone))
    round_.state, round_.opened_at = "open", now
    round_.revision += 1
    session.flush()


def close(session: Session, *, now: datetime, round_: Round) -> None:
    """Let nobody score any more; the ranking stays as it is. Raises `Conflict`."""
    session.refresh(round_, ["state", "revision"], with_for_update=True)
    if round_.state != "open":
        raise Conflict(N_("Solo se cierra una ronda abierta."))
    round_.state, round_.closed_at = "closed", now
    round_.revision += 1
    session.flush()


@dataclass(frozen=True)
class Wrong:
    """A score that cannot be used: where, what was typed, and the sentence."""

    name: str
    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)


class BadScores(Invalid):
    """Some scores cannot be used; nothing was saved. `wrong` says which."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(N_("Hay puntajes que no se pueden usar. No se guardó nada; lo que escribió sigue aquí."))


def cell(entry_id: int, criterion_id: int) -> str:
    """Return the name of a score's field."""
    return f"p-{entry_id}-{criterion_id}"


def read(round_: Round, typed: Mapping[str, str]) -> dict[tuple[int, int], int]:
    """Return the scores typed, by (entry id, criterion id); an empty cell is a vote not given. Raises `BadScores` with every bad one."""
    found, wrong = {}, []
    for entry in round_.entries:
        for criterion in round_.criteria:
            name = cell(entry.id, criterion.id)
            text = typed.get(name, "").strip()
            about = {
                "code": entry.demand.code,
                "criterion": criterion.name,
                "typed": text[:20],
                "low": round_.lowest,
                "high": round_.highest,
            }
            if not text:
                continue
            if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
                wrong.append(Wrong(name, N_("%(code)s, %(criterion)s: «%(typed)s» no es un número entero de %(low)s a %(high)s."), about))
            elif not round_.lowest <= int(text) <= round_.highest:
                wrong.append(Wrong(name, N_("%(code)s, %(criterion)s: %(typed)s está fuera de la escala de %(low)s a %(high)s."), about))
            else:
                found[(entry.id, criterion.id)] = int(text)
    if wrong:
        raise BadScores(wrong)
    return found


def score(
    session: Session,
    *,
    now: datetime,
    round_: Round,
    ballot: Ballot,
    typed: Mapping[str, str],
    revision: int,
    method: str = "screen",
    person_id: int | None,
) -> Ballot:
    """Keep what a ballot says, in place of what it said. Raises `BadScores`, `Conflict` when the round is not open, `Stale`."""
    values = read(round_, typed)
    session.refresh(round_, ["state"], with_for_update={"read": True})  # nobody closes it until this is kept
    if round_.state != "open":
        raise Conflict(N_("La ronda no está abierta: no se guardó nada."))
    held = session.get_one(Ballot, ballot.id, with_for_update=True, populate_existing=True)
    if held.revision != revision:
        raise Stale(
            N_("Otra persona guardó esta ficha mientras usted escribía. Abajo está lo que dejó; lo suyo sigue aquí."),
            theirs=scores(session, held),
        )
    if not values:
        raise Invalid(N_("La ficha está vacía: escriba al menos un puntaje."))
    before = {(one.entry_id, one.criterion_id): one for one in session.scalars(select(Score).where(Score.ballot_id == held.id))}
    for key, one in before.items():
        if key not in values:
            session.delete(one)
    for (entry, criterion), value in values.items():
        if (kept := before.get((entry, criterion))) is not None:
            kept.value = value
        else:
            session.add(Score(ballot_id=held.id, entry_id=entry, criterion_id=criterion, value=value))
    held.method, held.saved_at, held.saved_by_id = method, now, person_id
    held.revision += 1
    session.flush()
    session.expire(held, ["scores"])
    return held


def scores(session: Session, ballot: Ballot) -> dict[str, str]:
    """Return a ballot's scores as its form shows them: field's name → number."""
    rows = session.execute(select(Score.entry_id, Score.criterion_id, Score.value).where(Score.ballot_id == ballot.id))
    return {cell(entry, criterion): str(value) for entry, criterion, value in rows}
