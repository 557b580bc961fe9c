"""The account page and the people's pages: whom one may see, invite and give roles to."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.accounts import consents, service
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.mail import MailMessage
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors

from .conftest import Mailbox, signed_in_as

NewAgenda = Callable[[str], Agenda]


def form(role: str, agenda: Agenda | None, **more: Any) -> dict[str, str]:
    return {
        "role": role,
        "agenda": str(agenda.id) if agenda else "portal",
        "organisation": "",
        "dimension": "",
        **{key: str(value) for key, value in more.items()},
    }


def invited(email: str = "beto@muestra.example") -> dict[str, str]:
    return {"full_name": "Beto de muestra", "email": email, "phone": ""}


def roles(portal: Portal, email: str) -> list[tuple[str, int | None]]:
    with portal.sessions() as session:
        found = session.execute(
            select(Grant.role, Grant.agenda_id)
            .join(Person, Person.id == Grant.person_id)
            .where(Person.email == email, Grant.ended_at.is_(None))
            .order_by(Grant.id)
        )
        return [(role, agenda) for role, agenda in found]


def test_an_invitation_goes_from_the_form_to_the_portal(
    app: Flask, portal: Portal, actors: Actors, agenda: Agenda, organisation: Organisation, session: Session, mailbox: Mailbox
) -> None:
    client = actors.client("coordinator", agenda)
    answer = client.post(
        "/gestion/personas/nueva", data={**invited(), **form("representative", agenda, organisation=organisation.id)}, follow_redirects=True
    )
    page = answer.get_data(as_text=True)
    person = session.scalars(select(Person).where(Person.email == "beto@muestra.example")).one()
    session.commit()
    assert "En cola" in page
    assert "/entrar/enlace/" not in page
    link = mailbox.link(person)
    mail = mailbox.texts(person)[-1]
    assert "«Agenda APU-27 de muestra» con el rol: Representante de organización." in mail
    assert "Movimiento de muestra" in mail
    theirs = app.test_client()
    theirs.post(link)
    assert signed_in_as(theirs) == "Beto de muestra"
    account = theirs.get("/cuenta").get_data(as_text=True)
    assert "Agenda APU-27 de muestra · Movimiento de muestra" in account
    assert theirs.get("/gestion/personas").status_code == 403


def test_the_invitation_really_travels_by_smtp(request: pytest.FixtureRequest, actors: Actors, agenda: Agenda, portal: Portal) -> None:
    received = []

    class Inbox:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            received.append(message_from_bytes(envelope.content, policy=default))
            return "250 OK"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(Inbox(), hostname="127.0.0.1", port=port)
    server.start()
    request.addfinalizer(server.stop)
    object.__setattr__(portal.settings, "mail_url", f"smtp://127.0.0.1:{port}")
    page = (
        actors.client("coordinator", agenda)
        .post("/gestion/personas/nueva", data={**invited(), **form("reader", agenda)}, follow_redirects=True)
        .get_data(as_text=True)
    )
    assert "Aceptado" in page
    assert [(mail["To"], mail["Subject"]) for mail in received] == [
        ("Beto de muestra <beto@muestra.example>", "Le invitamos a participar en Rúbrica")
    ]
    for part in ("plain", "html"):
        assert "/entrar/enlace/" in received[0].get_body((part,)).get_content()
    with portal.sessions() as session:
        assert session.execute(select(MailMessage.state, MailMessage.text, MailMessage.html)).all() == [("accepted", None, None)]


def test_inviting_again_sends_a_new_link_and_spends_the_old(
    app: Flask, actors: Actors, agenda: Agenda, person: Person, mailbox: Mailbox
) -> None:
    actors.grant(person, "staff", agenda)
    client = actors.client("coordinator", agenda)
    links = []
    for _ in range(2):
        assert client.post(f"/gestion/personas/{person.id}/invitacion").status_code == 303
        links.append(mailbox.link(person))
    assert [app.test_client().post(link).status_code for link in links] == [410, 303]


def test_a_coordinator_reaches_only_the_people_of_their_agendas(
    actors: Actors, portal: Portal, agenda: Agenda, new_agenda: NewAgenda
) -> None:
    other = new_agenda("CUS-27")
    here, there, nowhere = actors.person("Ana de aquí"), actors.person("Beto de allá"), actors.person("Carla sin rol")
    actors.grant(here, "staff", agenda)
    actors.grant(here, "reader", other)
    theirs = actors.grant(there, "staff", other)
    client = actors.client("coordinator", agenda)
    page = client.get("/gestion/personas").get_data(as_text=True)
    assert re.findall(r">(Ana de aquí|Beto de allá|Carla sin rol)<", page) == ["Ana de aquí"]
    assert "CUS-27" not in page
    assert client.get(f"/gestion/personas/{here.id}").status_code == 200
    for person in (there, nowhere):
        assert client.get(f"/gestion/personas/{person.id}").status_code == 404
        assert client.post(f"/gestion/personas/{person.id}/invitacion").status_code == 404
        assert client.post(f"/gestion/personas/{person.id}/roles", data=form("staff", agenda)).status_code == 404
    with portal.sessions() as session:
        held = session.scalars(select(Grant.id).where(Grant.person_id == theirs.id)).one()
    assert client.post(f"/gestion/personas/{there.id}/roles/{held}/terminar").status_code == 403
    assert roles(portal, str(there.email)) == [("staff", other.id)]


def test_a_coordinator_makes_no_administrators_nor_gives_roles_elsewhere(
    actors: Actors, portal: Portal, agenda: Agenda, new_agenda: NewAgenda
) -> None:
    other = new_agenda("CUS-27")
    client = actors.client("coordinator", agenda)
    assert "Administración del portal" not in client.get("/gestion/personas/nueva").get_data(as_text=True)
    for data in (form("administrator", None), form("staff", other), form("coordinator", other)):
        answer = client.post("/gestion/personas/nueva", data={**invited(), **data})
        assert answer.status_code == 422
        assert roles(portal, "beto@muestra.example") == []
    client.post("/gestion/personas/nueva", data={**invited(), **form("coordinator", agenda)})
    assert roles(portal, "beto@muestra.example") == [("coordinator", agenda.id)]


def test_an_administrator_makes_administrators(actors: Actors, portal: Portal) -> None:
    actors.client("administrator").post("/gestion/personas/nueva", data={**invited(), **form("administrator", None)})
    assert roles(portal, "beto@muestra.example") == [("administrator", None)]


def test_a_role_is_given_and_ended(actors: Actors, portal: Portal, agenda: Agenda, person: Person) -> None:
    actors.grant(person, "reader", agenda)
    client = actors.client("coordinator", agenda)
    client.post(f"/gestion/personas/{person.id}/roles", data=form("delegate", agenda, dimension="social"))
    assert roles(portal, str(person.email)) == [("reader", agenda.id), ("delegate", agenda.id)]
    page = client.get(f"/gestion/personas/{person.id}").get_data(as_text=True)
    first = re.findall(rf"/gestion/personas/{person.id}/roles/(\d+)/terminar", page)
    assert len(first) == 2
    for held in first:
        client.post(f"/gestion/personas/{person.id}/roles/{held}/terminar")
    assert roles(portal, str(person.email)) == []
    assert "Este rol ya había terminado." in client.post(
        f"/gestion/personas/{person.id}/roles/{first[0]}/terminar", follow_redirects=True
    ).get_data(as_text=True)


def test_what_was_typed_stays_and_each_mistake_is_named(actors: Actors, agenda: Agenda) -> None:
    client = actors.client("coordinator", agenda)
    for data, sentence in (
        ({**invited("no es un correo"), **form("staff", agenda)}, "Escriba un correo completo, por ejemplo nombre@ejemplo.pe."),
        ({**invited(), **form("representative", agenda)}, "Elija la organización que representa."),
        ({**invited(), **form("delegate", agenda)}, "Elija la dimensión de la que es delegado o delegada."),
        ({**invited(), "full_name": " "} | form("staff", agenda), "Escriba el nombre y los apellidos."),
        ({**invited(), **form("", agenda)}, "Elija un rol de la lista."),
    ):
        answer = client.post("/gestion/personas/nueva", data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert sentence in page
        assert f'value="{data["email"]}"' in page


@contextmanager
def counted(portal: Portal) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(portal.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(portal.engine, "before_cursor_execute", note)


def test_the_list_costs_the_same_for_one_and_for_ninety(
    actors: Actors, portal: Portal, session: Session, agenda: Agenda, now: datetime
) -> None:
    client = actors.client("coordinator", agenda)
    with counted(portal) as few:
        client.get("/gestion/personas")
    for n in range(90):
        person = service.add_person(session, now=now, full_name=f"Persona {n:02} de muestra", email=f"p{n}@muestra.example")
        for role in ("staff", "reader"):
            session.add(Grant(person_id=person.id, role=role, agenda_id=agenda.id, granted_at=now))
    session.commit()
    with counted(portal) as many:
        page = client.get("/gestion/personas?pagina=2").get_data(as_text=True)
    assert len(many) == len(few)
    assert "31 a 60 de 91" in page
    found = client.get("/gestion/personas?q=PERSONA+07&role=staff").get_data(as_text=True)
    assert re.findall(r">(Persona \d\d de muestra)<", found) == ["Persona 07 de muestra"]
    assert "No hay personas que coincidan" in client.get("/gestion/personas?q=%25").get_data(as_text=True)
    assert client.get("/gestion/personas?pagina=99&agenda=x&role=y").status_code == 200


def test_one_sees_and_takes_back_ones_own_consents_only(
    actors: Actors, portal: Portal, session: Session, person: Person, now: datetime
) -> None:
    given = consents.give_consent(
        session, portal.store, now=now, person_id=person.id, purpose="commitment:1", text="Autorizo <b>esto</b>\ny aquello."
    )
    session.commit()
    client, stranger = actors.signed_in(person), actors.client()
    page = client.get("/cuenta").get_data(as_text=True)
    assert "Autorizo &lt;b&gt;esto&lt;/b&gt;" in page
    assert "Autorizo" not in stranger.get("/cuenta").get_data(as_text=True)
    assert stranger.post(f"/cuenta/consentimientos/{given.id}/retirar").status_code == 404
    assert "Retiró su consentimiento." in client.post(f"/cuenta/consentimientos/{given.id}/retirar", follow_redirects=True).get_data(
        as_text=True
    )
    assert "Ya había retirado este consentimiento." in client.post(
        f"/cuenta/consentimientos/{given.id}/retirar", follow_redirects=True
    ).get_data(as_text=True)
