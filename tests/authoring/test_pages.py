"""Templates without title, with text that is not escaped, or with barriers, are found."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.app import create_app
from portal.authoring import pages, trial
from portal.authoring.finding import Finding
from portal.authoring.questions import Asked, ask_all
from portal.authoring.subject import Subject
from portal.context import Portal
from portal.extend.registry import Loaded

from .conftest import Write

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with trial.portal_with((), tmp_path_factory.mktemp("bench")) as made:
        yield made


PAGE = '{% extends "base.html" %}{% block title %}Título{% endblock %}{% block content %}'


@pytest.mark.parametrize(
    ("check", "source", "sentence"),
    [
        ("titled", '{% extends "base.html" %}{% block content %}x{% endblock %}', "una.html no tiene título ({% block title %})."),
        ("titled", '{% extends "base.html" %}{% block title %}{% endblock %}', "una.html no tiene título ({% block title %})."),
        ("titled", "<html><title>x</title></html>", "una.html es una página entera: debe extender base.html."),
        ("titled", "{% if %}", "una.html no se entiende, línea 1: "),
        ("titled", PAGE + "x{% endblock %}", "1 plantillas"),
        ("escaped", "{{ texto | safe }}", "una.html usa |safe."),
        ("escaped", "{% filter safe %}x{% endfilter %}", "una.html usa |safe."),
        ("escaped", "{% autoescape false %}{{ texto }}{% endautoescape %}", "una.html cambia autoescape."),
        ("escaped", "{{ texto }}", "todo texto sale escapado"),
        ("accessible", '<img src="/x.png">', "una.html tiene una imagen sin alt."),
        ("accessible", "<svg><path/></svg>", "una.html tiene un dibujo sin role"),
        ("accessible", "<table><tr><td>1</td></tr></table>", "una.html tiene una tabla sin caption."),
        ("accessible", '<input name="x">', "una.html tiene un campo sin etiqueta: use macros/forms.html."),
        ("accessible", '<a class="x">Siga</a>', "una.html tiene algo que se pulsa y no es enlace ni botón."),
        ("accessible", '<p style="color: red">x</p>', "una.html tiene estilos o programa en la página"),
        ("accessible", '<img alt="" src="https://otro.example/x.png">', "una.html trae algo de otro servidor."),
        (
            "accessible",
            '<table><caption>x</caption></table><article><img alt="" src="/x"></article><svg role="img"><title>x</title></svg>',
            "sin barreras a la vista en el código",
        ),
    ],
)
def test_templates(tmp_path: Path, bench: Portal, check: str, source: str, sentence: str) -> None:
    (tmp_path / "templates" / "una").mkdir(parents=True)
    (tmp_path / "templates" / "una" / "una.html").write_text(source)
    subject = Subject("una", "rubrica_una.plugin", tmp_path)
    app: Any = create_app(bench)
    checks: dict[str, Callable[[], Finding]] = {
        "titled": lambda: pages.titled(subject, bench, app, Loaded(None, pages, "", None)),  # type: ignore[arg-type] # it has no pages
        "escaped": lambda: pages.escaped(subject, bench, app, Asked(()), {"dimensions": []}),
        "accessible": lambda: pages.accessible(subject),
    }
    found = checks[check]()
    assert found.sentence.startswith(sentence)
    assert found.ok is (not sentence.startswith("una.html"))


def test_markup_made_of_variable_text(tmp_path: Path, bench: Portal) -> None:
    (tmp_path / "algo.py").write_text('from markupsafe import Markup\nfine = Markup("<br>")\ndef f(x):\n    return Markup(f"<b>{x}</b>")\n')
    found = pages.escaped(Subject("una", "rubrica_una.plugin", tmp_path), bench, create_app(bench), Asked(()), {"dimensions": []})
    assert found.sentence == "algo.py:4 hace Markup(…) de un texto que no es fijo."


def test_markup_that_gets_through_a_chapter(write: Write, tmp_path: Path) -> None:
    body = """
from markupsafe import Markup

@hookimpl
def dimensions():
    return [Dimension(name="colado", label="Colado", prefix="COL")]

@hookimpl
def agenda_chapter(dimension):
    wrap = Markup
    return [Chapter(label="x", template="colado/chapter.html", context={"who": [wrap(one["responsible"]) for one in dimension["items"]]})]
"""
    subject = write("colado", body, files={"templates/colado/chapter.html": "{% for one in who %}{{ one }}{% endfor %}"})
    with trial.portal_with(("colado",), tmp_path / "home") as made:
        document, frozen = trial.furnish(trial.migrated(made), "colado")
        app: Any = create_app(made)
        asked = ask_all(made, app, made.registry.loaded[0], document)
        found = pages.escaped(subject, made, app, asked, document)
    assert frozen
    assert found.sentence == "colado/chapter.html (pdf) deja pasar <script>; colado/chapter.html (html) deja pasar <script>."
