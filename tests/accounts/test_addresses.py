"""Which address a request comes from, and the limits that are counted by it: what strangers say of themselves changes nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import entering_views
from portal.accounts.models import Person
from portal.limits import limiter
from portal.mail import MailMessage

A_MINUTE = 20


@pytest.fixture(autouse=True)
def limits(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count tries, and answer them at once."""
    monkeypatch.setattr(entering_views, "SOONEST", 0)
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def tries(app: Flask, forwarded: str, remote: str = "203.0.113.9") -> list[int]:
    """Try 21 accounts; `forwarded` is what each request says, with its number in it."""
    return [
        app.test_client()
        .post(
            "/entrar",
            data={"email": f"nadie{n}@muestra.example", "password": "x"},
            headers={"X-Forwarded-For": forwarded.format(n=n)},
            environ_base={"REMOTE_ADDR": remote},
        )
        .status_code
        for n in range(A_MINUTE + 1)
    ]


def test_without_a_proxy_configured_no_header_changes_the_address(app: Flask) -> None:
    assert tries(app, "198.51.100.{n}") == [422] * A_MINUTE + [429]


@pytest.mark.settings(trusted_proxies=1)
def test_of_one_trusted_proxy_only_its_own_word_counts(app: Flask) -> None:
    # What the stranger wrote comes first, what the proxy saw last.
    assert tries(app, "198.51.100.{n}, 192.0.2.1", remote="127.0.0.1") == [422] * A_MINUTE + [429]
    limiter.reset()
    assert tries(app, "192.0.2.1, 198.51.100.{n}", remote="127.0.0.1") == [422] * (A_MINUTE + 1)


@pytest.mark.settings(trusted_proxies=2)
def test_of_two_the_first_one_s(app: Flask) -> None:
    assert tries(app, "198.51.100.{n}, 192.0.2.1, 127.0.0.2", remote="127.0.0.1") == [422] * A_MINUTE + [429]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_mailed_link_leads_to_this_portal_whatever_the_request_says(
    app: Flask, client: FlaskClient, session: Session, person: Person, header: str
) -> None:
    assert client.post("/entrar/recuperar", data={"email": person.email}, headers={header: "evil.example"}).status_code == 200
    text = session.scalars(select(MailMessage.text)).one() or ""
    assert ("evil.example" in text, "http://127.0.0.1:8000/entrar/enlace/" in text) == (False, True)
