"""A person's rights over their data: the copy, the requests with their terms, and what administrators do about them."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import erasing
from portal import cli, diagnosis
from portal.accounts import consents, erasure, requests, service
from portal.accounts.models import Person, PersonRequest
from portal.context import Portal
from portal.errors import Conflict, Invalid
from portal.formats import fecha
from portal.ledger.models import LedgerEntry
from portal.mail import MailMessage
from portal.testing.fixtures import Actors

TEXT = "Autorizo que se publique mi nombre."


@pytest.fixture
def administrator(actors: Actors) -> Person:
    return actors.grant(actors.person("Administradora de muestra"), "administrator")


@pytest.fixture
def asked(portal: Portal, session: Session, person: Person, now: datetime) -> Callable[..., PersonRequest]:
    def ask(kind: str, **values: object) -> PersonRequest:
        made = requests.ask(
            session,
            now=now,
            zone="America/Lima",
            mailer=portal.mailer,
            person_id=person.id,
            kind=kind,
            **values,  # type: ignore[arg-type]
        )
        session.commit()
        return made

    return ask


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 16), date(2026, 11, 30)),  # Monday
        (date(2026, 11, 20), date(2026, 12, 4)),  # Friday
        (date(2026, 11, 21), date(2026, 12, 4)),  # Saturday
        (date(2028, 2, 18), date(2028, 3, 3)),  # over a 29 February
    ],
)
def test_ten_working_days(day: date, due: date) -> None:
    assert requests.due_on(day) == due


@pytest.mark.settings(plugins=("commitments",))
def test_the_copy_has_everything_and_no_secret(portal: Portal, session: Session, actors: Actors, person: Person, now: datetime) -> None:
    consents.give_consent(session, portal.store, now=now, person_id=person.id, purpose="x", text=TEXT)
    person.dni, person.password = "12345678", "$argon2id$secreto"
    session.commit()
    client = actors.signed_in(person)
    answer = client.get("/cuenta/datos.json")
    found = answer.get_json()
    assert (answer.headers["Cache-Control"], found["schema"]) == ("no-store", "rubrica.person/1")
    assert (found["person"]["name"], found["person"]["dni"], found["person"]["has_password"]) == (person.full_name, "12345678", True)
    assert [one["text"] for one in found["consents"]] == [TEXT]
    assert "Firmas esperadas y dadas" in [one["label"] for one in found["plugins"]]
    assert [secret for secret in (person.salt, person.fs_uniquifier, "secreto") if secret in answer.get_data(as_text=True)] == []


def test_the_copy_and_the_requests_ask_for_a_fresh_sign_in(actors: Actors, person: Person) -> None:
    client = actors.signed_in(person)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = 0
    for path in ("/cuenta/datos", "/cuenta/datos.json"):
        assert client.get(path).headers["Location"].startswith("/entrar/confirmar")
    assert client.post("/cuenta/datos/cancelacion").headers["Location"].startswith("/entrar/confirmar")


def test_a_request_reaches_the_administrators_with_its_term(
    session: Session, actors: Actors, administrator: Person, person: Person
) -> None:
    client = actors.signed_in(person)
    assert client.post("/cuenta/datos/oposicion", data={"no-text": ""}).status_code == 422
    assert client.post("/cuenta/datos/oposicion", data={"no-text": "No quiero recordatorios."}).status_code == 303
    made = session.scalars(select(PersonRequest)).one()
    assert (made.kind, made.state, made.text) == ("oposicion", "open", "No quiero recordatorios.")
    mail = session.scalars(select(MailMessage).where(MailMessage.kind == "request")).one()
    assert mail.person_id == administrator.id
    assert f"/portal/solicitudes/{made.id}" in (mail.text or "")
    assert "No quiero" not in (mail.text or "")
    assert len(mail.subject.replace(fecha(made.due_on), "30 de septiembre de 2026")) < 60  # phones cut what is longer
    facts = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "request.made")).one().data
    assert facts == {"person": service.fingerprint(person), "kind": "oposicion", "due_on": made.due_on.isoformat()}
    session.commit()
    client.post("/cuenta/datos/oposicion", data={"no-text": "Otra vez."})
    assert len(session.scalars(select(PersonRequest)).all()) == 1
    page = actors.signed_in(administrator).get("/portal/solicitudes").get_data(as_text=True)
    assert "Ana de muestra" in page


def test_a_correction_is_written_as_proposed_and_ends_the_sessions_of_the_old_address(
    session: Session, actors: Actors, administrator: Person, person: Person
) -> None:
    client, old = actors.signed_in(person), person.email
    values = {"full_name": "Ana María de muestra", "email": "Ana.Nueva@muestra.example", "phone": "983 000 111", "dni": "12345678"}
    assert client.post("/cuenta/datos/rectificacion", data=values).status_code == 303
    made = session.scalars(select(PersonRequest)).one()
    session.commit()
    staff = actors.signed_in(administrator)
    assert "Ana María de muestra" in staff.get(f"/portal/solicitudes/{made.id}").get_data(as_text=True)
    assert staff.post(f"/portal/solicitudes/{made.id}/corregir").status_code == 303
    session.refresh(person)
    session.refresh(made)
    assert (person.full_name, person.email, person.phone, person.dni) == (
        "Ana María de muestra",
        "ana.nueva@muestra.example",
        "983 000 111",
        "12345678",
    )
    assert (made.state, made.proposed, made.answered_by_id) == ("done", {}, administrator.id)
    told = session.scalars(select(MailMessage.address).where(MailMessage.person_id == person.id).order_by(MailMessage.id)).all()
    assert told == ["ana.nueva@muestra.example", old]
    session.commit()
    assert client.get("/cuenta").status_code == 303


def test_somebody_else_s_address_cannot_be_taken(
    portal: Portal, session: Session, actors: Actors, administrator: Person, asked: Callable[..., PersonRequest], now: datetime
) -> None:
    other = actors.person("Otra persona de muestra")
    made = asked("rectificacion", proposed={"email": other.email})
    with pytest.raises(Conflict, match="otra persona"):
        requests.rectify(session, now=now, mailer=portal.mailer, request_id=made.id, by_id=administrator.id)


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("acceso", {}, "kind"),
        ("oposicion", {"text": " "}, "text"),
        ("rectificacion", {"proposed": {}}, "text"),
        ("rectificacion", {"proposed": {"dni": "12"}}, "dni"),
        ("rectificacion", {"proposed": {"full_name": " "}}, "full_name"),
        ("cancelacion", {"text": "a" * 4001}, "text"),
    ],
)
def test_what_cannot_be_asked_says_why(asked: Callable[..., PersonRequest], kind: str, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(kind, **values)
    assert list(refused.value.fields) == [field]


def test_a_refusal_says_why_and_where_to_complain(
    session: Session, actors: Actors, administrator: Person, asked: Callable[..., PersonRequest]
) -> None:
    made, staff = asked("cancelacion"), actors.signed_in(administrator)
    assert staff.post(f"/portal/solicitudes/{made.id}/responder", data={"text": "", "act": "refuse"}).status_code == 422
    staff.post(f"/portal/solicitudes/{made.id}/responder", data={"text": "Ya está", "act": "answer"})
    session.refresh(made)
    assert made.state == "open"  # it is attended only by erasing
    session.commit()
    staff.post(f"/portal/solicitudes/{made.id}/responder", data={"text": "Hay un proceso judicial.", "act": "refuse"})
    session.refresh(made)
    mail = session.scalars(select(MailMessage).where(MailMessage.person_id == made.person_id)).one()
    assert (made.state, "Hay un proceso judicial." in (mail.text or ""), "Autoridad Nacional" in (mail.text or "")) == (
        "refused",
        True,
        True,
    )


def test_erasing_from_the_page_ends_with_a_mail_that_forgets_the_address(
    session: Session, actors: Actors, administrator: Person, person: Person, asked: Callable[..., PersonRequest]
) -> None:
    made, address = asked("cancelacion"), person.email
    staff, client = actors.signed_in(administrator), actors.signed_in(person)
    assert "No se puede deshacer" in staff.get(f"/portal/solicitudes/{made.id}").get_data(as_text=True)
    assert staff.post(f"/portal/solicitudes/{made.id}/borrar").status_code == 303
    session.expire_all()
    assert (made.state, person.full_name, person.email) == ("done", f"Persona {person.id} (datos eliminados)", None)
    mail = session.scalars(select(MailMessage).where(MailMessage.kind == "farewell")).one()
    assert (mail.address, mail.name, mail.person_id, mail.state) == (address, "", None, "queued")
    mail.tries, mail.next_try_at = 11, mail.queued_at
    session.commit()
    assert client.get("/cuenta").headers["Location"].startswith("/entrar")
    listed = staff.get("/portal/solicitudes").get_data(as_text=True)
    assert (f"Persona {made.person_id} (datos eliminados)" in listed, "Ana de muestra" in listed) == (True, False)


def test_the_last_mail_gives_up_its_address_too(
    portal: Portal, session: Session, actors: Actors, administrator: Person, now: datetime
) -> None:
    someone = actors.person("Persona por borrar de muestra")
    outcome = erasure.erase(portal, session, now=now, person_id=someone.id, by_id=administrator.id)
    mail = session.get_one(MailMessage, outcome.mail_id)
    mail.tries = 11
    session.commit()
    portal.queue.enqueue("mail.send", mail.id)
    session.refresh(mail)
    assert (mail.state, mail.address, mail.name, mail.problem, mail.text) == ("rejected", None, None, None, None)


@pytest.mark.settings(plugins=("commitments",))
def test_a_plugin_that_fails_leaves_it_unfinished_by_name_and_is_asked_again(
    portal: Portal, session: Session, administrator: Person, person: Person, asked: Callable[..., PersonRequest], now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    works = erasing.erase
    monkeypatch.setattr(erasing, "erase", lambda *_: 1 / 0)
    made = asked("cancelacion")
    outcome = erasure.accept(portal, session, now=now, request_id=made.id, by_id=administrator.id)
    session.commit()
    session.refresh(made)
    assert (outcome.pending, made.state, made.pending) == (("commitments",), "accepted", ["commitments"])
    assert (person.full_name, person.active, person.erased_at) == ("Ana de muestra", False, None)
    session.commit()
    [line] = [one for one in diagnosis.examine(portal) if one.label == "personal data"]
    assert (line.ok, "borrados incompletos: commitments" in line.sentence) == (False, True)
    session.commit()
    portal.queue.sweep()
    session.expire_all()
    assert made.state == "accepted"
    monkeypatch.setattr(erasing, "erase", works)
    session.commit()
    portal.queue.sweep()
    session.expire_all()
    assert (made.state, made.pending, person.email) == ("done", [], None)


def test_doctor_says_that_a_term_is_over(portal: Portal, session: Session, asked: Callable[..., PersonRequest]) -> None:
    asked("oposicion", text="No.").due_on = date(2020, 1, 1)
    session.commit()
    [line] = [one for one in diagnosis.examine(portal) if one.label == "personal data"]
    assert (line.ok, line.sentence) == (False, "1 solicitudes sobre datos personales por responder, 1 fuera de plazo")


def test_by_command_for_those_who_wrote_a_letter(portal: Portal, session: Session, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembled", lambda: portal)
    session.commit()
    run = CliRunner()
    assert '"name": "Ana de muestra"' in run.invoke(cli.main, ["people", "export", str(person.id)]).output
    refused = run.invoke(cli.main, ["people", "erase", str(person.id)])
    assert (refused.exit_code, "--yes" in refused.output) == (2, True)
    done = run.invoke(cli.main, ["people", "erase", str(person.id), "--yes"])
    assert (done.exit_code, done.output) == (0, f"Se borraron los datos de la persona {person.id}.\n")
    assert run.invoke(cli.main, ["people", "export", str(person.id)]).exit_code == 2
