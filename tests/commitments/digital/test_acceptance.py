"""Honest files from outside software are accepted, whatever of the permitted forms they take, and stay authentic."""

import io
import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext

from plugins.commitments import keys
from plugins.commitments.digital.models import OutsideAuthority
from plugins.commitments.signing_acts import sign_slot
from plugins.commitments.verification import verify_bytes
from portal.documents.canonical import sha256
from portal.ledger.audit import audit
from tests.commitments.conftest import at_rest

from .conftest import Outside, codes
from .pki import sign_outside


def context(outside: Outside) -> ValidationContext:
    pki = outside.pki
    return ValidationContext(
        trust_roots=[pki.root.asn1],
        other_certs=[pki.issuer.asn1, pki.stamper.asn1],
        crls=[pki.crl(pki.root), pki.crl(pki.issuer)],
        moment=outside.now,
    )


def forms(outside: Outside) -> dict[str, dict[str, Any]]:
    """What software of different makers writes."""
    stamper = outside.pki.timestamper()
    kept = {"embed_validation_info": True, "validation_context": context(outside)}
    return {
        "pades": {},
        "adobe": {"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED},
        "stamp": {"stamp": TextStampStyle(stamp_text="Firmado por\n%(signer)s\n%(ts)s"), "reason": "Conforme", "location": "Lima"},
        "timestamp": {"timestamper": stamper},
        "b-lt": {"timestamper": stamper, **kept},
        "b-lta": {"timestamper": stamper, "use_pades_lta": True, **kept},
        "without the intermediate": {"chain": False},
    }


@pytest.mark.parametrize("form", ["pades", "adobe", "stamp", "timestamp", "b-lt", "b-lta"])
def test_each_honest_form_is_accepted(outside: Outside, form: str) -> None:
    file = sign_outside(outside.head(), outside.holder(), field="firma-1", **forms(outside)[form])
    judged = outside.look(file)
    assert (judged.result, codes(judged)) == ("accepted", ["accepted"])


def test_validation_data_may_follow_in_a_revision_of_its_own(outside: Outside) -> None:
    signed = io.BytesIO(sign_outside(outside.head(), outside.holder(), field="firma-1"))
    DocumentSecurityStore.add_dss(signed, sig_contents=None, certs=[outside.pki.issuer.asn1])
    judged = outside.look(signed.getvalue())
    assert (judged.result, codes(judged)) == ("accepted", ["accepted"])
    PdfTimeStamper(outside.pki.timestamper()).timestamp_pdf(IncrementalPdfFileWriter(signed), "sha256", context(outside), in_place=True)
    judged = outside.look(signed.getvalue())
    assert (judged.result, codes(judged)) == ("accepted", ["accepted"])


def test_an_intermediate_that_the_file_leaves_out_comes_from_the_portals_store(outside: Outside) -> None:
    file = sign_outside(outside.head(), outside.holder(), field="firma-1", chain=False)
    assert codes(outside.look(file)) == ["no_chain"]
    outside.pki.trust(outside.portal.settings.home, intermediates=[outside.pki.issuer])
    reception = outside.receive(file)
    assert (reception.result, codes(reception)) == ("accepted", ["accepted"])
    verdict = verify_bytes(outside.portal, outside.session, file, now=outside.now)
    assert verdict.verdict.verdict == "authentic_incomplete"


def test_revocation_answers_may_come_in_the_file(outside: Outside) -> None:
    for path in (outside.portal.settings.home / "trust" / "crls").iterdir():
        path.unlink()
    holder, pki = outside.holder(), outside.pki
    file = io.BytesIO(sign_outside(outside.head(), holder, field="firma-1"))
    assert codes(outside.look(file.getvalue())) == ["no_revocation"]
    from asn1crypto import ocsp as asn1_ocsp

    answer = asn1_ocsp.OCSPResponse.load(pki.ocsp(pki.issuer, holder))
    from asn1crypto import crl as asn1_crl

    DocumentSecurityStore.add_dss(file, sig_contents=None, ocsps=[answer], crls=[asn1_crl.CertificateList.load(pki.crl(pki.root))])
    judged = outside.look(file.getvalue())
    assert (judged.result, codes(judged)) == ("accepted", ["accepted"])
    assert [one["kind"] for one in judged.certificate["links"]] == ["crl", "ocsp"]


def test_an_authority_marked_so_needs_no_revocation_answer(outside: Outside) -> None:
    home = outside.portal.settings.home
    for path in (home / "trust" / "crls").iterdir():
        path.unlink()
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    assert codes(outside.look(file)) == ["no_revocation"]
    (home / "trust" / "anchors" / "0.without-revocation").touch()
    assert codes(outside.look(file)) == ["accepted"]


def test_an_accepted_signature_is_recorded_with_its_evidence_and_stays_authentic(outside: Outside, tmp_path: Path) -> None:
    file = sign_outside(outside.head(), outside.holder(), field="firma-1")
    base = outside.signing.commitment.head_sha256
    reception = outside.receive(file)
    commitment, slot = outside.signing.commitment, outside.slot()
    assert (reception.result, slot.signed_method, slot.signed_name) == ("accepted", "digital", outside.signing.people[0].full_name)
    assert (commitment.state, commitment.head_sha256) == ("partly_signed", sha256(file))
    kept = json.loads(outside.portal.store.get(slot.evidence_sha256 or ""))
    assert (kept["schema"], kept["result"], kept["identity"], kept["base_sha256"]) == ("rubrica.reception/1", "accepted", "dni", base)
    assert (kept["trust"], len(kept["certificate"]["chain"])) == ({"kind": "pem", "file": "anchors/0.pem"}, 3)
    assert [(one["status"], one["kind"]) for one in kept["certificate"]["links"]] == [("good", "crl")] * 2
    assert outside.session.query(OutsideAuthority).count() == 1
    outside.session.commit()

    # the rest sign in the portal, on top of it
    for place in (1, 2):
        person = outside.signing.people[place]
        sign_slot(outside.portal, outside.session, now=outside.now, slot_id=outside.slot(place).id, person_id=person.id)
        outside.session.commit()
    at_rest(outside.session, commitment)
    assert commitment.state == "complete"
    final = outside.head()
    for moment in (outside.now, outside.now + timedelta(days=365 * 6)):  # the person's certificate ends in three years
        verified = verify_bytes(outside.portal, outside.session, final, now=moment)
        assert (verified.verdict.verdict, [one.code for one in verified.verdict.reasons]) == ("authentic_complete", ["complete"]), moment
    assert audit(outside.portal, outside.session)[1] == []
    (outside.portal.settings.home / "trust" / "anchors" / "0.pem").unlink()  # the operator no longer trusts it
    assert verify_bytes(outside.portal, outside.session, final, now=outside.now).verdict.verdict == "authentic_complete"

    shown = pdfsig(tmp_path, final, keys.trusted_roots(outside.portal))
    assert (shown.count("Signature is Valid."), shown.count("Certificate is Trusted.")) == (4, 4)
    path = tmp_path / "final.pdf"
    path.write_bytes(final)
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)


def pdfsig(folder: Path, pdf: bytes, roots: list[bytes]) -> str:
    database, file = folder / "nss", folder / "f.pdf"
    database.mkdir()
    file.write_bytes(pdf)
    subprocess.run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"], check=True, capture_output=True)
    for number, root in enumerate(roots):
        (folder / f"{number}.pem").write_bytes(root)
        command = ["certutil", "-A", "-d", f"sql:{database}", "-n", f"root-{number}", "-t", "CT,C,C", "-i", folder / f"{number}.pem"]
        subprocess.run(command, check=True, capture_output=True, timeout=20)
    done = subprocess.run(["pdfsig", "-nssdir", f"sql:{database}", file], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def test_the_number_is_never_shown_by_a_verification(outside: Outside) -> None:
    file = sign_outside(outside.head(), outside.holder(), field="firma-1", location="MAC 00:11, usuario muestra")
    strangers = json.dumps(verify_bytes(outside.portal, outside.session, file, now=outside.now).as_dict())
    assert "40000001" not in strangers
    outside.receive(file)
    assert "40000001" not in json.dumps(verify_bytes(outside.portal, outside.session, file, now=outside.now).as_dict())
