"""Reviewing and freezing in the browser."""

import re
import time

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.agendas.models import Agenda
from portal.testing.fixtures import Actors

from .conftest import Bench, Look

PLACE = "/gestion/agendas/APU-T/congelar"


def _expected(page: str) -> str:
    found = re.search(r'name="expected"[^>]*value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_a_coordinator_freezes_what_was_previewed_and_the_pdf_follows(actors: Actors, look: Look, session: Session, draft: Agenda) -> None:
    client = actors.client("coordinator", draft)
    page = client.get(PLACE).text
    assert "Congelar la versión 1" in page
    unsure = client.post(PLACE, data={"expected": _expected(page), "note": "Acta 3"})
    assert unsure.status_code == 422
    assert "Marque que revisó el contenido." in unsure.text
    done = client.post(PLACE, data={"expected": _expected(page), "note": "Acta 3", "sure": "y"})
    assert (done.status_code, done.location) == (303, "/agendas/APU-T/v1")
    (version,) = look.versions()
    assert (version.number, version.note, version.pdf_sha256 is not None) == (1, "Acta 3", True)
    assert "Congelamos la versión 1" in client.get(done.location).text
    assert "Nada cambió desde la versión 1" in client.get(PLACE).text


def test_a_draft_that_changed_meanwhile_is_reviewed_again(
    actors: Actors, bench: Bench, look: Look, session: Session, draft: Agenda
) -> None:
    client = actors.client("coordinator", draft)
    page = client.get(PLACE).text
    bench.edit(draft, look.item("SOC-01"), text="Otra redacción")
    answer = client.post(PLACE, data={"expected": _expected(page), "sure": "y"})
    assert answer.status_code == 409
    assert "El borrador cambió después de que usted lo revisó." in answer.text
    assert client.post(PLACE, data={"expected": _expected(answer.text), "sure": "y"}).status_code == 303


def test_objections_leave_no_button(actors: Actors, bench: Bench, look: Look, session: Session, draft: Agenda) -> None:
    item = look.item("AMB-01.1")
    client = actors.client("coordinator", draft)
    expected = _expected(client.get(PLACE).text)
    bench.edit(draft, item, fields={})
    page = client.get(PLACE).text
    assert "debe decir en qué cuenca ocurre" in page
    assert 'name="expected"' not in page
    assert client.post(PLACE, data={"expected": expected, "sure": "y"}).status_code == 409
    assert look.versions() == []


def test_freezing_asks_for_a_fresh_sign_in(actors: Actors, look: Look, session: Session, draft: Agenda) -> None:
    client: FlaskClient = actors.client("coordinator", draft)
    expected = _expected(client.get(PLACE).text)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time() - 86_400
    answer = client.post(PLACE, data={"expected": expected, "sure": "y"})
    assert answer.status_code == 303
    assert answer.location != "/agendas/APU-T/v1"
    assert look.versions() == []


def test_staff_do_not_freeze(actors: Actors, draft: Agenda) -> None:
    assert actors.client("staff", draft).get(PLACE).status_code == 403


def test_a_pdf_that_failed_is_asked_for_again(actors: Actors, bench: Bench, look: Look, session: Session, draft: Agenda) -> None:
    version = bench.freeze(draft)
    version.pdf_tries, version.pdf_problem = 10, "El almacén no responde"
    session.commit()
    client = actors.client("coordinator", draft)
    assert "Falló: El almacén no responde" in client.get("/gestion/agendas/APU-T").text
    assert client.post("/gestion/agendas/APU-T/v1/pdf").status_code == 303
    session.refresh(version)
    assert version.pdf_sha256 is not None
    assert "Listo" in client.get("/gestion/agendas/APU-T").text
