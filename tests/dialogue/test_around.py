"""The dialogue beside the rest: threads, search, the agenda's pages, other plugins gone or all there."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.dialogue import answering, api, indexing, sampling
from plugins.dialogue.answering import Given
from plugins.dialogue.models import Contribution
from portal.accounts.actor import NOBODY
from portal.search.models import SearchDocument
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Actors, Installation
from tests.dialogue.conftest import Dialogue


def test_an_item_s_story_names_who_spoke_of_it_and_what_was_answered(dialogue: Dialogue) -> None:
    one = dialogue.said("Más agua", published=True)
    dialogue.said("No se lee todavía")
    answering.answer(
        dialogue.session,
        dialogue.portal.mailer,
        now=dialogue.now,
        contributions=[(one, one.revision)],
        given=Given("accepted", "De acuerdo.", "SOC-01"),
        person_id=dialogue.coordinator.id,
    )
    ask, code = dialogue.portal.ask, dialogue.code
    ties = ask.thread_ties(dialogue.session, frozenset({f"item:{code}/SOC-01"}))
    assert [(one.source, one.relation, one.target) for one in ties] == [(f"contribution:{code}/A-0001", "answers", f"item:{code}/SOC-01")]
    onward = ask.thread_ties(dialogue.session, frozenset({f"contribution:{code}/A-0001", f"consultation:{code}/C-01"}))
    assert sorted((one.relation, one.target) for one in onward) == [
        ("answers", f"item:{code}/SOC-01"),
        ("came_from", f"consultation:{code}/C-01"),
    ]
    refs = frozenset({f"contribution:{code}/A-0001", f"answer:{code}/A-0001", f"contribution:{code}/A-0002", f"consultation:{code}/C-01"})
    stations = ask.thread_stations(dialogue.session, NOBODY, refs)
    assert sorted((one.ref, one.stage, one.href, one.state) for one in stations) == [
        (f"answer:{code}/A-0001", "dialogue", f"/agendas/{code}/aportes/A-0001#respuesta", ""),
        (f"consultation:{code}/C-01", "dialogue", f"/agendas/{code}/consultas/C-01", ""),
        (f"contribution:{code}/A-0001", "dialogue", f"/agendas/{code}/aportes/A-0001", "Aceptado"),
    ]


def test_what_is_found_is_what_may_be_read(dialogue: Dialogue) -> None:
    dialogue.said("Publicado", published=True)
    dialogue.said("En espera")
    rows = dialogue.read(select(SearchDocument).where(SearchDocument.source == "dialogue"))
    kept = {(one.ref.partition(":")[0], one.title, one.href, one.public, one.action) for one in rows}
    assert len(kept) == 3
    made = {(one.ref.partition(":")[0], one.title, one.href, one.public, one.action) for one in indexing.entries(dialogue.session)}
    assert made == kept
    assert {(public, action) for kind, _, _, public, action in kept if kind == "contribution"} == {(True, ""), (False, "dialogue.read")}


def test_the_sample_shows_every_answer_and_is_made_once(dialogue: Dialogue, nobody: FlaskClient) -> None:
    agenda = sample_agenda(dialogue.session, dialogue.portal.store, now=dialogue.now, ask=dialogue.portal.ask, code="OTRA-T").agenda
    people = {"coordinator": dialogue.coordinator}
    made = api.sample(dialogue.portal, dialogue.session, now=dialogue.now, agenda=agenda, people=people)
    assert api.sample(dialogue.portal, dialogue.session, now=dialogue.now, agenda=agenda, people=people) is made
    found = dialogue.read(select(Contribution).where(Contribution.agenda_id == agenda.id))
    assert len(found) == len(sampling.SAID)
    assert {one.verdict for one in found} == {None, "accepted", "partial", "rejected"}
    assert {one.state for one in found} == {"published", "withheld", "received"}
    page = nobody.get("/agendas/OTRA-T/consultas/C-01/aportes").text
    assert "Mantiene su desacuerdo:" in page


@pytest.mark.once
def test_without_the_plugin_the_agenda_stands_and_with_it_back_nothing_is_lost(
    dialogue: Dialogue, with_plugins: Callable[..., Installation]
) -> None:
    dialogue.said("Sigue aquí", published=True)
    address = f"/agendas/{dialogue.code}"
    without = with_plugins("social", like=dialogue.portal)
    page = without.client.get(address)
    assert page.status_code == 200
    assert "Opine sobre esta versión" not in page.text
    assert without.client.get(f"{address}/consultas").status_code == 404
    again = with_plugins("social", "dialogue", like=dialogue.portal)
    assert "Sigue aquí" in again.client.get(f"{address}/consultas/C-01/aportes").text


@pytest.mark.once
@pytest.mark.settings
def test_with_every_plugin_the_ways_in_are_there(dialogue: Dialogue, actors: Actors, nobody: FlaskClient) -> None:
    dialogue.said()
    staff = actors.signed_in(dialogue.coordinator)
    assert "1 aporte por leer" in staff.get(f"/gestion/agendas/{dialogue.code}").text
    typing = staff.get(f"{dialogue.staff}/nuevo-aporte")
    assert typing.status_code == 200
    assert "Opine sobre esta versión" in nobody.get(f"/agendas/{dialogue.code}/v1").text
    road = nobody.get(f"/agendas/{dialogue.code}/camino")
    assert (road.status_code, f"/agendas/{dialogue.code}/consultas" in road.text) == (200, True)
