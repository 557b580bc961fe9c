"""What a phone must fetch before it sees anything stays small."""

import gzip
import re

import jinja2
import pytest

from portal.paths import STATIC


@pytest.mark.parametrize(("name", "limit"), [("rubrica.css", 9_000), ("rubrica.js", 1_500), ("favicon.svg", 600)])
def test_a_file_weighs_little_on_the_wire(name: str, limit: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes())) < limit


def test_the_script_is_under_four_kilobytes_as_it_is() -> None:
    assert len((STATIC / "rubrica.js").read_bytes()) < 4096


def test_the_frame_asks_for_three_files_and_no_font(env: jinja2.Environment) -> None:
    page = env.from_string('{% extends "base.html" %}{% block title %}Prueba{% endblock %}').render()
    asked = re.findall(r'(?:<link[^>]*href|<script[^>]*src|<img[^>]*src)="[^"]*/([^"/]+)"', page)
    assert asked == ["rubrica.css", "favicon.svg", "rubrica.js"]
    assert "@font-face" not in (STATIC / "rubrica.css").read_text(encoding="utf-8")
    assert "@import" not in (STATIC / "rubrica.css").read_text(encoding="utf-8")
