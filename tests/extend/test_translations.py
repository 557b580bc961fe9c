"""Words that outside plugins translate: found and used, never over the core's, and a broken catalogue takes no page down."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from portal.testing.fixtures import Installation

pytestmark = pytest.mark.once

BODY = """
@hookimpl
def page_items(place):
    return [PageItem(label="Lugar", template="{name}/casa.html")] if place == "home" else []
"""
PAGE = '<p>{{ _("Fiestas de la región") }}, {{ ngettext("%(num)d fiesta", "%(num)d fiestas", 3) }}, {{ _("de %(who)s", who="<Ana>") }}</p>'


def catalogue(words: dict[Any, Any]) -> bytes:
    made = Catalog(locale="en")
    for spanish, english in words.items():
        made.add(spanish, english)
    out = BytesIO()
    write_mo(out, made)
    return out.getvalue()


@pytest.fixture
def opened(install: Callable[..., str], with_plugins: Any, tmp_path: Path) -> Callable[[bytes], Installation]:
    """Return a function that opens a portal whose plugin `feria` brings `data` as its English catalogue."""

    def open_(data: bytes) -> Installation:
        install("feria", BODY.format(name="feria"), files={"templates/feria/casa.html": PAGE})
        folder = tmp_path / "distributions" / "written_feria" / "translations" / "en" / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "messages.mo").write_bytes(data)
        made: Installation = with_plugins("social", "feria")
        return made

    return open_


def home(made: Installation, language: str) -> str:
    client = made.app.test_client()
    client.set_cookie("idioma", language)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.text


WORDS = {
    "Fiestas de la región": "Festivals of the region",
    ("%(num)d fiesta", "%(num)d fiestas"): ("%(num)d festival", "%(num)d festivals"),
    "de %(who)s": "by %(who)s",
    "Ir al contenido": "Stolen from the core",
}


def test_its_words_are_used_in_their_language_alone(opened: Any) -> None:
    made = opened(catalogue(WORDS))
    assert "<p>Fiestas de la región, 3 fiestas, de &lt;Ana&gt;</p>" in home(made, "es")
    page = home(made, "en")
    assert "<p>Festivals of the region, 3 festivals, by &lt;Ana&gt;</p>" in page
    assert "Stolen from the core" not in page
    assert "Skip to content" in page
    assert list(made.portal.ask.faults) == []


@pytest.mark.parametrize("data", [b"", b"nada", catalogue(WORDS)[:60]], ids=["empty", "of no kind", "cut"])
def test_a_catalogue_that_cannot_be_read_is_named_and_its_page_comes_in_spanish(opened: Any, data: bytes) -> None:
    made = opened(data)
    assert "<p>Fiestas de la región, 3 fiestas, de &lt;Ana&gt;</p>" in home(made, "en")
    assert "El plugin «feria» se muestra sin traducir" in made.actors.client("administrator").get("/portal/estado").text


def test_a_translation_that_asks_for_what_is_not_given_takes_no_page_down(opened: Any) -> None:
    made = opened(catalogue({"de %(who)s": "by %(nobody)s"}))
    assert "<p>Fiestas" not in home(made, "en")
    assert [(one.plugin, one.hook) for one in made.portal.ask.faults] == [("feria", "page_items")]
    assert "<p>Fiestas" in home(made, "es")
