"""The representative's road: their page, positions saved as they go, nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Event, Parked, Question, Stance, StanceWording
from portal.context import Portal
from portal.mail import MailMessage
from portal.testing.fixtures import Actors

from .conftest import Signing


def text_of(response: Any) -> str:
    html = re.sub(r"<(script|style).*?</\1>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def said(session: Session, commitment: Commitment) -> dict[str, tuple[str | None, str]]:
    session.expire_all()
    rows = {
        one.item_code: (one.stance, one.observation)
        for one in session.scalars(select(Stance).where(Stance.commitment_id == commitment.id).order_by(Stance.item_code))
    }
    session.commit()
    return rows


def typed(code: str, stance: str | None = None, observation: str = "", revision: int = 0) -> dict[str, str]:
    fields = {f"{code}-revision": str(revision), f"{code}-observation": observation}
    return fields | ({f"{code}-stance": stance} if stance else {})


@pytest.fixture
def signing(commitment: Callable[..., Signing]) -> Signing:
    return commitment()


@pytest.fixture
def base(signing: Signing) -> str:
    return f"/mi-compromiso/{signing.commitment.code}"


@pytest.fixture
def browser(actors: Actors, signing: Signing) -> FlaskClient:
    return actors.signed_in(signing.representative)


def test_the_only_commitment_opens_at_once_and_strangers_find_nothing(
    browser: FlaskClient, actors: Actors, client: FlaskClient, base: str, signing: Signing
) -> None:
    assert browser.get("/mi-compromiso").location == base
    assert "Social" in text_of(browser.get(base))
    stranger = actors.client("staff", signing.commitment.process.version.agenda)
    assert [
        stranger.get(base + path).status_code
        for path in ("", "/datos", "/social", "/revisar", "/preguntas", "/firmar", "/declinar", "/documento.pdf")
    ] == [404] * 8
    assert client.get(base).location.startswith("/entrar")


def test_no_position_is_chosen_beforehand(browser: FlaskClient, base: str) -> None:
    html = browser.get(f"{base}/social").get_data(as_text=True)
    assert (html.count('type="radio"'), html.count("checked")) == (16, 0)


def test_one_press_saves_the_whole_page_and_leads_to_the_next_item(
    browser: FlaskClient, base: str, signing: Signing, session: Session
) -> None:
    form = typed("SOC-01", "suscribe") | typed("SOC-01.2", "con_observacion", "Falta la línea de base.") | {"siguiente": "SOC-01.1"}
    answer = browser.post(f"{base}/social", data=form)
    assert (answer.status_code, answer.location) == (303, f"{base}/social#punto-SOC-01.1")
    assert said(session, signing.commitment) == {"SOC-01": ("suscribe", ""), "SOC-01.2": ("con_observacion", "Falta la línea de base.")}
    assert "2 de 4" in text_of(browser.get(base))
    assert browser.post(f"{base}/social", data={"siguiente": ""}).location == f"{base}/ambiental"


def test_an_observation_needs_its_text_and_keeps_it_when_too_long(
    browser: FlaskClient, base: str, signing: Signing, session: Session
) -> None:
    answer = browser.post(f"{base}/social", data=typed("SOC-01", "con_observacion") | typed("SOC-01.1", "suscribe"))
    assert answer.status_code == 422
    assert "SOC-01: Escriba la observación, o elija otra posición." in text_of(answer)
    assert 'value="con_observacion" checked' in answer.get_data(as_text=True)
    long = "ñ" * 4001
    answer = browser.post(f"{base}/social", data=typed("SOC-01.2", "suscribe", long))
    assert (answer.status_code, long in answer.get_data(as_text=True)) == (422, True)
    assert "pasa de 4000 caracteres" in text_of(answer)
    assert said(session, signing.commitment) == {"SOC-01.1": ("suscribe", "")}


def test_two_people_of_one_organisation_lose_nothing(
    browser: FlaskClient, actors: Actors, base: str, signing: Signing, session: Session
) -> None:
    colleague = actors.grant(
        actors.person("Colega de muestra"), "representative", signing.commitment.process.version.agenda, signing.commitment.organisation
    )
    other = actors.signed_in(colleague)
    browser.post(f"{base}/social", data=typed("SOC-01", "suscribe", "Lo que escribió la primera."))
    untouched = typed("SOC-01") | typed("SOC-01.1", "no_suscribe")  # the page was drawn before: SOC-01 empty in it
    assert other.post(f"{base}/social", data=untouched).status_code == 303
    answer = other.post(f"{base}/social", data=typed("SOC-01", "no_suscribe", "Lo que escribió la segunda."))
    page = text_of(answer)
    assert answer.status_code == 409
    assert re.search(r"Otra persona de su organización cambió este punto el .* \(hora de Lima\)", page)
    assert "Lo que escribió la primera." in page
    assert "Lo que escribió la segunda." in page
    assert said(session, signing.commitment)["SOC-01"] == ("suscribe", "Lo que escribió la primera.")
    shown = re.search(r'name="SOC-01-revision"[^>]*value="(\d+)"', answer.get_data(as_text=True))
    assert shown is not None
    other.post(f"{base}/social", data=typed("SOC-01", "no_suscribe", "Lo que escribió la segunda.", int(shown[1])))
    assert said(session, signing.commitment)["SOC-01"] == ("no_suscribe", "Lo que escribió la segunda.")
    assert session.scalars(select(StanceWording.observation).order_by(StanceWording.id)).all().count("Lo que escribió la primera.") == 1


@pytest.mark.parametrize("stance", ["suscribe", "no_suscribe", "sin_pronunciamiento"])
def test_applying_to_the_unanswered_can_be_undone(browser: FlaskClient, base: str, signing: Signing, session: Session, stance: str) -> None:
    answer = browser.post(f"{base}/social", data=typed("SOC-01", "con_observacion", "Propia.") | {"aplicar": stance})
    assert [one[0] for one in said(session, signing.commitment).values()] == ["con_observacion", stance, stance, stance]
    page = browser.get(answer.location)
    assert "Se aplicó a 3 puntos." in text_of(page)
    batch = re.search(r'name="lote" value="(\w+)"', page.get_data(as_text=True))
    assert batch is not None
    browser.post(f"{base}/social/deshacer", data={"lote": batch[1]})
    assert [one[0] for one in said(session, signing.commitment).values()] == ["con_observacion", None, None, None]


def test_applying_with_observation_asks_for_texts(browser: FlaskClient, base: str, signing: Signing, session: Session) -> None:
    answer = browser.post(f"{base}/social", data=typed("SOC-01", "suscribe") | {"aplicar": "con_observacion"})
    assert (answer.status_code, "necesita un texto en cada punto" in text_of(answer)) == (422, True)
    assert said(session, signing.commitment) == {"SOC-01": ("suscribe", "")}


def test_what_was_typed_waits_through_sign_in(
    app: Flask, client: FlaskClient, actors: Actors, base: str, signing: Signing, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post(f"{base}/social", data=typed("SOC-01", "con_observacion", "Escrito después de la hora."))
    assert (answer.status_code, answer.location) == (303, f"/entrar?next={base}/social")
    assert said(session, signing.commitment) == {}
    cookie = client.get_cookie("rubrica_pendiente", path="/mi-compromiso")
    assert cookie is not None
    with client.session_transaction() as held:
        held.update({"_user_id": signing.representative.fs_uniquifier, "_fresh": True})
    page = client.get(f"{base}/social")
    assert "Su sesión terminó. Guardamos lo que escribió" in text_of(page)
    assert "Escrito después de la hora." in page.get_data(as_text=True)
    stranger = actors.client("staff", signing.commitment.process.version.agenda)
    stranger.set_cookie("rubrica_pendiente", cookie.value, path="/mi-compromiso")
    assert "Escrito después" not in stranger.get(f"{base}/social").get_data(as_text=True)
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post(f"{base}/social", data=typed("SOC-01", "con_observacion", "Escrito después de la hora.")).status_code == 303
    assert said(session, signing.commitment) == {"SOC-01": ("con_observacion", "Escrito después de la hora.")}
    assert session.scalar(select(func.count()).select_from(Parked)) == 0


def test_a_page_of_another_site_cannot_save_or_park(
    app: Flask, browser: FlaskClient, client: FlaskClient, base: str, signing: Signing, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser.post(f"{base}/social", data=typed("SOC-01", "suscribe", "No se pierde."))
    assert (answer.status_code, "No se pierde." in answer.get_data(as_text=True), "Su sesión cambió" in text_of(answer)) == (
        400,
        True,
        True,
    )
    assert client.post(f"{base}/social", data=typed("SOC-01", "suscribe"), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert (said(session, signing.commitment), session.scalar(select(func.count()).select_from(Parked))) == ({}, 0)


def test_confirming_asks_before_it_converts_the_unanswered(browser: FlaskClient, base: str, signing: Signing, session: Session) -> None:
    browser.post(f"{base}/social", data=typed("SOC-01", "suscribe"))
    answer = browser.post(f"{base}/revisar")
    assert (answer.status_code, "Faltan 6 puntos por responder" in text_of(answer)) == (422, True)
    assert said(session, signing.commitment) == {"SOC-01": ("suscribe", "")}
    assert browser.post(f"{base}/revisar", data={"convertir": "si"}).location == base
    assert list(said(session, signing.commitment).values()).count(("sin_pronunciamiento", "")) == 6
    session.refresh(signing.commitment)
    assert signing.commitment.state == "issued"
    session.commit()
    page = browser.post(f"{base}/social", data=typed("SOC-01", "no_suscribe", "Tarde, pero escrito.", 1))
    assert (page.status_code, "Tarde, pero escrito." in page.get_data(as_text=True)) == (409, True)


def test_the_review_shows_the_unanswered_first_and_links_back(browser: FlaskClient, base: str) -> None:
    browser.post(f"{base}/social", data=typed("SOC-01", "suscribe"))
    html = browser.get(f"{base}/revisar").get_data(as_text=True)
    assert html.index("punto-AMB-01.2") < html.index('id="punto-SOC-01"')
    assert f"{base}/social?volver=revisar&amp;punto=SOC-01#punto-SOC-01" in html
    back = browser.post(
        f"{base}/social", data=typed("SOC-01", "no_suscribe", "", 1) | {"volver": "revisar", "punto": "SOC-01", "siguiente": "SOC-01.1"}
    )
    assert back.location == f"{base}/revisar#punto-SOC-01"


def test_a_question_reaches_the_mesa_and_a_correction_too(browser: FlaskClient, base: str, signing: Signing, session: Session) -> None:
    assert browser.post(f"{base}/preguntas", data={"item": "", "text": " "}).status_code == 422
    browser.post(f"{base}/preguntas", data={"item": "SOC-01", "text": "¿Qué año es la línea de base?"})
    browser.post(f"{base}/datos", data={"right": "no", "correction": "Mi segundo apellido."})
    asked = session.scalars(select(Question).order_by(Question.id)).all()
    assert [(one.item_code, one.text) for one in asked] == [
        ("SOC-01", "¿Qué año es la línea de base?"),
        (None, "Corrección de datos: Mi segundo apellido."),
    ]
    assert (
        session.scalars(select(MailMessage.address).where(MailMessage.kind == "commitment.question")).all() == ["mesa@muestra.example"] * 2
    )
    assert session.scalars(select(Event.kind).order_by(Event.id)).all() == ["chosen", "question_asked", "question_asked", "entered"]


def test_after_the_deadline_nothing_is_saved_and_nothing_lost(
    browser: FlaskClient, base: str, signing: Signing, session: Session, now: datetime
) -> None:
    signing.commitment.deadline = now - timedelta(minutes=1)
    session.commit()
    answer = browser.post(f"{base}/social", data=typed("SOC-01", "suscribe", "Sigue aquí."))
    assert (answer.status_code, "Sigue aquí." in answer.get_data(as_text=True)) == (410, True)
    assert "El plazo para tomar posición terminó" in text_of(answer)
    assert said(session, signing.commitment) == {}


def test_reopening_discards_the_document_in_plain_sight(
    browser: FlaskClient, base: str, issued: Callable[..., Signing], actors: Actors, session: Session, portal: Portal
) -> None:
    signing = issued()
    commitment = signing.commitment
    first = commitment.head_sha256 or ""
    mine = actors.signed_in(signing.representative)
    address = f"/mi-compromiso/{commitment.code}"
    assert mine.post(f"{address}/reabrir").status_code == 303
    session.refresh(commitment)
    assert (commitment.state, commitment.edition, commitment.head_sha256, commitment.stances_open) == ("open", 2, None, True)
    session.commit()
    mine.post(f"{address}/revisar")
    session.refresh(commitment)
    session.expire(commitment, ["revisions"])
    assert commitment.state == "issued"
    assert [(one.edition, one.number) for one in commitment.revisions] == [(1, 0), (2, 0)]
    assert commitment.head_sha256 != first
    assert portal.store.get(first).startswith(b"%PDF")
