"""`portal plugins check` in a real browser: what axe finds in a plugin's chapter, and what is wider than a phone."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.authoring import looking
from portal.authoring.check import examine

from .conftest import Write

pytestmark = [pytest.mark.browser, pytest.mark.once]

BODY = """
@hookimpl
def dimensions():
    return [Dimension(name="{name}", label="Muestra", prefix="MUE")]

@hookimpl
def agenda_chapter(dimension):
    return [Chapter(label="x", template="{name}/chapter.html")] if dimension["name"] == "{name}" else []
"""
BARRIERS = '<h3>Título</h3><p><a href="/agendas"></a></p><ul><p>suelto</p></ul>{}'


@pytest.fixture
def check(write: Write) -> Callable[[str, str], Any]:
    """Return a function that examines a plugin with this chapter and returns what was found in the browser."""

    def check(name: str, chapter: str) -> Any:
        subject = write(name, BODY.format(name=name), files={f"templates/{name}/chapter.html": chapter})
        [found] = [one for one in examine(subject, browser=True) if one.label == looking.LABEL]
        return found

    return check


def test_barriers_are_named_with_their_page(check: Callable[[str, str], Any]) -> None:
    found = check("barrera", BARRIERS.format('<hr width="900">'))
    assert not found.ok
    assert found.sentence == (
        "/agendas/APU-T: link-name (1); /agendas/APU-T: list (1); /agendas/APU-T es más ancha que un teléfono (360 píxeles)."
    )


def test_a_clean_chapter_is_fine(check: Callable[[str, str], Any]) -> None:
    found = check("limpio", "<h3>Título</h3><p>Texto de muestra.</p>")
    assert (found.ok, found.skipped, found.sentence) == (True, False, "1 páginas, sin barreras y sin salirse de un teléfono")
