"""What anybody can read."""

import gzip
import hashlib
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.agendas import queries
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal
from portal.testing.agendas import sample_agenda

from .conftest import Bench


def test_home_and_list_name_the_agendas_in_force(client: FlaskClient, frozen: AgendaVersion) -> None:
    for address in ("/", "/agendas"):
        assert '<a href="/agendas/APU-T"' in client.get(address).text
        assert frozen.title in client.get(address).text


def test_a_draft_is_nobodys_business(client: FlaskClient, draft: Agenda) -> None:
    assert draft.title not in client.get("/agendas").text
    assert client.get("/agendas/APU-T").status_code == client.get("/agendas/APU-T/v1").status_code == 404


def test_the_page_has_every_item_at_its_anchor_with_its_figures(client: FlaskClient, frozen: AgendaVersion, portal: Portal) -> None:
    page = client.get("/agendas/APU-T").text
    document = queries.version_document(portal.store, frozen)
    for dimension in document["dimensions"]:
        assert f'<h2 id="dimension-{dimension["prefix"]}">{dimension["label"]}</h2>' in page
    for item in queries.document_items(document):
        assert page.count(f'id="{item["code"]}"') == 1
        for field in item["fields"].values():
            assert f"<dt>{field['label']}</dt><dd>{field['value']}</dd>" in page
    assert "55.8 % (2021)" in page
    assert frozen.sha256 in page
    assert "sha256sum APU-T-v1.json" in page


def test_the_json_is_byte_for_byte_what_was_hashed(client: FlaskClient, frozen: AgendaVersion) -> None:
    answer = client.get("/agendas/APU-T/v1.json")
    assert hashlib.sha256(answer.data).hexdigest() == frozen.sha256
    assert answer.headers["ETag"] == f'"{frozen.sha256}"'
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "application/json"
    assert client.get("/agendas/APU-T/v1.json", headers={"If-None-Match": f'"{frozen.sha256}"'}).status_code == 304


def test_a_damaged_file_is_never_served(client: FlaskClient, frozen: AgendaVersion, portal: Portal) -> None:
    from pathlib import Path

    path = Path(portal.settings.storage_url.removeprefix("file://")) / frozen.sha256[:2] / frozen.sha256
    path.write_bytes(path.read_bytes().replace(b"muestra", b"MUESTRA", 1))
    for address in ("/agendas/APU-T", "/agendas/APU-T/v1.json"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert "no coincide con su huella" in answer.text


def test_the_pdf_says_that_it_is_being_made_until_it_is(client: FlaskClient, frozen: AgendaVersion, portal: Portal) -> None:
    waiting = client.get("/agendas/APU-T/v1.pdf")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (202, "20")
    assert "se está preparando" in waiting.text
    assert portal.queue.drain() == 1
    answer = client.get("/agendas/APU-T/v1.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert (answer.content_type, answer.headers["ETag"]) == ("application/pdf", f'"{hashlib.sha256(answer.data).hexdigest()}"')


def test_a_later_version_says_item_by_item_what_changed(client: FlaskClient, bench: Bench, session: Session, draft: Agenda) -> None:
    bench.freeze(draft)
    item = queries.items(session, draft.id)[0]
    bench.edit(draft, item, text="Texto de **muestra** distinto")
    bench.freeze(draft)
    assert "/agendas/APU-T/v2/cambios" in client.get("/agendas/APU-T").text
    assert "Leer la versión 2" in client.get("/agendas/APU-T/v1").text
    page = client.get("/agendas/APU-T/v2/cambios?desde=1").text
    assert f'id="cambio-{item.code}"' in page
    assert page.count("<article") == 1
    assert '<ins><span class="visually-hidden">[añadido: </span>distinto' in page
    assert client.get("/agendas/APU-T/v2/cambios?desde=7").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("end", ["", ".json", ".pdf"])
def test_a_frozen_version_refuses_every_change_with_its_sentence(
    client: FlaskClient, app: object, frozen: AgendaVersion, method: str, end: str
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = True
    answer = getattr(client, method)(f"/agendas/APU-T/v1{end}", data={"title": "Otro"})
    assert answer.status_code == 409
    assert "La versión 1 está congelada y no puede cambiar. Edite el borrador y congele una versión nueva." in answer.text


def test_addresses_that_do_not_exist_say_so_and_small_letters_are_forgiven(client: FlaskClient, frozen: AgendaVersion) -> None:
    for address in (
        "/agendas/APU-T/v2",
        "/agendas/APU-T/v2.json",
        "/agendas/APU-T/v0",
        "/agendas/NADA",
        "/agendas/APU-T/v1/cambios?desde=3",
    ):
        assert client.get(address).status_code == 404
    answer = client.get("/agendas/apu-t")
    assert (answer.status_code, answer.location) == (301, "/agendas/APU-T")


def test_hostile_words_stay_words(client: FlaskClient, bench: Bench, session: Session, draft: Agenda) -> None:
    item = queries.items(session, draft.id)[0]
    bench.edit(
        draft,
        item,
        text="<script>alert(1)</script> [clic](javascript:alert(1)) ![x](http://fuera.example/x.png)",
        responsible="<img src=x onerror=alert(1)>",
        indicators=[{"name": "<b>x</b>", "source": "</td><script>", "source_url": 'https://x.example/"onmouseover="alert(1)'}],
    )
    bench.freeze(draft)
    page = client.get("/agendas/APU-T").text
    for bad in ("<script>alert", 'javascript:alert(1)"', "<img src=x", "<b>x</b>", '"onmouseover="', 'fuera.example/x.png"'):
        assert bad not in page


def test_sixty_items_weigh_little_on_a_phone(client: FlaskClient, session: Session, portal: Portal, now: object) -> None:
    sample_agenda(session, portal.store, now=now, ask=portal.ask, items=60)  # type: ignore[arg-type]
    session.commit()
    plain = client.get("/agendas/APU-T", headers={"Accept-Encoding": "gzip"})
    assert len(plain.data) < 60_000
    assert gzip.decompress(plain.data).decode().count('class="agenda-item') > 60


def test_the_document_can_be_read_by_a_program(client: FlaskClient, frozen: AgendaVersion) -> None:
    assert json.loads(client.get("/agendas/APU-T/v1.json").data)["schema"] == "rubrica.agenda/1"
