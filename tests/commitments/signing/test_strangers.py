"""Honest files of other producers are valid: with and without timestamps, certified or not, from B-B to B-LTA."""

import io

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko_fields
from pyhanko.sign import signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from plugins.commitments.signing.authority import Authority
from tests.commitments.signing.kit import (
    LATER,
    NOW,
    Outside,
    base_pdf,
    codes_of,
    hold,
    issue,
    look,
    rsa_key,
    sign_outside,
)

BOX = (100, 60, 300, 130)


def _valid(found: object, count: int) -> None:
    assert (found.verdict, codes_of(found), len(found.signatures)) == ("valid", set(), count)  # type: ignore[attr-defined]


def simple_pdf(*, object_streams: bool = False, linear: bool = False) -> bytes:
    """What a small program writes: one page, no tags."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
        text = b"BT /F1 12 Tf 72 700 Td (Pagar a la organizacion de muestra la suma de mil soles) Tj ET"
        page.Contents = document.make_stream(text)
        mode = pikepdf.ObjectStreamMode.generate if object_streams else pikepdf.ObjectStreamMode.disable
        document.save(out, object_stream_mode=mode, linearize=linear)
    return out.getvalue()


@pytest.mark.parametrize("format_", [SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED])
@pytest.mark.parametrize("shape", ["plain", "object_streams", "linear", "tagged"])
def test_a_single_signature_of_any_common_format(outside: Outside, format_: SigSeedSubFilter, shape: str) -> None:
    shapes = {"plain": simple_pdf(), "object_streams": simple_pdf(object_streams=True), "linear": simple_pdf(linear=True)}
    pdf = sign_outside(shapes.get(shape) or base_pdf(), outside.person, field="Signature1", box=BOX, subfilter=format_)
    _valid(look(pdf, outside.root.asn1), 1)


def test_rsa_pss_ed25519_and_sha512(outside: Outside) -> None:
    pss = sign_outside(simple_pdf(), outside.person, field="a", signer=outside.person.signer(prefer_pss=True))
    _valid(look(pss, outside.root.asn1), 1)
    key = ed25519.Ed25519PrivateKey.generate()
    holder = hold("Persona Ed25519 Muestra", outside.middle, key=key)  # type: ignore[arg-type]
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = signers.SimpleSigner(holder.asn1, asn1_keys.PrivateKeyInfo.load(der), holder.store())
    edwards = sign_outside(simple_pdf(), holder, field="a", signer=signer, md_algorithm="sha512")
    _valid(look(edwards, outside.root.asn1), 1)


def test_several_people_sign_in_new_visible_fields_and_fill_reserved_ones(outside: Outside) -> None:
    pdf = sign_outside(simple_pdf(), outside.person, field="uno", box=BOX)
    pdf = sign_outside(pdf, outside.other, field="dos", box=(320, 60, 520, 130))
    pdf = sign_outside(pdf, outside.person, field="tres")
    _valid(look(pdf, outside.root.asn1), 3)


def test_an_empty_field_added_between_two_signatures_is_signing(outside: Outside) -> None:
    pdf = sign_outside(simple_pdf(), outside.person, field="uno", box=BOX)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    hanko_fields.append_signature_field(writer, SigFieldSpec("dos", box=(320, 60, 520, 130)))
    out = io.BytesIO()
    writer.write(out)
    _valid(look(sign_outside(out.getvalue(), outside.other, field="dos"), outside.root.asn1), 2)


@pytest.mark.parametrize("level", [MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_certified_by_someone_else_at_each_level(outside: Outside, level: MDPPerm) -> None:
    pdf = sign_outside(simple_pdf(), outside.person, field="uno", certify=True, docmdp_permissions=level)
    found = look(pdf, outside.root.asn1)
    _valid(found, 1)
    assert (found.signatures[0].docmdp, found.signatures[0].certification) == (level.value, True)


def test_certified_for_form_filling_then_signed_in_a_reserved_field(outside: Outside) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    hanko_fields.append_signature_field(writer, SigFieldSpec("dos", box=BOX))
    out = io.BytesIO()
    writer.write(out)
    pdf = sign_outside(out.getvalue(), outside.person, field="uno", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)
    _valid(look(sign_outside(pdf, outside.other, field="dos"), outside.root.asn1), 2)


def test_field_locks_that_are_respected(outside: Outside) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=["uno"])
    hanko_fields.append_signature_field(writer, SigFieldSpec("uno", box=BOX, field_mdp_spec=lock))
    hanko_fields.append_signature_field(writer, SigFieldSpec("dos", box=(320, 60, 520, 130)))
    out = io.BytesIO()
    writer.write(out)
    pdf = sign_outside(out.getvalue(), outside.person, field="uno")
    _valid(look(sign_outside(pdf, outside.other, field="dos"), outside.root.asn1), 2)


def _context(outside: Outside) -> ValidationContext:
    return ValidationContext(
        trust_roots=[outside.root.asn1],
        other_certs=[outside.middle.asn1, outside.stamper.asn1],
        crls=[
            outside.crl(),
        ],
        moment=NOW,
    )


def test_each_level_from_b_t_to_b_lta(outside: Outside) -> None:
    stamper = outside.timestamper()
    signed = sign_outside(simple_pdf(), outside.person, field="uno", timestamper=stamper)
    found = look(signed, outside.root.asn1)
    _valid(found, 1)
    assert (found.signatures[0].time_source, found.signatures[0].signing_time) == ("timestamp", NOW.isoformat())

    for final in (False, True):
        kept = sign_outside(
            simple_pdf(),
            outside.person,
            field="uno",
            timestamper=outside.timestamper(),
            embed_validation_info=True,
            use_pades_lta=final,
            validation_context=_context(outside),
        )
        found = look(kept, outside.root.asn1)
        _valid(found, 2 if final else 1)
        assert [s.kind for s in found.signatures] == ["signature", "timestamp"][: 2 if final else 1]


def test_an_archived_signature_outlives_its_certificate(outside: Outside) -> None:
    kept = sign_outside(
        simple_pdf(),
        outside.person,
        field="uno",
        timestamper=outside.timestamper(),
        embed_validation_info=True,
        use_pades_lta=True,
        validation_context=_context(outside),
    )
    after = outside.person.certificate.not_valid_after_utc - (NOW - NOW)
    short = hold("Persona Breve Muestra", outside.middle, key=rsa_key(), end=NOW.replace(month=12))
    brief = sign_outside(simple_pdf(), short, field="uno", timestamper=outside.timestamper())
    assert look(brief, outside.root.asn1, now=NOW.replace(year=2028)).verdict == "valid"
    assert look(kept, outside.root.asn1, now=after).verdict == "valid"
    bare = sign_outside(simple_pdf(), short, field="uno")
    found = look(bare, outside.root.asn1, now=NOW.replace(year=2028))
    assert (found.verdict, codes_of(found)) == ("untrusted", {"expired"})


def test_archive_timestamps_and_evidence_may_follow_the_portals_own_signatures(authority: Authority, outside: Outside) -> None:
    pdf = issue(authority, 1)
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(out, sig_contents=None, certs=[outside.middle.asn1])
    with_store = out.getvalue()
    assert with_store.startswith(pdf)
    assert look(with_store, authority, outside.root.asn1).verdict == "valid"
    stamped = io.BytesIO(with_store)
    PdfTimeStamper(outside.timestamper()).timestamp_pdf(IncrementalPdfFileWriter(stamped), "sha256", _context(outside), in_place=True)
    found = look(stamped.getvalue(), authority, outside.root.asn1)
    _valid(found, 2)


def test_a_signer_whose_own_certificate_is_the_trusted_root(outside: Outside) -> None:
    alone = hold("Persona Autofirmada Muestra")
    pdf = sign_outside(simple_pdf(), alone, field="uno")
    assert look(pdf, alone.asn1).verdict == "valid"
    found = look(pdf, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"unknown_issuer"})


def test_certificates_for_digital_signature_only_sign_and_those_for_servers_do_not(outside: Outside) -> None:
    person = hold("Persona Muestra", outside.middle, usages=("digital_signature",), purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
    assert look(sign_outside(simple_pdf(), person, field="uno"), outside.root.asn1).verdict == "valid"
    for holder in (
        hold("Servidor Muestra", outside.middle, usages=("digital_signature",), purposes=[ExtendedKeyUsageOID.SERVER_AUTH]),
        hold("Cifrado Muestra", outside.middle, usages=("key_encipherment",)),
    ):
        found = look(sign_outside(simple_pdf(), holder, field="uno"), outside.root.asn1)
        assert (found.verdict, codes_of(found)) == ("untrusted", {"wrong_purpose"})


def test_without_signatures_there_is_nothing_to_judge(outside: Outside) -> None:
    assert look(base_pdf(), outside.root.asn1).verdict == "unsigned"
    out = io.BytesIO(simple_pdf())
    PdfTimeStamper(outside.timestamper()).timestamp_pdf(IncrementalPdfFileWriter(out), "sha256", _context(outside), in_place=True)
    found = look(out.getvalue(), outside.root.asn1, now=LATER)
    assert (found.verdict, codes_of(found)) == ("unsigned", {"only_timestamps"})


def test_separate_widgets_and_a_second_round_of_archiving(outside: Outside) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    for name, box in (("uno", BOX), ("dos", (320, 60, 520, 130))):
        hanko_fields.append_signature_field(writer, SigFieldSpec(name, box=box, combine_annotation=False))
    out = io.BytesIO()
    writer.write(out)
    pdf = sign_outside(out.getvalue(), outside.person, field="uno")
    _valid(look(sign_outside(pdf, outside.other, field="dos"), outside.root.asn1), 2)
    pdf = simple_pdf()
    for name, holder, box in (("uno", outside.person, BOX), ("dos", outside.other, (320, 60, 520, 130))):
        pdf = sign_outside(
            pdf,
            holder,
            field=name,
            box=box,
            timestamper=outside.timestamper(),
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=_context(outside),
        )
    _valid(look(pdf, outside.root.asn1), 4)


def test_a_lock_on_every_field_refuses_the_next_signature(outside: Outside) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    hanko_fields.append_signature_field(writer, SigFieldSpec("uno", box=BOX, field_mdp_spec=lock))
    hanko_fields.append_signature_field(writer, SigFieldSpec("dos", box=(320, 60, 520, 130)))
    out = io.BytesIO()
    writer.write(out)
    pdf = sign_outside(out.getvalue(), outside.person, field="uno")
    _valid(look(pdf, outside.root.asn1), 1)
    found = look(sign_outside(pdf, outside.other, field="dos"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"changed_after"})
