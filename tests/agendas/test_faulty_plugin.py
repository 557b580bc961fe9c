"""A plugin whose chapter, place and rule fail: pages and PDF still come, the fault is named, nothing is frozen."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

import plugins
from portal.agendas import queries
from portal.agendas.models import AgendaVersion
from portal.agendas.printing import render_annex
from portal.context import Portal
from portal.errors import Invalid
from portal.testing.agendas import sample_agenda, sample_draft
from portal.testing.fixtures import Actors

PLUGIN = """
from portal.extend import Chapter, PageItem, Plugin, hookimpl

PLUGIN = Plugin(name="torpe", label="Torpe", version="0.1.0")


@hookimpl
def page_items(place):
    return [PageItem(label="Bien", template="torpe/good.html", context={"said": place}), PageItem(label="Mal", template="torpe/bad.html")] if place in {"agenda", "home"} else []


@hookimpl
def agenda_chapter(dimension):
    return [Chapter(label="Bien", template="torpe/chapter.html"), Chapter(label="Mal", template="torpe/bad.html")]


@hookimpl
def item_objections(item):
    raise RuntimeError("torpe")
"""


@pytest.fixture(autouse=True)
def clumsy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Put the plugin among the bundled ones, before the portal is made."""
    folder = tmp_path / "outside" / "torpe"
    (folder / "templates" / "torpe").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "plugin.py").write_text(WORDS if "words" in request.node.name else PLUGIN)
    (folder / "templates/torpe/good.html").write_text("<p>Aquí: {{ said }}</p>")
    (folder / "templates/torpe/chapter.html").write_text("<p>Capítulo de {{ dimension.label }} en {{ medium }}</p>")
    (folder / "templates/torpe/bad.html").write_text("{{ 1 // 0 }}")
    monkeypatch.setattr(plugins, "__path__", [*plugins.__path__, str(folder.parent)])
    yield
    for name in [one for one in sys.modules if one.startswith("plugins.torpe")]:
        del sys.modules[name]


@pytest.mark.settings(plugins=("social", "torpe"))
def test_pages_and_paper_come_without_what_failed(portal: Portal, session: Session, actors: Actors, now: datetime) -> None:
    version: AgendaVersion = sample_agenda(session, portal.store, now=now, items=3)
    session.commit()
    client = actors.client("administrator")
    page = client.get("/agendas/APU-T")
    assert page.status_code == 200
    assert "<p>Aquí: agenda</p>" in page.text
    assert "Capítulo de Ejemplo en html" in page.text
    assert "<p>Aquí: home</p>" in client.get("/").text
    assert "Capítulo de Ejemplo en pdf" in render_annex(portal, queries.version_document(portal.store, version))
    assert {(one.plugin, one.hook) for one in portal.ask.faults} == {("torpe", "page_items"), ("torpe", "agenda_chapter")}
    assert "El plugin «torpe» falló en «agenda_chapter»" in client.get("/portal/estado").text


@pytest.mark.settings(plugins=("social", "torpe"))
def test_a_rule_that_fails_closes(portal: Portal, session: Session, now: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        sample_agenda(session, portal.store, now=now, ask=portal.ask, items=3)
    assert set(caught.value.fields.values()) == {"El módulo «torpe» falló al revisar esto. Avise a la administración del portal."}


WORDS = """
from portal.extend import Bar, Objection, Panel, Plugin, hookimpl

PLUGIN = Plugin(name="torpe", label="Torpe", version="0.1.0")


@hookimpl
def item_objections(item):
    return [Objection(sentence="<script>hostil</script> al 5% de %(code)s", subject=item["code"])]


@hookimpl
def panels(dimension):
    return [Panel(label="x", source="x", source_url="javascript:hostil", bars=(Bar(label="x", value="1"),))]
"""


@pytest.mark.settings(plugins=("social", "torpe"))
def test_a_rule_s_words_are_neither_markup_nor_a_format(portal: Portal, session: Session, actors: Actors, now: datetime) -> None:
    agenda = sample_draft(session, now=now, items=2, ask=portal.ask)
    session.commit()
    client = actors.client("coordinator", agenda)
    for path in ("", "/congelar", "/dimension/social", "/puntos/SOC-01"):
        for language in ("es", "en"):
            client.set_cookie("idioma", language)
            page = client.get(f"/gestion/agendas/APU-T{path}")
            assert page.status_code == 200
            assert "&lt;script&gt;hostil&lt;/script&gt; al 5% de %(code)s" in page.text
            assert "<script>hostil" not in page.text
    assert portal.ask.panels({"name": "social"}, {}) == []
    assert "source_url" in portal.ask.faults[-1].sentence
