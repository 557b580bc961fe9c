"""Errors end in a page with one sentence, a way on and the request's id; whatever was half done is undone."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from portal import errors, web
from portal.context import Portal
from portal.ledger.models import LedgerEntry
from portal.ledger.service import record

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def offering(app: Flask, view: Callable[[], Any], **options: Any) -> FlaskClient:
    app.add_url_rule("/prueba", "prueba", web.public(view), **options)
    return app.test_client()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (errors.Invalid(), 422, "Revise los datos marcados."),
        (errors.NotFound(), 404, "No encontramos lo que busca. Revise la dirección."),
        (errors.Forbidden(), 403, "No tiene permiso para hacer esto. Pida acceso a la Mesa."),
        (errors.Conflict(), 409, "Esto cambió mientras usted lo tenía abierto. Vuelva a cargar la página."),
        (errors.Expired(), 410, "Este enlace venció. Pida uno nuevo."),
        (errors.TooLarge(megabytes=20), 413, "El archivo es demasiado grande. El límite es 20 MB."),
        (errors.TooMany(), 429, "Hizo demasiados intentos. Espere unos minutos y vuelva a intentarlo."),
        (errors.Unavailable(), 503, "El servicio no responde ahora. Inténtelo de nuevo en unos minutos."),
        (errors.Misconfigured("Falta la clave de %(name)s.", name="ejemplo"), 500, "Falta la clave de ejemplo."),
    ],
)
def test_every_known_error_has_its_status_and_sentence(app: Flask, error: errors.PortalError, status: int, sentence: str) -> None:
    def failing() -> str:
        raise error

    response = offering(app, failing).get("/prueba")
    assert response.status_code == status
    assert sentence in response.get_data(as_text=True)
    assert re.search(r"\b[0-9a-f]{16}\b", response.get_data(as_text=True))


def test_a_program_that_asks_for_json_gets_it(app: Flask) -> None:
    def failing() -> str:
        raise errors.Expired

    response = offering(app, failing).get("/prueba", headers={"Accept": "application/json"})
    body = response.get_json()
    assert (response.status_code, body["error"], body["sentence"]) == (410, "expired", "Este enlace venció. Pida uno nuevo.")
    assert re.fullmatch(r"[0-9a-f]{16}", body["request_id"])


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("get", "/no-existe", 404, "No encontramos lo que busca. Revise la dirección."),
        ("post", "/healthz", 405, "Esta dirección no acepta esa acción. Vuelva a la página anterior."),
    ],
)
def test_addresses_that_lead_nowhere(client: FlaskClient, method: str, path: str, status: int, sentence: str) -> None:
    response = getattr(client, method)(path)
    assert response.status_code == status
    assert sentence in response.get_data(as_text=True)


def test_too_much_data_is_refused_with_the_limit(app: Flask) -> None:
    from flask import request

    client = offering(app, lambda: str(len(request.files)), methods=["POST"])
    response = client.post("/prueba", data={"file": (io.BytesIO(b"x" * 21 * 1024 * 1024), "grande.pdf")})
    assert response.status_code == 413
    assert "El archivo es demasiado grande. El límite es 20 MB." in response.get_data(as_text=True)


def test_a_form_from_elsewhere_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    response = app.test_client().post("/idioma", data={"locale": "en"})
    assert response.status_code == 400
    assert "Su sesión cambió" in response.get_data(as_text=True)
    assert "idioma=" not in str(response.headers)


def test_the_error_page_stands_without_the_database(app: Flask, portal: Portal) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("connection refused")

    event.listen(portal.engine, "do_connect", refuse)
    portal.engine.dispose()
    response = app.test_client().get("/healthz")
    assert response.status_code == 500
    assert re.search(r"\b[0-9a-f]{16}\b", response.get_data(as_text=True))
    assert "connection refused" not in response.get_data(as_text=True)


def full_disk(engine: Engine) -> None:
    """Let the database file grow no more, as on a full disk: SQLite's own error, from SQLite."""

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()


def test_a_full_disk_has_its_sentence_and_loses_nothing(app: Flask, portal: Portal, session: Session, now: datetime) -> None:
    if portal.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's disk belongs to its server")
    record(session, now=now, kind="test", subject="before", data={})
    session.commit()
    session.close()

    def heavy() -> str:
        for number in range(200):
            record(web.session, now=now, kind="test", subject=f"thing:{number}", data={"text": "x" * 4000})
        web.commit()
        return "saved"

    full_disk(portal.engine)
    response = offering(app, heavy, methods=["POST"]).post("/prueba")
    assert response.status_code == 503
    assert "El disco del servidor está lleno: no se guardó nada." in response.get_data(as_text=True)
    with portal.sessions() as after:
        assert after.scalar(select(func.count()).select_from(LedgerEntry)) == 1


def test_a_view_that_fails_after_writing_leaves_nothing_behind(app: Flask, portal: Portal, now: datetime) -> None:
    def failing() -> str:
        record(web.session, now=now, kind="test", subject="half", data={})
        raise errors.Conflict

    assert offering(app, failing, methods=["POST"]).post("/prueba").status_code == 409
    with portal.sessions() as after:
        assert after.scalar(select(func.count()).select_from(LedgerEntry)) == 0


@pytest.mark.parametrize("path", ["/", "/no-existe", "/healthz", "/static/rubrica.css"])
def test_every_answer_carries_the_same_guards(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")


def test_pages_are_not_kept_by_caches_on_the_way(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"


def test_a_view_that_does_not_say_who_may_enter_stops_the_start(portal: Portal) -> None:
    from portal.site import blueprint

    def unguarded() -> str:
        return ""

    try:
        blueprint._got_registered_once = False
        blueprint.add_url_rule("/prueba-sin-guardia", "unguarded", unguarded)
        from portal.app import create_app

        with pytest.raises(RuntimeError, match=r"views without declared access: \['site.unguarded'\]"):
            create_app(portal)
    finally:
        blueprint.deferred_functions.pop()
