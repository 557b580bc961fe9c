"""People sign one after the other; every earlier signature stays valid, in the portal's eyes and in other people's tools."""

import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest

from plugins.commitments.signing.authority import Authority
from plugins.commitments.signing.certify import reserve_and_certify
from plugins.commitments.signing.errors import FieldMissing, FieldTaken, UnfitDocument
from plugins.commitments.signing.mentions import find_codes
from tests.commitments.signing.kit import (
    CODE,
    NOW,
    Instrument,
    Outside,
    base_pdf,
    codes_of,
    issue,
    look,
    make_instrument,
    sign,
    sign_outside,
    slot_of,
)


@pytest.mark.parametrize("people", [0, 1, 3, 6])
def test_every_signature_stays_valid_as_others_follow(authority: Authority, people: int) -> None:
    made = make_instrument(authority, slots=max(people, 1), signed=people)
    for count, pdf in enumerate(made.revisions):
        found = look(pdf, authority)
        assert (found.verdict, found.reasons[0].code) == ("valid", "all_valid")
        assert [signature.field for signature in found.signatures] == ["sello", *(f"firma-{n + 1}" for n in range(count))]
        covers = ["whole_revision"] * count + ["whole_file"]
        assert [(s.status, s.covers, s.intact, s.trusted) for s in found.signatures] == [("valid", c, True, True) for c in covers]


def test_thirty_people_sign_and_the_file_stays_small(authority: Authority) -> None:
    made = make_instrument(authority, slots=30, signed=30)
    found = look(made.latest, authority)
    assert (found.verdict, len(found.signatures)) == ("valid", 31)
    assert len(made.latest) - len(base_pdf()) < 1_000_000


def test_each_revision_begins_with_the_one_before(instrument: Instrument) -> None:
    for earlier, later in zip(instrument.revisions, instrument.revisions[1:], strict=False):
        assert later[: len(earlier)] == earlier
        assert len(later) - len(earlier) < 12_000


def test_the_finding_tells_who_signed_when_and_in_which_capacity(instrument: Instrument) -> None:
    seal, first, *_ = look(instrument.latest, instrument.authority).signatures
    assert (seal.signer, seal.certification, seal.docmdp, seal.format) == ("Rúbrica: sello del portal", True, 2, "ETSI.CAdES.detached")
    assert (first.signer, first.capacity) == ("Persona Uno Muestra", "Candidata a gobernadora regional")
    assert (first.organisation, first.act, first.slot) == ("Movimiento Regional Muestra", CODE, "firma-1")
    assert (first.signing_time, first.time_source) == ("2026-08-31T15:32:00+00:00", "claimed")
    assert first.certificate_sha256 == instrument.signers[0].sha256
    assert first.certificate_serial == instrument.signers[0].serial
    assert (first.digest_algorithm, first.signature_algorithm) == ("sha256", "sha256_ecdsa")
    assert first.revision_size == len(instrument.revisions[1])


def _nss(folder: Path, *roots: bytes) -> str:
    folder.mkdir()
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True, capture_output=True)
    for number, pem in enumerate(roots):
        path = folder / f"{number}.pem"
        path.write_bytes(pem)
        add = ["certutil", "-A", "-d", f"sql:{folder}", "-n", f"root{number}", "-t", "CT,C,C", "-i", str(path)]
        subprocess.run(add, check=True, capture_output=True)
    return f"sql:{folder}"


def test_pdfsig_and_qpdf_accept_every_signature(instrument: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "instrument.pdf"
    path.write_bytes(instrument.latest)
    database = _nss(tmp_path / "nss", instrument.authority.root_pem)
    shown = subprocess.run(["pdfsig", "-nssdir", database, str(path)], capture_output=True, text=True, check=False).stdout
    assert re.findall(r"Signature Validation: (.*)", shown) == ["Signature is Valid."] * 4
    assert re.findall(r"Certificate Validation: (.*)", shown) == ["Certificate is Trusted."] * 4
    assert re.findall(r"Field Name: (.*)", shown) == ["sello", "firma-1", "firma-2", "firma-3"]
    assert shown.count("Total document signed") == 1
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_document_stays_tagged_archivable_and_keeps_its_attachments(instrument: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "instrument.pdf"
    path.write_bytes(instrument.latest)
    attached = subprocess.run(["pdfdetach", "-list", str(path)], capture_output=True, text=True, check=True).stdout
    assert [line.split(": ")[1] for line in attached.splitlines()[1:]] == ["agenda.json", "commitment.json"]
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info)
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    assert {tuple(line.split()[-5:-2]) for line in fonts} == {("yes", "yes", "yes")}  # embedded, subset, to unicode
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "Persona Dos Ñahui Muestra" in text
    assert text.count("31/08/2026 10:32 (hora de Lima)") == 3


def test_every_widget_prints_has_a_label_and_a_place_in_the_structure(instrument: Instrument) -> None:
    with pikepdf.open(io.BytesIO(instrument.latest)) as document:
        assert "pdfaid:part" in document.open_metadata()
        root = document.Root.StructTreeRoot
        numbers = list(root.ParentTree.Nums)
        parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        assert root.ParentTreeNextKey == max(parents) + 1
        fields = {str(field.T): field for field in document.Root.AcroForm.Fields}
        assert list(fields) == ["sello", "firma-1", "firma-2", "firma-3"]
        for field in fields.values():
            element = parents[int(field.StructParent)]
            assert (element.S, element.K.Obj.objgen, element.Alt) == ("/Form", field.objgen, field.TU)
            assert field.F & 4
            assert field.P.Tabs == "/S"
        assert str(fields["firma-1"].TU) == ("Firma de Persona Uno Muestra, Candidata a gobernadora regional, Movimiento Regional Muestra")


def test_a_field_is_signed_once_and_only_if_it_was_reserved(instrument: Instrument, waiting: Instrument) -> None:
    with pytest.raises(FieldTaken):
        sign(instrument.latest, instrument.authority, 0)
    with pytest.raises(FieldMissing):
        sign(waiting.latest, waiting.authority, 7)


def test_what_cannot_be_certified_or_signed_is_refused(authority: Authority, outside: Outside) -> None:
    fields = [slot_of(0, 1)]

    def certify(pdf: bytes, wanted: list = fields) -> bytes:  # type: ignore[type-arg]
        return reserve_and_certify(pdf, fields=wanted, authority=authority, code=CODE, reason="r", location="l", now=NOW)

    for pdf in (b"", b"hola", base_pdf()[:300], issue(authority, 1)):
        with pytest.raises(UnfitDocument):
            certify(pdf)
    with pytest.raises(UnfitDocument, match="no page 9"):
        certify(base_pdf(), [slot_of(0, 9)])
    with pytest.raises(UnfitDocument, match="unique"):
        certify(base_pdf(), fields * 2)
    foreign = sign_outside(base_pdf(), outside.person, field="otra")
    with pytest.raises((FieldMissing, UnfitDocument)):
        sign(foreign, authority, 0)


def test_the_code_survives_in_places_that_no_compression_hides(instrument: Instrument) -> None:
    certified = instrument.revisions[0]
    written = (CODE.encode(), CODE.replace("-", r"\055").encode())
    assert sum(certified.count(form) for form in written) == 3  # XMP, and reason and contact of the seal
    for form in written:
        assert find_codes(certified.replace(form, b"")) == [CODE]
    assert find_codes(instrument.latest[len(certified) :]) == [CODE]
    assert look(instrument.latest, instrument.authority).codes == (CODE,)


def test_a_document_without_tags_can_be_certified_too(authority: Authority) -> None:
    plain = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(plain)
    made = reserve_and_certify(plain.getvalue(), fields=[slot_of(0, 0)], authority=authority, code=CODE, reason="r", location="l", now=NOW)
    found = look(sign(made, authority, 0), authority)
    assert (found.verdict, codes_of(found)) == ("valid", set())
