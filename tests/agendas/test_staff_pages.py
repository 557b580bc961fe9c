"""Staff make agendas, choose dimensions and read the draft; each sees what is theirs."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.agendas import queries
from portal.agendas.models import Agenda
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

from .conftest import Bench, Look

NEW = {
    "code": "APU-2027",
    "title": "Agenda de muestra",
    "summary": "",
    "period_start": "2027",
    "period_end": "2030",
    "territory_inei": "03",
}


def test_an_administrator_makes_an_agenda_and_chooses_its_dimensions(actors: Actors, session: Session) -> None:
    client = actors.client("administrator")
    made = client.post("/gestion/agendas/nueva", data=NEW)
    assert (made.status_code, made.location) == (303, "/gestion/agendas/APU-2027/dimensiones")
    chosen = client.post(made.location, data={"names": ["social", "ambiental"]})
    assert (chosen.status_code, chosen.location) == (303, "/gestion/agendas/APU-2027")
    assert [one.prefix for one in queries.agenda(session, "APU-2027").dimensions] == ["SOC", "AMB"]


def test_what_was_typed_stays_beside_what_is_wrong(actors: Actors) -> None:
    client = actors.client("administrator")
    answer = client.post("/gestion/agendas/nueva", data={**NEW, "code": "mal código", "period_end": "2020", "summary": "Lo que escribí"})
    assert answer.status_code == 422
    assert "El último año no puede ser anterior al primero." in answer.text
    assert "Lo que escribí" in answer.text
    missing = client.post("/gestion/agendas/nueva", data={**NEW, "title": "", "period_start": "x"})
    assert missing.status_code == 422
    assert 'class="error-summary"' in missing.text


def test_settings_edited_by_two_show_both(actors: Actors, look: Look, session: Session, draft: Agenda) -> None:
    client = actors.client("coordinator", draft)
    data = {**NEW, "title": "Lo mío", "revision": "1"}
    assert client.post("/gestion/agendas/APU-T/ajustes", data={**data, "title": "Lo de otra persona"}).status_code == 303
    stale = client.post("/gestion/agendas/APU-T/ajustes", data=data)
    assert stale.status_code == 409
    assert "Lo mío" in stale.text
    assert "Lo de otra persona" in stale.text
    assert 'name="revision" type="hidden" value="2"' in stale.text
    assert client.post("/gestion/agendas/APU-T/ajustes", data={**data, "revision": "2"}).status_code == 303
    session.expire_all()
    assert queries.agenda(session, "APU-T").title == "Lo mío"


def test_a_dimension_that_must_stay_is_said_on_the_page(actors: Actors, bench: Bench, draft: Agenda) -> None:
    bench.freeze(draft)
    client = actors.client("coordinator", draft)
    answer = client.post("/gestion/agendas/APU-T/dimensiones", data={"names": ["social"]})
    assert answer.status_code == 409
    assert "no se puede quitar, solo cerrar" in answer.text
    assert client.post("/gestion/agendas/APU-T/dimension/social/cierre", data={"closed": "1"}).status_code == 303
    assert "cerrada para puntos nuevos" in client.get("/gestion/agendas/APU-T/dimensiones").text
    assert "Agregar punto" not in client.get("/gestion/agendas/APU-T/dimension/social").text


def test_each_sees_the_drafts_of_their_agendas(actors: Actors, session: Session, draft: Agenda, bench: Bench) -> None:
    other = sample_draft(session, now=bench.now, ask=bench.portal.ask, code="OTRA", title="La otra agenda", items=1)
    session.commit()
    staff: FlaskClient = actors.client("staff", draft)
    listed = staff.get("/gestion/agendas").text
    assert draft.title in listed
    assert other.title not in listed
    assert staff.get("/gestion/agendas/OTRA").status_code == 403
    assert other.title in actors.client("administrator").get("/gestion/agendas").text


def test_a_reader_reads_and_writes_nothing(actors: Actors, draft: Agenda) -> None:
    client = actors.client("reader", draft)
    page = client.get("/gestion/agendas/APU-T/dimension/social")
    assert page.status_code == 200
    assert "Subir" not in page.text
    for address in (
        "/gestion/agendas/APU-T/ajustes",
        "/gestion/agendas/APU-T/dimensiones",
        "/gestion/agendas/APU-T/puntos/SOC-01",
        "/gestion/agendas/APU-T/congelar",
    ):
        assert client.get(address).status_code == 403


def test_a_delegate_edits_only_their_dimension(actors: Actors, look: Look, session: Session, draft: Agenda) -> None:
    client = actors.client("delegate", draft, dimension="social")
    place = "/gestion/agendas/APU-T"
    assert client.get(f"{place}/puntos/SOC-01").status_code == 200
    assert client.post(f"{place}/puntos/SOC-01/mover", data={"direction": "down"}).status_code == 303
    assert "Subir" in client.get(f"{place}/dimension/social").text
    assert "Subir" not in client.get(f"{place}/dimension/ambiental").text
    for address in (
        f"{place}/puntos/AMB-01",
        f"{place}/puntos/nuevo?dimension=ambiental",
        f"{place}/ajustes",
        f"{place}/dimensiones",
        f"{place}/congelar",
    ):
        assert client.get(address).status_code == 403
    for address in (
        "puntos/AMB-01",
        "puntos/AMB-01/mover",
        "puntos/AMB-01/retirar",
        "puntos/AMB-01/restaurar",
        "puntos/AMB-01/ubicar",
        "dimension/social/cierre",
    ):
        assert client.post(f"{place}/{address}", data={"revision": "1"}).status_code == 403
    assert look.item("AMB-01").revision == 1


def test_the_draft_lists_what_stands_against_freezing(actors: Actors, bench: Bench, look: Look, session: Session, draft: Agenda) -> None:
    bench.edit(draft, look.item("AMB-01.1"), fields={})
    client = actors.client("staff", draft)
    assert "El resultado AMB-01.1 debe decir en qué cuenca ocurre." in client.get("/gestion/agendas/APU-T").text
    assert "El resultado AMB-01.1 debe decir en qué cuenca ocurre." in client.get("/gestion/agendas/APU-T/dimension/ambiental").text
    assert "1 por resolver" in client.get("/gestion/agendas/APU-T").text


def test_the_draft_is_compared_with_any_version(actors: Actors, bench: Bench, look: Look, session: Session, draft: Agenda) -> None:
    client = actors.client("staff", draft)
    assert "todo es nuevo" in client.get("/gestion/agendas/APU-T/cambios").text
    bench.freeze(draft)
    assert "El borrador dice lo mismo que esa versión." in client.get("/gestion/agendas/APU-T/cambios").text
    bench.edit(draft, look.item("SOC-01"), text="Segunda")
    bench.freeze(draft)
    bench.edit(draft, look.item("ECO-01"), text="Tercera")
    assert client.get("/gestion/agendas/APU-T/cambios").text.count("<article") == 1
    assert client.get("/gestion/agendas/APU-T/cambios?desde=1").text.count("<article") == 2


@pytest.mark.settings(plugins=("social", "no_esta"))
def test_administrators_see_refused_plugins_with_their_reason(actors: Actors) -> None:
    page = actors.client("administrator").get("/portal/estado").text
    assert "no está instalado. Instálelo o quítelo de PORTAL_PLUGINS." in page
    assert "dimensions, indicators, item_objections, panels" in page
    assert actors.client().get("/portal/estado").status_code == 403
