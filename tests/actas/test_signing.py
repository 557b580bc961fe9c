"""Actas are issued, signed by whoever must with a code, valid for pdfsig and for the portal itself, and audited."""

import json
import re
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select, text

from plugins.commitments.verification import verify_bytes
from portal import cli
from portal.accounts.codes import WrongCode
from portal.accounts.models import Person
from portal.actas import queries, service, signing
from portal.actas.models import Acta, ActaSignature
from portal.errors import Conflict, Forbidden, Invalid
from portal.ledger.audit import audit
from portal.mail import MailMessage
from portal.testing.fixtures import Actors
from tests.actas.conftest import Scene

pytestmark = pytest.mark.settings(plugins=("commitments", "social"))
Mailed = Callable[[Person], str]


def sign(scene: Scene, acta: Acta, person: Person, code_mailed: Mailed, now: datetime) -> None:
    """Ask for the code and sign with it, as the page does."""
    signing.send_code(scene.portal, scene.session, now=now, acta=acta, person_id=person.id)
    scene.session.commit()
    signing.sign(scene.portal, scene.session, now=now, acta=acta, person_id=person.id, code=code_mailed(person), agrees=True)
    scene.session.commit()


def pdfsig(path: Path) -> list[str]:
    """Return what pdfsig says of each signature in the file."""
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False)
    return re.findall(r"Signature Validation: (.*)\.", done.stdout)


def test_every_signature_is_valid_and_the_last_one_completes(scene: Scene, code_mailed: Mailed, now: datetime, tmp_path: Path) -> None:
    portal, session = scene.portal, scene.session
    acta = scene.issue(now)
    assert (acta.code, acta.state, acta.seal_sha256 is None) == ("APU-T-ACTA-001", "open", False)
    for one in scene.signers:
        sign(scene, acta, one, code_mailed, now)
    assert (acta.state, acta.completed_at) == ("complete", now)
    states = [portal.store.get(sha256) for _, sha256, _ in queries.revisions(acta)]
    assert [later.startswith(earlier) for earlier, later in pairwise(states)] == [True, True]
    file = tmp_path / "acta.pdf"
    file.write_bytes(states[-1])
    assert pdfsig(file) == ["Signature is Valid"] * 3
    assert subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0
    words = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "Lo que se acordó en Abancay." in words
    assert "APU-T-ACTA-001" in words
    assert [verify_bytes(portal, session, data, now=now).verdict.verdict for data in states] == [
        "authentic_earlier_revision",
        "authentic_earlier_revision",
        "authentic_complete",
    ]
    found = verify_bytes(portal, session, states[-1], now=now)
    assert found.acta is not None
    assert [(one.field, one.signer) for one in found.verdict.signatures if not one.certification] == [
        ("firma-1", "Rosa Muestra Ñahui"),
        ("firma-2", "Julián Muestra Quispe"),
    ]
    altered = states[-1].replace(b"/Type", b"/Tipe", 1)
    assert verify_bytes(portal, session, altered, now=now).verdict.verdict == "altered"
    assert audit(portal, session)[1] == []


@pytest.mark.once
def test_the_page_and_the_command_say_which_acta_it_is(scene: Scene, client: FlaskClient, now: datetime, tmp_path: Path) -> None:
    acta = scene.issue(now)
    data = scene.portal.store.get(acta.sha256)
    file = tmp_path / "acta.pdf"
    file.write_bytes(data)
    with file.open("rb") as upload:
        answer = client.post("/verificar", data={"archivo": (upload, "acta.pdf")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Auténtico, faltan firmas" in page
    assert "Acta de la reunión R-001 (muestra)" in page
    assert "/actas/APU-T-ACTA-001" in page
    plugins = " ".join(scene.portal.settings.plugins)
    env = {
        "PORTAL_HOME": str(scene.portal.settings.home),
        "PORTAL_PLUGINS": plugins,
        "PORTAL_DATABASE_URL": scene.portal.settings.database_url,
        "PORTAL_STORAGE_URL": scene.portal.settings.storage_url,
    }
    said = CliRunner().invoke(cli.main, ["verify", "--json", str(file)], env=env)
    found = json.loads(said.output)
    assert (found["verdict"], found["instrument"]) == ("authentic_incomplete", "APU-T-ACTA-001")


def test_only_a_signer_signs_once_and_with_the_code(scene: Scene, actors: Actors, code_mailed: Mailed, now: datetime) -> None:
    portal, session = scene.portal, scene.session
    acta, (first, second) = scene.issue(now), scene.signers
    with pytest.raises(Forbidden):
        signing.send_code(portal, session, now=now, acta=acta, person_id=scene.staff.id)
    signing.send_code(portal, session, now=now, acta=acta, person_id=first.id)
    session.commit()
    right = code_mailed(first)
    with pytest.raises(Invalid) as refused:
        signing.sign(portal, session, now=now, acta=acta, person_id=first.id, code=right, agrees=False)
    assert set(refused.value.fields) == {"agrees"}
    wrong = f"{(int(right.replace(' ', '')) + 1) % 10**6:06}"
    with pytest.raises(WrongCode):
        signing.sign(portal, session, now=now, acta=acta, person_id=first.id, code=wrong, agrees=True)
    signing.sign(portal, session, now=now, acta=acta, person_id=first.id, code=right, agrees=True)
    session.commit()
    with pytest.raises(Conflict, match="Usted ya firmó"):
        signing.send_code(portal, session, now=now, acta=acta, person_id=first.id)
    assert [one.method for one in acta.signatures] == ["electronic", None]
    assert session.scalars(select(MailMessage.kind).where(MailMessage.person_id == second.id)).all() == ["acta"]


def test_a_corrected_acta_replaces_and_the_old_one_stays(scene: Scene, code_mailed: Mailed, now: datetime) -> None:
    portal, session = scene.portal, scene.session
    old = scene.issue(now)
    sign(scene, old, scene.signers[0], code_mailed, now)
    kept = portal.store.get(old.sha256)
    given = {
        "title": "Acta corregida (muestra)",
        "html": portal.templates.get_template("actas/pdf_signatures.html").render(acta=old),
        "signers": [(scene.signers[1].id, "Asistente")],
        "public": True,
        "person_id": scene.staff.id,
    }
    new = service.replace(portal, session, now=now, acta=old, **given)
    session.commit()
    assert (new.code, new.replaces_id, old.state) == ("APU-T-ACTA-002", old.id, "replaced")
    with pytest.raises(Conflict):
        service.replace(portal, session, now=now, acta=old, **given)
    session.rollback()
    with pytest.raises(Conflict):
        signing.send_code(portal, session, now=now, acta=old, person_id=scene.signers[1].id)
    verdict = verify_bytes(portal, session, kept, now=now).verdict
    assert verdict.verdict == "authentic_incomplete"
    assert "superseded" in [one.code for one in verdict.reasons]
    assert audit(portal, session)[1] == []


def test_the_audit_names_what_was_changed_behind_its_back(scene: Scene, code_mailed: Mailed, now: datetime) -> None:
    portal, session = scene.portal, scene.session
    acta = scene.issue(now)
    sign(scene, acta, scene.signers[0], code_mailed, now)
    changes = {
        "UPDATE acta SET title = 'Otra'": "Acta APU-T-ACTA-001: sus datos cambiaron después de emitirla.",
        "UPDATE acta SET sha256 = first_sha256": "Acta APU-T-ACTA-001: su archivo no es el que se registró.",
        "UPDATE acta SET state = 'complete'": "Acta APU-T-ACTA-001: su estado no es el que se registró.",
        "UPDATE acta_signature SET name = 'Otra' WHERE position = 1": "Acta APU-T-ACTA-001: el nombre de la firma 1 cambió.",
        "UPDATE acta_signature SET method = 'paper' WHERE position = 2": "Acta APU-T-ACTA-001: la firma 2 no es la que se registró.",
    }
    found = {}
    for statement in changes:
        session.execute(text(statement))
        found[statement] = [one.sentence for one in audit(portal, session)[1]]
        session.rollback()
        session.expire_all()
    assert found == {statement: [sentence] for statement, sentence in changes.items()}


@pytest.mark.once
def test_signing_on_the_page(scene: Scene, actors: Actors, client: FlaskClient, code_mailed: Mailed, now: datetime) -> None:
    acta, first = scene.issue(now, public=False), scene.signers[0]
    signer = actors.signed_in(first)
    path = f"/actas/{acta.code}"
    assert "Enviar código" in signer.get(path).get_data(as_text=True)
    assert signer.post(f"{path}/codigo").status_code == 303
    answer = signer.post(f"{path}/firmar", data={"code": "", "agrees": "y"})
    assert (answer.status_code, "Escriba las seis cifras del código." in answer.get_data(as_text=True)) == (422, True)
    answer = signer.post(f"{path}/firmar", data={"code": code_mailed(first), "agrees": "y"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    scene.session.expire_all()
    assert scene.session.scalars(select(ActaSignature.method).order_by(ActaSignature.position)).all() == ["electronic", None]
    assert signer.get(f"{path}.pdf").data == scene.portal.store.get(acta.sha256)
    assert "Acta de la reunión R-001 (muestra)" in signer.get("/actas").get_data(as_text=True)
    stranger = actors.signed_in(actors.person("Otra Persona de Muestra"))
    assert [stranger.get(path).status_code, client.get(f"{path}.pdf").status_code] == [404, 303]


def test_a_scan_is_kept_as_it_came_with_who_typed_it(scene: Scene, code_mailed: Mailed, now: datetime) -> None:
    portal, session = scene.portal, scene.session
    acta = scene.issue(now)
    sign(scene, acta, scene.signers[0], code_mailed, now)
    common = {"now": now, "acta": acta, "person_id": scene.staff.id}
    with pytest.raises(Invalid) as refused:
        service.attach_paper(portal, session, data=b"MZ\x90\x00 a program", positions=[2], signed_on=now.date(), **common)
    assert set(refused.value.fields) == {"scan"}
    with pytest.raises(Invalid) as refused:
        service.attach_paper(portal, session, data=b"%PDF-1.7 scan", positions=[9], signed_on=now.date() + timedelta(days=1), **common)
    assert set(refused.value.fields) == {"positions", "signed_on"}
    with pytest.raises(Conflict):
        service.attach_paper(portal, session, data=b"%PDF-1.7 scan", positions=[1], signed_on=now.date(), **common)
    service.attach_paper(portal, session, data=b"%PDF-1.7 scan", positions=[2], signed_on=now.date(), **common)
    session.commit()
    one = acta.signatures[1]
    assert (one.method, one.recorded_by_id, portal.store.get(one.scan_sha256 or "")) == ("paper", scene.staff.id, b"%PDF-1.7 scan")
    assert acta.state == "complete"
    assert verify_bytes(portal, session, portal.store.get(acta.sha256), now=now).verdict.verdict == "authentic_complete"
    assert audit(portal, session)[1] == []


@pytest.mark.slow
def test_two_who_sign_at_one_instant_both_sign(scene: Scene, code_mailed: Mailed, now: datetime) -> None:
    portal, session = scene.portal, scene.session
    acta = scene.issue(now)
    name, typed = acta.code, {}
    for person in scene.signers:
        signing.send_code(portal, session, now=now, acta=acta, person_id=person.id)
        session.commit()
        typed[person.id] = code_mailed(person)
    session.rollback()
    together = threading.Barrier(2)

    def run(person_id: int) -> str:
        with portal.sessions() as own:
            mine = queries.acta_of(own, name)
            own.commit()
            together.wait(20)
            signing.sign(portal, own, now=now, acta=mine, person_id=person_id, code=typed[person_id], agrees=True)
            own.commit()
            return mine.state

    with ThreadPoolExecutor(2) as pool:
        states = sorted(pool.map(run, typed))
    assert states == ["complete", "open"]
    session.expire_all()
    fresh = queries.acta_of(session, name)
    assert sorted(one.number or 0 for one in fresh.signatures) == [1, 2]
    assert verify_bytes(portal, session, portal.store.get(fresh.sha256), now=now).verdict.verdict == "authentic_complete"
    assert audit(portal, session)[1] == []
