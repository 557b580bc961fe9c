"""The pages: the public form, moderation, paper sheets, scoring on screen, decisions and what everybody reads of them."""

import io
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from plugins.demands import api, desk, rounds
from plugins.demands.models import Demand
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.limits import limiter
from portal.notices.models import Notice
from portal.organisations.models import Membership, Organisation
from portal.testing.fixtures import Actors
from tests.demands.conftest import Collect

pytestmark = pytest.mark.settings(plugins=("demands", "social"))
STAFF, OPEN = "/gestion/agendas/APU-T/demandas", "/agendas/APU-T/demandas"


def publish(session: Session, agenda: Agenda, **values: object) -> None:
    held = desk.locked(session, agenda.id)
    for name, value in ({"public": True} | values).items():
        setattr(held, name, value)
    session.commit()


def words(page: str) -> str:
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def kept(session: Session, statement: Any) -> list[Any]:
    """Return what is in the database now, and let go of it: a test that holds a transaction would keep the pages from writing."""
    found = list(session.scalars(statement.execution_options(populate_existing=True)))
    session.commit()
    return found


DEMANDS = select(Demand).options(selectinload(Demand.sources)).order_by(Demand.number)


@pytest.fixture
def mesa(actors: Actors, staff: Person) -> FlaskClient:
    return actors.signed_in(staff)


def test_a_proposal_is_moderated_before_anybody_reads_it(
    session: Session, agenda: Agenda, client: FlaskClient, mesa: FlaskClient, now: datetime
) -> None:
    publish(session, agenda, form=True)
    typed = {"text": "Más bibliotecas, dice Juan Quispe", "dimension": "social", "territory": "", "organisation": "Club de lectura"}
    sent = client.post(f"{OPEN}/proponer", data=typed)
    assert (sent.status_code, sent.location) == (303, f"{OPEN}/gracias")
    assert client.post(f"{OPEN}/proponer", data=typed).status_code == 303  # sent twice: kept once
    [proposal] = kept(session, DEMANDS)
    assert (proposal.code, proposal.state, proposal.channel, proposal.created_by_id) == ("D-001", "pending", "form", None)
    assert client.get(f"{OPEN}/D-001").status_code == 404
    assert "Quispe" not in client.get(OPEN).text + client.get("/buscar?q=bibliotecas").text
    assert "Quispe" in mesa.get("/buscar?q=biblioteca").text
    assert "D-001" in mesa.get(f"{STAFF}/moderar").text

    answer = mesa.post(f"{STAFF}/D-001/moderar", data={"acto": "apartar", "reason": " "})
    assert (answer.status_code, "Escriba el motivo" in answer.text) == (422, True)
    edited = {"acto": "publicar", "text": "Más bibliotecas", "kind": "demand", "dimension": "social", "territory": "", "detail": ""}
    assert mesa.post(f"{STAFF}/D-001/moderar", data=edited).status_code == 303
    page = client.get(f"{OPEN}/D-001").text
    assert ("Más bibliotecas" in page, "Club de lectura" in page, "Quispe" in page) == (True, True, False)
    assert "D-001" in client.get(f"{OPEN}?q=biblioteca").text
    assert "D-001" not in client.get(f"{OPEN}?q=carretera").text


@pytest.mark.parametrize(
    ("opens", "closes", "says"),
    [(1, None, "Las propuestas se reciben desde"), (None, -1, "Ahora no se reciben propuestas"), (-2, -1, "Ahora no se reciben")],
)
def test_the_form_is_open_between_its_dates_only(
    session: Session, agenda: Agenda, client: FlaskClient, now: datetime, opens: int | None, closes: int | None, says: str
) -> None:
    dates = {"opens_at": opens, "closes_at": closes}
    publish(session, agenda, form=True, **{name: now + timedelta(days=n) if n else None for name, n in dates.items()})
    assert says in client.get(f"{OPEN}/proponer").text
    answer = client.post(f"{OPEN}/proponer", data={"text": "Agua para todos", "dimension": "", "territory": ""})
    assert (answer.status_code, kept(session, DEMANDS)) == (409, [])
    if opens is None:
        assert "Agua para todos" in answer.text  # what was typed is not lost


def test_programs_and_floods_are_kept_out(app: Flask, session: Session, agenda: Agenda, client: FlaskClient) -> None:
    publish(session, agenda, form=True)
    trapped = client.post(
        f"{OPEN}/proponer", data={"text": "Compre aquí", "website": "https://spam.example", "dimension": "", "territory": ""}
    )
    assert (trapped.status_code, kept(session, DEMANDS)) == (303, [])
    long = client.post(f"{OPEN}/proponer", data={"text": "a" * 50_000, "dimension": "", "territory": ""})
    assert (long.status_code, "más de 1000 caracteres" in long.text, "a" * 50_000 in long.text) == (422, True, True)
    limiter.enabled = True
    try:
        answers = [client.post(f"{OPEN}/proponer", data={"text": "", "dimension": "", "territory": ""}).status_code for _ in range(11)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert answers == [422] * 10 + [429]


def test_a_sheet_is_typed_in_with_who_typed_it_and_bad_lines_keep_everything(
    session: Session, agenda: Agenda, mesa: FlaskClient, staff: Person
) -> None:
    made = mesa.post(f"{STAFF}/hojas", data={"many": "2", "dimension": "social", "place": "Taller de Abancay", "held_on": "2026-09-03"})
    assert made.status_code == 303
    typed = {"l1-text": "Agua segura", "l1-who": "Comité de riego", "l1-kind": "policy", "l1-dimension": "social", "l3-text": "x" * 1001}
    bad = mesa.post(f"{STAFF}/hojas/H-001", data=typed)
    assert (bad.status_code, kept(session, DEMANDS)) == (422, [])
    assert "Línea 3: La demanda tiene más de 1000 caracteres" in unescape(bad.text)
    assert ("Comité de riego" in bad.text, "x" * 1001 in bad.text) == (True, True)
    typed["l3-text"] = "Luz eléctrica"
    assert mesa.post(f"{STAFF}/hojas/H-001", data=typed).status_code == 303

    first, second = kept(session, DEMANDS)
    assert [(s.kind, s.name, s.sheet_id is not None, s.line) for s in first.sources] == [
        ("organisation", "Comité de riego", True, 1),
        ("meeting", "Taller de Abancay", True, 1),
    ]
    assert (first.kind, first.channel, str(first.collected_on), second.dimension, second.sources[0].kind) == (
        "policy",
        "paper",
        "2026-09-03",
        "social",
        "person",
    )
    page = words(mesa.get(f"{STAFF}/hojas/H-001").text)
    assert f"escribió {staff.full_name}" in page
    again = mesa.post(f"{STAFF}/hojas/H-001", data={"l1-text": "Agua, otra vez", "l2-text": "Riego"})
    assert (again.status_code, "Otra persona ya escribió esta línea" in again.text, "Riego" in again.text) == (422, True, True)
    assert kept(session, DEMANDS) == [first, second]

    scanned = mesa.post(f"{STAFF}/hojas/H-001/escaneo", data={"file": (io.BytesIO(b"MZ not a scan"), "hoja.pdf")}, follow_redirects=True)
    assert "Suba un PDF, una foto JPEG o un PNG" in scanned.text
    mesa.post(f"{STAFF}/hojas/H-001/escaneo", data={"file": (io.BytesIO(b"\x89PNG\r\n\x1a\n..."), "hoja.png")})
    scan = mesa.get(f"{STAFF}/hojas/H-001/escaneo")
    assert (scan.status_code, scan.content_type, scan.data) == (200, "image/png", b"\x89PNG\r\n\x1a\n...")


@pytest.mark.once
def test_printed_sheets_carry_codes_that_lead_to_their_forms(session: Session, agenda: Agenda, mesa: FlaskClient) -> None:
    import pypdfium2
    import zxingcpp

    mesa.post(f"{STAFF}/hojas", data={"many": "2", "dimension": "social", "place": "Taller"})
    pages = pypdfium2.PdfDocument(mesa.get(f"{STAFF}/hojas.pdf").data)
    assert len(pages) == 2  # one A4 page a sheet
    assert [round(side) for side in pages[0].get_size()] == [595, 842]
    codes = [zxingcpp.read_barcodes(page.render(scale=2).to_pil())[0].text for page in pages]
    assert [one.split("/gestion")[1] for one in codes] == [f"/agendas/APU-T/demandas/hojas/H-00{n}" for n in (1, 2)]
    assert mesa.get("/gestion" + codes[0].split("/gestion")[1]).status_code == 200


def test_scores_on_screen_keep_what_was_typed_and_a_ballot_is_ones_own(
    session: Session, agenda: Agenda, actors: Actors, mesa: FlaskClient, collected: Collect, staff: Person, now: datetime
) -> None:
    voter, other = actors.person("Rosa Vota"), actors.person("Otra Persona")
    plan = rounds.Plan(title="Ronda", criteria=[rounds.Weighed(name="Urgencia", weight="1")], by="person")
    demands = [collected("Agua"), collected("Luz")]
    held = api.open_round(session, now=now, agenda=agenda, plan=plan, demands=demands, people=[voter.id], person_id=staff.id)
    session.commit()
    first, second = (rounds.cell(entry.id, held.criteria[0].id) for entry in held.entries)
    session.commit()
    mine = f"{OPEN}/rondas/RP-01/puntuar"
    assert actors.signed_in(other).get(mine).status_code == 404
    browser = actors.signed_in(voter)
    bad = browser.post(mine, data={first: "9", second: "4", "revision": "1"})
    assert bad.status_code == 422
    assert "D-001, Urgencia: 9 está fuera de la escala de 1 a 5." in unescape(bad.text)
    assert re.findall(r'name="p-\d+-\d+" value="(\d)"', bad.text) == ["9", "4"]
    assert "Rosa Vota" in words(mesa.get(f"{STAFF}/rondas/RP-01").text).split("Votos que faltan")[1].split("Orden")[0]
    assert browser.post(mine, data={first: "5", second: "4", "revision": "1"}).status_code == 303
    late = browser.post(mine, data={first: "1", second: "1", "revision": "1"})
    assert (late.status_code, "usted escribió: 1" in late.text) == (409, True)
    assert mesa.post(f"{STAFF}/rondas/RP-01/cerrar").status_code == 303
    publish(session, agenda)
    public = actors.client().get(f"{OPEN}/rondas/RP-01").text
    assert ("Rosa" in public, "concertación, no una votación" in public, "resultado" in words(public).lower()) == (False, True, False)
    assert [one.decision for one in kept(session, DEMANDS)] == ["", ""]  # the first place decides nothing


def test_a_decision_tells_who_asked_and_shows_its_reason_against_the_order(
    session: Session, agenda: Agenda, actors: Actors, mesa: FlaskClient, client: FlaskClient, staff: Person, now: datetime
) -> None:
    publish(session, agenda)
    member = actors.person("Integrante")
    body = Organisation(name="Federación de muestra", sort_name="federacion de muestra", kind="sociedad_civil", created_at=now)
    session.add(body)
    session.flush()
    session.add(Membership(organisation_id=body.id, person_id=member.id, capacity="representante"))
    session.commit()
    typed = {
        "text": "Agua",
        "kind": "demand",
        "dimension": "social",
        "territory": "",
        "source": "organisation",
        "name": "federación de muestra",
    }
    assert mesa.post(f"{STAFF}/nueva", data=typed).status_code == 303
    assert [one.sources[0].organisation_id for one in kept(session, DEMANDS)] == [body.id]
    bare = mesa.post(f"{STAFF}/D-001/decidir", data={"outcome": "included"})
    assert (bare.status_code, "Escriba el motivo" in bare.text, "en qué reunión decidió" in bare.text) == (422, True, True)
    decision = {"outcome": "not_included", "reason": "Ya está en el plan anterior", "place": "Plenario de octubre"}
    assert mesa.post(f"{STAFF}/D-001/decidir", data=decision).status_code == 303
    page = words(client.get(f"{OPEN}/D-001").text)
    assert ("No incluida" in page, "Ya está en el plan anterior" in page, "Plenario de octubre" in page) == (True, True, True)
    [notice] = kept(session, select(Notice))
    assert (notice.person_id, notice.topic, notice.title, notice.href) == (
        member.id,
        "demands.decided",
        "D-001: no incluida",
        f"{OPEN}/D-001",
    )


def test_a_delegate_changes_only_their_dimension(
    session: Session, agenda: Agenda, actors: Actors, collected: Collect, now: datetime
) -> None:
    mine, other = collected("Agua", dimension="social"), collected("Luz", dimension="")
    session.commit()
    delegate = actors.client("delegate", agenda, dimension="social")
    form = {"text": "Agua segura", "kind": "demand", "dimension": "social", "territory": "", "detail": "", "revision": "1"}
    assert delegate.post(f"{STAFF}/{mine.code}/editar", data=form).status_code == 303
    assert delegate.post(f"{STAFF}/{other.code}/editar", data=form).status_code == 403
    assert delegate.post(f"{STAFF}/unir", data={"d": [mine.code, other.code]}).status_code == 403
    assert [one.text for one in kept(session, DEMANDS)] == ["Agua segura", "Luz"]


def test_while_the_list_is_not_public_nobody_outside_knows_of_it(
    portal: Portal, session: Session, agenda: Agenda, client: FlaskClient, mesa: FlaskClient, collected: Collect
) -> None:
    collected("Camino asfaltado")
    session.commit()
    pages = (OPEN, f"{OPEN}/D-001", f"{OPEN}/proponer", f"{OPEN}/rondas/RP-01")
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert mesa.get(f"{OPEN}/D-001").location == f"{STAFF}/D-001"
    settings = {"public": "y", "revision": "1"}
    assert mesa.post(f"{STAFF}/ajustes", data=settings).status_code == 303
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 404]
    assert mesa.post(f"{STAFF}/ajustes", data=settings).status_code == 409  # typed from an older page


def test_figures_that_are_no_numbers_find_nothing(session: Session, agenda: Agenda, client: FlaskClient, mesa: FlaskClient) -> None:
    publish(session, agenda)
    for typed in ("D-²", "D-①", "d-٣", "D-", "²"):
        assert client.get(OPEN, query_string={"q": typed}).status_code == 200, typed
        assert mesa.get(f"{STAFF}/unir", query_string={"d": typed}).status_code == 200, typed
