"""The pages of drafting on a phone: no violation that axe finds, and nothing wider than the screen."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser

from plugins.drafting import sampling
from portal.testing.fixtures import Actors
from tests.browser.test_first_visit import WCAG

from .conftest import Desk
from .word import Edited

pytestmark = [pytest.mark.once, pytest.mark.settings(plugins=("social", "economica", "drafting"))]
HOME = "/gestion/agendas/APU-T/redaccion"
PLACES = (
    HOME,
    f"{HOME}/secciones/nueva",
    f"{HOME}/secciones/RED-01",
    f"{HOME}/sugerencias?estado=todas",
    f"{HOME}/puntos/SOC-01.1/sugerir",
    f"{HOME}/sugerencias/S-001",
    f"{HOME}/sugerencias/S-003",
    f"{HOME}/word",
    f"{HOME}/word/W-001",
    f"{HOME}/comparar?de=1&a=borrador",
    "/agendas/APU-T/comparar?de=1&a=2",
)


def test_every_page_fits_a_phone_and_everybody(
    make_desk: Callable[..., Desk], actors: Actors, app: Flask, live: str, chromium: Browser
) -> None:
    desk = make_desk()
    desk.freeze()
    people = {role: actors.grant(actors.person(f"{role} de muestra"), role, desk.agenda) for role in ("coordinator", "staff")}
    sampling.sample(desk.portal, desk.session, now=desk.now, agenda=desk.agenda, people=people)
    file = Edited(desk.export())
    file.replace("SOC-01", "Texto de", "Escrito de")
    file.paragraph_after("SOC-01.1", "Punto nuevo.")
    file.table_after("SOC-01.1", [["Año", "Meta"], ["2027", "10"]])
    desk.receive(file.done(), people["staff"].id)
    desk.freeze()
    client = actors.signed_in(people["staff"])
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    context = chromium.new_context(base_url=live, viewport={"width": 360, "height": 800}, locale="es-PE")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])
    page = context.new_page()
    wrong = {}
    for place in PLACES:
        answer = page.goto(place)
        assert answer is not None
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if answer.status != 200 or found or wide:
            wrong[place] = (answer.status, wide, [(one["id"], one["nodes"][0]["html"]) for one in found])
    context.close()
    assert wrong == {}
