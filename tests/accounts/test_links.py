"""Private links: looking changes nothing, pressing Entrar signs in once, and a dead one can ask for another."""

import hashlib
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.accounts.models import Person, SignInLink
from portal.context import Portal
from portal.testing.fixtures import Actors

from .conftest import Mailbox, signed_in_as


@pytest.fixture
def token(session: Session, person: Person, now: datetime) -> str:
    made = links.make_link(session, now=now, person_id=person.id, purpose="commitment:12", next_path="/agendas?desde=enlace")
    session.commit()
    return made


def kept(portal: Portal) -> list[SignInLink]:
    with portal.sessions() as session:
        return list(session.scalars(select(SignInLink).order_by(SignInLink.id)))


def test_only_the_digest_of_a_long_token_is_kept(portal: Portal, token: str) -> None:
    assert len(token) == 43
    assert kept(portal)[0].token_sha256 == hashlib.sha256(token.encode()).hexdigest()


def test_looking_changes_nothing_and_pressing_signs_in(client: FlaskClient, portal: Portal, person: Person, token: str) -> None:
    for _ in range(2):
        assert client.head(links.path(token)).status_code == 200
        page = client.get(links.path(token))
        assert ">Entrar</button>" in page.get_data(as_text=True)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert kept(portal)[0].used_at is None
        assert signed_in_as(client) is None
    entered = client.post(links.path(token))
    assert (entered.status_code, entered.headers["Location"]) == (303, "/agendas?desde=enlace")
    assert signed_in_as(client) == person.full_name
    assert kept(portal)[0].used_at is not None


def test_the_page_does_not_say_whose_the_link_is(client: FlaskClient, person: Person, token: str) -> None:
    page = client.get(links.path(token)).get_data(as_text=True)
    assert person.full_name not in page
    assert str(person.email) not in page


def test_a_used_link_says_so_and_asks_for_another_to_the_same_address(
    client: FlaskClient, app: Flask, person: Person, token: str, mailbox: Mailbox
) -> None:
    client.post(links.path(token))
    stranger = app.test_client()
    for answer in (stranger.get(links.path(token)), stranger.post(links.path(token))):
        assert answer.status_code == 410
        page = answer.get_data(as_text=True)
        assert "Este enlace ya se usó. Pida uno nuevo." in page
        assert f'action="{links.path(token)}/otro"' in page
        assert str(person.email) not in page
    assert signed_in_as(stranger) is None
    asked = stranger.post(links.path(token) + "/otro", follow_redirects=True).get_data(as_text=True)
    assert "Pedimos otro enlace." in asked
    assert str(person.email) not in asked
    again = mailbox.link(person)
    assert again != links.path(token)
    assert stranger.post(again).headers["Location"] == "/agendas?desde=enlace"
    assert signed_in_as(stranger) == person.full_name


def test_its_owner_who_is_still_signed_in_goes_on(client: FlaskClient, token: str) -> None:
    client.post(links.path(token))
    assert client.get(links.path(token)).headers["Location"] == "/agendas?desde=enlace"


def test_an_expired_link_says_so(client: FlaskClient, token: str, now: datetime) -> None:
    with time_machine.travel(now + timedelta(days=14, seconds=1), tick=False):
        assert "Este enlace venció. Pida uno nuevo." in client.get(links.path(token)).get_data(as_text=True)
        assert client.post(links.path(token)).status_code == 410
        assert signed_in_as(client) is None


def test_a_newer_link_of_the_same_purpose_replaces_the_older(
    client: FlaskClient, session: Session, person: Person, token: str, now: datetime
) -> None:
    other = links.make_link(session, now=now, person_id=person.id, purpose="commitment:13", next_path="/")
    newer = links.make_link(session, now=now, person_id=person.id, purpose="commitment:12", next_path="/")
    session.commit()
    answer = client.post(links.path(token))
    assert answer.status_code == 410
    assert "Este enlace se reemplazó por otro más reciente." in answer.get_data(as_text=True)
    assert [client.post(links.path(one)).status_code for one in (other, newer)] == [303, 303]


def test_an_unknown_link_says_so_and_asks_nothing(client: FlaskClient, portal: Portal) -> None:
    for token in ("x", "a" * 43, "%F0%9F%98%80"):
        answer = client.get(f"/entrar/enlace/{token}")
        assert answer.status_code == 404
        assert "Este enlace no existe o está incompleto." in answer.get_data(as_text=True)
        assert "/otro" not in answer.get_data(as_text=True)
        assert client.post(f"/entrar/enlace/{token}").status_code == 404
    assert "Pedimos otro enlace." in client.post("/entrar/enlace/x/otro", follow_redirects=True).get_data(as_text=True)
    assert kept(portal) == []


def test_a_link_of_somebody_who_may_no_longer_enter_is_unknown(
    client: FlaskClient, session: Session, portal: Portal, person: Person, token: str
) -> None:
    person.active = False
    session.commit()
    assert client.post(links.path(token)).status_code == 404
    client.post(links.path(token) + "/otro")
    assert len(kept(portal)) == 1


def test_somebody_elses_link_warns_and_then_changes_who_is_signed_in(actors: Actors, person: Person, token: str) -> None:
    other = actors.person("Beto de muestra")
    client = actors.signed_in(other)
    with client.session_transaction() as cookie:
        cookie["left"] = "behind"
        cookie["keep.draft"] = 7
    assert "En este equipo entró otra persona: Beto de muestra." in client.get(links.path(token)).get_data(as_text=True)
    client.post(links.path(token))
    assert signed_in_as(client) == person.full_name
    with client.session_transaction() as cookie:
        assert "left" not in cookie
        assert cookie["keep.draft"] == 7


def test_strangers_cause_at_most_five_links_an_hour(client: FlaskClient, portal: Portal, token: str) -> None:
    for _ in range(8):
        client.post(links.path(token) + "/otro")
    assert len(kept(portal)) == links.RENEWALS_AN_HOUR


def test_a_link_never_leads_elsewhere(client: FlaskClient, session: Session, person: Person, now: datetime) -> None:
    made = links.make_link(session, now=now, person_id=person.id, purpose="x", next_path="//evil.example/")
    session.commit()
    assert client.post(links.path(made)).headers["Location"] == "/cuenta"


def test_of_two_presses_at_the_same_instant_one_signs_in(app: Flask, token: str) -> None:
    start, statuses = Barrier(2), []

    def press() -> None:
        browser = app.test_client()
        start.wait()
        statuses.append(browser.post(links.path(token)).status_code)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 410]
