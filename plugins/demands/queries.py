"""What can be read of demands, rounds and decisions; every list costs a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.demands.finding import stems
from plugins.demands.models import Ballot, Decision, Demand, Entry, Fusion, FusionPart, Round, Sheet, Source, Wording
from plugins.demands.words import INCLUDED, MERGED, OPEN, PENDING, READABLE, SPLIT, UNDONE
from portal.agendas.models import Agenda
from portal.errors import NotFound
from portal.organisations.queries import Page
from portal.threads.words import ref

PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list shows. `dimension` "-": those without one. `decision` "-": those without one. `state` "": whatever is live."""

    q: str = ""
    dimension: str = ""
    kind: str = ""
    origin: str = ""
    state: str = ""
    decision: str = ""
    territory: str = ""

    @property
    def anything(self) -> bool:
        """Whether it leaves anything out."""
        return any((self.q, self.dimension, self.kind, self.origin, self.state, self.decision, self.territory))


def _matching(agenda_id: int, wanted: Filter, *, public: bool) -> list[ColumnElement[bool]]:
    found = [Demand.agenda_id == agenda_id]
    if wanted.state and (not public or wanted.state in READABLE):
        found.append(Demand.state == wanted.state)
    elif wanted.q and public:
        found.append(Demand.state.in_(READABLE))  # who looks for a demand finds it merged, too
    else:
        found.append(Demand.state == OPEN if public else Demand.state.in_((OPEN, PENDING)))
    if wanted.dimension:
        found.append(Demand.dimension == ("" if wanted.dimension == "-" else wanted.dimension))
    if wanted.decision:
        found.append(Demand.decision == ("" if wanted.decision == "-" else wanted.decision))
    if wanted.kind:
        found.append(Demand.kind == wanted.kind)
    if wanted.territory:
        found.append(Demand.territory_inei.startswith(wanted.territory, autoescape=True))
    if wanted.origin in {"form", "paper", "desk"}:
        found.append(Demand.channel == wanted.origin)
    elif wanted.origin:
        found.append(exists().where(Source.demand_id == Demand.id, Source.kind == wanted.origin))
    code = wanted.q.strip().upper()
    if code.startswith("D-") and code[2:].isdecimal():
        found.append(Demand.number == int(code[2:][:9]))
    else:
        found += [Demand.terms.contains(f" {word} ", autoescape=True) for word in stems(wanted.q).split()[:8]]
    return found


def page(session: Session, agenda_id: int, wanted: Filter, *, number: int = 1, size: int = PAGE, public: bool = False) -> Page:
    """Return demands in the order of their codes, with sources, territory and what they were merged into: four queries."""
    criteria = _matching(agenda_id, wanted, public=public)
    total = session.scalar(select(func.count(Demand.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // size)))
    rows = (
        select(Demand)
        .where(*criteria)
        .options(selectinload(Demand.sources).joinedload(Source.organisation), joinedload(Demand.territory), joinedload(Demand.merged_into))
        .order_by(Demand.number)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(list(session.scalars(rows)), number, total, size)


def counts(session: Session, agenda_id: int) -> dict[tuple[str, str], int]:
    """Return how many demands there are by (state, decision). One query."""
    rows = select(Demand.state, Demand.decision, func.count()).where(Demand.agenda_id == agenda_id).group_by(Demand.state, Demand.decision)
    return {(state, decision): int(n) for state, decision, n in session.execute(rows)}


def demand(session: Session, agenda_id: int, code: str) -> Demand:
    """Return a demand by its code, with its sources. Raises `NotFound`."""
    rows = select(Demand).where(Demand.agenda_id == agenda_id, Demand.code == code)
    found = session.scalar(
        rows.options(
            selectinload(Demand.sources).joinedload(Source.organisation),
            selectinload(Demand.sources).joinedload(Source.sheet),
            joinedload(Demand.territory),
            joinedload(Demand.merged_into),
        )
    )
    if found is None:
        raise NotFound
    return found


def by_codes(session: Session, agenda_id: int, codes: Iterable[str]) -> list[Demand]:
    """Return demands by their codes, in order, with their sources; unknown codes are left out."""
    wanted = sorted(set(codes))
    rows = select(Demand).where(Demand.agenda_id == agenda_id, Demand.code.in_(wanted)).options(selectinload(Demand.sources))
    return list(session.scalars(rows.order_by(Demand.number))) if wanted else []


def live(session: Session, agenda_id: int, dimension: str = "") -> list[Demand]:
    """Return the live demands, of one dimension where it is given."""
    rows = select(Demand).where(Demand.agenda_id == agenda_id, Demand.state == OPEN).order_by(Demand.number)
    return list(session.scalars(rows.where(Demand.dimension == dimension) if dimension else rows))


def pending(session: Session, agenda_id: int, *, number: int = 1) -> Page:
    """Return proposals of the public form that nobody moderated, the oldest first."""
    mine = (Demand.agenda_id == agenda_id, Demand.state == PENDING)
    total = session.scalar(select(func.count(Demand.id)).where(*mine)) or 0
    number = max(1, min(number, -(-total // PAGE)))
    rows = select(Demand).where(*mine).options(selectinload(Demand.sources), joinedload(Demand.territory)).order_by(Demand.number)
    return Page(list(session.scalars(rows.limit(PAGE).offset((number - 1) * PAGE))), number, total, PAGE)


def fusions(session: Session, demand_id: int) -> list[Fusion]:
    """Return the merges and splits in which a demand took part, the last first, those undone too."""
    mine = select(FusionPart.fusion_id).where(FusionPart.demand_id == demand_id)
    rows = select(Fusion).where(Fusion.id.in_(mine)).options(selectinload(Fusion.parts).joinedload(FusionPart.demand))
    return list(session.scalars(rows.order_by(Fusion.id.desc())))


def fusion(session: Session, agenda_id: int, identity: int) -> Fusion:
    """Return a merge or a split. Raises `NotFound`."""
    found = session.scalar(select(Fusion).where(Fusion.id == identity, Fusion.agenda_id == agenda_id))
    if found is None:
        raise NotFound
    return found


def decisions(session: Session, demand_id: int) -> list[Decision]:
    """Return what was decided of a demand, the last first."""
    rows = select(Decision).where(Decision.demand_id == demand_id).options(joinedload(Decision.other), joinedload(Decision.round))
    return list(session.scalars(rows.order_by(Decision.id.desc())))


def current_decisions(session: Session, demand_ids: Iterable[int]) -> dict[int, Decision]:
    """Return the decision in force on each demand, by id. One query."""
    wanted = set(demand_ids)
    rows = select(Decision).where(Decision.demand_id.in_(wanted), Decision.current).options(joinedload(Decision.other))
    return {one.demand_id: one for one in session.scalars(rows)} if wanted else {}


def wordings(session: Session, demand_id: int) -> list[Wording]:
    """Return what a demand said before, the last first."""
    return list(session.scalars(select(Wording).where(Wording.demand_id == demand_id).order_by(Wording.revision.desc())))


def sheets(session: Session, agenda_id: int, *, number: int = 1) -> Page:
    """Return paper sheets, the last first, as (sheet, how many lines were typed): two queries."""
    total = session.scalar(select(func.count(Sheet.id)).where(Sheet.agenda_id == agenda_id)) or 0
    number = max(1, min(number, -(-total // PAGE)))
    typed = (
        select(func.count(func.distinct(Source.line)))
        .where(Source.sheet_id == Sheet.id, Source.fusion_id.is_(None))
        .correlate(Sheet)
        .scalar_subquery()
    )
    rows = select(Sheet, typed).where(Sheet.agenda_id == agenda_id).order_by(Sheet.number.desc())
    found = session.execute(rows.limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page([(one, int(n)) for one, n in found], number, total, PAGE)


def sheet(session: Session, agenda_id: int, code: str) -> Sheet:
    """Return a paper sheet by its code. Raises `NotFound`."""
    found = session.scalar(select(Sheet).where(Sheet.agenda_id == agenda_id, Sheet.code == code))
    if found is None:
        raise NotFound
    return found


def rounds(session: Session, agenda_id: int, *states: str) -> list[tuple[Round, int, int, int]]:
    """Return rounds, the last first, as (round, demands, ballots given, ballots expected). One query."""
    entries = select(func.count(Entry.id)).where(Entry.round_id == Round.id).correlate(Round).scalar_subquery()
    expected = select(func.count(Ballot.id)).where(Ballot.round_id == Round.id).correlate(Round)
    given = expected.where(Ballot.saved_at.is_not(None))
    rows = select(Round, entries, given.scalar_subquery(), expected.scalar_subquery()).where(Round.agenda_id == agenda_id)
    if states:
        rows = rows.where(Round.state.in_(states))
    return [(one, int(a), int(b), int(c)) for one, a, b, c in session.execute(rows.order_by(Round.number.desc()))]


def round_(session: Session, agenda_id: int, code: str) -> Round:
    """Return a round by its code, with its criteria and demands. Raises `NotFound`."""
    rows = select(Round).where(Round.agenda_id == agenda_id, Round.code == code)
    found = session.scalar(rows.options(selectinload(Round.criteria), selectinload(Round.entries).joinedload(Entry.demand)))
    if found is None:
        raise NotFound
    return found


def rounds_of(session: Session, demand_id: int, *states: str) -> list[Round]:
    """Return the rounds in which a demand was scored, the first first."""
    rows = select(Round).join(Entry).where(Entry.demand_id == demand_id)
    return list(session.scalars(rows.where(Round.state.in_(states or ("open", "closed"))).order_by(Round.number)))


def ballot(session: Session, round_id: int, code: str) -> Ballot:
    """Return a ballot by its code. Raises `NotFound`."""
    found = session.scalar(select(Ballot).where(Ballot.round_id == round_id, Ballot.code == code))
    if found is None:
        raise NotFound
    return found


def ballots(session: Session, round_id: int) -> list[Ballot]:
    """Return a round's ballots with their people, in order. One query."""
    rows = select(Ballot).where(Ballot.round_id == round_id).options(joinedload(Ballot.person)).order_by(Ballot.number)
    return list(session.scalars(rows))


def my_ballot(session: Session, round_id: int, person_id: int) -> Ballot:
    """Return the ballot that a person may fill in. Raises `NotFound`."""
    rows = select(Ballot).where(Ballot.round_id == round_id, Ballot.person_id == person_id)
    found = session.scalar(rows.order_by(Ballot.number).limit(1))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Included:
    """A demand that the group included: what a draft is made of. `ref`: "demand:APU-2027/D-014"; `dimension` "" if none was chosen."""

    ref: str
    code: str
    text: str
    dimension: str
    kind: str
    detail: str = ""
    territory: str = ""
    reason: str = ""


def included(session: Session, agenda_id: int) -> list[Included]:
    """Return the demands that the group decided to include, in the order of their codes. Two queries."""
    code = session.scalar(select(Agenda.code).where(Agenda.id == agenda_id))
    rows = (
        select(Demand, Decision.reason)
        .join(Decision, (Decision.demand_id == Demand.id) & Decision.current)
        .where(Demand.agenda_id == agenda_id, Demand.decision == INCLUDED, Demand.state == OPEN)
        .order_by(Demand.number)
    )
    return [
        Included(
            ref("demand", code or "", one.code), one.code, one.text, one.dimension, one.kind, one.detail, one.territory_inei or "", why
        )
        for one, why in session.execute(rows)
    ]


SHOWN_TO_STAFF = (OPEN, PENDING, MERGED, SPLIT, "rejected", UNDONE)
