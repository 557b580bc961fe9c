"""The operator's trust folder: trust lists whose own signature is checked, what ends, what `portal trust` says."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.digital.cli import trust
from plugins.commitments.digital.trust_folder import read_folder
from plugins.commitments.digital.trust_lists import BadList, read_list
from plugins.commitments.digital.trust_report import troubles
from plugins.commitments.doctor import examine
from portal import clock
from portal.context import Portal

from .conftest import Outside, codes
from .pki import Pki, list_xml, pem, sign_list, sign_outside


@pytest.fixture
def publisher(pki: Pki) -> Any:
    return pki.make("Publica la lista de muestra", key=None)


def listed(outside: Outside, publisher: Any, *, status: str = "granted", kind: str = "CA/PKC", **values: Any) -> Path:
    """Put the issuer into a list and nothing else into the folder."""
    folder = outside.portal.settings.home / "trust"
    for path in (folder / "anchors").iterdir():
        path.unlink()
    (folder / "list-signers" / "p.pem").write_bytes(pem(publisher))
    path = folder / "lists" / "pe.xml"
    path.write_bytes(outside.pki.trust_list(signer=publisher, services=[(kind, status, outside.pki.issuer)], **values))
    return path


def test_a_list_makes_its_issuers_trusted_and_its_version_is_captured(outside: Outside, publisher: Any) -> None:
    path = listed(outside, publisher)
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    reception = outside.receive(file)
    assert (reception.result, codes(reception)) == ("accepted", ["accepted"])
    kept = json.loads(outside.portal.store.get(outside.slot().evidence_sha256 or ""))["trust"]
    found = read_list(path.read_bytes(), (publisher.certificate,))
    assert (kept["kind"], kept["version"], kept["territory"], kept["sha256"], kept["operator"]) == (
        "list",
        7,
        "PE",
        found.sha256,
        "Autoridad de muestra",
    )
    assert kept["signer_sha256"] == found.signer_sha256


@pytest.mark.parametrize(
    ("kind", "status"), [("CA/PKC", "withdrawn"), ("CA/PKC", "supervisionrevoked"), ("IdV", "granted"), ("TSA", "granted")]
)
def test_services_that_do_not_vouch_for_signatures(outside: Outside, publisher: Any, kind: str, status: str) -> None:
    listed(outside, publisher, kind=kind, status=status)
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    assert codes(outside.look(file)) == ["no_trust"]


@pytest.mark.parametrize("status", ["granted", "accredited", "undersupervision", "recognisedatnationallevel", "inaccord"])
def test_services_that_do(pki: Pki, publisher: Any, status: str) -> None:
    data = pki.trust_list(signer=publisher, services=[("CA/QC", status, pki.issuer), ("TSA/QTST", status, pki.stamper)])
    assert [one.purpose for one in read_list(data, (publisher.certificate,)).services] == ["sign", "time"]


def test_a_list_past_its_next_update_leaves_the_signature_undecided(outside: Outside, publisher: Any) -> None:
    listed(outside, publisher, days=-1)
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    assert codes(outside.look(file)) == ["stale_list"]
    line = next(one for one in examine(outside.portal) if one.label == "outside trust")
    assert (line.ok, "lists/pe.xml: la lista de confianza (NextUpdate) venció" in line.sentence) == (False, True)


def test_a_list_is_believed_only_as_its_publisher_signed_it(pki: Pki, publisher: Any) -> None:
    good = pki.trust_list(signer=publisher, services=[("CA/PKC", "granted", pki.issuer)])
    other = pki.make("Otro publicador de muestra")
    unsigned = list_xml(pki.now, [("CA/PKC", "granted", pki.issuer)], 7, 30)
    changed = good.replace(b"granted", b"accredited")
    # a signed list wrapped into another one, which names somebody else
    evil = list_xml(pki.now, [("CA/PKC", "granted", other)], 8, 30)
    wrapped = evil.replace(b"</TrustServiceStatusList>", good + b"</TrustServiceStatusList>")
    for data, signers in (
        (good, (other.certificate,)),
        (unsigned, (publisher.certificate,)),
        (changed, (publisher.certificate,)),
        (wrapped, (publisher.certificate,)),
        (sign_list(unsigned, other), (publisher.certificate,)),
        (b"<html/>", (publisher.certificate,)),
        (b"nada", (publisher.certificate,)),
        (good, ()),
    ):
        with pytest.raises(BadList):
            read_list(data, signers)
    assert read_list(good, (other.certificate, publisher.certificate)).version == 7


def test_an_outside_document_type_cannot_be_pulled_in(pki: Pki, publisher: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secreto"
    secret.write_text("0123456789")
    good = pki.trust_list(signer=publisher, services=[("CA/PKC", "granted", pki.issuer)])
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode() + good.replace(b">PE<", b">&e;<")
    with pytest.raises(BadList):
        read_list(evil, (publisher.certificate,))


def test_what_cannot_be_used_is_a_problem_and_never_an_error(portal: Portal, now: datetime) -> None:
    folder = portal.settings.home / "trust"
    for name in ("anchors", "lists", "crls"):
        (folder / name).mkdir(parents=True)
    (folder / "anchors" / "a.pem").write_text("nada")
    (folder / "lists" / "b.xml").write_text("<x/>")
    (folder / "crls" / "c.crl").write_bytes(b"\x30\x00")
    found = read_folder(portal.settings.home, now=now)
    assert (found.anchors, [file for file, _ in found.problems]) == ((), ["anchors/a.pem", "lists/b.xml", "crls/c.crl"])


def test_nothing_configured_is_no_fault(portal: Portal) -> None:
    line = next(one for one in examine(portal) if one.label == "outside trust")
    assert (line.ok, "ninguna autoridad configurada" in line.sentence) == (True, True)


@pytest.fixture
def command(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run `portal trust …` on the test's folder."""
    monkeypatch.setenv("PORTAL_HOME", str(portal.settings.home))
    return lambda *arguments: CliRunner().invoke(trust, [str(one) for one in arguments])


def test_the_commands(command: Callable[..., Any], portal: Portal, tmp_path: Path) -> None:
    pki = Pki(clock.now())
    publisher = pki.make("Publica la lista de muestra")
    files = {
        "raiz.crt": pem(pki.root),
        "publica.pem": pem(publisher),
        "pe.xml": pki.trust_list(signer=publisher, services=[("CA/PKC", "granted", pki.issuer)], days=10),
        "emisora.crl": pki.crl(pki.issuer),
        "nada.pem": b"nada",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert command("list").output == "No hay ninguna autoridad de confianza configurada.\n"
    refused = command("add", tmp_path / "pe.xml", "--as", "list")
    assert (refused.exit_code, "no hay ningún certificado de publicador" in refused.output) == (2, True)
    assert command("add", tmp_path / "nada.pem", "--as", "anchor").exit_code == 2
    assert command("add", tmp_path / "emisora.crl", "--as", "crl", "--without-revocation").exit_code == 2
    for name, kind in (("raiz.crt", "anchor"), ("publica.pem", "list-signer"), ("pe.xml", "list"), ("emisora.crl", "crl")):
        done = command("add", tmp_path / name, "--as", kind)
        assert done.exit_code == 0, done.output
    rows = json.loads(command("list", "--json").output)
    assert [(one["kind"], one["file"]) for one in rows] == [
        ("list", "lists/pe.xml"),
        ("anchor", "anchors/raiz.pem"),
        ("list-signer", "list-signers/publica.pem"),
        ("crl", "crls/emisora.crl"),
    ]
    assert (rows[0]["version"], rows[0]["services"], rows[1]["without_revocation"]) == (7, 1, False)
    checked = command("check")
    assert (checked.exit_code, checked.output.startswith("lists/pe.xml: la lista de confianza (NextUpdate) vence el ")) == (1, True)
    assert command("add", tmp_path / "raiz.crt", "--as", "anchor", "--without-revocation").exit_code == 0
    found = read_folder(portal.settings.home, now=pki.now)
    assert [(one.file, one.exempt) for one in found.anchors] == [("anchors/raiz.pem", True), ("lists/pe.xml", False)]
    later = pki.now + timedelta(days=12)
    assert [file for file, _ in troubles(read_folder(portal.settings.home, now=later), now=later)] == ["lists/pe.xml", "crls/emisora.crl"]
    assert x509.load_pem_x509_certificate(pem(pki.root)).public_bytes(Encoding.DER) == found.anchors[0].der
