"""Signatures that lie about what they cover, count twice, or come from people whom nobody trusts."""

import asyncio
import hashlib
import io
import re

import pikepdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from plugins.commitments.signing.authority import Authority
from plugins.commitments.signing.byte_ranges import unclaimed_range
from tests.commitments.signing.kit import (
    LATER,
    NOW,
    Holder,
    Instrument,
    Outside,
    base_pdf,
    codes_of,
    hold,
    look,
    make_authority,
    rsa_key,
    sign,
    sign_outside,
)


def _honest_range(pdf: bytes) -> list[int]:
    embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[-1]
    return [int(number) for number in embedded.byte_range]


def forge(pdf: bytes, holder: Holder, byte_range: list[int]) -> bytes:
    """The last signature of `pdf` made again by its holder, over the bytes that `byte_range` names."""
    _, length, resume, _ = _honest_range(pdf)
    place = pdf.rindex(b"/ByteRange")
    opening, closing = pdf.index(b"[", place), pdf.index(b"]", place) + 1
    room = closing - opening + len(re.match(rb" *", pdf[closing:]).group())  # type: ignore[union-attr]
    written = f"[{' '.join(map(str, byte_range))}]".encode().ljust(room)
    changed = pdf[:opening] + written + pdf[opening + len(written) :]
    assert len(changed) == len(pdf)
    covered = b"".join(changed[start : start + size] for start, size in zip(byte_range[::2], byte_range[1::2], strict=True))
    signing = holder.signer().async_sign(hashlib.sha256(covered).digest(), "sha256", use_pades=True)
    digits = asyncio.run(signing).dump().hex().encode()
    return changed[: length + 1] + digits.ljust(resume - length - 2, b"0") + changed[resume - 1 :]


@pytest.fixture(scope="module")
def honest(outside: Outside) -> bytes:
    return sign_outside(base_pdf(), outside.other, field="uno")


def test_a_signature_made_by_hand_over_the_honest_range_is_valid(honest: bytes, outside: Outside) -> None:
    assert look(forge(honest, outside.other, _honest_range(honest)), outside.root.asn1).verdict == "valid"


@pytest.mark.parametrize("trick", ["late start", "wide gap", "gap before", "overlap", "uncovered tail", "one range", "three ranges"])
def test_a_range_that_leaves_bytes_out_is_refused(honest: bytes, outside: Outside, trick: str) -> None:
    _, length, resume, rest = _honest_range(honest)
    ranges = {
        "late start": [9, length - 9, resume, rest],
        "wide gap": [0, length, resume + 30, rest - 30],
        "gap before": [0, length - 30, resume, rest],
        "overlap": [0, length, length - 20, rest],
        "uncovered tail": [0, length, resume, rest - 12],
        "one range": [0, length],
        "three ranges": [0, 100, 200, length - 200, resume, rest],
    }
    found = look(forge(honest, outside.other, ranges[trick]), outside.root.asn1)
    also = {"content_changed"} if trick == "overlap" else set()  # it covers its own digits, which nobody can sign
    assert (found.verdict, codes_of(found) - {"appended"}) == ("altered", {"partial_cover"} | also)


def test_data_hidden_behind_the_signature_is_refused(honest: bytes, outside: Outside) -> None:
    _, _, resume, _ = _honest_range(honest)
    hidden = honest[: resume - 9] + b"CAFECAFE" + honest[resume - 1 :]
    found = look(hidden, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"hidden_in_gap"})


def test_a_digit_changed_in_case_only_is_refused(honest: bytes, outside: Outside) -> None:
    _, length, resume, _ = _honest_range(honest)
    gap = honest[length:resume]
    letter = re.search(rb"[A-Fa-f]", gap)
    assert letter is not None
    place = length + letter.start()
    changed = honest[:place] + honest[place : place + 1].swapcase() + honest[place + 1 :]
    found = look(changed, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"partial_cover"})


def test_one_signature_in_two_fields_counts_once_and_is_refused(outside: Outside, waiting: Instrument) -> None:
    """Refused when the second field comes later, and when the signer prepared both."""
    signed = sign_outside(base_pdf(), outside.other, field="uno")
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    fields = writer.root["/AcroForm"]["/Fields"]
    value = fields[0].get_object().raw_get("/V")
    second = {pdf_name("/FT"): pdf_name("/Sig"), pdf_name("/T"): generic.pdf_string("dos"), pdf_name("/V"): value}
    fields.append(writer.add_object(generic.DictionaryObject(second)))
    writer.update_container(fields)
    out = io.BytesIO()
    writer.write(out)
    found = look(out.getvalue(), outside.root.asn1)
    assert found.verdict == "altered"
    assert codes_of(found) == {"counted_twice", "changed_after", "appended"}
    assert next(reason for reason in found.reasons if reason.code == "counted_twice").values == {"fields": "dos, uno"}


def other_catalogue(writer: IncrementalPdfFileWriter) -> None:
    """The accomplice's own text, in a catalogue that knows no form: the earlier signature is in no field any more."""
    add, name = writer.add_object, pdf_name
    page = generic.DictionaryObject(
        {name("/Type"): name("/Page"), name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 99, 99)))}
    )
    pages = generic.DictionaryObject({name("/Type"): name("/Pages"), name("/Count"): generic.NumberObject(1)})
    tree = add(pages)
    page["/Parent"] = tree
    pages["/Kids"] = generic.ArrayObject([add(page)])
    for key in ("/AcroForm", "/Perms"):
        writer.root.pop(name(key), None)
    writer.root["/Pages"] = tree
    writer.update_root()


@pytest.mark.parametrize("certified", [False, True])
def test_a_signature_that_a_later_signer_made_vanish_is_missed(outside: Outside, certified: bool) -> None:
    """What is left says "valid" of itself: one trusted signature over every byte."""
    options = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS} if certified else {}
    writer = IncrementalPdfFileWriter(io.BytesIO(sign_outside(base_pdf(), outside.person, field="uno", **options)))
    other_catalogue(writer)
    out = io.BytesIO()
    writer.write(out)
    found = look(sign_outside(out.getvalue(), outside.other, field="dos"), outside.root.asn1)
    assert [one.field for one in found.signatures] == ["dos"]
    assert (found.verdict, codes_of(found)) == ("altered", {"signature_removed"})


def test_a_signed_file_attached_to_another_and_usage_rights_are_no_removed_signature(outside: Outside, honest: bytes) -> None:
    with pikepdf.open(io.BytesIO(base_pdf())) as document:
        document.Root.Attached = pikepdf.Stream(document, honest)
        out = io.BytesIO()
        document.save(out, compress_streams=False)
    found = look(sign_outside(out.getvalue(), outside.other, field="dos"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("valid", set())
    start, length, resume, rest = _honest_range(honest)
    assert unclaimed_range(honest, {(start, length, resume, rest)}) is None
    assert unclaimed_range(honest, set()) == [start, length, resume, rest]
    rights = honest.replace(b"/SubFilter", b"/UR3 1/Sub", 1)
    assert (len(rights), unclaimed_range(rights, set())) == (len(honest), None)


def test_another_file_s_signature_pasted_here_is_refused(outside: Outside) -> None:
    one = sign_outside(base_pdf(), outside.other, field="uno")
    two = sign_outside(base_pdf(3), outside.other, field="uno")
    (_, start, end, _), (_, length, resume, _) = _honest_range(one), _honest_range(two)
    pasted = one[start : end - 1].rstrip(b"0").ljust(resume - length - 1, b"0") + b">"
    found = look(two[:length] + pasted + two[resume:], outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"content_changed"})


def test_an_unknown_root_is_untrusted_not_invalid(instrument: Instrument, outside: Outside) -> None:
    for roots in ((), (outside.root.asn1,)):
        found = look(instrument.latest, *roots)
        assert (found.verdict, codes_of(found)) == ("untrusted", {"unknown_issuer"})
        assert {(s.intact, s.trusted) for s in found.signatures} == {(True, False)}


def test_a_root_inside_the_file_is_not_trusted_for_being_there(authority: Authority, outside: Outside) -> None:
    impostor = hold("Rúbrica: autoridad raíz 2026", authority=True)
    person = hold("Persona Uno Muestra", impostor)
    pdf = io.BytesIO(sign_outside(base_pdf(), person, field="uno"))
    DocumentSecurityStore.add_dss(pdf, sig_contents=None, certs=[impostor.asn1])
    found = look(pdf.getvalue(), authority, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"unknown_issuer"})


def test_another_portal_with_the_same_name_is_untrusted(waiting: Instrument, tmp_path_factory: pytest.TempPathFactory) -> None:
    impostor = make_authority(tmp_path_factory.mktemp("impostor") / "authority")
    signed = sign(waiting.latest, impostor, 1)
    found = look(signed, waiting.authority)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"unknown_issuer"})


def test_expired_and_not_yet_valid_certificates_are_untrusted(outside: Outside) -> None:
    late = hold("Persona Muestra", outside.middle, end=NOW)
    early = hold("Persona Muestra", outside.middle, start=LATER.replace(year=2027), end=LATER.replace(year=2028))
    for holder, code in ((late, "expired"), (early, "not_yet_valid")):
        found = look(sign_outside(base_pdf(), holder, field="uno"), outside.root.asn1)
        assert (found.verdict, codes_of(found)) == ("untrusted", {code})


def test_an_intermediate_that_is_no_authority_is_untrusted(outside: Outside) -> None:
    victim = hold("Persona Muestra", outside.other)
    found = look(sign_outside(base_pdf(), victim, field="uno"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"unknown_issuer"})


def test_a_revoked_certificate_is_untrusted_unless_a_timestamp_shows_it_signed_before(outside: Outside) -> None:
    person = hold("Persona Muestra", outside.middle)
    revoked_later = outside.crl(person, moment=LATER, since=LATER)

    def with_answer(pdf: bytes, crl: bytes) -> bytes:
        out = io.BytesIO(pdf)
        DocumentSecurityStore.add_dss(out, sig_contents=None, crls=[_crl(crl)])
        return out.getvalue()

    bare = sign_outside(base_pdf(), person, field="uno")
    after = LATER.replace(month=10)
    found = look(with_answer(bare, revoked_later), outside.root.asn1, now=after)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"revoked"})
    assert look(with_answer(bare, outside.crl(moment=LATER)), outside.root.asn1, now=after).verdict == "valid"
    stamped = sign_outside(base_pdf(), person, field="uno", timestamper=outside.timestamper())
    assert look(with_answer(stamped, revoked_later), outside.root.asn1, now=after).verdict == "valid"
    before = outside.crl(person, moment=NOW, since=NOW.replace(day=1))
    found = look(with_answer(stamped, before), outside.root.asn1, now=after)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"revoked"})


def _crl(der: bytes) -> object:
    from asn1crypto import crl

    return crl.CertificateList.load(der)


def test_a_revocation_that_the_issuer_did_not_sign_is_ignored(outside: Outside) -> None:
    impostor = Outside(outside.root, hold("Emisora ajena de muestra", authority=True), outside.person, outside.other, outside.stamper)
    pdf = io.BytesIO(sign_outside(base_pdf(), outside.other, field="uno"))
    DocumentSecurityStore.add_dss(pdf, sig_contents=None, crls=[_crl(impostor.crl(outside.other, since=NOW))])
    assert look(pdf.getvalue(), outside.root.asn1).verdict == "valid"


@pytest.mark.parametrize("digest", ["sha1", "md5"])
def test_weak_digests_are_untrusted(outside: Outside, digest: str) -> None:
    pdf = sign_outside(base_pdf(), outside.person, field="uno", md_algorithm=digest, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    found = look(pdf, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"weak_algorithm"})


def test_short_keys_are_untrusted(outside: Outside) -> None:
    weak = hold("Persona Muestra", outside.middle, key=rsa_key(2, 1024))
    found = look(sign_outside(base_pdf(), weak, field="uno"), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"weak_algorithm"})


def test_a_certificate_signed_with_sha1_is_untrusted(outside: Outside) -> None:
    middle = hold("Emisora RSA de muestra", outside.root, key=rsa_key(3), authority=True)
    person = hold("Persona Muestra", middle)
    weak = person.asn1.copy()
    for algorithm in (weak["signature_algorithm"], weak["tbs_certificate"]["signature"]):
        algorithm["algorithm"] = "sha1_rsa"
    signed = rsa_key(3).sign(weak["tbs_certificate"].dump(force=True), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the attack
    weak["signature_value"] = signed
    signer = signers.SimpleSigner(type(weak).load(weak.dump(force=True)), person.asn1_key, person.store())
    found = look(sign_outside(base_pdf(), person, field="uno", signer=signer), outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("untrusted", {"weak_algorithm"})


def test_a_timestamp_for_another_signature_is_refused(outside: Outside) -> None:
    one = sign_outside(base_pdf(), outside.other, field="uno", timestamper=outside.timestamper())
    two = sign_outside(base_pdf(3), outside.other, field="uno", timestamper=outside.timestamper())

    def content(pdf: bytes) -> cms.ContentInfo:
        return cms.ContentInfo.load(PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].pkcs7_content)

    stolen = content(one)
    stolen["content"]["signer_infos"][0]["unsigned_attrs"] = content(two)["content"]["signer_infos"][0]["unsigned_attrs"]
    _, length, resume, _ = _honest_range(one)
    digits = stolen.dump(force=True).hex().encode()
    pdf = one[: length + 1] + digits.ljust(resume - length - 2, b"0") + one[resume - 1 :]
    found = look(pdf, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("altered", {"timestamp_broken"})


def test_a_signature_with_an_unknown_format_is_not_judged(outside: Outside) -> None:
    signed = sign_outside(base_pdf(), outside.other, field="uno")
    found = look(signed.replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 "), outside.root.asn1)
    assert found.verdict in {"unverifiable", "altered"}
    assert "unknown_format" in codes_of(found)


def test_a_certificate_changed_inside_the_signature_is_refused(honest: bytes, outside: Outside) -> None:
    """No signature covers the certificates beside it; a spoiled copy of the trusted root would not disturb the chain."""
    _, length, resume, _ = _honest_range(honest)
    expected = {
        "root": ("altered", {"certificates_changed"}),
        "middle": ("untrusted", {"unknown_issuer"}),
        "other": ("altered", {"signature_broken"}),
    }
    for name, answer in expected.items():
        certificate = getattr(outside, name)
        digits = certificate.asn1.dump().hex().upper().encode()
        place = honest.index(digits, length, resume) + len(digits) - 8  # in the issuer's signature
        changed = honest[:place] + (b"0" if honest[place : place + 1] != b"0" else b"1") + honest[place + 1 :]
        found = look(changed, outside.root.asn1)
        assert (name, found.verdict, codes_of(found)) == (name, *answer)


@pytest.mark.parametrize("step", range(6))
def test_a_bit_flipped_anywhere_is_never_valid(honest: bytes, outside: Outside, step: int) -> None:
    for place in range(step * 31, len(honest), 397):
        changed = honest[:place] + bytes([honest[place] ^ (1 << place % 8)]) + honest[place + 1 :]
        assert look(changed, outside.root.asn1).verdict != "valid", place


def test_digits_that_are_none_are_a_change_not_a_riddle(honest: bytes, outside: Outside) -> None:
    _, length, _, _ = _honest_range(honest)
    found = look(honest[: length + 50] + b"x" + honest[length + 51 :], outside.root.asn1)
    assert found.verdict == "altered"
    assert "signature_broken" in codes_of(found)
