"""The demonstration: one load through the real services, killed once on the way; what it shows and what it leaves behind."""

import json
import re
import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from plugins.commitments.funnel import Funnel
from plugins.commitments.models import Commitment, Process, Revision
from plugins.commitments.signing.sandbox import inspect_isolated
from plugins.demo import loading, mailbox
from plugins.demo.agendas import basin
from plugins.demo.data.organisations import ORGANISATIONS
from plugins.demo.data.people import SIGN_INS
from plugins.demo.export import export
from plugins.demo.scene import record
from portal import clock
from portal.accounts.models import Grant, Person
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict
from portal.ledger.audit import audit
from portal.organisations.models import Organisation
from portal.settings import demo_settings, load, mark_demo

ROOT = Path(__file__).parents[2]
# What is shown of three stages that the funnel does not tell apart: a constancia follows a last signature by itself,
# and who has signed in part is still ready to sign.
AS_SHOWN = {"firmada": "publicada", "firmada_parcialmente": "lista_para_firma"}


def test_a_second_run_has_nothing_to_do(demo: Portal) -> None:
    assert loading.load(demo, now=clock.now()) is False


def test_two_agendas_are_frozen_with_all_their_items(demo: Portal) -> None:
    with demo.sessions() as session:
        found = session.execute(select(AgendaVersion.title, AgendaVersion.item_count).order_by(AgendaVersion.id)).all()
    assert [tuple(row) for row in found] == [
        ("Agenda Regional para la Gobernabilidad de Apurímac 2023-2026 (muestra)", 63),
        ("III Plan de Acción de Gobierno Abierto del Perú 2017-2019", 18),
    ]


def test_every_organisation_is_at_the_stage_that_it_illustrates(demo: Portal) -> None:
    with demo.sessions() as session:
        process = session.scalars(select(Process)).one()
        rows = Funnel.of(process.id, clock.now()).rows
        shown = {name: stage for name, stage in session.execute(select(rows.c.name, rows.c.stage))}  # noqa: C416
    assert shown == {one.name: AS_SHOWN.get(one.stage, one.stage) for one in ORGANISATIONS}


def test_every_organisation_says_that_it_is_a_sample(demo: Portal) -> None:
    with demo.sessions() as session:
        assert set(session.scalars(select(Organisation.is_sample))) == {True}
        assert all(re.search(r"\bmuestra\b", name) for name in session.scalars(select(Person.full_name)))


def test_the_ledger_vouches_for_all_of_it(demo: Portal) -> None:
    with demo.sessions() as session:
        entries, problems = audit(demo, session)
    assert problems == []
    assert entries > 50


def test_everything_happened_before_now_and_in_working_hours(demo: Portal) -> None:
    with demo.sessions() as session:
        moments = session.scalars(select(Revision.made_at)).all()
    assert moments
    assert all(moment < clock.now() and 14 <= moment.hour <= 22 for moment in moments)


@pytest.mark.parametrize("one", SIGN_INS, ids=lambda one: f"{one.role}-{one.email}")
def test_one_click_signs_in_with_the_role_that_is_promised(one: Any, demo: Portal, visitor: FlaskClient) -> None:
    assert one.name in visitor.get("/entrar").get_data(as_text=True)
    answer = visitor.post("/demo/entrar", data={"email": one.email})
    assert answer.status_code == 303
    assert one.name in visitor.get("/cuenta").get_data(as_text=True)
    with demo.sessions() as session:
        held = session.scalars(
            select(Grant.role).join(Person, Person.id == Grant.person_id).where(Person.email == one.email, Grant.ended_at.is_(None))
        ).all()
    assert set(held) == {one.role}


def test_nobody_else_is_let_in_by_a_click(visitor: FlaskClient) -> None:
    assert visitor.post("/demo/entrar", data={"email": "persona01@muestra.example"}).status_code == 404
    assert visitor.post("/demo/entrar", data={"email": SIGN_INS[0].email, "next": "https://example.org/"}).headers["Location"] == "/"
    assert visitor.get("/demo/entrar").status_code == 405


def test_mail_can_be_read_and_its_links_followed(demo: Portal, visitor: FlaskClient) -> None:
    page = visitor.get("/demo/correo").get_data(as_text=True)
    links = re.findall(r'href="(/demo/correo/[^"?]+)"', page)
    assert len(links) == 40
    invitation = next(
        name
        for name in mailbox.names(demo.settings.home)
        if "/v/" not in (text := mailbox.read(demo.settings.home, name).text) and "/entrar/" in text
    )
    shown = visitor.get(f"/demo/correo/{invitation}").get_data(as_text=True)
    assert f'href="{demo.settings.public_url}/entrar/' in shown


def test_mail_is_shown_as_text_only(demo: Portal, visitor: FlaskClient) -> None:
    letter = EmailMessage()
    letter["To"], letter["Subject"], letter["Date"] = "a@muestra.example", "<b>hola</b>", "Mon, 31 Aug 2026 15:32:00 +0000"
    letter.set_content('<script>alert(1)</script> "comillas"')
    letter.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="../x.svg")
    path = demo.settings.home / mailbox.FOLDER / "rubrica-999999.eml"
    path.write_bytes(letter.as_bytes())
    try:
        page = visitor.get("/demo/correo/rubrica-999999.eml").get_data(as_text=True)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<b>hola" not in page
        file = visitor.get("/demo/correo/rubrica-999999.eml/0")
        assert (file.mimetype, file.headers["Content-Disposition"].partition(";")[0]) == ("application/octet-stream", "attachment")
        assert visitor.get("/demo/correo/rubrica-999999.eml/1").status_code == 404
    finally:
        path.unlink()
    assert visitor.get("/demo/correo/..%2Fportal.db").status_code == 404
    assert visitor.get("/demo/correo/secret_key").status_code == 404


def test_the_folder_it_leaves_is_whole_and_other_programs_agree(demo: Portal, tmp_path: Path) -> None:
    summary = export(demo, tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert {one["state"] for one in summary["instruments"]} == {"issued", "partly_signed", "complete", "declined"}
    root = (tmp_path / "root.pem").read_bytes()
    for one in summary["instruments"]:
        path = tmp_path / one["path"]
        data = path.read_bytes()
        assert sha256(data) == one["sha256"]
        assert run("qpdf", "--check", path)[0] == 0
        assert re.findall(r"\d: (\S+)", run("pdfdetach", "-list", path)[1]) == ["agenda.json", "commitment.json"]
        assert re.search(r"Tagged:\s+yes", run("pdfinfo", path)[1])
        with demo.sessions() as session:
            certified = session.scalars(select(Commitment.certified_sha256).where(Commitment.code == one["code"])).one()
        assert data.startswith(demo.store.get(str(certified)))
        if one["state"] == "complete":
            assert inspect_isolated(data, [root], now=clock.now()).verdict == "valid"
            assert (tmp_path / one["constancia"]).read_bytes().startswith(b"%PDF-")


@pytest.mark.skipif(shutil.which("certutil") is None, reason="needs Debian's libnss3-tools")
def test_pdfsig_accepts_every_signature_of_the_complete_documents(demo: Portal, tmp_path: Path) -> None:
    summary = export(demo, tmp_path)
    trust = f"sql:{tmp_path}"
    assert run("certutil", "-N", "-d", trust, "--empty-password")[0] == 0
    assert run("certutil", "-A", "-d", trust, "-n", "rubrica", "-t", "C,C,C", "-i", tmp_path / "root.pem")[0] == 0
    for one in summary["instruments"]:
        if one["state"] == "complete":
            told = run("pdfsig", "-nssdir", trust, tmp_path / one["path"])[1]
            assert re.findall(r"Signature Validation: (.*)", told) == ["Signature is Valid."] * 5
            assert re.findall(r"Certificate Validation: (.*)", told) == ["Certificate is Trusted."] * 5


def run(*command: object) -> tuple[int, str]:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_samples_never_mix_with_an_installation_in_use(portal: Portal, actors: Any) -> None:
    actors.person("Persona real")
    with pytest.raises(Conflict, match="solo se cargan en una vacía"):
        loading.load(portal, now=clock.now())
    assert record(portal) == {}


@pytest.mark.settings(demo=True, plugins=("social", "economica", "ambiental", "institucional", "demo"))
def test_without_the_commitments_the_agenda_is_still_shown(portal: Portal, tmp_path: Path) -> None:
    assert loading.load(portal, now=clock.now()) is True
    with portal.sessions() as session:
        assert session.scalars(select(AgendaVersion.item_count)).all() == [63]
    with pytest.raises(Conflict, match="El módulo de compromisos no está en uso"):
        export(portal, tmp_path)


def test_without_the_demonstration_none_of_it_exists(client: FlaskClient) -> None:
    assert client.get("/demo/correo").status_code == 404
    assert client.post("/demo/entrar", data={"email": SIGN_INS[0].email}).status_code == 404
    assert "muestra" not in client.get("/entrar").get_data(as_text=True)
    assert "Correo de muestra" not in client.get("/").get_data(as_text=True)


def test_the_mark_turns_the_demonstration_on_until_somebody_says_no(tmp_path: Path) -> None:
    home = {"PORTAL_HOME": str(tmp_path)}
    assert load(home).demo is False
    mark_demo(demo_settings(home))
    assert (load(home).demo, load(home).plugins[-1]) == (True, "demo")
    off = load({**home, "PORTAL_DEMO": "0"})
    assert (off.demo, "demo" in off.plugins) == (False, False)
    with pytest.raises(Conflict, match="PORTAL_DEMO está apagada"):
        demo_settings({**home, "PORTAL_DEMO": "0"})


@pytest.mark.parametrize(
    ("text", "code"), [("el río Pachachaca y sus laderas", "pachachaca"), ("Pampas y Pachachaca", "varias"), ("toda la región", "varias")]
)
def test_a_result_names_the_basin_that_its_text_names(text: str, code: str) -> None:
    assert basin(text) == code
