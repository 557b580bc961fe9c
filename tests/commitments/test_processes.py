"""Opening the signing of a version, choosing organisations, inviting, and moving deadlines alike for all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugins.commitments import processes, states
from plugins.commitments.models import Commitment, Event, Process
from portal.accounts.models import Grant, Person, SignInLink
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict, Invalid
from portal.ledger.models import LedgerEntry
from portal.mail import MailMessage
from portal.organisations.models import Membership, Organisation
from portal.organisations.service import add_member, create_organisation
from portal.testing.fixtures import Actors


@pytest.fixture
def open_process(session: Session, version: AgendaVersion, now: datetime) -> Callable[..., Process]:
    """Open a process by the service: open_process(plan=…)."""

    def make(**values: Any) -> Process:
        given: dict[str, Any] = {
            "code": "APU-2023-v1",
            "title": "Suscripción",
            "plan": processes.default_plan(),
            "opens_at": now,
            "deadline": now + timedelta(days=20),
            "consent_text": processes.CONSENT_TEXT,
            "contact_name": "Equipo de la Mesa (muestra)",
            "contact_email": "mesa@muestra.example",
            "by": None,
            **values,
        }
        made = processes.create_process(session, now=now, version=version, **given)
        session.commit()
        return made

    return make


@pytest.fixture
def organisation(session: Session, now: datetime) -> Callable[..., Organisation]:
    """Make an organisation with a candidate and a titular personero who have e-mails."""
    made: list[Organisation] = []

    def make(name: str = "", *, people: bool = True) -> Organisation:
        number = len(made) + 1
        one = create_organisation(
            session, now=now, name=name or f"Movimiento de muestra {number}", kind="movimiento_regional", is_sample=True
        )
        if people:
            for capacity in ("candidato_gobernador", "personero_titular"):
                add_member(
                    session, one, now=now, full_name=f"Persona {capacity}", capacity=capacity, email=f"{capacity}{number}@muestra.example"
                )
        session.commit()
        made.append(one)
        return one

    return make


def test_a_process_is_opened_and_the_ledger_keeps_its_plan(
    session: Session, open_process: Callable[..., Process], version: AgendaVersion
) -> None:
    process = open_process()
    assert [(row["side"], row["capacity"], row["group"]) for row in process.plan] == [
        ("organisation", "candidato_gobernador", 1),
        ("organisation", "personero_titular", 1),
        ("mesa", "coordinador_regional", 2),
    ]
    entry = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "commitments.process_opened")).one()
    assert (entry.subject, entry.data["version_sha256"]) == ("process:APU-2023-v1", version.sha256)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "con espacio"}, "code"),
        ({"title": " "}, "title"),
        ({"deadline": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, "deadline"),
        ({"consent_text": ""}, "consent_text"),
        ({"contact_email": "mesa"}, "contact_email"),
        ({"plan": []}, "plan"),
        ({"plan": [{"side": "mesa", "capacity": "testigo", "group": 1, "required": True}]}, "plan"),
        ({"plan": [{"side": "organisation", "capacity": "presidente", "group": 1, "required": True}]}, "plan"),
    ],
)
def test_what_cannot_be_opened_says_which_field(open_process: Callable[..., Process], values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_process(**values)
    assert list(refused.value.fields) == [field]


def test_the_same_code_twice_is_refused(open_process: Callable[..., Process]) -> None:
    open_process()
    with pytest.raises(Invalid) as refused:
        open_process()
    assert list(refused.value.fields) == ["code"]


def test_choosing_makes_slots_with_the_people_of_each_capacity(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], actors: Actors, now: datetime
) -> None:
    coordinator = actors.person("Coordinadora de muestra")
    process = open_process(plan=processes.default_plan(coordinator.id))
    one = organisation()
    made = processes.choose(session, now=now, process=process, organisation_ids=[one.id], by=None)
    assert [(slot.field, slot.person.full_name if slot.person else None) for slot in made[0].slots] == [
        ("firma-1", "Persona candidato_gobernador"),
        ("firma-2", "Persona personero_titular"),
        ("firma-3", "Coordinadora de muestra"),
    ]
    assert made[0].deadline == process.deadline
    assert processes.choose(session, now=now, process=process, organisation_ids=[one.id], by=None) == []
    assert session.scalars(select(Event.kind)).all() == ["chosen"]


def test_somebody_whose_time_is_over_gets_no_slot(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    one = organisation()
    session.execute(Membership.__table__.update().values(until=now.date() - timedelta(days=1)))
    session.commit()
    session.expire_all()
    made = processes.choose(session, now=now, process=open_process(), organisation_ids=[one.id], by=None)
    assert [slot.person_id for slot in made[0].slots] == [None, None, None]


def chosen(session: Session, process: Process, organisation: Organisation, now: datetime) -> Commitment:
    """Take one organisation in."""
    made = processes.choose(session, now=now, process=process, organisation_ids=[organisation.id], by=None)
    session.commit()
    return made[0]


def test_signers_may_change_until_the_document_is_issued(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], actors: Actors, now: datetime
) -> None:
    commitment = chosen(session, open_process(), organisation(), now)
    first, second, third = commitment.slots
    candidate = session.get_one(Person, first.person_id)
    with pytest.raises(Invalid, match="candidato/a no puede ser personero/a"):
        processes.assign(session, second, candidate)
    with pytest.raises(Invalid, match="ya ocupa otra firma"):
        processes.assign(session, third, candidate)
    other = actors.person("Otra persona de muestra")
    processes.assign(session, third, other)
    assert third.person_id == other.id
    states.move(session, commitment, states.ISSUED)
    with pytest.raises(Conflict):
        processes.assign(session, third, None)


def test_who_signs_is_not_changed_in_a_document_issued_after_the_page_was_read(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    commitment = chosen(session, open_process(), organisation(), now)
    slot = commitment.slots[0]
    assert commitment.state == states.OPEN
    issued = update(Commitment).where(Commitment.id == commitment.id).values(state=states.ISSUED)
    session.execute(issued.execution_options(synchronize_session=False))  # as the job's commit: this session has not read it
    with pytest.raises(Conflict, match="ya se emitió con sus firmantes"):
        processes.assign(session, slot, None)


def test_an_invitation_gives_the_role_and_a_link_of_ones_own(
    session: Session, portal: Portal, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    commitment = chosen(session, open_process(), organisation(), now)
    mails = processes.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)
    session.commit()
    messages = session.scalars(select(MailMessage).where(MailMessage.id.in_(mails)).order_by(MailMessage.address)).all()
    assert [(one.address, one.kind, one.about, one.state) for one in messages] == [
        ("candidato_gobernador1@muestra.example", "commitment.invitation", f"commitment:{commitment.code}", "queued"),
        ("personero_titular1@muestra.example", "commitment.invitation", f"commitment:{commitment.code}", "queued"),
    ]
    tokens = [str(one.text).partition("/entrar/enlace/")[2].split()[0] for one in messages]
    links = session.scalars(select(SignInLink)).all()
    assert sorted(sha256(token.encode()) for token in tokens) == sorted(link.token_sha256 for link in links)
    assert {link.next_path for link in links} == {f"/mi-compromiso/{commitment.code}"}
    grants = session.scalars(select(Grant)).all()
    assert [(one.role, one.organisation_id) for one in grants] == [("representative", commitment.organisation_id)] * 2
    event = session.scalars(select(Event).where(Event.kind == "invited")).one()
    assert event.detail == {"mails": sorted(mails), "people": 2}
    assert not any(token in str(event.detail) for token in tokens)


def test_resending_rotates_the_link_and_gives_no_second_role(
    session: Session, portal: Portal, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    commitment = chosen(session, open_process(), organisation(), now)
    with pytest.raises(Conflict, match="invítela primero"):
        processes.remind(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)
    processes.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)
    processes.remind(session, now=now + timedelta(days=1), mailer=portal.mailer, commitment=commitment, by=None)
    live = session.scalar(select(func.count(SignInLink.id)).where(SignInLink.revoked_at.is_(None)))
    assert (session.scalar(select(func.count(SignInLink.id))), live, session.scalar(select(func.count(Grant.id)))) == (4, 2, 2)


def test_who_has_no_email_cannot_be_invited(
    session: Session, portal: Portal, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    commitment = chosen(session, open_process(), organisation(people=False), now)
    with pytest.raises(Invalid, match="tiene correo"):
        processes.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)
    assert session.scalar(select(func.count(Event.id)).where(Event.kind == "invited")) == 0


def test_nobody_is_invited_before_the_process_opens(
    session: Session, portal: Portal, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    commitment = chosen(session, open_process(opens_at=now + timedelta(days=2)), organisation(), now)
    with pytest.raises(Conflict, match="todavía no se abre"):
        processes.invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=None)


def test_a_deadline_moves_for_all_or_for_one_with_its_reason(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    process = open_process()
    first, second = (chosen(session, process, organisation(), now) for _ in range(2))
    later, latest = now + timedelta(days=30), now + timedelta(days=40)
    with pytest.raises(Invalid) as refused:
        processes.move_deadline(session, now=now, process=process, deadline=later, reason=" ", by=None)
    assert list(refused.value.fields) == ["reason"]
    assert processes.move_deadline(session, now=now, process=process, deadline=later, reason="Huaicos en la vía", by=None) == 2
    assert (
        processes.move_deadline(session, now=now, process=process, deadline=latest, reason="Pidió más días", by=None, commitment=second)
        == 1
    )
    assert (process.deadline, first.deadline, second.deadline) == (later, later, latest)
    details = session.scalars(select(Event.detail).where(Event.kind == "deadline_moved").order_by(Event.id)).all()
    assert [(one["reason"], one["alone"]) for one in details] == [("Huaicos en la vía", False)] * 2 + [("Pidió más días", True)]


def test_a_later_deadline_reopens_what_expired(
    session: Session, open_process: Callable[..., Process], organisation: Callable[..., Organisation], now: datetime
) -> None:
    process = open_process()
    commitment = chosen(session, process, organisation(), now)
    states.move(session, commitment, states.EXPIRED, closed_at=now)
    processes.move_deadline(session, now=now, process=process, deadline=now + timedelta(days=9), reason="Nuevo plazo para todas", by=None)
    assert (commitment.state, commitment.closed_at) == (states.OPEN, None)


def test_a_later_version_replaces_what_was_not_finished(
    session: Session,
    portal: Portal,
    open_process: Callable[..., Process],
    organisation: Callable[..., Organisation],
    version: AgendaVersion,
    now: datetime,
) -> None:
    process = open_process()
    finished, unfinished = (chosen(session, process, organisation(), now) for _ in range(2))
    states.move(session, finished, states.ISSUED)
    states.move(session, finished, states.COMPLETE)
    file = portal.store.put(session, b'{"number": 2}', "application/json", now=now)
    second = AgendaVersion(
        agenda_id=version.agenda_id,
        number=2,
        sha256=file,
        item_count=7,
        frozen_at=now,
        title=version.title,
        period_start=2023,
        period_end=2026,
        territory_name="Apurímac",
    )
    session.add(second)
    session.flush()
    newer = processes.create_process(
        session,
        now=now,
        version=second,
        code="APU-2023-v2",
        title="Segunda",
        plan=processes.default_plan(),
        opens_at=now,
        deadline=now + timedelta(days=20),
        consent_text="Acepto.",
        contact_name="Mesa",
        contact_email="mesa@muestra.example",
        by=None,
    )
    assert processes.superseded_by(session, newer) == [unfinished]
    assert processes.supersede(session, now=now, process=newer, by=None) == 1
    assert (finished.state, unfinished.state, process.closed_at) == (states.COMPLETE, states.SUPERSEDED, now)
    with pytest.raises(Conflict, match="cerrado"):
        processes.choose(session, now=now, process=process, organisation_ids=[], by=None)
