"""The box and the pages of search and notices in a browser: at two widths, without JavaScript, for everybody, and light."""

from collections.abc import Callable
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.notices import service, tokens
from portal.testing.fixtures import Actors

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.settings(plugins=("social", "dialogue"))]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_BYTES = 100_000


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_the_box_in_the_frame_finds_without_javascript(page: Callable[..., Page], frozen: AgendaVersion, width: str) -> None:
    tab = page(width, javascript=False)
    sizes: list[int] = []
    tab.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    tab.goto("/agendas")
    assert 0 < sum(sizes) < MOST_BYTES
    tab.get_by_label("Qué busca").fill("nandu ñandu")
    tab.get_by_role("button", name="Buscar").click()
    tab.get_by_text("No se encontró nada").wait_for()
    tab.get_by_label("Qué busca").fill("MUESTRAS")
    tab.get_by_role("button", name="Buscar").click()
    tab.locator(".found li").first.wait_for()
    assert tab.locator(".found li").count() == 13
    assert tab.locator(".found mark").first.inner_text() == "muestra"
    assert tab.evaluate("document.documentElement.scrollWidth") <= tab.evaluate("window.innerWidth")
    tab.get_by_role("link", name="SOC-01 ·").click()
    tab.wait_for_url("**/agendas/APU-T/puntos/SOC-01")
    assert "SOC-01" in tab.locator("h1").inner_text()


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_anybody_can_use_the_pages(
    page: Callable[..., Page],
    portal: Portal,
    session: Session,
    actors: Actors,
    frozen: AgendaVersion,
    now: datetime,
    live: str,
    width: str,
) -> None:
    person = actors.person()
    service.notify(
        session,
        now=now,
        topic="dialogue.received",
        person_ids=[person.id],
        title="Llegó un aporte",
        text="Dice algo.",
        href="/agendas/APU-T",
    )
    session.commit()
    tab = page(width)
    cookie = actors.signed_in(person).get_cookie("rubrica")
    assert cookie is not None
    tab.context.add_cookies([{"name": "rubrica", "value": cookie.value, "url": live}])
    wrong = {}
    leave = tokens.path(portal.settings.secret_key, person.id, "*")
    for address in ("/buscar", "/buscar?q=muestra", "/buscar?q=de", "/buscar?q=muestra&tipo=Nada", "/cuenta/avisos", leave):
        tab.goto(address)
        found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        if found or tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong[address] = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
    assert wrong == {}
    tab.get_by_role("button", name="No recibir más").click()
    tab.get_by_text("Ya no le enviaremos avisos").wait_for()
