"""An item's story goes back and forward, never to what merely stands beside it; what is missing is said; its cost does not grow."""

import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts.actor import NOBODY, Actor
from portal.agendas import service
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import AgendaVersion, Item
from portal.agendas.printing import version_pdf
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Installation
from portal.testing.queries import count_queries
from portal.threads.models import ThreadLink
from portal.threads.stories import Story, frozen, tell
from tests.threads.conftest import Weave


def story(weave: Weave, code: str = "SOC-01.1", actor: Actor = NOBODY) -> Story:
    made = weave.made
    history = frozen(made.session, made.portal.store, weave.agenda)
    return tell(made.session, made.portal.ask, actor, history[-1][1], history, [code])[code]


def standing(told: Story) -> dict[str, list[str]]:
    return {part.stage.name: [one.label for one in part.stations] for part in told.parts if part.stations}


def gaps(told: Story) -> list[str]:
    return [one.gap for one in told.parts if one.gap]


def test_it_goes_back_to_the_meeting_and_forward_to_the_answer(weave: Weave) -> None:
    weave.tie(
        "demand:D-001 came_from meeting:R-001",
        "demand:D-002 merged_into demand:D-001",
        "item:SOC-01.1 came_from demand:D-001",
        "contribution:A-0001 came_from item:SOC-01.1",
        "answer:A-0001 answers contribution:A-0001",
        "act:V-01 came_from version:v1",
    )
    told = story(weave)
    assert standing(told) == {
        "evidence": ["Indicador de muestra 2"],
        "meeting": ["meeting R-001"],
        "demand": ["demand D-001", "demand D-002"],
        "version": ["Versión 1"],
        "dialogue": ["answer A-0001", "contribution A-0001"],
        "validation": ["act V-01"],
    }
    assert gaps(told) == []
    assert [part.stage.name for part in told.back] == ["evidence", "meeting", "demand"]
    assert [part.stage.name for part in told.forth] == ["dialogue", "validation", "beside"]


def test_what_stands_beside_never_comes_in(weave: Weave) -> None:
    weave.tie(
        "demand:D-001 came_from meeting:R-001",
        "demand:D-777 came_from meeting:R-001",  # another demand of the same meeting
        "item:SOC-01.1 came_from demand:D-001",
        "item:SOC-01.2 came_from demand:D-001",  # another item of the same demand
        "item:SOC-01.2 came_from demand:D-778",
        "contribution:A-0001 came_from item:SOC-01.1",
        "contribution:A-0001 changed item:SOC-02.1",  # it changed another item too: named, and followed no further
        "contribution:A-0002 came_from item:SOC-02.1",
        "contribution:A-0003 came_from version:v1",  # on the whole: known, but what came from it is not the item's
        "act:V-09 came_from contribution:A-0003",
        "answer:A-0003 answers contribution:A-0003",
        "contribution:A-0004 changed item:SOC-01.1",  # what changed it is told with its answer
        "answer:A-0004 answers contribution:A-0004",
        "contribution:A-0004 came_from item:SOC-02.2",  # said of another item
        "item:SOC-02.2 came_from demand:D-779",
    )
    assert standing(story(weave)) == {
        "evidence": ["Indicador de muestra 2"],
        "meeting": ["meeting R-001"],
        "demand": ["demand D-001"],
        "version": ["Versión 1", "Punto SOC-02.1", "Punto SOC-02.2"],
        "dialogue": ["answer A-0003", "answer A-0004", "contribution A-0001", "contribution A-0003", "contribution A-0004"],
    }


def test_a_circle_ends_and_a_thing_of_no_known_stage_is_told(weave: Weave) -> None:
    weave.tie(
        "demand:D-001 came_from demand:D-002",
        "demand:D-002 came_from demand:D-003",
        "demand:D-003 came_from demand:D-001",
        "item:SOC-01.1 came_from demand:D-001",
        "strange:X-1 came_from item:SOC-01.1",
        "gone:Z-1 came_from item:SOC-01.1",  # its plugin was removed
    )
    told = story(weave)
    assert standing(told)["demand"] == ["demand D-001", "demand D-002", "demand D-003"]
    assert standing(told)["beside"] == ["strange X-1"]
    assert told.cut is False


def test_a_road_longer_than_the_limit_is_cut_and_says_so(weave: Weave) -> None:
    weave.tie("item:SOC-01.1 came_from demand:D-000", *(f"demand:D-{n:03} came_from demand:D-{n + 1:03}" for n in range(20)))
    told = story(weave)
    assert told.cut is True
    assert len(standing(told)["demand"]) == 7
    assert "más largo que lo que cabe" in weave.made.client.get("/agendas/APU-T/puntos/SOC-01.1").text


def test_what_the_reader_may_not_see_is_left_out_and_not_called_missing(weave: Weave) -> None:
    weave.tie("item:SOC-01.1 came_from demand:D-900")
    assert "demand" not in standing(story(weave))
    assert gaps(story(weave)) == ["Sin reunión", "Sin aportes", "Sin validación"]
    assert "Hay un registro que no está publicado" in weave.made.client.get("/agendas/APU-T/puntos/SOC-01.1").text
    part = next(one for one in weave.made.client.get("/agendas/APU-T/puntos/SOC-01.1.json").get_json()["stages"] if one["name"] == "demand")
    assert (part["gap"], part["unshown"], part["stations"]) == (None, True, [])
    assert standing(story(weave, actor=Actor(1, "Alguien")))["demand"] == ["demand D-900"]
    known = weave.made.actors.client("reader", weave.agenda)
    assert "demand D-900" in known.get("/agendas/APU-T/puntos/SOC-01.1").text
    for address in ("/agendas/APU-T/puntos/SOC-01.1", "/agendas/APU-T/puntos/SOC-01.1.json", "/agendas/APU-T/camino"):
        assert "D-900" not in weave.made.client.get(address).text
    assert "D-900" not in known.get("/agendas/APU-T/puntos/SOC-01.1.json").text  # data is passed on: it says what anybody may know


def test_an_item_without_evidence_says_so(weave: Weave) -> None:
    assert gaps(story(weave, "SOC-01"))[0] == "Sin evidencia"


def test_the_page_the_data_and_the_document(weave: Weave) -> None:
    weave.tie("item:SOC-01.1 came_from demand:D-001", "demand:D-001 came_from meeting:R-001")
    client = weave.made.client
    page = client.get("/agendas/APU-T/puntos/SOC-01.1").text
    assert re.sub(r"\s+", " ", page).count("Título de D-001 &amp; más") == 1
    assert "5 de marzo de 2026, 10:00 (hora de Lima)" in page
    assert "1 de abril de 2026" in page
    assert "Sin aportes" in page
    data = json.loads(client.get("/agendas/APU-T/puntos/SOC-01.1.json").text)
    assert (data["schema"], data["agenda"], data["version"], data["item"], data["complete"]) == (
        "rubrica.story/1",
        "APU-T",
        1,
        "SOC-01.1",
        True,
    )
    assert [(one["name"], one["gap"], one["count"]) for one in data["stages"]] == [
        ("evidence", None, 1),
        ("meeting", None, 1),
        ("demand", None, 1),
        ("version", None, 1),
        ("dialogue", "Sin aportes", 0),
        ("validation", "Sin validación", 0),
    ]
    [meeting] = data["stages"][1]["stations"]
    assert meeting["ref"] == "meeting:APU-T/R-001"
    assert meeting["at"] == "2026-03-05T15:00:00+00:00"
    assert meeting["href"].endswith("/x/R-001")
    assert meeting["href"].startswith("http")
    assert {"earlier": "meeting:APU-T/R-001", "later": "demand:APU-T/D-001", "relation": "came_from"} in data["links"]
    answer = client.get("/agendas/APU-T/v1/historia.pdf")
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True).stdout.decode()
    assert "SOC-01.1 · " in text
    assert "meeting R-001: Título de R-001 & más" in text
    assert "Sin validación" in text
    again = client.get("/agendas/APU-T/v1/historia.pdf", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_not_there_is_not_found(weave: Weave) -> None:
    client = weave.made.client
    missing = ("puntos/SOC-99", "puntos/SOC-99.json", "puntos/SOC-01.1?version=9", "puntos/SOC-01.1?etapa=demand", "v2/historia.pdf")
    assert {one: client.get(f"/agendas/APU-T/{one}").status_code for one in missing} == dict.fromkeys(missing, 404)


def test_each_version_says_what_changed_and_an_item_that_left_keeps_its_page(weave: Weave) -> None:
    made, now = weave.made, weave.now
    session, ask, agenda = made.session, made.portal.ask, weave.agenda

    def item(code: str) -> Item:
        return session.scalars(select(Item).where(Item.agenda_id == agenda.id, Item.code == code)).one()

    def freeze(later: datetime) -> AgendaVersion:
        expected = draft_digest(draft_document(session, ask.registry, agenda))
        return service.freeze(session, made.portal.store, ask, agenda_id=agenda.id, expected=expected, now=later, person_id=None)

    one = item("SOC-01.1")
    service.edit_item(
        session, ask.registry, agenda, "SOC-01.1", revision=one.revision, new_code="SOC-01.1", kind=one.kind,
        content={**one.content, "text": "Palabras nuevas."}, now=now, person_id=None,
    )  # fmt: skip
    service.retire_item(session, agenda, "SOC-01.2", revision=item("SOC-01.2").revision, now=now, person_id=None)
    freeze(now + timedelta(days=1))
    session.commit()
    told = story(weave).part("version")
    assert told is not None
    assert [(place.label, place.title) for place in told.stations] == [
        ("Versión 1", "El punto entra en la agenda."),
        ("Versión 2", "Cambió: texto."),
    ]
    client = made.client
    assert "<ins>" in client.get("/agendas/APU-T/puntos/SOC-01.1").text
    old = client.get("/agendas/APU-T/puntos/SOC-01.1?version=1").text
    assert "Está leyendo la versión 1" in old
    assert "Palabras nuevas." not in re.sub(r"<(ins|details).*?</\1>", "", old, flags=re.DOTALL)
    gone = client.get("/agendas/APU-T/puntos/SOC-01.2").text
    assert "ya no está en la última versión" in gone
    assert "El punto ya no está." in gone


def test_a_draft_item_is_for_whoever_reads_the_draft_and_keeps_its_links_when_its_code_changes(weave: Weave) -> None:
    made = weave.made
    draft = sample_draft(made.session, now=weave.now, ask=made.portal.ask, code="NUEVA", items=2, title="Sin nada público")
    made.session.commit()
    Weave(made, draft, weave.now).tie("item:SOC-01.1 came_from demand:D-001", "contribution:A-0001 changed item:SOC-01.1")
    one = made.session.scalars(select(Item).where(Item.agenda_id == draft.id, Item.code == "SOC-01.1")).one()
    service.edit_item(
        made.session, made.portal.registry, draft, "SOC-01.1", revision=one.revision, new_code="SOC-01.7", kind=one.kind,
        content=one.content, now=weave.now, person_id=None,
    )  # fmt: skip
    made.session.commit()
    kept = {(link.source, link.target) for link in made.session.scalars(select(ThreadLink))}
    assert kept == {("item:NUEVA/SOC-01.7", "demand:NUEVA/D-001"), ("contribution:NUEVA/A-0001", "item:NUEVA/SOC-01.7")}
    page = made.actors.client("reader", draft).get("/gestion/agendas/NUEVA/puntos/SOC-01.7/hilo").text
    assert "demand D-001" in page
    assert "Sin versión congelada" in page
    assert made.client.get("/agendas/NUEVA/puntos/SOC-01.7").status_code == 404
    assert made.client.get("/agendas/NUEVA/camino").status_code == 404
    draft.title = "Con demandas públicas"
    made.session.commit()
    road = made.client.get("/agendas/NUEVA/camino")
    assert (road.status_code, "3 demandas" in road.text, "SOC-01" in road.text) == (200, True, False)


def test_an_agenda_under_way_is_found_once_something_of_its_road_is_public(weave: Weave) -> None:
    """From the list of agendas to the road, and the agenda's own address leads there until there is a version."""
    made, path = weave.made, "/agendas/NUEVA/camino"
    draft = sample_draft(made.session, now=weave.now, ask=made.portal.ask, code="NUEVA", items=2, title="Sin nada público")
    made.session.commit()
    assert (made.client.get("/agendas/NUEVA").status_code, path in made.client.get("/agendas").text) == (404, False)
    draft.title = "Con demandas públicas"
    made.session.commit()
    led = made.client.get("/agendas/NUEVA")
    assert (led.status_code, led.headers["Location"], path in made.client.get("/agendas").text) == (302, path, True)
    staff = made.actors.client("reader", draft).get("/gestion/agendas/NUEVA").text
    assert f'href="{path}"' in staff


def test_three_hundred_contributions_are_counted_and_the_cost_does_not_grow(weave: Weave) -> None:
    made, counts = weave.made, []
    for first, last in ((0, 1), (1, 300)):
        weave.tie(*(f"contribution:A-{n:04} came_from item:SOC-01.1" for n in range(first, last)))
        with count_queries(made.portal.engine) as sent:
            page = made.client.get("/agendas/APU-T/puntos/SOC-01.1")
        counts.append(len(sent))
    assert counts[0] == counts[1] < 20
    assert page.text.count("contribution A-") == 6
    assert "Ver los 300" in page.text
    assert len(page.data) < 40_000
    every = made.client.get("/agendas/APU-T/puntos/SOC-01.1?etapa=dialogue&pagina=8").text
    assert (every.count("contribution A-"), "281 a 300 de 300" in every) == (20, True)


def test_the_whole_road_costs_the_same_for_one_link_and_for_many(weave: Weave) -> None:
    made, counts = weave.made, []
    for first, last in ((0, 1), (1, 100)):
        weave.tie(
            *(f"demand:D-{n:03} came_from meeting:R-{n % 7:03}" for n in range(first, last)),
            *(f"item:{('SOC-01', 'SOC-01.1', 'SOC-02')[n % 3]} came_from demand:D-{n:03}" for n in range(first, last)),
        )
        with count_queries(made.portal.engine) as sent:
            page = made.client.get("/agendas/APU-T/camino").text
        counts.append(len(sent))
    assert counts[0] == counts[1] < 20
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "100 registros, 1 de abril de 2026. 3 de 6 puntos." in said
    assert "7 registros, 5 de marzo de 2026." in said
    assert "Sin demanda: SOC-01.2, SOC-02.1, SOC-02.2." in said


@pytest.mark.once
def test_a_things_own_page_shows_what_is_a_link_away(weave: Weave) -> None:
    weave.tie(
        "demand:D-001 came_from meeting:R-001",
        "demand:D-002 merged_into demand:D-001",
        "item:SOC-01.1 came_from demand:D-001",
        "item:SOC-01.1 came_from demand:D-003",
        *(f"item:SOC-01.1 came_from demand:D-1{n:02}" for n in range(14)),
    )
    made = weave.made
    template = '{% from "macros/story.html" import story %}{{ story(ref) }}'

    def drawn(short: str) -> str:
        with made.app.test_request_context("/"):
            made.app.preprocess_request()
            return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", made.app.jinja_env.from_string(template).render(ref=weave.ref(short))))

    said = drawn("demand:D-001")
    assert "proviene de meeting R-001 : Título de R-001 &amp; más" in said
    assert "reúne a demand D-002" in said
    assert "dio origen a Punto SOC-01.1" in said
    assert "D-003" not in said
    assert "y 4 más" in drawn("item:SOC-01.1")
    assert drawn("demand:D-999").strip() == ""


def test_the_agendas_own_pdf_has_the_section_once_something_is_tied(weave: Weave) -> None:
    def text() -> str:
        data = version_pdf(weave.made.portal, weave.version)
        return subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()

    assert "Historia de cada punto" not in text()
    weave.tie("item:SOC-01.1 came_from demand:D-001")
    said = text()
    assert "Historia de cada punto" in said
    assert "demand D-001: Título de D-001 & más" in said


def test_without_its_plugins_a_story_stays_whole(weave: Weave, with_plugins: Callable[..., Installation]) -> None:
    weave.tie("item:SOC-01.1 came_from demand:D-001")
    bare = with_plugins(like=weave.made)
    page = bare.client.get("/agendas/APU-T/puntos/SOC-01.1")
    assert (page.status_code, "Indicador de muestra 2" in page.text, "D-001" in page.text, "Sin demanda" in page.text) == (
        200,
        True,
        False,
        False,
    )
    assert io.BytesIO(bare.client.get("/agendas/APU-T/v1/historia.pdf").data).read(5) == b"%PDF-"
