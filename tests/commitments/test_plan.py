"""The signing plan: pools count together, optional signatures hold nobody up, and every count says the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.commitments import counting, issuing, plan, standing, taking
from plugins.commitments.funnel import Funnel
from plugins.commitments.issuing import issue
from plugins.commitments.models import Commitment, Process
from plugins.commitments.objections import refuse_without_people
from plugins.commitments.plan import checked_plan, entry
from plugins.commitments.registry_queries import Page, roll
from plugins.commitments.signing_acts import sign_slot
from plugins.commitments.stances import confirm
from plugins.commitments.verification import verify_digest
from portal.context import Portal
from portal.errors import Conflict, Forbidden, Invalid
from portal.ledger.audit import audit
from portal.mail import MailMessage
from portal.testing.fixtures import Actors
from tests.commitments.conftest import Signing, at_rest
from tests.commitments.test_races import together

ORGANISATION = entry("organisation", "personero_titular", method="electronic")
WITNESSES = [entry("witness", "testigo", group=2, pool="testigos", needed=2) for _ in range(3)]
MESA = entry("mesa", "coordinador_regional", group=3)


def rows(*found: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    return [{**one, **changes} for one in found]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ([*WITNESSES[:2], {**WITNESSES[0], "needed": 1}], "cuántas firmas bastan: entre 1 y 3"),
        ([{**one, "needed": 4} for one in WITNESSES], "cuántas firmas bastan: entre 1 y 3"),
        ([{**one, "needed": 0} for one in WITNESSES], "cuántas firmas bastan: entre 1 y 3"),
        ([{**one, "needed": None} for one in WITNESSES], "cuántas firmas bastan: entre 1 y 3"),
        ([*WITNESSES[:2], {**WITNESSES[0], "group": 3}], "un solo lado y un solo orden"),
        ([*WITNESSES[:2], {**WITNESSES[0], "side": "mesa"}], "un solo lado y un solo orden"),
        ([{**WITNESSES[0], "pool": None}], "escriba en qué grupo cuenta"),
        ([{**WITNESSES[0], "pool": "x" * 21}], "admite hasta 20 letras"),
    ],
)
def test_a_pool_that_contradicts_itself_is_refused(bad: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_plan([ORGANISATION, *bad])
    assert sentence in refused.value.fields["plan"]


def test_a_pool_of_the_organisation_is_enough_of_an_obligation() -> None:
    checked = checked_plan(rows(ORGANISATION, ORGANISATION, pool=" quienes  firman ", needed=1, required=False))
    assert [(one["pool"], one["needed"], one["required"]) for one in checked] == [("quienes firman", 1, True)] * 2
    with pytest.raises(Invalid):
        checked_plan(rows(ORGANISATION, required=False))


@pytest.fixture
def pooled(issued: Callable[..., Signing], process: Callable[..., Process]) -> Signing:
    """An issued commitment: the organisation, then two of three witnesses (one more is optional), then the Mesa."""
    optional = entry("witness", "testigo", group=2, required=False)
    return issued(process(plan=[ORGANISATION, *WITNESSES, optional, MESA]))


def counted(session: Session, portal: Portal, signing: Signing, now: datetime, *, judged: bool = True) -> dict[str, tuple[int, int]]:
    """Return (signed, expected) by everybody who counts."""
    commitment = at_rest(session, signing.commitment)
    row = session.execute(
        select(counting.signed(), counting.expected()).select_from(Commitment).where(Commitment.id == commitment.id)
    ).one()
    funnel = session.execute(select(Funnel.of(commitment.process_id, now).rows)).one()
    registry = roll(session, commitment.process_id, Page(1, 10, 1))[0]
    command = standing.standing(session)[0]
    said = verify_digest(portal, session, commitment.head_sha256 or "", now=now).verdict.reasons[0].values if judged else None
    session.commit()
    verdict = {"verdict": (int(said["signed"]), int(said["expected"]))} if said else {}
    return verdict | {
        "python": plan.counts(commitment.slots),
        "sql": (row[0], row[1]),
        "funnel": (funnel.signed, funnel.expected),
        "registry": (registry[2], registry[3]),
        "command": (command["signed"], command["expected"]),
    }


def sign(portal: Portal, session: Session, signing: Signing, place: int, now: datetime) -> taking.Outcome:
    slot = at_rest(session, signing.commitment).slots[place]
    outcome = sign_slot(portal, session, now=now, slot_id=slot.id, person_id=slot.person_id or 0)
    session.commit()
    return outcome


def test_two_of_three_witnesses_are_enough_and_every_count_agrees(portal: Portal, session: Session, pooled: Signing, now: datetime) -> None:
    seen, states_seen = [], []
    for place in (0, 1, 3, 2, 5):
        seen.append(counted(session, portal, pooled, now, judged=place == 3))
        outcome = sign(portal, session, pooled, place, now)
        states_seen.append((pooled.commitment.state, outcome.complete))
    seen.append(counted(session, portal, pooled, now))
    assert [set(one.values()) for one in seen] == [{(0, 4)}, {(1, 4)}, {(2, 4)}, {(3, 4)}, {(3, 4)}, {(4, 4)}]
    assert states_seen == [("partly_signed", False)] * 4 + [("complete", True)]
    assert verify_digest(portal, session, pooled.commitment.head_sha256 or "", now=now).verdict.verdict == "authentic_complete"
    assert audit(portal, session)[1] == []
    with pytest.raises(Conflict, match="ya no admite firmas"):  # the optional one came too late
        sign(portal, session, pooled, 4, now)


def test_the_next_group_waits_for_as_many_as_the_pool_needs(portal: Portal, session: Session, pooled: Signing, now: datetime) -> None:
    with pytest.raises(Conflict, match="Todavía no es su turno"):
        sign(portal, session, pooled, 1, now)
    session.rollback()
    sign(portal, session, pooled, 0, now)
    invited = session.scalars(select(MailMessage.person_id).where(MailMessage.kind == "commitment.issued")).all()
    assert sorted(invited) == sorted(one.id for one in pooled.people[:5])  # the optional one is asked too
    session.commit()
    sign(portal, session, pooled, 1, now)
    with pytest.raises(Conflict, match="Todavía no es su turno"):
        sign(portal, session, pooled, 5, now)
    session.rollback()
    assert [one.position for one in plan.next_group(at_rest(session, pooled.commitment).slots)] == [3, 4, 5]
    sign(portal, session, pooled, 3, now)
    assert [one.position for one in plan.next_group(at_rest(session, pooled.commitment).slots)] == [5, 6]
    assert session.scalars(select(MailMessage.person_id).where(MailMessage.kind == "commitment.issued")).all()[5:] == [pooled.people[5].id]
    session.commit()
    row = session.execute(select(Funnel.of(pooled.commitment.process_id, now).rows)).one()
    assert (row.task, row.turn) == ("firma_mesa", "mesa")


def test_an_optional_signature_is_taken_in_its_turn_and_holds_nobody_up(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    optional = entry("witness", "testigo", required=False)
    one = issued(process(plan=[ORGANISATION, optional, MESA]))
    sign(portal, session, one, 1, now)
    assert plan.counts(one.commitment.slots) == (0, 2)
    sign(portal, session, one, 0, now)
    assert sign(portal, session, one, 2, now).complete
    other = issued(process(plan=[ORGANISATION, optional, MESA]))
    sign(portal, session, other, 0, now)
    assert sign(portal, session, other, 2, now).complete
    assert audit(portal, session)[1] == []


def test_a_document_is_issued_once_enough_of_a_pool_are_named(
    portal: Portal, session: Session, answered: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    signing = answered(process(plan=[ORGANISATION, *WITNESSES]))
    for slot in signing.commitment.slots[1:]:
        slot.person = None
    session.commit()
    confirm(session, now=now, person_id=signing.representative.id, portal=portal, commitment=signing.commitment)
    session.commit()
    assert list(issuing.waiting(session, now)) == [str(signing.commitment.id)]
    session.commit()
    with pytest.raises(Conflict, match="Falta elegir quién firma"):
        issue(portal, signing.commitment.id, now=now)
    assert list(issuing.waiting(session, now)) == []  # it waits until somebody is named; the board says so
    slots = session.get_one(Commitment, signing.commitment.id, populate_existing=True).slots
    slots[1].person_id, slots[3].person_id = signing.people[1].id, signing.people[3].id
    session.commit()
    assert list(issuing.waiting(session, now)) == [str(signing.commitment.id)]
    session.commit()
    assert issue(portal, signing.commitment.id, now=now) is True
    commitment = at_rest(session, signing.commitment)
    refuse_without_people(commitment)
    assert [one["field"] for one in taking.kept_record(portal, commitment)["slots"]] == ["firma-1", "firma-2", "firma-4"]
    assert audit(portal, session)[1] == []
    slots[2].person_id = signing.people[2].id
    session.commit()
    sign(portal, session, signing, 0, now)
    with pytest.raises(Forbidden, match="no reserva un lugar"):
        sign(portal, session, signing, 2, now)
    session.rollback()
    sign(portal, session, signing, 1, now)
    assert sign(portal, session, signing, 3, now).complete


def test_the_staff_page_says_how_many_of_a_pool_are_enough(pooled: Signing, actors: Actors) -> None:
    commitment = pooled.commitment
    staff = actors.client("staff", commitment.process.version.agenda)
    case = staff.get(f"/gestion/compromisos/{commitment.process.code}/{commitment.code}").get_data(as_text=True)
    process = staff.get(f"/gestion/compromisos/{commitment.process.code}/proceso").get_data(as_text=True)
    assert (case.count("bastan 2 de 3: testigos"), process.count("bastan 2 de 3: testigos")) == (3, 3)


def test_the_public_page_of_a_document_says_how_many_of_a_pool_are_missing(
    portal: Portal, session: Session, pooled: Signing, client: FlaskClient, now: datetime
) -> None:
    sign(portal, session, pooled, 0, now)
    sign(portal, session, pooled, 3, now)
    one = client.get(f"/v/{pooled.commitment.code}").get_data(as_text=True)
    assert "Faltan:</strong> Testigo, Testigo (no obligatoria), Coordinador/a regional." in one
    later = pooled.commitment.deadline + timedelta(days=5)
    session.execute(update(Commitment).where(Commitment.id == pooled.commitment.id).values(deadline=later))
    session.commit()
    assert ("el documento dice" in one, "el documento dice" in client.get(f"/v/{pooled.commitment.code}").get_data(as_text=True)) == (
        False,
        True,
    )
    assert '"pool":"testigos"' in portal.store.get(at_rest(session, pooled.commitment).record_sha256 or "").decode()


@pytest.mark.slow
def test_five_sign_at_the_same_instant_where_three_are_enough(
    portal: Portal, session: Session, issued: Callable[..., Signing], process: Callable[..., Process], now: datetime
) -> None:
    pool = rows(*[entry("organisation", "representante", method="electronic")] * 5, pool="voceros", needed=3)
    signing = issued(process(plan=pool))
    slots = [(slot.id, slot.person_id or 0) for slot in signing.commitment.slots]
    session.commit()
    told = together(portal, now, slots)
    commitment = at_rest(session, signing.commitment)
    assert (told.count("done"), commitment.state, [one.number for one in commitment.revisions]) == (3, "complete", [0, 1, 2, 3])
    assert [one for one in told if one != "done" and "ya no admite firmas" not in one and "en el mismo instante" not in one] == []
    assert sum(one.signed_at is not None for one in commitment.slots) == 3
    assert verify_digest(portal, session, commitment.head_sha256 or "", now=now).verdict.verdict == "authentic_complete"
    assert audit(portal, session)[1] == []
