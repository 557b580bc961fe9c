"""Each way of not being the document handed out plus one signature in the right place, and the reason told."""

import io
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec, append_signature_field, enumerate_sig_fields

from plugins.commitments.digital.judging import dni, without_number
from plugins.commitments.models import Process
from tests.commitments.conftest import Signing
from tests.commitments.signing.kit import base_pdf

from .conftest import ANY, Outside, codes
from .pki import rsa_key, sign_outside


def verdict(outside: Outside, data: bytes) -> tuple[str, list[str]]:
    judged = outside.look(data)
    return judged.result, codes(judged)


def rewritten(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def scan() -> bytes:
    """A page that is one picture, as a scanner makes it."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        image = document.make_stream(b"\x80" * 100)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = 10, 10, 8, pikepdf.Name.DeviceGray
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")
        document.save(out)
    return out.getvalue()


def noted(pdf: bytes) -> bytes:
    """Somebody writes a comment on the page as well, in an update before the signature."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, pdf_string

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.find_page_for_modification(0)[0].get_object()
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Text"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (50, 50, 80, 80))),
            NameObject("/Contents"): pdf_string("Nota de muestra"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_files_that_are_not_the_document(outside: Outside) -> None:
    head = outside.head()
    found = {
        "empty": verdict(outside, b""),
        "picture": verdict(outside, b"\x89PNG\r\n\x1a\n" + b"0" * 100),
        "not_a_pdf": verdict(outside, b"PK\x03\x04 un documento de texto"),
        "same_file": verdict(outside, head),
        "encrypted": verdict(outside, encrypted(base_pdf())),
        "scanned": verdict(outside, scan()),
        "rewritten": verdict(outside, rewritten(head)),
        "other_document": verdict(outside, sign_outside(base_pdf(), outside.holder(), field="firma-1")),
        "unreadable": verdict(outside, b"%PDF-1.7\nnada"),
        "unsigned": verdict(outside, head + b"\n% algo\n"),
    }
    wrong = {expected: got for expected, got in found.items() if got != ("rejected", [expected])}
    assert wrong == {}


def test_signed_after_saving_it_again(outside: Outside) -> None:
    assert verdict(outside, sign_outside(rewritten(outside.head()), outside.holder(), field="firma-1")) == ("rejected", ["rewritten"])


def test_another_commitments_document(outside: Outside, issued: Callable[..., Signing], process: Callable[..., Process]) -> None:
    other = issued(process(plan=ANY), name="Otra organización (muestra)")
    file = sign_outside(outside.portal.store.get(other.commitment.head_sha256 or ""), outside.holder(), field="firma-1")
    judged = outside.look(file)
    assert (codes(judged), judged.reasons[0]["values"]) == (["other_commitment"], {"code": other.commitment.code})


def test_signatures_in_the_wrong_place(outside: Outside) -> None:
    head, holder = outside.head(), outside.holder()
    twice = sign_outside(sign_outside(head, holder, field="firma-1"), holder, field="firma-2")
    found = {
        "new_field": verdict(outside, sign_outside(head, holder, field="Signature1")),
        "other_field": verdict(outside, sign_outside(head, holder, field="firma-2")),
        "signed_twice": verdict(outside, twice),
    }
    assert {expected: got for expected, got in found.items() if got != ("rejected", [expected])} == {}
    assert outside.look(sign_outside(head, holder, field="Signature1")).reasons[0]["values"] == {"field": "Signature1"}


def test_a_signature_that_closes_the_document_for_the_others(outside: Outside) -> None:
    locked = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(outside.head()))
    field = next(reference for name, _, reference in enumerate_sig_fields(writer.prev) if name == "firma-1")
    dictionary = writer.get_object(field.reference)
    dictionary["/Lock"] = writer.add_object(SigFieldSpec("x", field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL)).format_lock_dictionary())
    writer.update_container(dictionary)
    writer.write(locked)
    assert verdict(outside, sign_outside(locked.getvalue(), outside.holder(), field="firma-1")) == ("rejected", ["locks"])


def with_field(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    append_signature_field(writer, SigFieldSpec("vacio", box=(10, 10, 60, 40), field_mdp_spec=lock))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_anything_changed_beside_the_signature(outside: Outside) -> None:
    head, holder = outside.head(), outside.holder()
    honest = sign_outside(head, holder, field="firma-1")
    for file in (
        sign_outside(noted(head), holder, field="firma-1"),
        noted(honest),
        sign_outside(with_field(head), holder, field="firma-1"),
        honest + b"\n% algo mas\n",
    ):
        assert verdict(outside, file) == ("rejected", ["changed"])
    spoilt = bytearray(honest)
    at = honest.rindex(b"/Contents <") + 600
    spoilt[at : at + 2] = b"00" if spoilt[at : at + 2] != b"00" else b"11"
    assert verdict(outside, bytes(spoilt))[0] == "rejected"


def test_certificates_that_are_refused(outside: Outside) -> None:
    head, pki, now = outside.head(), outside.pki, outside.now
    foreign = pki.make("Raíz ajena de muestra", authority=True)
    found = {
        "expired": outside.holder(end=now - timedelta(days=1)),
        "not_yet_valid": outside.holder(start=now + timedelta(days=1)),
        "wrong_purpose": outside.holder(usages=("digital_signature",)),
        "untrusted": outside.holder(issuer=foreign),
        "other_person": outside.pki.person("40000099"),
        "weak": outside.holder(key=rsa_key(0, 1024)),
    }
    got = {expected: verdict(outside, sign_outside(head, holder, field="firma-1")) for expected, holder in found.items()}
    assert {expected: one for expected, one in got.items() if one != ("rejected", [expected])} == {}
    assert verdict(outside, sign_outside(head, outside.holder(), field="firma-1", md_algorithm="sha1")) == ("rejected", ["weak"])
    alone = pki.make("MUESTRA Autofirmada", serial="PNOPE-40000001")
    assert verdict(outside, sign_outside(head, alone, field="firma-1")) == ("rejected", ["untrusted"])


def test_a_revoked_certificate_is_refused_and_says_since_when(outside: Outside) -> None:
    holder = outside.holder()
    outside.pki.write_crls(outside.portal.settings.home, holder, since=outside.now - timedelta(days=3))
    judged = outside.look(sign_outside(outside.head(), holder, field="firma-1"))
    since = (outside.now - timedelta(days=3)).replace(microsecond=0).isoformat()
    assert (codes(judged), judged.reasons[0]["values"]) == (["revoked"], {"since": since})


def test_revoked_after_a_trusted_timestamp_is_accepted(outside: Outside) -> None:
    holder, stamper = outside.holder(), outside.pki.timestamper(outside.now - timedelta(hours=3))
    file = sign_outside(outside.head(), holder, field="firma-1", timestamper=stamper)
    assert verdict(outside, file) == ("accepted", ["accepted"])
    outside.pki.write_crls(outside.portal.settings.home, holder, since=outside.now - timedelta(hours=2))
    assert outside.look(file).result != "rejected"


def test_what_cannot_be_decided_is_left_undecided(outside: Outside) -> None:
    home, head, pki = outside.portal.settings.home, outside.head(), outside.pki
    file = sign_outside(head, outside.holder(), field="firma-1")
    pki.write_crls(home, at=outside.now - timedelta(days=10))  # the lists are out of date
    assert verdict(outside, file) == ("undecided", ["no_revocation"])
    pki.write_crls(home)
    outside.signing.people[0].dni = None
    outside.session.commit()
    assert verdict(outside, file) == ("undecided", ["dni_unknown"])
    assert outside.look(file, confirmed=True).result == "accepted"
    outside.signing.people[0].dni = "40000001"
    outside.session.commit()
    foreign = outside.holder(serial="IDCES-X1234567")
    assert verdict(outside, sign_outside(head, foreign, field="firma-1")) == ("undecided", ["no_dni"])
    stamper = pki.make("TSA ajena de muestra", authority=True)
    assert stamper is not None
    for path in (home / "trust" / "anchors").iterdir():
        path.unlink()
    assert verdict(outside, file) == ("undecided", ["no_trust"])


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("PNOPE-12345678", "12345678"),
        ("IDCPE-12345678", "12345678"),
        ("12345678", "12345678"),
        ("DNI: 12345678", None),
        ("DNI:12345678", "12345678"),
        (" pnope-12345678 ", "12345678"),
        ("PNOES-12345678Z", None),
        ("123456789", None),
        ("PASPE-12345678", None),
        ("", None),
        (None, None),
    ],
)
def test_document_numbers(written: str | None, digits: str | None) -> None:
    assert dni(written) == digits


def test_names_without_their_number() -> None:
    assert without_number("MUESTRA Firmante FIR 40000001 hard") == "MUESTRA Firmante"
