"""The arithmetic of a round, by hand and against an independent one; scores that cannot be used; ballots that are missing."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from plugins.demands import api, queries, rounds, tables
from plugins.demands.models import Round
from plugins.demands.ranking import ranking, shares, shown
from plugins.demands.rounds import BadScores, Plan, Weighed
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Conflict, Invalid, Stale
from tests.demands.conftest import Collect

pytestmark = pytest.mark.settings(plugins=("demands", "social"))
CRITERIA = (Weighed(name="Urgencia", weight="3"), Weighed(name="Alcance", weight="1,5"), Weighed(name="Viabilidad", weight="1.5"))


@pytest.fixture
def opened(session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime) -> Round:
    demands = [collected(f"Demanda de muestra {n}") for n in "abcd"]
    plan = Plan(title="Plenario", criteria=CRITERIA)
    return api.open_round(
        session, now=now, agenda=agenda, plan=plan, demands=demands, tables=["Salud", "Educación", "Agua"], person_id=staff.id
    )


def fill(session: Session, round_: Round, ballot: str, values: list[list[int | None]], now: datetime) -> None:
    codes, names = [one.demand.code for one in round_.entries], [one.name for one in round_.criteria]
    cells = {(code, name): v for code, row in zip(codes, values, strict=True) for name, v in zip(names, row, strict=True) if v is not None}
    api.score(session, now=now, round_=round_, ballot=ballot, values=cells, person_id=None)


def test_means_weights_products_totals_ties_and_missing_votes(session: Session, opened: Round, now: datetime) -> None:
    fill(session, opened, "M-01", [[5, 4, 3], [2, 2, 2], [4, 4, 5], [1, None, 1]], now)
    fill(session, opened, "M-02", [[4, 4, 4], [3, 1, 1], [5, 4, 3], [2, None, 2]], now)

    found = ranking(session, opened)

    assert found.shares == (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))
    assert [(one.demand.code, one.rank, one.tied, one.total, one.votes) for one in found.rows] == [
        ("D-003", 1, False, Fraction(17, 4), 2),  # 4.5/2 + 4/4 + 4/4
        ("D-001", 2, False, Fraction(33, 8), 2),  # 4.5/2 + 4/4 + 3.5/4
        ("D-002", 3, False, Fraction(2), 2),  # 2.5/2 + 1.5/4 + 1.5/4
        ("D-004", None, False, None, 2),  # nobody voted on one criterion
    ]
    assert [(one.total, one.votes, one.mean, one.product) for one in found.rows[0].terms] == [
        (9, 2, Fraction(9, 2), Fraction(9, 4)),
        (8, 2, Fraction(4), Fraction(1)),
        (8, 2, Fraction(4), Fraction(1)),
    ]
    assert [(one.ballot.code, one.empty, one.of) for one in found.missing] == [("M-01", 1, 12), ("M-02", 1, 12), ("M-03", 12, 12)]
    assert (found.given, found.expected) == (2, 3)
    fill(session, opened, "M-02", [[4, 4, 4], [5, 5, 4], [5, 3, 3], [2, 1, 2]], now)  # mended while open: it counts once
    again = ranking(session, opened)
    assert [(one.demand.code, one.rank, one.tied, one.total) for one in again.rows][:2] == [
        ("D-001", 1, True, Fraction(33, 8)),
        ("D-003", 1, True, Fraction(33, 8)),
    ]
    assert [one.rank for one in again.rows] == [1, 1, 3, 4]


def test_the_table_for_spreadsheets_can_be_added_up_again(session: Session, agenda: Agenda, opened: Round, now: datetime) -> None:
    fill(session, opened, "M-01", [[5, 4, 3], [2, 2, 2], [4, 4, 5], [1, 1, 1]], now)
    head, *rows = tables.rankings(session, agenda.code)
    assert len(rows) == 12  # four demands by three criteria
    totals: dict[str, Decimal] = {}
    for row in (dict(zip(head, one, strict=True)) for one in rows):
        assert row["Media"] == Decimal(row["Suma"]) / row["Votos"]
        totals[row["Demanda"]] = totals.get(row["Demanda"], Decimal(0)) + row["Media"] * row["Peso normalizado"]
        assert Fraction(row["Total exacto"]) == Fraction(row["Total"])
    assert totals == {"D-001": Decimal("4.25"), "D-002": 2, "D-003": Decimal("4.25"), "D-004": 1}


@pytest.mark.once
@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals("0.0001", "999999", places=4), min_size=1, max_size=8), st.integers(2, 1000))
def test_weights_of_any_sum_give_shares_of_one(weights: list[Decimal], factor: int) -> None:
    assert sum(shares(weights)) == 1
    assert shares(weights) == shares([one * factor for one in weights])


@pytest.mark.once
def test_what_is_shown_is_rounded_to_the_even_and_compares_nothing() -> None:
    assert [str(shown(Fraction(n, d))) for n, d in ((1, 3), (2, 3), (1, 20_000), (3, 20_000), (4, 1))] == [
        "0.3333",
        "0.6667",
        "0.0000",
        "0.0002",
        "4.0000",
    ]


def test_every_score_out_of_range_is_named_and_nothing_is_saved(session: Session, opened: Round, now: datetime) -> None:
    ballot = queries.ballot(session, opened.id, "M-01")
    cells = [rounds.cell(entry.id, criterion.id) for entry in opened.entries for criterion in opened.criteria]
    typed = {cells[0]: "5", cells[1]: "6", cells[2]: "0", cells[3]: "4,5", cells[4]: "-1", cells[5]: "muy alto", cells[6]: " 3 "}
    with pytest.raises(BadScores) as refused:
        rounds.score(session, now=now, round_=opened, ballot=ballot, typed=typed, revision=1, person_id=None)
    assert [one.name for one in refused.value.wrong] == cells[1:6]
    assert [one.sentence % one.params for one in refused.value.wrong][:3] == [
        "D-001, Alcance: 6 está fuera de la escala de 1 a 5.",
        "D-001, Viabilidad: 0 está fuera de la escala de 1 a 5.",
        "D-002, Urgencia: «4,5» no es un número entero de 1 a 5.",
    ]
    assert ranking(session, opened).given == 0


def test_two_people_who_type_one_ballot_do_not_overwrite_each_other(session: Session, opened: Round, now: datetime) -> None:
    ballot = queries.ballot(session, opened.id, "M-01")
    name = rounds.cell(opened.entries[0].id, opened.criteria[0].id)
    rounds.score(session, now=now, round_=opened, ballot=ballot, typed={name: "5"}, revision=1, person_id=None)
    with pytest.raises(Stale) as stale:
        rounds.score(session, now=now, round_=opened, ballot=ballot, typed={name: "1"}, revision=1, person_id=None)
    assert stale.value.theirs == {name: "5"}
    assert rounds.scores(session, ballot) == {name: "5"}


def test_a_round_opens_with_ballots_and_closes_for_good(
    session: Session, agenda: Agenda, opened: Round, staff: Person, now: datetime
) -> None:
    plan = Plan(title="Otra", criteria=CRITERIA)
    second = rounds.prepare(session, now=now, agenda=agenda, plan=plan, demands=queries.live(session, agenda.id), person_id=staff.id)
    with pytest.raises(Conflict, match="a qué mesas o personas se espera"):
        rounds.open_(session, now=now, round_=second)
    rounds.close(session, now=now, round_=opened)
    with pytest.raises(Conflict, match="no está abierta"):
        fill(session, opened, "M-01", [[5, 5, 5]] * 4, now)
    with pytest.raises(Conflict):
        rounds.change(session, agenda=agenda, round_=opened, revision=opened.revision, plan=plan, demands=queries.live(session, agenda.id))
    assert (opened.code, second.code) == ("RP-01", "RP-02")


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ([], "criteria"),
        ([Weighed(name="Uno", weight="0")], "criteria-0-weight"),
        ([Weighed(name="Uno", weight="-3")], "criteria-0-weight"),
        ([Weighed(name="Uno", weight="nan")], "criteria-0-weight"),
        ([Weighed(name="", weight="3")], "criteria-0-name"),
        ([Weighed(name="Uno", weight="3"), Weighed(name=" uno ", weight="1")], "criteria"),
    ],
)
def test_criteria_that_cannot_be_used(
    session: Session, agenda: Agenda, collected: Collect, criteria: list[Weighed], field: str, now: datetime
) -> None:
    plan = Plan(title="Ronda", criteria=criteria)
    with pytest.raises(Invalid) as refused:
        rounds.prepare(session, now=now, agenda=agenda, plan=plan, demands=[collected("Agua")], person_id=None)
    assert list(refused.value.fields) == [field]


def test_a_ballot_sent_while_somebody_closes_the_round_changes_nothing(
    portal: Portal, session: Session, opened: Round, now: datetime
) -> None:
    session.commit()  # the page was read before; what it holds says "open"
    with portal.sessions() as other:
        rounds.close(other, now=now, round_=other.get_one(Round, opened.id))
        other.commit()
    ballot = opened.ballots[0]
    cell = rounds.cell(opened.entries[0].id, opened.criteria[0].id)
    assert opened.state == "open"
    with pytest.raises(Conflict, match="no está abierta"):
        rounds.score(session, now=now, round_=opened, ballot=ballot, typed={cell: "5"}, revision=1, person_id=None)
    session.rollback()
    with pytest.raises(Conflict, match="Solo se cierra"):
        rounds.close(session, now=now, round_=opened)
