"""Writing an item without JavaScript: rows, errors, moving, retiring, and two people at once."""

import re
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.agendas.models import Agenda, Item
from portal.context import Portal
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

from .conftest import Look

PLACE = "/gestion/agendas/APU-T/puntos"


@pytest.fixture
def staff(actors: Actors, draft: Agenda) -> FlaskClient:
    return actors.client("staff", draft)


def _sent(page: str) -> dict[str, str]:
    """Return what a browser would send of a page's own form, buttons apart."""
    form = next(part for part in page.split("<form") if 'name="text"' in part)
    found = {
        name: value
        for tag in re.findall(r"<input [^>]*>", form)
        for name, value in [(_attribute(tag, "name"), _attribute(tag, "value"))]
        if name
    }
    found |= {
        name: text.removeprefix("\r\n")
        for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    }
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_a_new_item_gets_the_next_code_and_its_place(staff: FlaskClient, look: Look, draft: Agenda) -> None:
    page = staff.get(f"{PLACE}/nuevo?dimension=social&bajo=SOC-01").text
    data = _sent(page)
    assert (data["code"], data["kind"]) == ("SOC-01.3", "resultado")
    answer = staff.post(f"{PLACE}/nuevo?dimension=social&bajo=SOC-01", data={**data, "text": "Un punto nuevo"})
    assert (answer.status_code, answer.location) == (303, "/gestion/agendas/APU-T/dimension/social#SOC-01.3")
    made = look.item("SOC-01.3")
    assert (made.content["text"], made.parent_id) == ("Un punto nuevo", look.item("SOC-01").id)
    assert made.edited_by_id is not None


def test_the_form_gives_back_what_is_kept(staff: FlaskClient, look: Look, draft: Agenda) -> None:
    data = _sent(staff.get(f"{PLACE}/AMB-01.1").text)
    assert data["fields-cuenca"] == "pampas"
    assert staff.post(f"{PLACE}/AMB-01.1", data=data).status_code == 303
    assert look.item("AMB-01.1").revision == 1  # nothing changed by opening and saving


def test_rows_come_and_go_by_a_button_and_nothing_typed_is_lost(staff: FlaskClient, look: Look, draft: Agenda) -> None:
    data = {**_sent(staff.get(f"{PLACE}/AMB-01.1").text), "text": "A medio escribir", "fields-cuenca": "vilcabamba"}
    page = staff.post(f"{PLACE}/AMB-01.1", data={**data, "add-indicators": "1"})
    assert page.status_code == 200
    more = _sent(page.text)
    assert (more["text"], more["fields-cuenca"], more["indicators-1-name"]) == ("A medio escribir", "vilcabamba", "")
    more |= {"indicators-1-name": "Segundo", "indicators-1-baseline": "12,5"}
    fewer = _sent(staff.post(f"{PLACE}/AMB-01.1", data={**more, "drop-indicators-0": "1"}).text)
    assert (fewer["indicators-0-name"], fewer["indicators-0-baseline"]) == ("Segundo", "12,5")
    assert "indicators-1-name" not in fewer
    assert look.item("AMB-01.1").revision == 1
    assert staff.post(f"{PLACE}/AMB-01.1", data=fewer).status_code == 303
    kept = look.item("AMB-01.1").content
    assert [(one["name"], one["baseline"]) for one in kept["indicators"]] == [("Segundo", "12.5")]
    assert kept["fields"] == {"agua": "Muestra", "cuenca": "vilcabamba", "tema": "Agua"}


def test_the_first_button_of_the_form_saves(staff: FlaskClient) -> None:
    """Enter in a text box presses the first button: it must not be one that adds a row."""
    form = next(part for part in staff.get(f"{PLACE}/SOC-01.1").text.split("<form") if 'name="text"' in part)
    first = re.search(r"<button[^>]*>", form)
    assert first is not None
    assert "name=" not in first[0]


def test_errors_stand_beside_their_field_and_link_to_it(staff: FlaskClient) -> None:
    data = {**_sent(staff.get(f"{PLACE}/SOC-01.1").text), "text": "", "indicators-0-baseline": "mucho", "fields-nada": "x"}
    answer = staff.post(f"{PLACE}/SOC-01.1", data=data)
    assert answer.status_code == 422
    assert '<a href="#text">Escriba el texto del punto.</a>' in answer.text
    assert '<a href="#indicators-0-baseline">Indicador 1: Escriba una cifra, por ejemplo 55.8.</a>' in answer.text
    assert 'id="indicators-0-baseline-error"' in answer.text
    assert _sent(answer.text)["indicators-0-baseline"] == "mucho"


def test_of_two_who_edit_the_second_sees_both_wordings_and_saves_on_top(
    actors: Actors, staff: FlaskClient, look: Look, draft: Agenda
) -> None:
    mine = _sent(staff.get(f"{PLACE}/SOC-01.1").text)
    other = actors.signed_in(actors.grant(actors.person("Otra Persona Muestra"), "staff", draft))
    assert other.post(f"{PLACE}/SOC-01.1", data={**mine, "text": "Redacción ajena"}).status_code == 303
    stale = staff.post(f"{PLACE}/SOC-01.1", data={**mine, "text": "Redacción propia", "responsible": "Otra entidad"})
    assert stale.status_code == 409
    assert "Otra Persona Muestra guardó" in stale.text
    assert "hora de Lima" in stale.text
    assert re.search(r"<ins>.*?ajena", stale.text)
    again = _sent(stale.text)
    assert (again["text"], again["responsible"], again["revision"]) == ("Redacción propia", "Otra entidad", "2")
    assert staff.post(f"{PLACE}/SOC-01.1", data=again).status_code == 303
    assert look.wordings("SOC-01.1")[:2] == ["Redacción propia", "Redacción ajena"]


def test_items_move_and_retire_and_come_back_by_buttons(staff: FlaskClient, look: Look, draft: Agenda) -> None:
    def shown() -> list[str]:
        return re.findall(r'<li class="draft-item[^>]*id="([^"]+)"', staff.get("/gestion/agendas/APU-T/dimension/social").text)

    assert shown() == ["SOC-01", "SOC-01.1", "SOC-01.2"]
    assert staff.post(f"{PLACE}/SOC-01.2/mover", data={"direction": "up"}).location == "/gestion/agendas/APU-T/dimension/social#SOC-01.2"
    assert shown() == ["SOC-01", "SOC-01.2", "SOC-01.1"]
    assert staff.post(f"{PLACE}/SOC-01.2/ubicar", data={"parent": "", "revision": "1"}).status_code == 303
    assert shown() == ["SOC-01", "SOC-01.1", "SOC-01.2"]
    refused = staff.post(f"{PLACE}/SOC-01/retirar", data={"revision": "1"})
    assert refused.status_code == 409
    assert "De SOC-01 dependen SOC-01.1. Muévalos o retírelos antes." in refused.text
    assert staff.post(f"{PLACE}/SOC-01.1/retirar", data={"revision": "1"}).status_code == 303
    assert shown() == ["SOC-01", "SOC-01.2"]
    assert staff.post(f"{PLACE}/SOC-01.1/restaurar", data={"revision": "2"}).status_code == 303
    assert shown() == ["SOC-01", "SOC-01.1", "SOC-01.2"]
    history = staff.get(f"{PLACE}/SOC-01.1/historia").text
    assert re.findall(r'timeline-title">([^<]+)<', history) == ["Se restauró", "Se retiró", "Se agregó"]


def test_nothing_is_changed_by_looking(staff: FlaskClient) -> None:
    for end in ("mover", "ubicar", "retirar", "restaurar"):
        assert staff.get(f"{PLACE}/SOC-01/{end}").status_code == 405


@pytest.mark.settings(plugins=("social", "ambiental", "opengov"))
def test_saving_without_the_plugin_keeps_what_its_fields_said(portal: Portal, session: Session, now: datetime, with_plugins: Any) -> None:
    names = ["ambiental", "educacion"]
    sample_draft(session, now=now, ask=portal.ask, dimensions=names, items=4)
    session.commit()
    before = {one.code: (one.kind, one.content["fields"]) for one in session.query(Item)}
    assert (before["AMB-01.1"][1]["agua"], before["OGE-01.1"][0]) == ("Muestra", "compromiso")
    session.rollback()
    without = with_plugins("social", like=portal)
    writer = without.actors.client("coordinator", without.session.query(Agenda).one())
    without.session.rollback()
    for code in before:
        data = _sent(writer.get(f"{PLACE}/{code}").text)
        assert [name for name in data if name.startswith("fields-")] == []
        assert writer.post(f"{PLACE}/{code}", data={**data, "text": "Otro texto"}).status_code == 303
        stale = writer.post(f"{PLACE}/{code}", data={**data, "text": "Y otro"})
        assert (stale.status_code, "Muestra" in stale.text) == (409, False)  # what nobody took away is no change
    assert {one.content["text"] for one in session.query(Item)} == {"Otro texto"}
    assert {one.code: (one.kind, one.content["fields"]) for one in session.query(Item)} == before
