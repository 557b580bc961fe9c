"""Imports of what is not promised are found, wherever they stand."""

from pathlib import Path

import pytest

from portal.authoring import promised

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("from portal.extend import hookimpl, ItemField", None),
        ("from portal import clock, errors", None),
        ("from portal.agendas import queries as agendas", None),
        ("from portal.web import public, session", None),
        ("from rubrica_ajeno.models import X", None),
        ("from . import models", None),
        ("from plugins.social.api import x", None),
        ("import json, sqlalchemy", None),
        ("import portal.app", "portal.app"),
        ("from portal.extend import registry", "portal.extend.registry"),
        ("from portal.extend.registry import load", "portal.extend.registry.load"),
        ("from portal.web import _session", "portal.web._session"),
        ("from portal.agendas import freezing", "portal.agendas.freezing"),
        ("from portal.agendas.views import blueprint", "portal.agendas.views.blueprint"),
        ("from plugins.social.plugin import PLUGIN", "plugins.social.plugin.PLUGIN"),
        ("from portal.testing.agendas import sample_draft", "portal.testing.agendas.sample_draft"),
        ("def f():\n    from portal.settings import load", "portal.settings.load"),
        ("__import__('portal.jobs')", "portal.jobs"),
        ("import importlib; importlib.import_module('portal.app')", "portal.app"),
    ],
)
def test_imports_of_what_is_not_promised(tmp_path: Path, line: str, bad: str | None) -> None:
    (tmp_path / "algo.py").write_text(line)
    expected = [f"algo.py:{line.count(chr(10)) + 1} importa {bad}, que no está prometido (docs/plugins/publishing.md)"] if bad else []
    assert list(promised.strangers(tmp_path, "rubrica_ajeno")) == expected


def test_tests_may_use_the_kit_and_revisions_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("from portal.testing.agendas import sample_draft\nimport portal.app")
    assert [one.split(" importa ")[1].split(",")[0] for one in promised.strangers(tmp_path, "rubrica_ajeno", tests=True)] == ["portal.app"]
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_first.py").write_text("from portal.db import UtcDateTime\nfrom rubrica_ajeno.models import X")
    found = [one for one in promised.strangers(tmp_path, "rubrica_ajeno", tests=True) if "0001" in one]
    assert [one.split(": ")[1] for one in found] == ["una revisión no importa nada del portal ni del plugin"] * 2


def test_what_is_no_python(tmp_path: Path) -> None:
    (tmp_path / "roto.py").write_text("def (:")
    [found] = promised.strangers(tmp_path, "rubrica_ajeno")
    assert found.startswith("roto.py:1 no es Python")
