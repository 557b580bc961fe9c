"""A plugin that fails in every hook: pages still come, the fault is named, and what it might veto does not happen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from portal import diagnosis
from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.app import create_app
from portal.context import Portal, assemble
from portal.errors import PortalError
from portal.extend import specs
from portal.extend.ask import Fault
from portal.ledger.audit import audit
from portal.settings import Settings
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

SENTENCE = "El plugin «stormy» falló en «{hook}» (RuntimeError: tormenta, password=•••"


@pytest.fixture
def stormy(settings: Settings, samples: None) -> Iterator[Portal]:
    made = assemble(replace(settings, plugins=(*settings.plugins, "stormy")))
    yield made
    made.engine.dispose()


@pytest.fixture
def app(stormy: Portal) -> Flask:
    made = create_app(stormy)
    made.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return made


def faults(portal: Portal) -> list[str]:
    return [fault.hook for fault in portal.ask.faults]


def test_it_is_in_use_and_answers_every_hook_asked_while_the_portal_works(stormy: Portal) -> None:
    assert "stormy" in stormy.registry
    assert stormy.ask.refused() == []
    [loaded] = [one for one in stormy.registry.loaded if one.plugin.name == "stormy"]
    asked = {name for name, rule in specs.RULES.items() if rule.policy is not specs.Policy.REFUSE}
    assert {name for name in specs.RULES if hasattr(loaded.module, name)} == asked
    assert (loaded.source, loaded.package) == ("rubrica-stormy", "rubrica_stormy")


def test_pages_still_come(app: Flask, stormy: Portal) -> None:
    client = app.test_client()
    assert {
        path: client.get(path).status_code for path in ("/", "/agendas", "/compromisos", "/verificar", "/entrar", "/healthz")
    } == dict.fromkeys(("/", "/agendas", "/compromisos", "/verificar", "/entrar", "/healthz"), 200)
    assert set(faults(stormy)) == {"page_items"}


def test_the_others_answers_are_kept(app: Flask, stormy: Portal) -> None:
    page = app.test_client().get("/").get_data(as_text=True)
    assert 'href="/agendas"' in page
    assert 'href="/compromisos"' in page
    assert "tormenta" not in page


def test_the_fault_is_named_for_administrators_without_its_secrets(app: Flask, actors: Actors, stormy: Portal) -> None:
    app.test_client().get("/")
    page = actors.client("administrator").get("/portal/estado").get_data(as_text=True)
    assert "El plugin «stormy» falló en «page_items» (RuntimeError: tormenta, password=•••" in page
    assert "hunter2" not in page
    assert "rubrica_stormy/plugin.py" in page


def test_only_administrators_see_it(app: Flask, actors: Actors) -> None:
    assert actors.client().get("/portal/estado").status_code == 403


def test_an_answer_is_left_out_whole_when_it_fails_half_way(stormy: Portal) -> None:
    assert [
        one.label
        for one in stormy.ask.agenda_chapter({"name": "otra", "label": "Otra", "prefix": "OT", "items": []}, {})
        if "tormenta" in one.label
    ] == []
    assert faults(stormy) == ["agenda_chapter"]


def test_what_it_may_veto_is_closed(stormy: Portal) -> None:
    [item] = [
        one for one in stormy.ask.item_objections({"code": "SOC-01", "dimension": "none", "kind": "none"}, {}) if one.plugin == "stormy"
    ]
    assert (item.subject, item.sentence) == ("SOC-01", "El módulo «stormy» falló al revisar esto. Avise a la administración del portal.")
    with stormy.sessions() as session:
        assert [one.plugin for one in stormy.ask.commitment_objections(session, None)] == ["stormy"]


def test_no_agenda_is_frozen(stormy: Portal, now: datetime) -> None:
    with stormy.sessions() as session:
        agenda = sample_draft(session, now=now, ask=stormy.ask)
        expected = draft_digest(draft_document(session, stormy.registry, agenda))
        with pytest.raises(PortalError) as refused:
            service.freeze(session, stormy.store, stormy.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=None)
        assert "«stormy» falló" in str(vars(refused.value)) + refused.value.text


def test_what_is_committed_stays_so_when_it_is_told_afterwards(stormy: Portal) -> None:
    stormy.ask.commitment_changed(stormy, 1, "complete")
    assert faults(stormy) == ["commitment_changed"]


def test_an_audit_that_cannot_be_made_is_a_problem(stormy: Portal) -> None:
    with stormy.sessions() as session:
        _, problems = audit(stormy, session)
    [problem] = [one for one in problems if one.subject == "plugin:stormy"]
    assert problem.sentence.startswith("No se pudo comprobar: " + SENTENCE.format(hook="ledger_audits"))


def test_doctor_reports_even_a_plugin_that_tries_to_end_the_programme(stormy: Portal) -> None:
    [line] = [one for one in diagnosis.examine(stormy) if one.label == "plugin stormy" and not one.ok]
    assert line.sentence == "El plugin «stormy» falló en «diagnostics» (SystemExit: 3)."


def test_one_that_always_fails_does_not_hide_the_faults_of_others(stormy: Portal) -> None:
    stormy.ask.diagnostics(stormy)
    for number in range(120):
        stormy.ask.commitment_changed(stormy, number, "signed")
    assert len(stormy.ask.faults) == 100
    assert [one.hook for one in stormy.ask.faults][:2] == ["diagnostics", "commitment_changed"]


def test_faults_are_logged_and_the_last_hundred_kept(stormy: Portal, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(120):
        stormy.ask.commitment_changed(stormy, number, "signed")
    assert len(stormy.ask.faults) == 100
    assert {record.getMessage() for record in caplog.records if record.name == "portal.extend.ask"} == {
        "plugin stormy failed in commitment_changed"
    }
    fault = stormy.ask.faults[0]
    assert isinstance(fault, Fault)
    assert "hunter2" not in json.dumps([fault.sentence, fault.trace])


WRONG: dict[str, Any] = {
    "a list of something else": "return ['x']",
    "another kind": "return [Objection(sentence='x')]",
    "nothing": "return None",
    "a number": "return 3",
}


@pytest.mark.parametrize("case", WRONG)
def test_answers_of_the_wrong_kind_are_faults(settings: Settings, install: Any, case: str) -> None:
    install("raro", f"@hookimpl\ndef page_items(place):\n    {WRONG[case]}")
    portal = assemble(replace(settings, plugins=("raro",)))
    assert portal.ask.page_items("nav.public", None) == []  # type: ignore[arg-type]
    assert faults(portal) == ["page_items"]
    portal.engine.dispose()


def test_a_closing_hook_that_answers_nonsense_is_closed(settings: Settings, install: Any) -> None:
    install("raro", "@hookimpl\ndef item_objections(item, agenda):\n    return [True]")
    portal = assemble(replace(settings, plugins=("raro",)))
    assert [one.plugin for one in portal.ask.item_objections({"code": "X"}, {})] == ["raro"]
    portal.engine.dispose()


def test_an_objection_carries_the_name_of_the_plugin_that_made_it(settings: Settings, install: Any) -> None:
    install(
        "estricto",
        "@hookimpl\ndef item_objections(item):\n    return [Objection(sentence='Falta la meta.', subject=item['code'], plugin='otro')]",
    )
    portal = assemble(replace(settings, plugins=("estricto",)))
    assert [(one.plugin, one.subject, one.sentence) for one in portal.ask.item_objections({"code": "X"}, {})] == [
        ("estricto", "X", "Falta la meta.")
    ]
    portal.engine.dispose()
