"""Checks a plugin's templates and pages: titled, escaped, accessible, and nothing that the content security policy drops."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from flask import Flask, url_for
from jinja2 import Environment, TemplateSyntaxError, nodes

from portal.authoring import trial
from portal.authoring.finding import Finding, finding
from portal.authoring.questions import Asked, drawn
from portal.authoring.subject import Subject
from portal.context import Portal
from portal.extend import kinds
from portal.extend.registry import Loaded

HOSTILE = "<script>hostil</script>"


def templates(subject: Subject) -> list[Path]:
    """Return the plugin's templates."""
    folder = subject.folder / "templates"
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def titled(subject: Subject, portal: Portal, app: Flask, loaded: Loaded) -> Finding:
    """Check that every page has a frame and a title: in its source, and as it comes where its address has no arguments."""
    found = templates(subject)
    problems = [f"{path.name} {problem}" for path in found for problem in _frame(path, portal.templates)]
    return finding("títulos", f"{len(found)} plantillas" if found else "no trae plantillas", [*problems, *_visited(app, loaded)])


def _frame(path: Path, env: Environment) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    try:
        tree = env.parse(source)
    except TemplateSyntaxError as error:
        yield f"no se entiende, línea {error.lineno}: {error.message}"
        return
    extends = tree.find(nodes.Extends) is not None
    if not extends and re.search(r"<html|<body|<!doctype", source, re.IGNORECASE):
        yield "es una página entera: debe extender base.html"
    if (
        extends
        and not any(block.name == "title" and block.body for block in tree.find_all(nodes.Block))
        and "set doc_title" not in source
        and "mail/base" not in source
    ):
        yield "no tiene título ({% block title %})"


def addresses(app: Flask, loaded: Loaded) -> list[str]:
    """Return the plugin's pages that anybody can ask for, at the sample agenda's code where the address has one."""
    mark = f"{loaded.module.__name__.rpartition('.')[0]}."
    with app.test_request_context():
        return [
            url_for(rule.endpoint, **values)
            for rule in app.url_map.iter_rules()
            for values in [cast("dict[str, Any]", dict.fromkeys(rule.arguments, trial.CODE))]
            if rule.arguments <= {"code"}
            and "GET" in (rule.methods or ())
            and f"{app.view_functions[rule.endpoint].__module__}.".startswith(mark)
        ]


def _visited(app: Flask, loaded: Loaded) -> Iterator[str]:
    for address in addresses(app, loaded):
        answer = app.test_client().get(address)
        if answer.status_code >= 500:  # noqa: PLR2004
            yield f"{address} responde {answer.status_code}"
        elif answer.status_code == 200 and answer.mimetype == "text/html" and not re.search(r"<title>[^<]*\w[^<]* – ", answer.text):  # noqa: PLR2004
            yield f"{address} no tiene título"


def escaped(subject: Subject, portal: Portal, app: Flask, asked: Asked, document: dict[str, Any]) -> Finding:
    """Check that no text can become markup: in the templates, in Python, and by drawing the chapters over a hostile agenda."""
    problems = [f"{path.name} {problem}" for path in templates(subject) for problem in _unescaped(path, portal.templates)]
    problems += [problem for path in sorted(subject.folder.rglob("*.py")) for problem in _marked_up(path, subject.folder)]
    problems += _hostile(portal, app, asked, document)
    return finding("escape", "todo texto sale escapado", problems)


def _unescaped(path: Path, env: Environment) -> Iterator[str]:
    if path.suffix not in {".html", ".txt"}:
        yield "no termina en .html: no se escaparía"
    try:
        tree = env.parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError:
        return
    if any(one.name == "safe" for one in tree.find_all(nodes.Filter)):
        yield "usa |safe"
    if path.suffix == ".html" and any(
        option.key == "autoescape" for one in tree.find_all(nodes.EvalContextModifier) for option in one.options
    ):
        yield "cambia autoescape"


def _marked_up(path: Path, folder: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
        if called in {"Markup", "render_template_string"} and not all(isinstance(one, ast.Constant) for one in node.args):
            yield f"{path.relative_to(folder)}:{node.lineno} hace {called}(…) de un texto que no es fijo"


def _hostile(portal: Portal, app: Flask, asked: Asked, document: dict[str, Any]) -> Iterator[str]:
    bad = _poisoned(document)
    for dimension in bad["dimensions"]:
        for answer in _chapters(portal, asked, dimension, bad):
            for medium, page in drawn(portal, app, answer, dimension, bad):
                try:
                    text = page()
                except Exception as error:  # noqa: BLE001 - what fails shows nothing, but the author should know
                    yield f"{answer.template} ({medium}) falló con otros textos ({type(error).__name__}: {error})"
                    continue
                if HOSTILE in text:
                    yield f"{answer.template} ({medium}) deja pasar <script>"


def _chapters(portal: Portal, asked: Asked, dimension: dict[str, Any], document: dict[str, Any]) -> list[kinds.Chapter]:
    own = {answer.template for answer in asked.answers if isinstance(answer, kinds.Chapter)}
    return [one for one in portal.ask.agenda_chapter(dimension, document) if one.template in own]


def _poisoned(document: dict[str, Any]) -> dict[str, Any]:
    """Return the agenda with markup in everything that a person writes; names and codes stay."""

    def item(one: dict[str, Any]) -> dict[str, Any]:
        fields = {name: {**field, "label": HOSTILE, "value": _dirty(field["value"])} for name, field in one["fields"].items()}
        indicators = [{**row, "name": HOSTILE, "source": HOSTILE, "unit": HOSTILE} for row in one["indicators"]]
        alignments = [{**row, "label": HOSTILE} for row in one["alignments"]]
        return {**one, "text": HOSTILE, "responsible": HOSTILE, "fields": fields, "indicators": indicators, "alignments": alignments}

    dimensions = [{**one, "label": HOSTILE, "items": [item(row) for row in one["items"]]} for one in document["dimensions"]]
    return {**document, "title": HOSTILE, "summary": HOSTILE, "dimensions": dimensions}


def _dirty(value: Any) -> Any:
    """Return a field's value, a text or a list of rows, with markup for text."""
    if isinstance(value, dict):
        return {key: _dirty(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_dirty(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


# What a page must not have, read in its source: pattern, and what to do instead.
_BARRIERS = (
    (r"<img(?![^>]*\salt=)[^>]*>", "tiene una imagen sin alt"),
    (r"<svg(?![^>]*(aria-hidden|role=))[^>]*>", 'tiene un dibujo sin role="img" y título, ni aria-hidden'),
    (r"<table(?![^>]*role=\"presentation\")(?:(?!</table>).)*</table>", "tiene una tabla sin caption"),
    (
        r"<(?:input(?![^>]*type=\"(?:hidden|submit)\")|select|textarea)(?![^>]*(?:aria-label|\sid=))[^>]*>",
        "tiene un campo sin etiqueta: use macros/forms.html",
    ),
    (r"<a(?=[\s>])(?![^>]*\shref)[^>]*>|<div[^>]*\sonclick", "tiene algo que se pulsa y no es enlace ni botón"),
    (
        r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:",
        "tiene estilos o programa en la página, que la política de seguridad descarta",
    ),
    (r"(?:src|srcset|<link[^>]*href)=[\"'](?:https?:)?//", "trae algo de otro servidor"),
    (r"tabindex=\"[1-9]|<(?:marquee|blink)\b", "fuerza el orden del foco o mueve el texto"),
)


def accessible(subject: Subject) -> Finding:
    """Check what the source of a template shows: alternatives, captions, labels, nothing that only a mouse reaches."""
    problems = []
    for path in templates(subject):
        source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if re.search(r"\{%-? (?:extends|from) \"(?:macros/)?(?:pdf|mail)\b", source) or "mail" in path.parts:
            continue  # letters and documents are drawn by other means, and have styles of their own
        for pattern, problem in _BARRIERS:
            found = (match[0] for match in re.finditer(pattern, source, re.DOTALL | re.IGNORECASE))
            if any(not (problem.endswith("caption") and "<caption" in one) for one in found):
                problems.append(f"{path.name} {problem}")
    return finding("accesibilidad", "sin barreras a la vista en el código", problems)
