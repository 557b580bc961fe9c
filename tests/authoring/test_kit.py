"""The kit that authors get does what docs/plugins/testing.md says, and publishing.md lists what is promised."""

import importlib
import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from _pytest.fixtures import FixtureFunctionDefinition

from portal import extend
from portal.authoring.promised import IN_TESTS, PROMISED
from portal.extend import registry
from portal.testing import browser, fixtures

DOCS = Path(__file__).parent.parent.parent / "docs" / "plugins"


def rows(page: str, heading: str) -> list[str]:
    part = (DOCS / page).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([\w.]+)` \|", part, re.MULTILINE)


def test_pytest_finds_it_where_rubrica_is_installed() -> None:
    assert [(one.name, one.value) for one in entry_points(group="pytest11") if one.name == "rubrica"] == [("rubrica", "portal.testing")]


def test_every_fixture_is_in_the_manual() -> None:
    made = {name for module in (fixtures, browser) for name, value in vars(module).items() if isinstance(value, FixtureFunctionDefinition)}
    assert sorted(rows("testing.md", "Fixtures")) == sorted(made)


def test_what_is_promised_is_in_the_manual_and_is_there() -> None:
    assert rows("publishing.md", "What you may import") == list(PROMISED)
    for module in (*PROMISED, IN_TESTS):
        importlib.import_module(module)


def test_the_socket_has_one_version() -> None:
    assert ".".join(map(str, registry.API)) == extend.API_VERSION


@pytest.mark.settings(plugins=("social",))
def test_with_plugins_makes_portals_apart(portal: Any, frozen: Any, with_plugins: Any) -> None:
    other = with_plugins("ambiental")
    assert set(other.portal.registry.dimensions) == {"ambiental"}
    assert set(portal.registry.dimensions) == {"social"}
    assert other.portal.settings.database_url != portal.settings.database_url
    assert other.client.get("/agendas/APU-T").status_code == 404
    assert other.actors.client("administrator").get("/portal/estado").status_code == 200


@pytest.mark.settings(plugins=("social",))
def test_with_plugins_opens_what_others_wrote(portal: Any, frozen: Any, with_plugins: Any) -> None:
    without = with_plugins(like=portal)
    assert without.portal.registry.loaded == ()
    assert without.client.get("/agendas/APU-T").status_code == 200


@pytest.mark.browser
@pytest.mark.settings(plugins=("social",))
def test_a_page_is_a_browser_before_this_test_s_portal(frozen: Any, page: Any) -> None:
    opened = page(width="phone", javascript=False)
    opened.goto("/agendas")
    assert opened.title().startswith("Agendas")
    opened.get_by_role("link", name="Agenda de muestra para las pruebas").first.click()
    assert opened.url.endswith("/agendas/APU-T")
    assert opened.evaluate("document.documentElement.scrollWidth") <= browser.WIDTHS["phone"]
