"""One page with every piece, in a real browser: no axe violation, nothing wider than a phone, targets that a thumb can hit."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
import wtforms as w
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from wtforms.validators import InputRequired

from portal.paths import TEMPLATES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STANCES = [("suscribe", "Suscribe"), ("observa", "Suscribe con observación"), ("no", "No suscribe"), ("sin", "Sin pronunciamiento")]
ICONS = re.findall(r'^  "([a-z-]+)": ', (TEMPLATES / "macros" / "icons.html").read_text(encoding="utf-8").split("_shapes")[0], re.MULTILINE)


class Sample(w.Form):
    """Fields with and without a mistake."""

    name = w.StringField("Nombre completo", [InputRequired("Escriba su nombre.")], description="Como figura en su DNI.")
    note = w.TextAreaField("Observación")
    how = w.RadioField("Calidad", [InputRequired("Elija su calidad.")], choices=[("c", "Candidato/a"), ("p", "Personero/a")])
    agree = w.BooleanField("Acepto que mi nombre sea público")
    day = w.DateField("Fecha", [w.validators.Optional()])
    file = w.FileField("Archivo")


class Search(w.Form):
    """The filters' fields."""

    stage = w.SelectField("Etapa", choices=[("", "Todas")])
    name = w.StringField("Contiene")


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """Return the system's Chromium."""
    return chromium


@pytest.fixture
def gallery(env: jinja2.Environment, noon: datetime, tmp_path: Path) -> str:
    """Return the address of the page with every piece."""
    form = Sample()
    form.validate()
    html = env.get_template("gallery.html").render(
        form=form,
        search=Search(),
        stances=STANCES,
        icons=ICONS,
        now=noon,
        page=SimpleNamespace(number=4, pages=11, total=212, first=61, last=80),
    )
    (tmp_path / "gallery.html").write_text(html, encoding="utf-8")
    return (tmp_path / "gallery.html").as_uri()


@pytest.fixture(params=[360, 1280])
def opened(request: pytest.FixtureRequest, browser: Browser, gallery: str) -> Iterator[Page]:
    """Return the gallery, open on a phone and on a desk."""
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.goto(gallery)
    yield page
    page.close()


def test_axe_finds_nothing(opened: Page) -> None:
    found = Axe().run(opened, options={"runOnly": RULES}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_nothing_is_wider_than_the_screen(opened: Page) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


def test_buttons_and_rows_can_be_hit_with_a_thumb(opened: Page) -> None:
    small = opened.evaluate(
        """[...document.querySelectorAll(".btn, .choice, .control, summary, .site-nav a, .site-account a, .pagination a, .task")]
           .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_mistakes_are_what_one_meets_first(opened: Page) -> None:
    assert opened.evaluate("document.activeElement.className") == "error-summary"


def test_text_is_seventeen_pixels_and_lines_stay_readable(opened: Page) -> None:
    assert opened.evaluate("getComputedStyle(document.body).fontSize") == "17px"
    assert (
        opened.evaluate("Math.max(...[...document.querySelectorAll('main p')].map(one => one.getBoundingClientRect().width)) <= 44 * 17")
        is True
    )


def test_chosen_and_not_chosen_differ_in_forced_colours(opened: Page) -> None:
    opened.emulate_media(forced_colors="active")
    styles = opened.evaluate("[...document.querySelectorAll('#s1 .choice')].map(one => getComputedStyle(one).outlineStyle)")
    assert styles == ["none", "solid", "none", "none"]


def test_a_phone_shows_each_row_as_a_card(browser: Browser, gallery: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 900}, java_script_enabled=True)
    page.goto(gallery)
    assert page.evaluate("getComputedStyle(document.querySelector('.cards tbody td')).display") == "grid"
    assert page.evaluate("getComputedStyle(document.querySelector('.matrix tbody td')).display") == "table-cell"
    tree = page.get_by_role("table", name="Organizaciones")
    assert tree.get_by_role("rowheader").all_inner_texts() == ["Muestra Norte", "Alianza Muestra"]
    page.close()
