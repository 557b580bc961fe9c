"""Logs: one line of JSON each, with the request's id, and nothing secret in them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock, web
from portal.accounts.models import Person
from portal.context import Portal
from portal.log import JsonLines, redacted, request_id


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2 next", "password=••• next"),
        ('{"token": "abc123", "name": "x"}', '{"token": "•••", "name": "x"}'),
        ("código recibido; code: 123456", "código recibido; code: •••"),
        ("GET /entrar/enlace/qR3-x_y HTTP/1.1", "GET /entrar/enlace/••• HTTP/1.1"),
        ("postgresql://rubrica:clave@db/portal", "postgresql://rubrica:•••@db/portal"),
        ("smtp://mesa%40example.pe:clave@smtp.example.pe", "smtp://mesa%40example.pe:•••@smtp.example.pe"),
        ("secret_key='abc', api_key: k-1, clave=uno", "secret_key='•••', api_key: •••, clave=•••"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer •••"),
        ("contraseña: hunter2", "contraseña: •••"),
        ("duplicate key (email)=(ana.muestra@correo.example)", "duplicate key (email)=(•••@•••)"),
        ("nothing to hide: 25 agendas", "nothing to hide: 25 agendas"),
    ],
)
def test_what_looks_secret_is_blotted_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_record_is_one_line_with_the_request_s_id(lines: io.StringIO) -> None:
    token = request_id.set("0123456789abcdef")
    try:
        logging.getLogger("some.place").warning("two\nlines with token=abc")
    finally:
        request_id.reset(token)
    [line] = lines.getvalue().splitlines()
    data = json.loads(line)
    assert data.pop("at").endswith("+00:00")
    assert data == {"level": "WARNING", "logger": "some.place", "request": "0123456789abcdef", "message": "two\nlines with token=•••"}


def test_an_unexpected_error_is_logged_whole_and_shown_as_one_sentence(app: Flask, lines: io.StringIO) -> None:
    @app.get("/prueba")
    @web.public
    def broken() -> str:
        raise ValueError("the reason, password=hunter2")

    response = app.test_client().get("/prueba")
    page = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "Algo falló. Inténtelo de nuevo en unos minutos." in page
    assert [word for word in ("Traceback", "ValueError", "the reason", "hunter2", "broken") if word in page] == []
    [line] = [json.loads(one) for one in lines.getvalue().splitlines()]
    assert line["request"] in page
    assert "ValueError: the reason, password=•••" in line["trace"]
    assert "hunter2" not in lines.getvalue()


def test_each_request_has_an_id_of_its_own(app: Flask, lines: io.StringIO) -> None:
    @app.get("/prueba")
    @web.public
    def noted() -> str:
        logging.getLogger("place").warning("here")
        return ""

    client = app.test_client()
    client.get("/prueba")
    client.get("/prueba")
    first, second = (json.loads(line)["request"] for line in lines.getvalue().splitlines())
    assert len(first) == len(second) == 16
    assert first != second
    assert request_id.get() == "-"


def test_an_error_of_the_database_quotes_nobody_s_data(portal: Portal, session: Session) -> None:
    values = {"full_name": "Ana de muestra", "created_at": clock.now(), "salt": "s", "fs_uniquifier": "u", "active": True}
    session.execute(insert(Person).values(**values))
    with pytest.raises(IntegrityError) as refused:
        session.execute(insert(Person).values(**values))
    session.rollback()
    assert "Ana de muestra" not in str(refused.value)
