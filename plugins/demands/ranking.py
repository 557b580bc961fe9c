"""The arithmetic of a round: exact fractions, shown with four decimals; it informs the group, which decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from plugins.demands.models import Ballot, Criterion, Demand, Entry, Round, Score

PLACES = Decimal("0.0001")


def shown(value: Fraction) -> Decimal:
    """Return an exact value with four decimals, half to even. Only for the eye: ranks compare what is exact."""
    scaled = value * 10_000
    return (Decimal(round(scaled)) / 10_000).quantize(PLACES, ROUND_HALF_EVEN)


def shares(weights: Sequence[Decimal]) -> list[Fraction]:
    """Return weights as shares of their sum: [40, 40, 20] and [2, 2, 1] give the same."""
    whole = sum((Fraction(one) for one in weights), Fraction(0))
    return [Fraction(one) / whole for one in weights]


@dataclass(frozen=True)
class Term:
    """What a criterion adds to a demand's total: mean = `total` / `votes`, times the criterion's `share`."""

    criterion: Criterion
    share: Fraction
    total: int
    votes: int

    @property
    def mean(self) -> Fraction | None:
        """The mean score; None when nobody scored."""
        return Fraction(self.total, self.votes) if self.votes else None

    @property
    def product(self) -> Fraction | None:
        """The mean times the share."""
        return None if self.mean is None else self.mean * self.share


@dataclass(frozen=True)
class Ranked:
    """A demand in a ranking. `rank` None: some criterion has no vote, so there is no total. `tied`: another one has the same total."""

    entry: Entry
    terms: tuple[Term, ...]
    votes: int
    total: Fraction | None
    rank: int | None = None
    tied: bool = False

    @property
    def demand(self) -> Demand:
        """What was scored."""
        return self.entry.demand


@dataclass(frozen=True)
class Missing:
    """A ballot that is not whole: how many of its cells are empty, of how many."""

    ballot: Ballot
    empty: int
    of: int


@dataclass(frozen=True)
class Ranking:
    """A round's ranking, its normalised weights, and which ballots are missing. `given`: ballots with at least one score."""

    round: Round
    shares: tuple[Fraction, ...]
    rows: tuple[Ranked, ...]
    given: int
    expected: int
    missing: tuple[Missing, ...]

    def of(self, demand_id: int) -> Ranked | None:
        """Return a demand's place."""
        return next((one for one in self.rows if one.entry.demand_id == demand_id), None)


def in_order(rows: Iterable[Ranked]) -> list[Ranked]:
    """Return rows by total, highest first, with their ranks: equal totals share one, and the next rank counts them (1, 1, 3)."""
    rows = list(rows)
    totals = [one.total for one in rows if one.total is not None]
    with_rank = [
        Ranked(
            one.entry,
            one.terms,
            one.votes,
            one.total,
            None if one.total is None else 1 + sum(other > one.total for other in totals),
            one.total is not None and totals.count(one.total) > 1,
        )
        for one in rows
    ]
    return sorted(with_rank, key=lambda one: (one.rank is None, one.rank or 0, one.entry.position))


def ranking(session: Session, round_: Round) -> Ranking:
    """Return a round's ranking from its scores. A constant number of queries; sums and counts are whole numbers."""
    entries = list(
        session.scalars(select(Entry).where(Entry.round_id == round_.id).options(joinedload(Entry.demand)).order_by(Entry.position))
    )
    criteria = list(session.scalars(select(Criterion).where(Criterion.round_id == round_.id).order_by(Criterion.position)))
    ballots = list(
        session.scalars(select(Ballot).where(Ballot.round_id == round_.id).options(joinedload(Ballot.person)).order_by(Ballot.number))
    )
    each = select(Score.entry_id, Score.criterion_id, func.sum(Score.value), func.count()).join(Ballot).where(Ballot.round_id == round_.id)
    sums = {(e, c): (int(total), int(n)) for e, c, total, n in session.execute(each.group_by(Score.entry_id, Score.criterion_id))}
    voters = select(Score.entry_id, func.count(func.distinct(Score.ballot_id))).join(Ballot).where(Ballot.round_id == round_.id)
    votes = {entry: int(n) for entry, n in session.execute(voters.group_by(Score.entry_id))}
    cells = select(Score.ballot_id, func.count()).join(Ballot).where(Ballot.round_id == round_.id).group_by(Score.ballot_id)
    filled = {ballot: int(n) for ballot, n in session.execute(cells)}
    parts = shares([Decimal(one.weight) for one in criteria]) if criteria else []
    rows = [_row(entry, criteria, parts, sums, votes.get(entry.id, 0)) for entry in entries]
    whole = len(entries) * len(criteria)
    missing = [Missing(one, whole - filled.get(one.id, 0), whole) for one in ballots if filled.get(one.id, 0) < whole]
    given = sum(1 for one in ballots if filled.get(one.id))
    return Ranking(round_, tuple(parts), tuple(in_order(rows)), given, len(ballots), tuple(missing))


def _row(
    entry: Entry, criteria: Sequence[Criterion], parts: Sequence[Fraction], sums: Mapping[tuple[int, int], tuple[int, int]], votes: int
) -> Ranked:
    terms = tuple(
        Term(criterion, share, *sums.get((entry.id, criterion.id), (0, 0))) for criterion, share in zip(criteria, parts, strict=True)
    )
    products = [one.product for one in terms]
    total = None if None in products or not products else sum((one for one in products if one is not None), Fraction(0))
    return Ranked(entry, terms, votes, total)


def table(rankings: Iterable[Ranking]) -> Iterable[tuple[object, ...]]:
    """Yield rankings as rows for a spreadsheet, one row a demand and criterion, with the arithmetic."""
    yield (
        "Ronda",
        "Orden",
        "Empate",
        "Demanda",
        "Texto",
        "Criterio",
        "Peso",
        "Peso normalizado",
        "Suma",
        "Votos",
        "Media",
        "Producto",
        "Total",
        "Total exacto",
        "Fichas recibidas",
        "Fichas esperadas",
    )
    for one in rankings:
        for row in one.rows:
            for term in row.terms:
                yield (
                    one.round.code,
                    row.rank,
                    "sí" if row.tied else "no",
                    row.demand.code,
                    row.demand.text,
                    term.criterion.name,
                    Decimal(term.criterion.weight),
                    shown(term.share),
                    term.total,
                    term.votes,
                    None if term.mean is None else shown(term.mean),
                    None if term.product is None else shown(term.product),
                    None if row.total is None else shown(row.total),
                    None if row.total is None else f"{row.total.numerator}/{row.total.denominator}",
                    one.given,
                    one.expected,
                )
