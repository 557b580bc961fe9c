"""The tutorial's files, installed by pip and enabled by one setting: the field is wherever the page says it will be."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.agendas import queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.printing import version_pdf
from portal.authoring.check import examine
from portal.authoring.subject import located
from portal.exporting import as_csv, exporter
from portal.settings import Settings, load
from portal.testing.agendas import sample_draft

from .conftest import pip_installed

pytestmark = [pytest.mark.slow, pytest.mark.once]

PAGE = Path(__file__).parent.parent.parent / "docs" / "plugins" / "tutorial.md"
OPTIONAL = "## 6. If you want"


def files(text: str) -> dict[str, str]:
    """Return the files that a page's blocks are, by path."""
    return dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder with the tutorial's plugin, which Python finds while this module's tests run."""
    folder = tmp_path_factory.mktemp("tutorial")
    for path, content in files(PAGE.read_text()).items():
        (folder / "cultural" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "cultural" / path).write_text(content)
    target = pip_installed(folder / "cultural", folder / "installed")
    sys.path.insert(0, str(target))
    yield target
    sys.path.remove(str(target))


@pytest.fixture
def settings(settings: Settings, installed: Path, databases: Any) -> Iterator[Settings]:
    """One setting enables it, beside a dimension that it has never seen."""
    chosen = replace(settings, plugins=load({"PORTAL_PLUGINS": "social cultural"}).plugins)
    address = databases.new(chosen.plugins)
    yield replace(chosen, database_url=address)
    databases.drop(address)


def test_it_takes_less_than_sixty_lines() -> None:
    needed = PAGE.read_text().split(OPTIONAL)[0]
    lines = [line for content in files(needed).values() for line in content.splitlines() if line.strip()]
    assert set(files(needed)) == {
        "pyproject.toml",
        "rubrica_cultural/__init__.py",
        "rubrica_cultural/plugin.py",
        "rubrica_cultural/templates/cultural/chapter.html",
    }
    assert 20 < len(lines) < 60


def test_its_field_is_everywhere(portal: Any, session: Any, app: Any, actors: Any, now: Any) -> None:
    agenda = sample_draft(session, now=now, ask=portal.ask, dimensions=["social", "cultural"], items=6)
    session.commit()

    def freeze() -> Any:
        expected = draft_digest(draft_document(session, portal.registry, agenda))
        version = service.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)
        session.commit()
        return version

    def edit(**fields: str) -> None:
        item = queries.item(session, agenda.id, "CUL-01.1")
        service.edit_item(
            session,
            portal.registry,
            agenda,
            item.code,
            revision=item.revision,
            new_code=item.code,
            kind=item.kind,
            content={**item.content, "fields": fields},
            now=now,
            person_id=None,
        )
        session.commit()

    # the form
    coordinator: FlaskClient = actors.client("coordinator", agenda)
    form = coordinator.get("/gestion/agendas/APU-T/puntos/CUL-01.1").text
    assert re.search(r'<select[^>]* name="fields-lengua"', form)
    assert "Lengua de trabajo" in form
    # the indicator, on offer
    assert "Población que aprendió a hablar en quechua" in form
    # the rule: shown while writing, and enforced
    edit()
    sentence = "El resultado CUL-01.1 debe decir en qué lengua se trabaja."
    assert sentence in coordinator.get("/gestion/agendas/APU-T/puntos/CUL-01.1").text
    page = coordinator.get("/gestion/agendas/APU-T/congelar").text
    assert sentence in page
    assert 'name="expected"' not in page
    edit(lengua="quechua")
    freeze()
    edit(lengua="ambas")
    version = freeze()
    client = app.test_client()
    # the canonical JSON
    document = json.loads(client.get("/agendas/APU-T/v2.json").data)
    [cultural] = [one for one in document["dimensions"] if one["name"] == "cultural"]
    assert {item["code"]: item["fields"] for item in cultural["items"]}["CUL-01.1"] == {
        "lengua": {"label": "Lengua de trabajo", "value": "Quechua y castellano"}
    }
    # the diff
    diff = re.sub(r"<[^>]+>", "", client.get("/agendas/APU-T/v2/cambios").text)
    assert "Lengua de trabajo" in diff
    assert "castellano" in diff
    # the HTML: the item's own line, and the chapter
    html = client.get("/agendas/APU-T/v2").text
    assert re.search(r"<dt>Lengua de trabajo</dt>\s*<dd>\s*Quechua y castellano\s*</dd>", html)
    assert "Lenguas de trabajo</h3>" in html
    # the PDF
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=version_pdf(portal, version), capture_output=True, check=True
    ).stdout.decode()
    assert re.search(r"Lengua de trabajo:?\s+Quechua y castellano", text)
    assert "Lengua de cada punto" in text
    # the exports
    table = as_csv(exporter(portal, "items").rows(session, "APU-T")).decode("utf-8-sig").splitlines()
    assert "Lengua de trabajo" in table[0].split(",")
    assert [line.count("Quechua y castellano") for line in table if "CUL-01.1," in line and line.startswith("Cultural,CUL-01.1,")] == [1]


def test_its_signed_words_are_read_without_it(portal: Any, session: Any, now: Any, with_plugins: Any) -> None:
    agenda = sample_draft(session, now=now, ask=portal.ask, dimensions=["social", "cultural"], items=6)
    expected = draft_digest(draft_document(session, portal.registry, agenda))
    version = service.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)
    session.commit()
    without = with_plugins("social", like=portal)
    page = without.client.get("/agendas/APU-T/v1").text
    assert re.search(r"<dt>Lengua de trabajo</dt>\s*<dd>\s*Quechua\s*</dd>", page)
    assert "Lenguas de trabajo</h3>" not in page
    assert version.sha256 in page


def test_check_finds_nothing_missing(installed: Path) -> None:
    with located("cultural") as subject:
        found = examine(subject, beside=("social", "ambiental"))
    assert [(one.label, one.sentence) for one in found if not one.ok] == []
    assert [one.sentence for one in found if one.label == "migraciones en SQLite"] == ["cultural_word"]
