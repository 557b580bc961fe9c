"""Opening consultations, one round after another, and moving their dates in sight of everybody."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.dialogue import consulting
from plugins.dialogue.models import Consultation, DateChange
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors
from tests.dialogue.conftest import Dialogue


def test_a_round_is_announced_from_the_form_and_gets_the_next_code(dialogue: Dialogue, actors: Actors) -> None:
    client = actors.signed_in(dialogue.coordinator)
    typed = {
        "version": "1",
        "title": "Segunda ronda",
        "purpose": "Lo que cambió.",
        "opens_at": "2031-03-01T09:00",
        "closes_at": "2031-03-31T18:00",
    }
    answer = client.post(f"/gestion/agendas/{dialogue.code}/consultas/nueva", data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/gestion/agendas/{dialogue.code}/consultas/C-02")
    [made] = dialogue.read(select(Consultation).where(Consultation.code == "C-02"))
    assert made.opens_at.isoformat() == "2031-03-01T14:00:00+00:00"  # nine o'clock in Lima
    assert dialogue.read(select(SearchDocument.title).where(SearchDocument.ref == f"consultation:{dialogue.code}/C-02")) == [
        "C-02: Segunda ronda"
    ]
    page = client.get(f"/agendas/{dialogue.code}/consultas").text
    assert page.index("C-02") < page.index("C-01")
    assert "Se abre el 1 de marzo de 2031, 09:00 (hora de Lima)" in page


def test_what_is_wrong_with_a_round_is_said_beside_its_field_and_nothing_typed_is_lost(dialogue: Dialogue, actors: Actors) -> None:
    typed = {"version": "1", "title": "Ronda corta", "purpose": "Nada.", "opens_at": "2031-03-01T09:00", "closes_at": "2031-03-01T09:00"}
    answer = actors.signed_in(dialogue.coordinator).post(f"/gestion/agendas/{dialogue.code}/consultas/nueva", data=typed)
    assert answer.status_code == 422
    assert "El cierre debe venir después de la apertura." in answer.text
    assert "Ronda corta" in answer.text
    assert dialogue.read(select(Consultation.code)) == ["C-01"]


def edited(dialogue: Dialogue, **values: object) -> dict[str, object]:
    one = dialogue.consultation
    shown = {name: f"{getattr(one, name) - timedelta(hours=5):%Y-%m-%dT%H:%M}" for name in ("opens_at", "closes_at")}
    return {"revision": one.revision, "version": "1", "title": one.title, "purpose": one.purpose, **shown, "reason": "", **values}


def test_dates_move_only_with_a_reason_which_everybody_reads(dialogue: Dialogue, actors: Actors) -> None:
    client, address = actors.signed_in(dialogue.coordinator), f"{dialogue.staff}/editar"
    before = dialogue.consultation.closes_at
    refused = client.post(address, data=edited(dialogue, closes_at="2031-05-30T20:00"))
    assert refused.status_code == 422
    assert "Escriba por qué cambian las fechas" in refused.text
    moved = client.post(address, data=edited(dialogue, closes_at="2031-05-30T20:00", reason="Hubo paro en las provincias."))
    assert moved.status_code == 303
    [change] = dialogue.read(select(DateChange))
    assert (change.closed_at, change.reason) == (before, "Hubo paro en las provincias.")
    page = client.get(dialogue.public).text
    assert "Hubo paro en las provincias." in page
    assert "30 de mayo de 2031, 20:00 (hora de Lima)" in page


def test_words_alone_change_without_a_reason(dialogue: Dialogue, actors: Actors) -> None:
    answer = actors.signed_in(dialogue.coordinator).post(f"{dialogue.staff}/editar", data=edited(dialogue, title="Otro título"))
    assert answer.status_code == 303
    assert dialogue.read(select(DateChange)) == []
    assert dialogue.consultation.title == "Otro título"


def test_two_who_edit_one_consultation_lose_nothing(dialogue: Dialogue, actors: Actors) -> None:
    client, first, second = (
        actors.signed_in(dialogue.coordinator),
        edited(dialogue, title="De la primera"),
        edited(dialogue, title="De la segunda"),
    )
    assert client.post(f"{dialogue.staff}/editar", data=first).status_code == 303
    answer = client.post(f"{dialogue.staff}/editar", data=second)
    assert answer.status_code == 409
    assert "De la primera" in answer.text
    assert 'value="De la segunda"' in answer.text
    revision = re.search(r'name="revision" type="hidden" value="(\d+)"', answer.text)
    assert revision is not None
    assert client.post(f"{dialogue.staff}/editar", data={**second, "revision": revision[1]}).status_code == 303


def test_the_version_is_read_one_dimension_at_a_time_with_a_way_to_speak_of_each_item(dialogue: Dialogue, nobody: FlaskClient) -> None:
    client = nobody
    page = client.get(dialogue.public).text
    assert page.count("Opinar sobre SOC-") == 12
    assert f'href="{dialogue.public}/aportar?sobre=SOC-01.1"' in page
    assert "<strong>probar</strong>" in page
    assert "Opine sobre esta versión" in client.get(f"/agendas/{dialogue.code}/v1").text


def test_nothing_is_taken_in_before_or_after(dialogue: Dialogue, nobody: FlaskClient, form: object) -> None:
    consulting.edit(
        dialogue.session,
        now=dialogue.now,
        consultation=dialogue.consultation,
        revision=1,
        title="Cerrada",
        purpose="Cerrada.",
        opens_at=dialogue.consultation.opens_at,
        closes_at=dialogue.now - timedelta(hours=1),
        reason="Se adelantó.",
        person_id=None,
    )
    dialogue.session.commit()
    client = nobody
    assert "Enviar aporte" not in client.get(f"{dialogue.public}/aportar").text
    answer = client.post(f"{dialogue.public}/aportar", data={"kind": "comment", "place": "", "text": "Llego tarde pero guardo mi texto."})
    assert answer.status_code == 409
    assert "La consulta no recibe aportes ahora" in answer.text
    assert "Llego tarde pero guardo mi texto." in answer.text
    assert "Opinar sobre SOC-01" not in client.get(dialogue.public).text
    assert "Opine sobre esta versión" not in client.get(f"/agendas/{dialogue.code}/v1").text
