"""The board: stages and turns follow from what was recorded; filters, equal treatment, history, exports; a constant, small cost."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, contacts, processes, questions, states, treatment
from plugins.commitments.board_queries import Filters
from plugins.commitments.models import Commitment, Event, Process, Stance
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.mail import MailMessage
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries
from tests.commitments.conftest import Signing


@pytest.fixture
def staff(actors: Actors, version: AgendaVersion) -> FlaskClient:
    """Somebody of the Mesa's team in the agenda."""
    return actors.client("staff", version.agenda)


@pytest.fixture
def row(session: Session, now: datetime) -> Callable[[Signing], Any]:
    """Read one commitment's row of the board, a minute from now."""

    def read(signing: Signing) -> Any:
        session.flush()
        return board_queries.every_row(session, signing.commitment.process_id, now=now + timedelta(minutes=1), ids=[signing.commitment.id])[
            0
        ]

    return read


def test_an_organisation_moves_through_the_stages_by_what_happens(
    session: Session,
    portal: Portal,
    commitment: Callable[..., Signing],
    row: Callable[[Signing], Any],
    now: datetime,
) -> None:
    one = commitment()
    case, seen = one.commitment, []

    def look() -> None:
        found = row(one)
        seen.append((found.stage, found.turn, found.task))

    look()
    mails = contacts.invite(session, now=now, mailer=portal.mailer, commitment=case, by=None)
    look()
    session.execute(update(MailMessage).where(MailMessage.id.in_(mails)).values(state="rejected"))
    look()
    session.execute(update(MailMessage).where(MailMessage.id.in_(mails)).values(state="accepted"))
    look()
    states.note(session, case.id, "entered", now=now)
    look()
    contacts.record_meeting(session, now=now, commitment=case, held_at=now, text="Se conversó.", by=None)
    look()
    session.add(Stance(commitment_id=case.id, item_code="SOC-01", stance="con_observacion", observation="Precisar.", saved_at=now))
    look()
    asked = questions.ask(
        session, now=now, person_id=one.representative.id, commitment=case, text="¿Por qué?", item_code=None, mailer=portal.mailer
    )
    look()
    questions.answer(session, now=now, person_id=one.people[1].id, question_id=asked.id, text="Por esto.", mailer=portal.mailer)
    case.stances_open = False
    look()
    case.issue_requested_at = now
    look()
    case.issue_problem = "Falta un firmante."
    look()
    states.move(session, case, states.ISSUED, issued_at=now, issue_problem=None)
    look()
    case.slots[0].signed_at = now
    look()
    case.slots[1].signed_at = now
    session.flush()
    states.move(session, case, states.COMPLETE, completed_at=now)
    look()
    case.published_at = now
    look()
    states.move(session, case, states.WITHDRAWN)
    look()
    assert seen == [
        ("no_contactada", "mesa", "invitar"),
        ("invitada", "sistema", "entregar"),
        ("invitada", "mesa", "correo_rechazado"),
        ("invitada", "organizacion", "revisar"),
        ("en_revision", "organizacion", "revisar"),
        ("reunion_realizada", "organizacion", "revisar"),
        ("observada", "organizacion", "revisar"),
        ("observada", "mesa", "responder"),
        ("lista_para_firma", "mesa", "pedir_emision"),
        ("lista_para_firma", "sistema", "emitiendo"),
        ("lista_para_firma", "mesa", "problema"),
        ("lista_para_firma", "organizacion", "firma_organizacion"),
        ("lista_para_firma", "mesa", "firma_mesa"),
        ("firmada", "sistema", "publicar"),
        ("publicada", None, None),
        ("retirada", None, None),
    ]


@pytest.mark.parametrize(("state", "stage"), [(states.DECLINED, "declina"), (states.SUPERSEDED, "anulada")])
def test_beside_the_funnel(
    session: Session, commitment: Callable[..., Signing], row: Callable[[Signing], Any], state: str, stage: str
) -> None:
    one = commitment()
    states.move(session, one.commitment, state)
    assert (row(one).stage, row(one).turn) == (stage, None)


def test_silence_after_the_deadline_is_no_answer_only_for_who_was_invited(
    session: Session,
    commitment: Callable[..., Signing],
    process: Callable[..., Process],
    row: Callable[[Signing], Any],
    now: datetime,
) -> None:
    of = process()
    invited, forgotten, read = (commitment(of) for _ in range(3))
    for one in (invited, read):
        states.note(session, one.commitment.id, "invited", now=now - timedelta(days=9))
    states.note(session, read.commitment.id, "review_started", now=now - timedelta(days=8))
    for one in (invited, forgotten, read):
        one.commitment.deadline = now - timedelta(days=1)
    assert [(row(one).stage, bool(row(one).overdue)) for one in (invited, forgotten, read)] == [
        ("no_responde", True),
        ("no_contactada", True),
        ("en_revision", True),
    ]


def test_the_oldest_wait_comes_first_under_whose_turn_it_is(
    session: Session,
    commitment: Callable[..., Signing],
    process: Callable[..., Process],
    staff: FlaskClient,
    now: datetime,
) -> None:
    of = process()
    waits = {"Abedul de muestra": ("organizacion", 3), "Boldo de muestra": ("organizacion", 8), "Cedro de muestra": ("mesa", 1)}
    for name, (turn, days) in waits.items():
        one = commitment(of, name=name)
        one.commitment.organisation.name, one.commitment.organisation.sort_name = name, name.lower()
        if turn == "organizacion":
            states.note(session, one.commitment.id, "invited", now=now - timedelta(days=days))
    session.commit()
    page = staff.get(f"/gestion/compromisos/{of.code}").get_data(as_text=True)
    order = sorted(("Le toca a: La Mesa", "Le toca a: La organización", *waits), key=lambda text: page.index(f">{text}<"))
    assert order == ["Le toca a: La Mesa", "Cedro de muestra", "Le toca a: La organización", "Boldo de muestra", "Abedul de muestra"]
    narrow = staff.get(f"/gestion/compromisos/{of.code}?turno=organizacion&orden=nombre").get_data(as_text=True)
    assert ("Cedro de muestra" in narrow, narrow.index("Abedul de muestra") < narrow.index("Boldo de muestra")) == (False, True)
    assert "Ninguna organización coincide" in staff.get(f"/gestion/compromisos/{of.code}?etapa=publicada").get_data(as_text=True)


def test_the_board_is_for_the_mesa_of_that_agenda(commitment: Callable[..., Signing], version: AgendaVersion, actors: Actors) -> None:
    one = commitment()
    address = f"/gestion/compromisos/{one.commitment.process.code}"
    allowed = {role: actors.client(role, version.agenda).get(address).status_code for role in ("coordinator", "staff", "reader", "witness")}
    assert allowed == {"coordinator": 200, "staff": 200, "reader": 200, "witness": 403}
    assert actors.signed_in(one.representative).get(address).status_code == 403
    reader = actors.client("reader", version.agenda)
    assert reader.post(f"{address}/{one.commitment.code}/carta", data={"kind": "invitation"}).status_code == 403
    assert 'name="commitment"' not in reader.get(address).get_data(as_text=True)


def test_equal_treatment_says_in_words_who_got_something_else(
    session: Session,
    commitment: Callable[..., Signing],
    process: Callable[..., Process],
    now: datetime,
    staff: FlaskClient,
) -> None:
    of = process(deadline=now + timedelta(days=20))
    alike = [commitment(of) for _ in range(3)]
    for one in alike:
        states.note(session, one.commitment.id, "invited", now=now)
    rows = treatment.given(session, of, now=now, zone="America/Lima")
    assert treatment.differences(rows) == []
    assert [(row.invitations, row.reading_days, row.reminders, row.meetings) for row in rows] == [(1, 20, 0, 0)] * 3
    states.note(session, alike[0].commitment.id, "reminded", now=now)
    processes.move_deadline(
        session,
        now=now,
        process=of,
        deadline=now + timedelta(days=25),
        reason="Pidió más días por carta.",
        by=None,
        commitment=alike[1].commitment,
    )
    session.commit()
    found = treatment.differences(treatment.given(session, of, now=now, zone="America/Lima"))
    assert [(one.what, one.usual, one.others) for one in found] == [
        ("Recordatorios", 0, ((1, (alike[0].commitment.organisation.name,)),)),
        ("Días de lectura", 20, ((25, (alike[1].commitment.organisation.name,)),)),
    ]
    session.rollback()
    page = staff.get(f"/gestion/compromisos/{of.code}/trato-igual").get_data(as_text=True)
    assert ("No fue igual para todas" in page, "Pidió más días por carta." in page) == (True, True)


def test_one_organisations_history_has_events_and_mails_with_honest_states(
    session: Session,
    portal: Portal,
    commitment: Callable[..., Signing],
    staff: FlaskClient,
) -> None:
    one = commitment()
    address = f"/gestion/compromisos/{one.commitment.process.code}/{one.commitment.code}"
    session.commit()  # SQLite has one writer, and the pages are to write
    assert staff.post(f"{address}/carta", data={"kind": "invitation"}).status_code == 303  # no mail server answers: it stays in the queue
    page = staff.get(address).get_data(as_text=True)
    assert ("Correo en cola: todavía no se ha enviado." in page, "/entrar/enlace/" in page) == (True, False)
    session.execute(update(MailMessage).values(state="rejected", problem="el servidor de correo respondió 550"))
    session.commit()
    page = staff.get(address).get_data(as_text=True)
    assert ("el servidor de correo respondió 550" in page, "Correo en cola" in page) == (True, False)
    foreign = "<script>hostil</script> al 5% de %(x)s"  # a server's words and a process' title are neither markup nor a format
    session.execute(update(MailMessage).values(problem=foreign, subject=foreign))
    session.commit()
    answer = staff.get(address)
    assert (answer.status_code, "<script>hostil" in answer.text) == (200, False)
    assert answer.text.count("&lt;script&gt;hostil&lt;/script&gt; al 5% de %(x)s") == 2


def test_contacts_meetings_questions_and_signers_from_the_page(
    session: Session,
    portal: Portal,
    commitment: Callable[..., Signing],
    actors: Actors,
    staff: FlaskClient,
    now: datetime,
) -> None:
    one = commitment()
    address = f"/gestion/compromisos/{one.commitment.process.code}/{one.commitment.code}"
    asked = questions.ask(
        session,
        now=now,
        person_id=one.representative.id,
        commitment=one.commitment,
        text="¿Y el presupuesto?",
        item_code="SOC-01",
        mailer=portal.mailer,
    )
    first, second = one.commitment.slots
    number = asked.id
    one_id, two_id = f"slot-{first.id}", f"slot-{second.id}"
    representative, stranger = str(one.representative.id), str(actors.person("Ajena de muestra").id)
    session.commit()
    assert (
        staff.post(
            f"{address}/contacto",
            data={"contacto-what": "meeting", "contacto-at": "2026-01-05T10:30", "contacto-text": "Se presentó la agenda."},
        ).status_code
        == 303
    )
    future = staff.post(
        f"{address}/contacto",
        data={"contacto-what": "contact", "contacto-channel": "telefono", "contacto-at": "2999-01-05T10:30", "contacto-text": "x"},
    )
    assert (future.status_code, "aquí se anota lo que ya ocurrió" in future.get_data(as_text=True)) == (422, True)
    assert staff.get(f"/gestion/preguntas/{number}").location == f"{address}#pregunta-{number}"
    empty = staff.post(f"{address}/preguntas/{number}", data={f"respuesta-{number}-text": " "})
    assert (empty.status_code, "Escriba la respuesta." in empty.get_data(as_text=True)) == (422, True)
    assert staff.post(f"{address}/preguntas/{number}", data={f"respuesta-{number}-text": "Está en el anexo."}).status_code == 303
    assert staff.post(f"{address}/firmantes", data={one_id: representative, two_id: ""}).status_code == 303
    session.expire_all()
    assert (str(first.person_id), second.person_id) == (representative, None)
    met = session.scalars(select(Event).where(Event.kind == "meeting_held")).one()
    assert met.at.isoformat() == "2026-01-05T15:30:00+00:00"  # typed in Lima
    assert asked.answer == "Está en el anexo."
    session.rollback()
    assert staff.post(f"{address}/firmantes", data={one_id: stranger}).status_code == 404


def test_another_process_does_not_reach_a_commitment(
    commitment: Callable[..., Signing], process: Callable[..., Process], staff: FlaskClient
) -> None:
    one, other = commitment(), process()
    assert staff.get(f"/gestion/compromisos/{other.code}/{one.commitment.code}").status_code == 404


def test_a_process_is_opened_without_javascript(session: Session, version: AgendaVersion, staff: FlaskClient, now: datetime) -> None:
    identity = version.id
    page = staff.get("/gestion/compromisos/nuevo").get_data(as_text=True)
    assert page.count("<legend>Firma ") == 3
    session.rollback()
    filled = {
        "version": str(identity),
        "code": "APU-2023-v1",
        "title": "Suscripción",
        "opens_at": "2026-01-01T08:00",
        "deadline": "2999-01-01T18:00",
        "contact_name": "Mesa de muestra",
        "contact_email": "mesa@muestra.example",
        "consent_text": "Acepto.",
        "slots-0-side": "organisation",
        "slots-0-capacity": "personero_titular",
        "slots-0-group": "1",
        "slots-0-required": "y",
        "slots-0-method": "electronic",
        "slots-2-side": "witness",
        "slots-2-capacity": "testigo",
        "slots-2-group": "2",
        "slots-2-pool": " testigos ",
        "slots-2-needed": "1",
        "slots-1-side": "",
    }
    assert staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "add"}).get_data(as_text=True).count("<legend>Firma ") == 4
    preview = staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "preview"}).get_data(as_text=True)
    assert ("Todavía no se abrió nada." in preview, 'name="slots-0-capacity" value="personero_titular"' in preview) == (True, True)
    assert session.scalars(select(Process)).all() == []
    session.rollback()
    wrong = staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "create", "deadline": "2020-01-01T18:00"})
    assert (wrong.status_code, "después de la apertura" in wrong.get_data(as_text=True)) == (422, True)
    many = staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "create", "slots-2-needed": "2"})
    assert (many.status_code, "cuántas firmas bastan: entre 1 y 1" in many.get_data(as_text=True)) == (422, True)
    assert (
        staff.post("/gestion/compromisos/nuevo", data={**filled, "step": "create"}).location
        == "/gestion/compromisos/APU-2023-v1/organizaciones"
    )
    made = session.scalars(select(Process)).one()
    session.commit()
    assert (made.plan, made.opens_at.isoformat()) == (
        [
            {
                "side": "organisation",
                "capacity": "personero_titular",
                "group": 1,
                "required": True,
                "method": "electronic",
                "person_id": None,
                "pool": None,
                "needed": None,
            },
            {
                "side": "witness",
                "capacity": "testigo",
                "group": 2,
                "required": True,
                "method": "any",
                "person_id": None,
                "pool": "testigos",
                "needed": 1,
            },
        ],
        "2026-01-01T13:00:00+00:00",
    )
    session.add_all(
        Organisation(
            name=f"Muestra {n}", sort_name=f"muestra {n}", kind="movimiento_regional", is_sample=True, created_at=now, active=n < 3
        )
        for n in range(4)
    )
    session.commit()
    assert staff.post("/gestion/compromisos/APU-2023-v1/organizaciones", data={"all": "1"}).location == "/gestion/compromisos/APU-2023-v1"
    assert len(session.scalars(select(Commitment)).all()) == 3


def test_the_board_is_exported_as_shown(
    session: Session, commitment: Callable[..., Signing], process: Callable[..., Process], staff: FlaskClient, now: datetime
) -> None:
    of = process()
    first, second = commitment(of), commitment(of)
    states.note(session, second.commitment.id, "invited", now=now)
    session.commit()
    text = staff.get(f"/gestion/compromisos/{of.code}/tablero.csv?etapa=invitada").data.decode("utf-8-sig")
    assert [line[3] for line in csv.reader(io.StringIO(text))] == ["Código", second.commitment.code]
    book = CalamineWorkbook.from_filelike(io.BytesIO(staff.get(f"/gestion/compromisos/{of.code}/tablero.xlsx").data))
    assert [line[3] for line in book.get_sheet_by_index(0).to_python()] == ["Código", first.commitment.code, second.commitment.code]
    alike = staff.get(f"/gestion/compromisos/{of.code}/trato-igual.csv").data.decode("utf-8-sig")
    assert len(alike.splitlines()) == 3


@pytest.mark.slow
def test_the_board_costs_the_same_with_1_30_and_3000(
    session: Session,
    portal: Portal,
    process: Callable[..., Process],
    staff: FlaskClient,
    now: datetime,
) -> None:
    of = process()
    costs: dict[str, list[int]] = {}
    held = 0
    for many in (1, 30, 3000):
        session.add_all(
            Organisation(name=f"Muestra {n:04d}", sort_name=f"muestra {n:04d}", kind="movimiento_regional", is_sample=True, created_at=now)
            for n in range(held, many)
        )
        session.flush()
        held = many
        made = processes.choose(session, now=now, process=of, organisation_ids=session.scalars(select(Organisation.id)), by=None)
        session.add_all(
            Event(commitment_id=one.id, kind=kind, at=now - timedelta(days=2), detail={})
            for one in made
            for kind in ("invited", "entered", "review_started", "meeting_held")
        )
        session.commit()
        session.execute(text("ANALYZE"))  # what PostgreSQL does by itself a minute after many rows came
        session.commit()
        for page in ("", "?orden=nombre", "?etapa=reunion_realizada&q=muestra", "/trato-igual", "/organizaciones"):
            with count_queries(portal.engine) as sent:
                assert staff.get(f"/gestion/compromisos/{of.code}{page}").status_code == 200
            costs.setdefault(page, []).append(len(sent))
    assert {page: len(set(counts)) for page, counts in costs.items()} == dict.fromkeys(costs, 1), costs
    found = board_queries.board(session, of, now=now, filters=Filters())
    assert (found.total, found.extra["stages"]["reunion_realizada"]) == (3000, 3000)


def test_other_pages_lead_to_the_board(
    commitment: Callable[..., Signing], version: AgendaVersion, actors: Actors, staff: FlaskClient
) -> None:
    one = commitment()
    organisation, number = one.commitment.organisation_id, version.id
    page = staff.get(f"/gestion/organizaciones/{organisation}").get_data(as_text=True)
    assert f'href="/gestion/compromisos/{one.commitment.process.code}/{one.commitment.code}"' in page
    assert f'href="/gestion/compromisos/nuevo?version={number}"' in staff.get("/agendas/APU-2023/v1").get_data(as_text=True)
    assert "/gestion/compromisos" not in actors.client().get("/agendas/APU-2023/v1").get_data(as_text=True)
