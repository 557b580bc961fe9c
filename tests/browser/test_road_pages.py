"""Every public page of the road, with the demonstration's data: light, whole without JavaScript, usable by everybody, as wide as a phone."""

import re
import subprocess
import sys
import urllib.request
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from plugins import DEMO, ENABLED
from portal.app import create_app
from portal.context import Portal
from portal.settings import Settings
from tests.browser.conftest import ROOT, environment_of
from tests.browser.test_first_visit import MOST_BYTES, WCAG, measured

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.settings(demo=True, plugins=(*ENABLED, *DEMO))]

LINK = re.compile(r'<a [^>]*href="([^"#]+)')
STATIONS = {"plan", "reuniones", "demandas", "consultas", "aportes", "camino", "puntos", "validacion"}
STATION = re.compile(r"/agendas/[^/]+/([a-z]+)(?=[/?]|$)|/buscar|/actas")


def public_pages(app: Flask, address: str) -> dict[str, str]:
    """Return one page of each kind that anybody reaches by links from the home page: endpoint → path."""
    urls, waiting, found = app.url_map.bind(""), deque(["/", "/buscar?q=agua"]), dict[str, str]()
    while waiting:
        path = waiting.popleft()
        try:
            endpoint, _ = urls.match(urlsplit(path).path)
        except HTTPException:
            continue
        if endpoint in found or re.search(r"\.[a-z]{3,4}$", urlsplit(path).path):
            continue
        with urllib.request.urlopen(address + path, timeout=20) as answer:
            if answer.headers.get_content_type() != "text/html":
                continue
            links = LINK.findall(answer.read().decode())
        found[endpoint] = path
        waiting.extend(one.replace("&amp;", "&") for one in links if one.startswith("/") and not one.startswith("//"))
    return found


def test_every_public_page_of_the_road_is_for_everybody(
    portal: Portal, settings: Settings, serve: Callable[[], str], page: Callable[..., Page]
) -> None:
    environment = environment_of(settings) | {"PORTAL_DEMO": "1", "PORTAL_PLUGINS": " ".join(ENABLED)}
    subprocess.run([sys.executable, "-m", "portal", "demo"], cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
    address = serve()
    pages = public_pages(create_app(portal), address)
    parts = {endpoint: STATION.match(path) for endpoint, path in pages.items()}
    of_the_road = {endpoint: pages[endpoint] for endpoint, part in parts.items() if part}
    assert {part[1] for part in parts.values() if part and part[1]} >= STATIONS
    phone, plain = page("phone"), page("desk", javascript=False)
    for endpoint, path in of_the_road.items():
        sizes, _ = measured(phone, address + path)
        assert sum(sizes) < MOST_BYTES, (endpoint, sum(sizes))
        found = Axe().run(phone, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert [one["id"] for one in found.response["violations"]] == [], (path, found.generate_report())
        wide = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, (path, "scrolls sideways")
        plain.goto(address + path)
        words = plain.locator("main").inner_text().split()
        phone.set_viewport_size({"width": 1280, "height": 800})
        assert words == phone.locator("main").inner_text().split(), path
        phone.set_viewport_size({"width": 360, "height": 800})
