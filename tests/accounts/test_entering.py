"""Signing in by code and by password, recovering, renewing, leaving; the unknown get the answers of the known."""

import re
import time
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import entering_views, passwords
from portal.accounts.models import OneTimeCode, Person
from portal.context import Portal
from portal.limits import limiter
from portal.mail import MailMessage
from portal.testing.fixtures import Actors

from .conftest import Mailbox, signed_in_as

PHRASE = "llueve sobre el corredor azul"
REFUSED = "El código no coincide o ya no vale: cada código sirve una vez, diez minutos y cinco intentos. Pida otro si hace falta."


def bare(page: str) -> str:
    """Return a page without what differs from one request to the next."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


@pytest.fixture
def with_password(app: Flask, session: Session, person: Person) -> Person:
    with app.test_request_context():
        person.password = passwords.hash_password(PHRASE)
    session.commit()
    return person


def test_by_code(client: FlaskClient, person: Person, mailbox: Mailbox) -> None:
    asked = client.post("/entrar", data={"email": f" {str(person.email).upper()} "}, query_string={"next": "/agendas"})
    assert asked.headers["Location"] == "/entrar/codigo?next=/agendas"
    code = mailbox.code(person)
    assert code not in str(client.get("/entrar/codigo").data)
    entered = client.post("/entrar/codigo?next=/agendas", data={"code": code})
    assert entered.headers["Location"] == "/agendas"
    assert signed_in_as(client) == person.full_name
    cookie = next(value for name, value in entered.headers if name == "Set-Cookie" and value.startswith("rubrica="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" in cookie


def test_a_used_code_a_locked_one_and_an_unknown_address_get_one_answer(app: Flask, person: Person, mailbox: Mailbox) -> None:
    pages = []
    for email in (person.email, "nadie@muestra.example"):
        client = app.test_client()
        asked = client.post("/entrar", data={"email": email})
        assert asked.headers["Location"] == "/entrar/codigo"
        wrong = f"{(int(mailbox.code(person).replace(' ', '')) + 1) % 10**6:06}"
        for _ in range(7):
            answer = client.post("/entrar/codigo", data={"code": wrong})
            assert answer.status_code == 422
            pages.append(bare(answer.get_data(as_text=True)).replace(str(email), "@"))
    assert REFUSED in pages[0]
    assert set(pages) == {pages[0]}


def test_a_locked_code_does_not_open_even_when_right(client: FlaskClient, person: Person, mailbox: Mailbox) -> None:
    client.post("/entrar", data={"email": person.email})
    code = mailbox.code(person)
    for _ in range(5):
        client.post("/entrar/codigo", data={"code": f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"})
    assert client.post("/entrar/codigo", data={"code": code}).status_code == 422
    assert signed_in_as(client) is None
    client.post("/entrar/codigo/otro")
    assert client.post("/entrar/codigo", data={"code": mailbox.code(person)}).status_code == 303


def test_no_answer_about_an_address_comes_before_the_floor(client: FlaskClient, person: Person) -> None:
    for email in (person.email, "nadie@muestra.example"):
        for path in ("/entrar", "/entrar/recuperar"):
            start = time.monotonic()
            client.post(path, data={"email": email})
            assert time.monotonic() - start >= entering_views.SOONEST


def test_nothing_is_mailed_or_kept_for_strangers(client: FlaskClient, portal: Portal) -> None:
    client.post("/entrar", data={"email": "nadie@muestra.example"})
    client.post("/entrar/recuperar", data={"email": "nadie@muestra.example"})
    with portal.sessions() as session:
        assert session.scalars(select(MailMessage.id)).all() == []
        assert session.scalars(select(OneTimeCode.id)).all() == []


def test_somebody_inactive_gets_nothing(client: FlaskClient, session: Session, portal: Portal, person: Person) -> None:
    person.active = False
    session.commit()
    assert client.post("/entrar", data={"email": person.email}).headers["Location"] == "/entrar/codigo"
    with portal.sessions() as fresh:
        assert fresh.scalars(select(MailMessage.id)).all() == []


def test_an_inactive_persons_open_session_ends(actors: Actors, session: Session, person: Person) -> None:
    client = actors.signed_in(person)
    assert client.get("/cuenta").status_code == 200
    person.active = False
    session.commit()
    assert client.get("/cuenta").headers["Location"] == "/entrar?next=/cuenta"


def test_by_password(client: FlaskClient, with_password: Person) -> None:
    refused = client.post("/entrar", data={"email": with_password.email, "password": "otra cosa del todo"})
    assert refused.status_code == 422
    assert "El correo o la contraseña no coinciden." in refused.get_data(as_text=True)
    assert signed_in_as(client) is None
    client.post("/entrar", data={"email": with_password.email, "password": PHRASE})
    assert signed_in_as(client) == with_password.full_name
    assert str(with_password.password).startswith("$argon2id$")


def test_a_wrong_password_reads_the_same_for_unknown_known_and_passwordless(app: Flask, actors: Actors, with_password: Person) -> None:
    pages = set()
    for email in (with_password.email, actors.person().email, "nadie@muestra.example"):
        page = app.test_client().post("/entrar", data={"email": email, "password": "x"}).get_data(as_text=True)
        pages.add(bare(page).replace(str(email), "@"))
    assert len(pages) == 1


def test_a_link_elsewhere_is_not_followed(client: FlaskClient, with_password: Person) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"):
        entered = client.post("/entrar", query_string={"next": elsewhere}, data={"email": with_password.email, "password": PHRASE})
        assert entered.headers["Location"] == "/cuenta"
        client.post("/salir")


def test_leaving_is_a_post_and_forgets_everything(actors: Actors, person: Person) -> None:
    client = actors.signed_in(person)
    assert client.get("/salir").status_code == 405
    assert signed_in_as(client) == person.full_name
    assert client.post("/salir").headers["Location"] == "/"
    assert signed_in_as(client) is None
    with client.session_transaction() as cookie:
        assert "_user_id" not in cookie


def test_signing_in_starts_a_session_that_knows_nothing_of_the_one_before(client: FlaskClient, with_password: Person) -> None:
    with client.session_transaction() as cookie:
        cookie.update({"csrf_token": "planted", "planted": "yes"})
    client.post("/entrar", data={"email": with_password.email, "password": PHRASE})
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != "planted"


def test_recovering_sets_another_password_and_ends_the_other_sessions(
    app: Flask, actors: Actors, with_password: Person, mailbox: Mailbox
) -> None:
    elsewhere, client = actors.signed_in(with_password), app.test_client()
    assert "Revise su correo" in client.post("/entrar/recuperar", data={"email": with_password.email}).get_data(as_text=True)
    assert client.post(mailbox.link(with_password)).headers["Location"] == "/cuenta/contrasena"
    for weak, said in (("corta", "al menos 12"), ("ana ana ana ana", "fácil de adivinar"), ("a" * 129, "como máximo 128")):
        answer = client.post("/cuenta/contrasena", data={"password": weak})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    assert client.post("/cuenta/contrasena", data={"password": "otro camino de piedra"}).headers["Location"] == "/cuenta"
    assert signed_in_as(client) == with_password.full_name
    assert signed_in_as(elsewhere) is None
    assert "se cambió la contraseña de su cuenta" in mailbox.texts(with_password, "security")[-1]
    fresh = app.test_client()
    assert fresh.post("/entrar", data={"email": with_password.email, "password": PHRASE}).status_code == 422
    assert fresh.post("/entrar", data={"email": with_password.email, "password": "otro camino de piedra"}).status_code == 303


def test_a_sensitive_page_asks_again_after_a_while_and_comes_back(
    actors: Actors, with_password: Person, mailbox: Mailbox, now: datetime
) -> None:
    client = actors.signed_in(with_password)
    assert client.get("/cuenta/contrasena").status_code == 200
    with time_machine.travel(now + timedelta(minutes=31), tick=True):
        asked = client.get("/cuenta/contrasena")
        assert asked.headers["Location"] == "/entrar/confirmar?next=/cuenta/contrasena"
        page = client.get(asked.headers["Location"]).get_data(as_text=True)
        assert "Confirme que es usted" in page
        client.post("/entrar/confirmar/codigo?next=/cuenta/contrasena")
        code = mailbox.code(with_password)
        wrong = client.post("/entrar/confirmar?next=/cuenta/contrasena", data={"code": f"{(int(code.replace(' ', '')) + 1) % 10**6:06}"})
        assert "El código no coincide. Le quedan 4 intentos." in wrong.get_data(as_text=True)
        assert client.get("/cuenta/contrasena").status_code == 303
        assert client.post("/entrar/confirmar?next=/cuenta/contrasena", data={"code": code}).headers["Location"] == "/cuenta/contrasena"
        assert client.get("/cuenta/contrasena").status_code == 200
    with time_machine.travel(now + timedelta(minutes=90), tick=True):
        assert client.post("/entrar/confirmar", data={"now-password": "no es"}).status_code == 422
        assert client.post("/entrar/confirmar?next=https://evil.example", data={"now-password": PHRASE}).headers["Location"] == "/cuenta"
        assert client.get("/cuenta/contrasena").status_code == 200


def test_a_sensitive_post_goes_back_to_the_page_of_its_form(actors: Actors, person: Person, now: datetime) -> None:
    client = actors.signed_in(person)
    with time_machine.travel(now + timedelta(minutes=31), tick=True):
        answer = client.post(
            "/cuenta/contrasena", data={"password": "otro camino de piedra"}, headers={"Referer": "http://localhost/cuenta/contrasena"}
        )
    assert answer.headers["Location"] == "/entrar/confirmar?next=/cuenta/contrasena"


def test_ending_all_sessions_leaves_only_this_one_and_spends_links(app: Flask, actors: Actors, person: Person, mailbox: Mailbox) -> None:
    here, there = actors.signed_in(person), actors.signed_in(person)
    app.test_client().post("/entrar/recuperar", data={"email": person.email})
    here.post("/cuenta/sesiones/cerrar")
    assert signed_in_as(here) == person.full_name
    assert signed_in_as(there) is None
    assert app.test_client().post(mailbox.link(person)).status_code == 410


def test_a_session_ends_by_itself(actors: Actors, app: Flask, with_password: Person, now: datetime) -> None:
    client = app.test_client()
    client.post("/entrar", data={"email": with_password.email, "password": PHRASE})
    with time_machine.travel(now + timedelta(hours=13), tick=True):
        assert signed_in_as(client) is None


def test_no_header_or_argument_signs_in(app: Flask, session: Session, person: Person) -> None:
    with app.test_request_context():
        token = person.get_auth_token()
    client = app.test_client()
    assert client.get("/cuenta", headers={"Authentication-Token": token}).status_code == 303
    assert client.get("/cuenta", query_string={"auth_token": token}).status_code == 303


def test_tries_on_one_account_are_limited_wherever_they_come_from(
    app: Flask, with_password: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering_views, "SOONEST", 0)
    limiter.enabled = True
    limiter.reset()
    answers = [
        app.test_client()
        .post("/entrar", data={"email": email, "password": "x"}, environ_base={"REMOTE_ADDR": f"203.0.113.{n}"})
        .status_code
        for email in (with_password.email, "nadie@muestra.example")
        for n in range(22)
    ]
    assert answers == ([422] * 20 + [429] * 2) * 2


def test_forms_without_their_token_do_nothing(app: Flask, person: Person, portal: Portal) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/entrar", data={"email": person.email}).status_code == 400
    with portal.sessions() as session:
        assert session.scalars(select(MailMessage.id)).all() == []


def test_a_code_that_cannot_be_mailed_yet_is_queued_and_said_to_be_requested_only(
    client: FlaskClient, person: Person, portal: Portal
) -> None:
    page = client.post("/entrar", data={"email": person.email}, follow_redirects=True).get_data(as_text=True)
    assert "enviamos" not in page.lower()
    with portal.sessions() as session:
        assert session.scalars(select(MailMessage.state)).all() == ["queued"]
