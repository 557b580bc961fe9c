"""The portal's verdict on its own instruments, whole, earlier, incomplete, damaged or made anew."""

import dataclasses
import hashlib
import io
import json

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.commitments.signing.authority import Authority
from plugins.commitments.signing.comparing import compare, fingerprints
from plugins.commitments.signing.findings import Inspection, unreadable
from plugins.commitments.signing.mentions import find_codes
from plugins.commitments.signing.verdict import Candidate, Registered, Verdict, judge
from tests.commitments.signing.kit import CODE, Instrument, Outside, base_pdf, look, make_instrument, sign, sign_outside


def ask(pdf: bytes, made: Instrument, *, record: Registered | None = None) -> Verdict:
    """As the portal asks: by digest first, then by code and by fingerprint."""
    record = record or made.record()
    digest = hashlib.sha256(pdf).hexdigest()
    known = any(revision.sha256 == digest for revision in record.revisions)
    mentioned = record.code in find_codes(pdf) or set(fingerprints(pdf)) & set(fingerprints(made.revisions[0]))
    candidates = [Candidate(record, made.latest)] if mentioned and not known else []
    return judge(pdf, inspection=look(pdf, made.authority), exact=record if known else None, candidates=candidates)


def _codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def test_complete_and_earlier_and_incomplete(instrument: Instrument, waiting: Instrument) -> None:
    verdict = ask(instrument.latest, instrument)
    assert (verdict.verdict, _codes(verdict), verdict.instrument) == ("authentic_complete", ["complete"], CODE)
    assert verdict.reasons[0].sentence == "Auténtico y completo: lo firmaron las 3 personas previstas y no cambió después."
    for earlier in instrument.revisions[:-1]:
        verdict = ask(earlier, instrument)
        assert (verdict.verdict, _codes(verdict)) == ("authentic_earlier_revision", ["earlier"])
    verdict = ask(waiting.latest, waiting)
    assert (verdict.verdict, verdict.reasons[0].sentence) == ("authentic_incomplete", "Auténtico, faltan firmas: firmaron 1 de 3.")


def test_the_names_are_those_on_record_not_the_certificates_shortened_ones(instrument: Instrument) -> None:
    record = instrument.record()
    whole = "Movimiento " + "de nombre muy largo " * 5
    record = dataclasses.replace(record, slots=(dataclasses.replace(record.slots[0], organisation=whole), *record.slots[1:]))
    assert ask(instrument.latest, instrument, record=record).signatures[1].organisation == whole


def test_an_optional_slot_may_stay_empty(waiting: Instrument) -> None:
    record = waiting.record()
    slots = (record.slots[0], *(dataclasses.replace(slot, required=False) for slot in record.slots[1:]))
    assert ask(waiting.latest, waiting, record=dataclasses.replace(record, slots=slots)).verdict == "authentic_complete"


def test_what_became_of_the_instrument_is_noted(instrument: Instrument) -> None:
    for state, note in (
        ("withdrawn", "withdrawn"),
        ("superseded", "superseded"),
        ("declined", "declined"),
        ("expired", "expired_instrument"),
    ):
        verdict = ask(instrument.latest, instrument, record=instrument.record(state=state))
        assert (verdict.verdict, _codes(verdict)) == ("authentic_complete", ["complete", note])


def test_the_verdict_travels_as_json(instrument: Instrument) -> None:
    verdict = json.loads(json.dumps(ask(instrument.latest, instrument).as_dict()))
    assert list(verdict) == ["verdict", "reasons", "instrument", "signatures"]
    first = verdict["signatures"][1]
    assert {key: first[key] for key in ("field", "signer", "capacity", "status", "covers")} == {
        "field": "firma-1",
        "signer": "Persona Uno Muestra",
        "capacity": "Candidata a gobernadora regional",
        "status": "valid",
        "covers": "whole_revision",
    }
    found = look(instrument.latest, instrument.authority)
    assert Inspection.from_dict(json.loads(json.dumps(found.as_dict()))) == found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_flipped_byte_is_altered(instrument: Instrument, data: st.DataObject) -> None:
    pdf = bytearray(instrument.latest)
    place = data.draw(st.integers(0, len(pdf) - 1))
    pdf[place] ^= data.draw(st.integers(1, 255))
    verdict = ask(bytes(pdf), instrument)
    assert (verdict.verdict, _codes(verdict)[0], verdict.instrument) == ("altered", "bytes_differ", CODE)
    assert verdict.reasons[0].detail == f"first difference at byte {place}"


def test_the_first_and_last_bytes_and_every_place_of_the_code_are_no_exception(instrument: Instrument) -> None:
    whole = instrument.latest
    places = [0, 1, 7, 8, len(whole) - 1, len(whole) - 7, whole.index(CODE.encode()) + 5]
    for place in places:
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert ask(flipped, instrument).verdict == "altered"


@settings(max_examples=15, deadline=None)
@given(tail=st.binary(min_size=1, max_size=400))
def test_any_appended_bytes_are_altered(instrument: Instrument, tail: bytes) -> None:
    verdict = ask(instrument.latest + tail, instrument)
    assert (verdict.verdict, _codes(verdict)[0]) == ("altered", "extended")


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_truncated_file_is_altered_unless_it_is_an_earlier_revision(instrument: Instrument, data: st.DataObject) -> None:
    size = data.draw(st.integers(512, len(instrument.latest) - 1))
    verdict = ask(instrument.latest[:size], instrument)
    earlier = size in {len(revision) for revision in instrument.revisions}
    expected = ("authentic_earlier_revision", "earlier") if earlier else ("altered", "truncated")
    assert (verdict.verdict, _codes(verdict)[0]) == expected


def test_rewritten_by_another_program_is_altered(instrument: Instrument) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(instrument.latest)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    verdict = ask(out.getvalue(), instrument)
    assert verdict.verdict == "altered"
    assert _codes(verdict)[0] in {"rewritten", "bytes_differ"}


def test_a_page_removed_and_saved_anew_is_altered(instrument: Instrument) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(instrument.latest)) as document:
        del document.pages[0]
        document.save(out)
    assert ask(out.getvalue(), instrument).verdict == "altered"


def test_another_trusted_person_in_a_reserved_field_is_altered(waiting: Instrument, outside: Outside, authority: Authority) -> None:
    """Validly signed by someone whom the roots trust, in the field of another: cryptography alone would accept it."""
    signed = sign_outside(waiting.latest, outside.person, field="firma-2")
    assert look(signed, authority, outside.root.asn1).verdict == "valid"
    assert ask(signed, waiting).verdict == "altered"
    # even if someone slips the bytes into the record, the certificate is not the one recorded
    forged = Instrument(authority, (*waiting.revisions, signed), waiting.signers, 3)
    inspection = look(signed, authority, outside.root.asn1)
    verdict = judge(signed, inspection=inspection, exact=forged.record())
    assert (verdict.verdict, _codes(verdict)) == ("altered", ["wrong_certificate"])


def test_a_signature_in_the_wrong_slot_or_missing_from_the_record_is_altered(instrument: Instrument) -> None:
    record = instrument.record()
    swapped = tuple(
        dataclasses.replace(slot, certificate_sha256=other.certificate_sha256)
        for slot, other in zip(record.slots, (record.slots[1], record.slots[0], record.slots[2]), strict=True)
    )
    verdict = ask(instrument.latest, instrument, record=dataclasses.replace(record, slots=swapped))
    assert (verdict.verdict, _codes(verdict)) == ("altered", ["wrong_certificate", "wrong_certificate"])
    fewer = dataclasses.replace(record, slots=record.slots[:2])
    verdict = ask(instrument.latest, instrument, record=fewer)
    assert (verdict.verdict, _codes(verdict)) == ("altered", ["unexpected_field"])
    verdict = ask(instrument.latest, instrument, record=dataclasses.replace(record, seal_sha256="0" * 64))
    assert (verdict.verdict, _codes(verdict)) == ("altered", ["wrong_certificate"])


def test_a_branch_signed_from_an_earlier_revision_is_altered(instrument: Instrument) -> None:
    """The portal's own authority signed it, but these bytes are not on record."""
    branch = sign(instrument.revisions[1], instrument.authority, 2)
    assert look(branch, instrument.authority).verdict == "valid"
    assert ask(branch, instrument).verdict == "altered"


def test_registered_bytes_are_not_enough_when_they_cannot_be_verified(instrument: Instrument) -> None:
    record = instrument.record()
    slow = unreadable("too_slow", "10 s")
    verdict = judge(instrument.latest, inspection=slow, exact=record)
    assert verdict.verdict == "unverifiable"
    untrusted = look(instrument.latest)
    verdict = judge(instrument.latest, inspection=untrusted, exact=record)
    assert verdict.verdict == "unverifiable"
    assert "unknown_issuer" in _codes(verdict)


def test_strangers_are_not_recognised(instrument: Instrument, outside: Outside, authority: Authority) -> None:
    foreign = sign_outside(base_pdf(3), outside.person, field="uno")
    verdict = ask(foreign, instrument)
    assert (verdict.verdict, verdict.instrument, _codes(verdict)) == ("unrecognised", None, ["not_registered"])
    other = make_instrument(authority, slots=1, signed=1, code="RUB-00000-00000")
    verdict = judge(other.latest, inspection=look(other.latest, authority), exact=None)
    assert (verdict.verdict, _codes(verdict)) == ("unrecognised", ["not_registered"])
    title = other.latest.index(b"Compromiso</rdf:li>")
    broken = other.latest[:title] + b"X" + other.latest[title + 1 :]
    verdict = judge(broken, inspection=look(broken, authority), exact=None)
    assert (verdict.verdict, _codes(verdict)[:2]) == ("altered", ["portal_signed_unknown", "content_changed"])


def test_unsigned_and_unreadable_files_are_said_to_be_so(instrument: Instrument) -> None:
    assert ask(base_pdf(3), instrument).verdict == "unsigned"
    assert ask(b"hola", instrument).verdict == "unverifiable"
    mention = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Subject"] = CODE
        document.save(mention)
    verdict = ask(mention.getvalue(), instrument)
    assert (verdict.verdict, _codes(verdict), verdict.instrument) == ("unsigned", ["no_signature", "mentions_code"], None)


def test_a_stranger_that_only_mentions_the_code_is_not_recognised(instrument: Instrument, outside: Outside) -> None:
    foreign = sign_outside(base_pdf(4), outside.person, field="uno", contact_info=CODE)
    verdict = judge(
        foreign, inspection=look(foreign, outside.root.asn1), exact=None, candidates=[Candidate(instrument.record(), instrument.latest)]
    )
    assert (verdict.verdict, verdict.instrument, _codes(verdict)) == ("unrecognised", None, ["mentions_code", "not_registered"])
    strange = b"%PDF-1.4 " + CODE.encode() + bytes(3000)
    assert compare(instrument.latest, strange) is None


def test_fingerprints_find_a_copy_that_lost_its_code(instrument: Instrument) -> None:
    original = fingerprints(instrument.revisions[0])
    short = instrument.latest[:700]
    assert find_codes(short) == []
    assert fingerprints(short) == original[:1]
    assert ask(short, instrument).verdict == "altered"
