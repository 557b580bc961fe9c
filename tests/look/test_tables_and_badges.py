"""Tables stay tables for a screen reader, badges say their word, and a slip in a name is seen at once."""

import re
from types import SimpleNamespace

import jinja2
import pytest

SHAPES = ["hollow", "half", "full", "bar", "tick", "clock", "tick-clock", "cross", "question", "dash"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_badge_has_a_word_and_a_shape(env: jinja2.Environment, shape: str) -> None:
    html = env.from_string('{% from "macros/badges.html" import badge %}{{ badge("En revisión", "info", shape) }}').render(shape=shape)
    assert "<span>En revisión</span>" in html
    assert html.count("<svg") == (2 if shape == "tick-clock" else 1)


def test_shapes_differ_without_colour(env: jinja2.Environment) -> None:
    one = env.from_string('{% from "macros/icons.html" import shape %}{{ shape(name) }}')
    assert len({one.render(name=name) for name in SHAPES}) == len(SHAPES)


@pytest.mark.parametrize("call", ["{{ icon('chek') }}", "{{ shape('round') }}"])
def test_an_unknown_drawing_is_an_error(env: jinja2.Environment, call: str) -> None:
    with pytest.raises(TypeError):
        env.from_string('{% from "macros/icons.html" import icon, shape %}' + call).render()


def test_a_table_keeps_its_roles_when_it_becomes_cards(env: jinja2.Environment) -> None:
    html = env.from_string(
        '{% from "macros/tables.html" import table %}{{ table("Organizaciones", ["Organización", {"label": "Días", "num": true}], [["Muestra Norte", 12]]) }}'
    ).render()
    assert re.findall(r'role="(\w+)"', html) == [
        "table",
        "rowgroup",
        "row",
        "columnheader",
        "columnheader",
        "rowgroup",
        "row",
        "rowheader",
        "cell",
    ]
    assert '<th scope="row" role="rowheader">Muestra Norte</th>' in html
    assert '<span class="cell-label" aria-hidden="true">Días</span>' in html


def test_an_empty_table_says_so(env: jinja2.Environment) -> None:
    html = env.from_string('{% from "macros/tables.html" import table %}{{ table("O", ["A"], [], empty="Ninguna todavía.") }}').render()
    assert html == '<p class="empty-line">Ninguna todavía.</p>'


def test_the_matrix_says_the_whole_word(env: jinja2.Environment) -> None:
    html = env.from_string('{% from "macros/tables.html" import abbreviated %}{{ abbreviated("SO", "Suscribe con observación") }}').render()
    assert html == '<span aria-hidden="true">SO</span><span class="visually-hidden">Suscribe con observación</span>'


@pytest.mark.parametrize(("number", "pages", "shown"), [(1, 1, []), (1, 2, [1, 2]), (4, 11, [1, 3, 4, 5, 11]), (11, 11, [1, 10, 11])])
def test_pages_near_this_one_are_linked(env: jinja2.Environment, number: int, pages: int, shown: list[int]) -> None:
    page = SimpleNamespace(number=number, pages=pages, total=200)
    html = env.from_string(
        '{% from "macros/tables.html" import pagination %}{% macro at(n) %}?pagina={{ n }}{% endmacro %}{{ pagination(page, at) }}'
    ).render(page=page)
    assert [int(n) for n in re.findall(r'<li><a href="\?pagina=(\d+)"', html)] == shown


@pytest.mark.parametrize(
    ("done", "failed", "words"), [(120, 3, "120 hechos 3 fallaron 89 faltan de 212"), (1, 1, "1 hecho 1 falló 210 faltan de 212")]
)
def test_progress_is_said_in_words(env: jinja2.Environment, done: int, failed: int, words: str) -> None:
    html = env.from_string('{% from "macros/layout.html" import progress %}{{ progress(done, failed, 212) }}').render(
        done=done, failed=failed
    )
    said = re.sub(r"<[^>]+>", " ", html.split("progress-words", 1)[1].split(">", 1)[1])
    assert " ".join(said.split()) == words
