"""Anybody verifies a document: by code, by its SHA-256, by the file; on the web and on the command line alike."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import closing, keys, states
from plugins.commitments.evidence import publish
from plugins.commitments.issuing import reopen
from plugins.commitments.models import Revision
from plugins.commitments.verification import verify_bytes
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.documents.models import StoredFile
from tests.commitments.conftest import Signing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def signed(session: Session, issued: Callable[..., Signing], sign_all: Callable[..., None]) -> Signing:
    """A commitment that everybody expected has signed."""
    signing = issued()
    sign_all(signing)
    session.rollback()  # SQLite has one writer: the test's transaction must not be open while commands work
    return signing


def latest(portal: Portal, signing: Signing) -> bytes:
    return portal.store.get(str(signing.commitment.head_sha256))


def upload(client: FlaskClient, data: bytes, **headers: str) -> Any:
    return client.post(
        "/verificar", data={"archivo": (io.BytesIO(data), "documento.pdf")}, content_type="multipart/form-data", headers=headers
    )


def asked(client: FlaskClient, data: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = upload(client, data, Accept="application/json").get_json()
    return answer


def panel(page: str) -> tuple[str, str]:
    """The headline and the sentence of the verdict panel."""
    found = re.search(r'<h2 id="veredicto">(.*?)</h2>\s*<p class="verdict-sentence">(.*?)</p>', page)
    assert found is not None, page
    return found[1], found[2]


def test_a_complete_document_is_authentic_and_says_who_signed(
    portal: Portal, session: Session, client: FlaskClient, signed: Signing
) -> None:
    pdf, name, code = latest(portal, signed), signed.commitment.organisation.name, signed.commitment.code
    session.rollback()
    page = upload(client, pdf).get_data(as_text=True)
    assert panel(page) == ("Auténtico y completo", "Lo firmaron las 2 personas previstas y no cambió después.")
    assert "Firmante 1 de muestra" in page
    assert "Firmante 2 de muestra" in page
    assert name in page
    assert "(hora de Lima)" in page
    answer = asked(client, pdf)
    assert set(answer) == {"verdict", "reasons", "instrument", "signatures"}
    assert (answer["verdict"], answer["instrument"]) == ("authentic_complete", code)
    assert [(one["field"], one["signer"], one["capacity"], one["status"]) for one in answer["signatures"]][1:] == [
        ("firma-1", "Firmante 1 de muestra", "Personero/a legal titular", "valid"),
        ("firma-2", "Firmante 2 de muestra", "Coordinador/a regional", "valid"),
    ]


def test_the_constancia_is_recognised_for_what_it_is(
    portal: Portal, session: Session, client: FlaskClient, signed: Signing, now: datetime
) -> None:
    publish(portal, signed.commitment.id, now=now)
    session.refresh(signed.commitment)
    code, pdf = signed.commitment.code, portal.store.get(str(signed.commitment.constancia_sha256))
    session.rollback()
    answer = asked(client, pdf)
    assert (answer["verdict"], answer["instrument"], [one["code"] for one in answer["reasons"]]) == (
        "authentic_complete",
        code,
        ["constancia"],
    )
    assert asked(client, pdf + b" ")["verdict"] != "authentic_complete"


def test_each_stage_of_a_document_has_its_verdict(
    portal: Portal, session: Session, client: FlaskClient, issued: Callable[..., Signing], sign_all: Callable[..., None]
) -> None:
    signing = issued()
    certified = latest(portal, signing)
    assert panel(upload(client, certified).get_data(as_text=True)) == ("Auténtico, faltan firmas", "Firmaron 0 de 2.")
    sign_all(signing, 1)
    assert asked(client, latest(portal, signing))["verdict"] == "authentic_incomplete"
    earlier = upload(client, certified).get_data(as_text=True)
    assert panel(earlier)[0] == "Auténtico, revisión anterior"


def test_one_byte_changed_anywhere_is_altered_and_names_the_instrument(portal: Portal, client: FlaskClient, signed: Signing) -> None:
    pdf = latest(portal, signed)
    for place in (2000, len(pdf) // 2, len(pdf) - 40):
        changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
        answer = asked(client, changed)
        assert (answer["verdict"], answer["instrument"]) == ("altered", signed.commitment.code), place
    assert panel(upload(client, changed).get_data(as_text=True)) == ("Alterado", "Este archivo cambió después de la firma. No lo use.")
    assert asked(client, pdf + b"\n% more")["verdict"] == "altered"
    assert asked(client, pdf[:-2000])["verdict"] == "altered"


def test_a_strangers_file_is_told_apart_from_a_forgery(client: FlaskClient, signed: Signing) -> None:
    from tests.commitments.signing.kit import base_pdf

    answer = asked(client, base_pdf())
    assert (answer["verdict"], answer["instrument"]) == ("unsigned", None)
    assert panel(upload(client, base_pdf()).get_data(as_text=True))[0] == "Sin firma"


def test_what_cannot_be_read_is_not_called_false(client: FlaskClient) -> None:
    page = upload(client, b"%PDF-1.7\nnonsense").get_data(as_text=True)
    assert panel(page) == ("No se pudo verificar", "No pudimos leerlo con seguridad. Esto no significa que sea falso.")


def test_a_file_that_is_no_pdf_and_no_file_have_their_sentences(client: FlaskClient) -> None:
    answer = upload(client, b"GIF89a")
    assert answer.status_code == 422
    assert "El archivo debe ser un PDF de menos de 20 MB." in answer.get_data(as_text=True)
    none = client.post("/verificar", data={}, content_type="multipart/form-data")
    assert none.status_code == 422
    assert "Elija el archivo PDF que quiere verificar." in none.get_data(as_text=True)
    assert asked(client, b"GIF89a")["verdict"] == "unverifiable"


def test_a_file_over_the_limit_is_refused_with_the_limit(client: FlaskClient) -> None:
    answer = upload(client, b"%PDF-1.7" + bytes(40 * 1024 * 1024))
    assert answer.status_code == 413
    assert "El límite es 20 MB." in answer.get_data(as_text=True)


def test_nothing_that_is_uploaded_is_kept(portal: Portal, session: Session, client: FlaskClient, signed: Signing) -> None:
    before = set(session.scalars(select(StoredFile.sha256)))
    data = latest(portal, signed) + b" "
    upload(client, data)
    session.rollback()
    assert set(session.scalars(select(StoredFile.sha256))) == before


def test_a_withdrawal_is_told_beside_the_authenticity(
    portal: Portal, session: Session, client: FlaskClient, signed: Signing, now: datetime
) -> None:
    closing.withdraw(session, now=now, person_id=None, commitment=signed.commitment, document="Carta 12-2022")
    session.commit()
    page = upload(client, latest(portal, signed)).get_data(as_text=True)
    assert panel(page)[0] == "Auténtico y completo"
    assert "El documento es auténtico, pero la organización se retiró el " in page
    codes = [one["code"] for one in asked(client, latest(portal, signed))["reasons"]]
    assert codes == ["complete", "withdrawn"]


def test_a_document_discarded_before_anybody_signed_says_so(
    portal: Portal, session: Session, client: FlaskClient, issued: Callable[..., Signing], now: datetime
) -> None:
    signing = issued()
    first = latest(portal, signing)
    reopen(session, now=now, person_id=signing.representative.id, commitment=signing.commitment)
    session.commit()
    assert "se descartó antes de que alguien lo firmara" in upload(client, first).get_data(as_text=True)
    assert client.get(f"/v/{signing.commitment.code}").status_code == 404


def test_the_sha256_alone_leads_to_the_verdict_and_a_wrong_one_to_none(portal: Portal, client: FlaskClient, signed: Signing) -> None:
    page = client.get(f"/verificar?codigo={signed.commitment.head_sha256}").get_data(as_text=True)
    assert panel(page)[0] == "Auténtico y completo"
    assert panel(client.get("/verificar?codigo=" + "0" * 64).get_data(as_text=True))[0] == "No reconocido"


def test_a_code_leads_to_what_the_paper_must_say(
    client: FlaskClient, issued: Callable[..., Signing], sign_all: Callable[..., None]
) -> None:
    signing = issued()
    sign_all(signing, 1)
    code = signing.commitment.code
    typed = code.lower().replace("-", " ").replace("rub", "")
    assert client.get("/verificar", query_string={"codigo": typed}).headers["Location"] == f"/v/{code}"
    page = client.get(f"/v/{code}").get_data(as_text=True)
    assert "Esto debe decir su documento" in page
    assert "Firmante 1 de muestra" in page
    assert "Firmante 2 de muestra" not in page
    assert "Coordinador/a regional" in page
    assert client.get(f"/compromisos/{code}").headers["Location"] == f"/v/{code}"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("RUB-00000-00000", "Ningún documento de este portal tiene el código RUB-00000-00000."), ("RUB-XXXXX", "no es un código completo")],
)
def test_an_unknown_code_tells_nothing(code: str, sentence: str, client: FlaskClient) -> None:
    answer = client.get(f"/v/{code}")
    assert answer.status_code == 404
    assert sentence in answer.get_data(as_text=True)


def test_a_mistyped_code_is_asked_again(client: FlaskClient) -> None:
    answer = client.get("/verificar?codigo=RUB-7K3MQ-9TD2X")
    assert answer.status_code == 422
    assert "Ese código no está completo o tiene una letra cambiada." in answer.get_data(as_text=True)


def test_the_registry_gives_the_documents_bytes_and_every_revision(
    portal: Portal, session: Session, client: FlaskClient, signed: Signing
) -> None:
    code = signed.commitment.code
    answer = client.get(f"/compromisos/{code}/documento.pdf")
    assert (answer.mimetype, sha256(answer.data)) == ("application/pdf", signed.commitment.head_sha256)
    digests = session.scalars(select(Revision.sha256).where(Revision.commitment_id == signed.commitment.id).order_by(Revision.number)).all()
    assert [sha256(client.get(f"/compromisos/{code}/revision-{n}.pdf").data) for n in range(3)] == digests
    assert client.get(f"/compromisos/{code}/revision-3.pdf").status_code == 404
    assert client.get("/compromisos/raiz.pem").data == keys.root_pem(portal)


def test_nobody_downloads_what_is_not_complete(client: FlaskClient, issued: Callable[..., Signing]) -> None:
    code = issued().commitment.code
    assert client.get(f"/compromisos/{code}/documento.pdf").status_code == 404
    assert client.get(f"/compromisos/{code}/revision-0.pdf").status_code == 404


@pytest.mark.parametrize("address", ["/verificar", "/v/RUB-00000-00000"])
def test_tries_are_limited(address: str, app: Any, portal: Portal) -> None:
    from portal.limits import limiter

    limiter.enabled = True
    try:
        limiter.reset()
        client = app.test_client()
        statuses = [client.get(address, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code for _ in range(61)]
        assert statuses.count(429) == 1
        assert statuses[-1] == 429
    finally:
        limiter.reset()
        limiter.enabled = False


def test_a_crowd_of_files_leaves_threads_for_the_pages(client: FlaskClient) -> None:
    from plugins.commitments import verify_views

    taken = 0
    while verify_views._waiting.acquire(blocking=False):
        taken += 1
    try:
        answer = upload(client, b"%PDF-1.7")
        assert answer.status_code == 503
        assert "Hay muchas verificaciones en este momento." in answer.get_data(as_text=True)
        assert client.get("/verificar").status_code == 200
    finally:
        for _ in range(taken):
            verify_views._waiting.release()
    assert taken == 4


def command(portal: Portal | None, *arguments: str, home: Path | None = None) -> tuple[int, dict[str, Any]]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    if portal is not None:
        settings = portal.settings
        environment |= {
            "PORTAL_HOME": str(settings.home),
            "PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_STORAGE_URL": settings.storage_url,
            "PORTAL_PLUGINS": ",".join(settings.plugins),
        }
    done = subprocess.run(
        [sys.executable, "-m", "portal", "verify", *arguments, "--json"],
        env=environment,
        cwd=home or ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_command_says_what_the_web_says_and_its_status_says_it_too(
    portal: Portal, client: FlaskClient, signed: Signing, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    pdf = latest(portal, signed)
    good.write_bytes(pdf)
    bad.write_bytes(pdf[:3000] + bytes([pdf[3000] ^ 1]) + pdf[3001:])
    assert command(portal, str(good)) == (0, asked(client, pdf))
    status, answer = command(portal, str(bad))
    assert (status, answer["verdict"]) == (1, "altered")
    status, answer = command(portal, str(tmp_path / "missing.pdf"))
    assert (status, answer["verdict"]) == (2, "unverifiable")


def test_standalone_judges_without_an_installation(portal: Portal, signed: Signing, tmp_path: Path) -> None:
    pdf, root, empty = tmp_path / "one.pdf", tmp_path / "root.pem", tmp_path / "elsewhere"
    empty.mkdir()
    pdf.write_bytes(latest(portal, signed))
    root.write_bytes(keys.root_pem(portal) or b"")
    told = {}
    for name, arguments in {
        "trusted": [str(pdf), "--standalone", "--trust-root", str(root)],
        "untrusted": [str(pdf), "--standalone"],
        "no root": [str(pdf), "--standalone", "--trust-root", str(tmp_path / "nothing.pem")],
        "bad root": [str(pdf), "--standalone", "--trust-root", str(pdf)],
    }.items():
        status, answer = command(None, *arguments, home=empty)
        told[name] = (status, answer["verdict"])
    assert told == {"trusted": (0, "valid"), "untrusted": (1, "untrusted"), "no root": (2, "unverifiable"), "bad root": (2, "unverifiable")}
    assert list(empty.iterdir()) == []


def test_the_doctor_looks_at_keys_sandbox_fonts_and_stuck_work(
    portal: Portal, session: Session, signed: Signing, answered: Callable[..., Signing], now: datetime
) -> None:
    from plugins.commitments import doctor

    assert [(one.label, one.ok) for one in doctor.examine(portal)] == [
        ("signing keys", True),
        ("timestamp authorities", True),
        ("long-term evidence", True),
        ("verification sandbox", True),
        ("signature fonts", True),
        ("commitments at work", True),
        ("signing on paper", True),
        ("outside trust", True),
    ]
    stuck = answered(signed.commitment.process, name="Otra").commitment
    stuck.issue_requested_at = now - timedelta(hours=1)
    session.commit()
    broken = replace(portal, settings=replace(portal.settings, keys_passphrase_file=str(portal.settings.file("secret_key"))))
    portal.settings.file("secret_key").write_text("otra frase")
    assert [(one.label, one.ok) for one in doctor.examine(broken)] == [
        ("signing keys", False),
        ("timestamp authorities", True),
        ("long-term evidence", True),
        ("verification sandbox", True),
        ("signature fonts", True),
        ("commitments at work", False),
        ("signing on paper", True),
        ("outside trust", True),
    ]


def test_the_record_decides_even_over_a_state_that_nobody_set(portal: Portal, session: Session, signed: Signing, now: datetime) -> None:
    slot = signed.commitment.slots[0]
    slot.certificate_sha256 = "0" * 64
    session.commit()
    session.expire_all()
    verified = verify_bytes(portal, session, latest(portal, signed), now=now)
    assert (verified.verdict.verdict, verified.verdict.reasons[0].code) == ("altered", "wrong_certificate")
    assert signed.commitment.state == states.COMPLETE


def test_commitments_are_issued_and_told_from_the_command_line(
    portal: Portal, session: Session, answered: Callable[..., Signing], commitment: Callable[..., Signing], now: datetime
) -> None:
    from click.testing import CliRunner

    from plugins.commitments import cli
    from plugins.commitments.stances import confirm

    ready = answered()
    confirm(session, now=now, person_id=None, portal=portal, commitment=ready.commitment)
    session.commit()
    unready = commitment(ready.commitment.process, name="Sin respuesta")
    codes, process = [ready.commitment.code, unready.commitment.code], ready.commitment.process.code
    session.rollback()

    def run(*arguments: str) -> tuple[int, Any]:
        done = CliRunner().invoke(cli.commitments, [*arguments, "--json"])
        return done.exit_code, json.loads(done.stdout) if done.stdout.startswith("[") else done.output

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "assembled", lambda: portal)
        assert run("issue", codes[1]) == (
            1,
            [{"code": codes[1], "state": "open", "problem": "La organización todavía no confirmó sus posiciones."}],
        )
        assert run("issue", "--process", process, "--all") == (0, [{"code": codes[0], "state": "issued", "problem": None}])
        assert run("issue", codes[0].lower()) == (0, [{"code": codes[0], "state": "issued", "problem": None}])
        status, rows = run("status", "--process", process)
        assert (status, [(one["code"], one["state"], one["signed"], one["expected"]) for one in rows]) == (
            0,
            [(codes[0], "issued", 0, 2), (codes[1], "open", 0, 2)],
        )
        assert run("issue")[0] == 2


def test_programs_ask_by_file_by_body_and_by_digest(client: FlaskClient, signed: Signing, portal: Portal) -> None:
    pdf = portal.store.get(signed.commitment.head_sha256 or "")
    by_form = upload(client, pdf, Accept="application/json").get_json()
    by_address = client.post("/verificar.json", data={"archivo": (io.BytesIO(pdf), "a.pdf")}, content_type="multipart/form-data")
    by_body = client.post("/verificar.json", data=pdf, content_type="application/pdf")
    by_digest = client.get(f"/verificar/{signed.commitment.head_sha256}.json")
    assert by_form["verdict"] == "authentic_complete"
    assert by_address.json == by_body.json == by_digest.json == by_form
    assert {one.headers["Access-Control-Allow-Origin"] for one in (by_address, by_body, by_digest)} == {"*"}
    altered = client.post("/verificar.json", data=pdf + b" ", content_type="application/pdf").json
    assert (altered or {})["verdict"] == "altered"
    unknown = client.get(f"/verificar/{'0' * 64}.json").json
    assert ((unknown or {})["verdict"], [one["code"] for one in (unknown or {})["reasons"]]) == ("unrecognised", ["not_registered"])
    empty, wrong = client.post("/verificar.json"), client.get("/verificar/abc.json")
    assert (empty.status_code, wrong.status_code) == (422, 422)
    assert [(one.json or {})["sentence"] for one in (empty, wrong)] == [
        "Elija el archivo PDF que quiere verificar.",
        "Una huella SHA-256 tiene 64 cifras hexadecimales.",
    ]
