"""Freezing: what is hashed, what the ledger vouches for, and who is refused."""

import hashlib
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.agendas import queries, service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.errors import Conflict, Invalid, PortalError, Stale
from portal.ledger.queries import entries_about
from portal.testing.agendas import sample_draft

from .conftest import Bench

LATIN = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=80)


def test_what_is_hashed_has_the_promised_shape(bench: Bench, draft: Agenda) -> None:
    version = bench.freeze(draft, note=" Aprobada ")
    data = queries.version_bytes(bench.portal.store, version)
    document = json.loads(data)
    assert hashlib.sha256(data).hexdigest() == version.sha256
    assert canonical(document) == data
    assert sorted(document) == [
        "code",
        "dimensions",
        "frozen_at",
        "number",
        "period",
        "previous",
        "schema",
        "summary",
        "territory",
        "title",
    ]
    assert (document["schema"], document["code"], document["number"], document["previous"]) == ("rubrica.agenda/1", "APU-T", 1, None)
    assert datetime.fromisoformat(document["frozen_at"]) == bench.now.astimezone(UTC).replace(microsecond=0) == version.frozen_at
    assert document["territory"] == {
        "inei": "03",
        "reniec": "020000" if document["territory"]["reniec"] == "020000" else document["territory"]["reniec"],
        "name": "Apurímac",
        "level": "department",
    }
    assert sorted(document["dimensions"][0]) == ["items", "label", "name", "prefix"]
    child = document["dimensions"][0]["items"][1]
    assert sorted(child) == ["alignments", "code", "fields", "indicators", "kind", "kind_label", "parent", "responsible", "text"]
    assert child["parent"] == document["dimensions"][0]["items"][0]["code"]
    assert sorted(child["indicators"][0]) == ["baseline", "baseline_year", "name", "source", "source_url", "target", "target_year", "unit"]
    assert version.note == "Aprobada"


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LATIN.filter(lambda text: text.strip()), LATIN)
def test_any_words_come_back_as_they_went_in(bench: Bench, session: Session, draft: Agenda, text: str, responsible: str) -> None:
    item = queries.items(session, draft.id)[0]
    saved = bench.edit(draft, item, text=text, responsible=responsible)
    document = draft_document(session, bench.portal.registry, draft)
    back = json.loads(canonical(document))
    assert back == document
    assert next(one for one in queries.document_items(back) if one["code"] == item.code)["text"] == saved.content["text"]
    assert draft_digest(back) == draft_digest(document)


def test_the_ledger_notes_it_without_anybodys_name(bench: Bench, session: Session, draft: Agenda) -> None:
    version = bench.freeze(draft)
    (entry,) = entries_about(session, "agenda:APU-T/v1")
    assert entry.kind == "agenda.frozen"
    assert sorted(entry.data) == ["agenda", "items", "number", "previous", "row", "sha256"]
    assert (entry.data["sha256"], entry.data["items"]) == (version.sha256, 12)


def test_the_next_version_names_the_one_before(bench: Bench, session: Session, draft: Agenda) -> None:
    first = bench.freeze(draft)
    bench.edit(draft, queries.items(session, draft.id)[0], text="Otra redacción")
    second = bench.freeze(draft)
    assert second.number == 2
    assert queries.version_document(bench.portal.store, second)["previous"] == first.sha256
    assert [one.number for one in queries.versions(session, draft.id)] == [2, 1]
    assert {one.first_version for one in queries.items(session, draft.id)} == {1}


def test_nothing_new_is_not_frozen_again(bench: Bench, draft: Agenda) -> None:
    bench.freeze(draft)
    with pytest.raises(Conflict, match="Nada cambió desde la versión 1"):
        bench.freeze(draft)


def test_only_what_was_reviewed_is_frozen(bench: Bench, session: Session, draft: Agenda) -> None:
    reviewed = draft_digest(draft_document(session, bench.portal.registry, draft))
    bench.edit(draft, queries.items(session, draft.id)[0], text="Cambió después de la revisión")
    with pytest.raises(Stale):
        service.freeze(session, bench.portal.store, bench.portal.ask, agenda_id=draft.id, expected=reviewed, now=bench.now, person_id=None)


@pytest.mark.settings(plugins=("social", "ambiental"))
def test_objections_close(bench: Bench, session: Session, draft: Agenda) -> None:
    item = next(one for one in queries.items(session, draft.id, "ambiental") if one.kind == "resultado")
    bench.edit(draft, item, fields={})
    with pytest.raises(Invalid) as caught:
        bench.freeze(draft)
    assert caught.value.fields == {item.code: f"El resultado {item.code} debe decir en qué cuenca ocurre."}
    assert queries.versions(session, draft.id) == []


@pytest.mark.settings(plugins=("social", "no_esta"))
def test_while_an_enabled_plugin_is_refused_nothing_is_frozen(bench: Bench, draft: Agenda) -> None:
    with pytest.raises(Invalid) as caught:
        bench.freeze(draft)
    assert all("no_esta" in sentence for sentence in caught.value.fields.values())


def test_a_required_field_that_came_later_is_asked_for(bench: Bench, session: Session, now: datetime) -> None:
    agenda = sample_draft(session, now=now, ask=bench.portal.ask, code="GA", items=1, dimensions=["salud"])
    item = queries.items(session, agenda.id)[0]
    item.content = {**item.content, "fields": {}}
    session.commit()
    with pytest.raises(Invalid) as caught:
        bench.freeze(agenda)
    assert caught.value.fields == {"OGS-01": "OGS-01: falta «Título del compromiso»."}


def test_an_empty_agenda_is_not_frozen(bench: Bench, session: Session) -> None:
    agenda = service.create_agenda(
        session, code="VACIA", title="Vacía", period_start=2027, period_end=2030, territory_inei="03", now=bench.now
    )
    with pytest.raises(Invalid) as caught:
        bench.freeze(agenda)
    assert caught.value.fields == {"agenda": "La agenda todavía no tiene puntos."}


def test_of_two_people_who_freeze_at_the_same_instant_one_is_told(bench: Bench, session: Session, draft: Agenda) -> None:
    identity, expected = draft.id, draft_digest(draft_document(session, bench.portal.registry, draft))
    session.close()
    gate, results = threading.Barrier(2), []

    def freeze() -> None:
        with bench.portal.sessions() as own:
            gate.wait()
            try:
                results.append(
                    service.freeze(
                        own, bench.portal.store, bench.portal.ask, agenda_id=identity, expected=expected, now=bench.now, person_id=None
                    ).number
                )
                own.commit()
            except PortalError as error:
                results.append(type(error))

    threads = [threading.Thread(target=freeze) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, results)) == sorted(map(str, [1, Conflict]))
    assert [one.number for one in queries.versions(session, identity)] == [1]


def test_a_dimension_whose_plugin_is_gone_is_still_frozen_with_what_it_held(
    bench: Bench, session: Session, draft: Agenda, portal: Portal
) -> None:
    from portal.extend.ask import Ask
    from portal.extend.registry import load

    before = draft_document(session, portal.registry, draft)
    bare = Ask(load(()))
    document = draft_document(session, bare.registry, draft)
    assert [(one["label"], one["prefix"], len(one["items"])) for one in document["dimensions"]] == [
        (one["label"], one["prefix"], len(one["items"])) for one in before["dimensions"]
    ]
    version = service.freeze(
        session, portal.store, bare, agenda_id=draft.id, expected=draft_digest(document), now=bench.now, person_id=None
    )
    assert version.item_count == 12


def test_the_public_list_shows_the_last_version_of_each(bench: Bench, session: Session, draft: Agenda) -> None:
    bench.freeze(draft)
    service.edit_agenda(
        session, draft, revision=draft.revision, title="Título nuevo", summary="", period_start=2023, period_end=2026, territory_inei="03"
    )
    shown: list[Any] = [(one.title, one.number) for one in queries.public_agendas(session)]
    assert shown == [("Agenda de muestra para las pruebas", 1)]
    second: AgendaVersion = bench.freeze(draft)
    assert [(one.title, one.number) for one in queries.public_agendas(session)] == [("Título nuevo", second.number)]
