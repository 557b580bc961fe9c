"""What every template of the house must have, and what none may: read as text, so that no page escapes."""

import re
from pathlib import Path

import jinja2
import pytest

from portal.paths import PACKAGE, TEMPLATES

PLUGINS = PACKAGE.parent / "plugins"
FOLDERS = [TEMPLATES, *sorted(PLUGINS.glob("*/templates"))]
ALL = [path for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
FRAMES = {"base.html", "down.html"}
DRAWN_INSIDE = {"chapter.html"}  # by the agenda's page and its PDF


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def _source(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


PAGES = [path for path in ALL if "macros" not in path.parts and path.name not in FRAMES | DRAWN_INSIDE and not path.name.startswith("_")]
WEB = [
    path
    for path in ALL
    if '"mail/' not in _source(path) and "macros/mail" not in _source(path) and "mail" not in path.parts[-2:] and path.name != "mail.html"
]


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_stands_in_a_frame_and_has_a_title(path: Path) -> None:
    source = _source(path)
    assert re.search(r"\{%-? extends ", source), "extends nothing"
    assert re.search(r"\{%-? block title ", source) or "set doc_title" in source, "has no title"


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_a_template_is_well_formed(path: Path, env: jinja2.Environment) -> None:
    env.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WEB, ids=_name)
def test_nothing_the_content_security_policy_would_drop(path: Path) -> None:
    source = _source(path)
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", source) == []


@pytest.mark.parametrize("path", WEB, ids=_name)
def test_nothing_comes_from_another_host(path: Path) -> None:
    assert re.findall(r"""(?:src|srcset|<link[^>]*href)=["'](?:https?:)?//""", _source(path)) == []


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_every_form_that_acts_carries_its_token(path: Path) -> None:
    source = _source(path)
    forms = re.findall(r"<form[^>]*method=.post.*?</form>", source, flags=re.DOTALL | re.IGNORECASE)
    assert [form[:60] for form in forms if not re.search(r"csrf_token|_hidden\(|hidden_tag", form)] == []
