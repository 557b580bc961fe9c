"""Digests: one letter a person and day, about everything that waits for them, in daytime, on the days that the process chose."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.commitments import reminding
from plugins.commitments.models import Commitment, Digest, DigestRound, Event, Process
from plugins.commitments.signing_acts import sign_slot
from portal.context import Portal
from portal.errors import Invalid
from portal.mail import MailMessage
from portal.testing.fixtures import Actors

from .conftest import PLAN, Signing, at_rest

LIMA = ZoneInfo("America/Lima")


def days_before(deadline: datetime, days: int, hour: int = 10) -> datetime:
    local = deadline.astimezone(LIMA).replace(hour=hour, minute=0, second=0, microsecond=0)
    return (local - timedelta(days=days)).astimezone(UTC)


def run(portal: Portal, session: Session, at: datetime) -> list[tuple[int | None, str]]:
    """Do what is pending at `at`; return (person, subject) of the letters it wrote."""
    before = session.query(MailMessage).count()
    hours = list(reminding.pending(session, at))
    session.commit()
    for hour in hours:
        reminding.run(portal, hour, now=at)
    rows = session.execute(select(MailMessage.person_id, MailMessage.subject).order_by(MailMessage.id).offset(before)).all()
    session.commit()
    return [tuple(row) for row in rows]


@pytest.fixture
def three(
    session: Session, issued: Callable[..., Signing], answered: Callable[..., Signing], process: Callable[..., Process]
) -> list[Signing]:
    """Two issued commitments of one process, signed for the Mesa by one person, and one still in review."""
    shared = process(reminders=[7, 3], plan=[PLAN[0], {**PLAN[1], "group": 1}])
    found = [issued(shared), issued(shared), answered(shared)]
    mesa = found[0].people[1]
    for one in found:
        one.commitment.slots[1].person_id = mesa.id
        session.merge(one.commitment)
    session.commit()
    return found


def test_one_letter_lists_everything_that_waits_for_a_person(portal: Portal, session: Session, three: list[Signing]) -> None:
    mesa, at = three[0].people[1], days_before(three[0].commitment.deadline, 7)
    sent = run(portal, session, at)
    assert sorted(sent) == sorted(
        [
            (three[0].representative.id, "Tiene 1 firma pendiente"),
            (three[1].representative.id, "Tiene 1 firma pendiente"),
            (three[2].representative.id, "Tiene 1 compromiso por revisar"),
            (mesa.id, "Tiene 2 firmas pendientes"),
        ]
    )
    text = (
        session.scalars(select(MailMessage.text).where(MailMessage.person_id == mesa.id, MailMessage.kind == "commitments.digest")).one()
        or ""
    )
    assert [f"/firmar/{one.commitment.code}" in text for one in three] == [True, True, False]
    assert ("token" in text, "/enlace" in text, text.count("(hora de Lima)")) == (False, False, 2)
    noted = session.execute(select(Event.commitment_id).where(Event.kind == "digest", Event.person_id == mesa.id)).scalars().all()
    assert sorted(noted) == sorted(one.commitment.id for one in three[:2])
    session.commit()


def test_a_day_has_one_letter_however_often_the_job_runs(portal: Portal, session: Session, three: list[Signing]) -> None:
    at = days_before(three[0].commitment.deadline, 7)
    assert len(run(portal, session, at)) == 4
    assert list(reminding.pending(session, at)) == []
    session.commit()
    assert run(portal, session, at + timedelta(hours=1)) == []
    session.execute(DigestRound.__table__.delete())  # as if it had been killed after the letters, before it noted the hour
    session.commit()
    assert run(portal, session, at) == []
    assert session.query(Digest).count() == 4
    session.commit()


def test_only_on_the_days_chosen_in_daytime_and_to_those_whose_turn_it_is(
    portal: Portal, session: Session, three: list[Signing], now: datetime
) -> None:
    deadline = three[0].commitment.deadline
    assert [len(run(portal, session, days_before(deadline, days))) for days in (14, 8, 6)] == [0, 0, 0]
    assert [len(run(portal, session, days_before(deadline, 3, hour=hour))) for hour in (6, 7, 20)] == [0, 0, 0]
    sign_slot(portal, session, now=now, slot_id=three[0].commitment.slots[0].id, person_id=three[0].representative.id)
    session.execute(update(Commitment).where(Commitment.id == three[1].commitment.id).values(state="declined"))
    session.commit()
    told = run(portal, session, days_before(deadline, 3))
    assert sorted(told) == sorted(
        [(three[2].representative.id, "Tiene 1 compromiso por revisar"), (three[0].people[1].id, "Tiene 1 firma pendiente")]
    )
    assert at_rest(session, three[0].commitment).state == "partly_signed"


def test_a_process_without_reminders_sends_none(portal: Portal, session: Session, issued: Callable[..., Signing]) -> None:
    signing = issued()
    assert list(reminding.pending(session, days_before(signing.commitment.deadline, 7))) == []
    session.commit()


def test_the_schedule_is_typed_by_staff(session: Session, process: Callable[..., Process], actors: Actors) -> None:
    made = process()
    staff = actors.client("staff", made.version.agenda)
    session.commit()
    address = f"/gestion/compromisos/{made.code}/recordatorios"
    assert staff.post(address, data={"avisos-reminders": "3, 14 7,7"}).status_code == 303
    assert session.get_one(Process, made.id, populate_existing=True).reminders == [14, 7, 3]
    session.commit()
    assert "14, 7, 3 días antes del plazo" in staff.get(f"/gestion/compromisos/{made.code}/proceso").get_data(as_text=True)
    assert staff.post(address, data={"avisos-reminders": "mañana"}).status_code == 422
    for wrong in ("0", "91", "-1", "1 " * 11):
        with pytest.raises(Invalid):
            reminding.schedule(wrong)
    assert reminding.schedule(" ") == []
