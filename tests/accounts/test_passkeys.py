"""A passkey is added, signs in, renews and is removed, in a real browser with a virtual authenticator."""

from collections.abc import Iterator
from datetime import datetime
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.accounts.models import Passkey, Person
from portal.context import Portal
from portal.testing.fixtures import Actors

from .conftest import Mailbox

expect.set_options(timeout=20_000)  # the two processors may be busy
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The portal on loopback, with its forms' tokens; by name, because keys are not made for numbers."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a_passkey_from_beginning_to_end(served: str, page: Page, person: Person, portal: Portal, mailbox: Mailbox) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    page.goto(f"{served}/entrar?next=/cuenta/llaves")
    page.get_by_label("Correo electrónico").fill(str(person.email))
    page.get_by_role("button", name="Recibir un código").click()
    page.get_by_label("Código").fill(mailbox.code(person))
    page.get_by_role("main").get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_text("Todavía no tiene ninguna.")).to_be_visible()

    page.get_by_label("Nombre de la llave").fill("Mi teléfono")
    page.get_by_role("button", name="Agregar esta llave").click()
    expect(page.get_by_role("rowheader", name="Mi teléfono")).to_be_visible()
    with portal.sessions() as session:
        assert session.execute(select(Passkey.name, Passkey.usage, Passkey.user_id)).all() == [("Mi teléfono", "first", person.id)]
    assert "se agregó una llave de acceso" in mailbox.texts(person, "security")[-1]

    page.get_by_label("Nombre de la llave").fill("Mi teléfono")
    page.get_by_role("button", name="Agregar esta llave").click()
    expect(page.get_by_text("Ya tiene una llave con ese nombre. Escriba otro.")).to_be_visible()
    assert [one for one in complaints if "status of 4" not in one] == []

    page.get_by_role("button", name="Salir").click()
    page.goto(f"{served}/entrar?next=/cuenta/llaves")
    page.get_by_role("button", name="Entrar con una llave de acceso").click()
    expect(page.get_by_role("rowheader", name="Mi teléfono")).to_be_visible()

    page.goto(f"{served}/entrar/confirmar?next=/cuenta")
    page.get_by_role("button", name="Confirmar con una llave de acceso").click()
    page.wait_for_url(f"{served}/cuenta")

    page.goto(f"{served}/cuenta/llaves")
    page.get_by_role("button", name="Quitar la llave Mi teléfono").click()
    expect(page.get_by_text("Todavía no tiene ninguna.")).to_be_visible()
    page.get_by_role("button", name="Salir").click()
    page.goto(f"{served}/entrar")
    page.get_by_role("button", name="Entrar con una llave de acceso").click()
    expect(page.get_by_text("No reconocemos esta llave. Entre con su correo.")).to_be_visible()


def test_without_a_key_nobody_enters_and_nobody_gets_fresher(app: Flask, client: FlaskClient, actors: Actors, person: Person) -> None:
    begun = client.post("/entrar/llave", json={}).get_json()["response"]
    assert begun["credential_options"]["allowCredentials"] == []
    answer = client.post(f"/entrar/llave/{begun['wan_state']}", json={"credential": "{}"})
    assert (answer.status_code, answer.get_json()["response"]["errors"]) == (
        400,
        ["La solicitud llegó incompleta. Recargue la página e inténtelo de nuevo."],
    )
    assert client.post("/entrar/llave/x", json={"credential": "{}"}).status_code == 400
    assert client.get("/cuenta").status_code == 303
    stale = actors.signed_in(person)
    with stale.session_transaction() as cookie:
        cookie["fs_paa"] = 0
    stale.post(f"/entrar/llave/{begun['wan_state']}", json={"credential": "{}"})
    assert stale.get("/cuenta/llaves").headers["Location"] == "/entrar/confirmar?next=/cuenta/llaves"
    assert stale.post("/cuenta/llaves/nueva", json={"name": "x", "usage": "first"}).status_code == 303


def test_one_removes_only_ones_own_keys(actors: Actors, person: Person, portal: Portal, now: datetime) -> None:
    with portal.sessions() as session:
        session.add(
            Passkey(
                user_id=person.id,
                credential_id=b"x",
                public_key=b"x",
                backup_state=False,
                device_type="single_device",
                create_datetime=now,
                lastuse_datetime=now,
                name="Ajena",
                usage="first",
            )
        )
        session.commit()
        key = session.scalars(select(Passkey.id)).one()
    assert actors.client().post(f"/cuenta/llaves/{key}/quitar").status_code == 404
    assert "Ajena" in actors.signed_in(person).get("/cuenta/llaves").get_data(as_text=True)
    assert actors.signed_in(person).post(f"/cuenta/llaves/{key}/quitar").status_code == 303
    with portal.sessions() as session:
        assert session.scalars(select(Passkey.id)).all() == []
