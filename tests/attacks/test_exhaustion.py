"""Files made to take a reader's time, memory or wits: each is answered within ten seconds, with its reason, and never as valid."""

import gzip
import io
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms

from plugins.commitments.cli import verify
from plugins.commitments.signing import sandbox
from plugins.commitments.signing.sandbox import inspect_isolated
from tests.attacks.test_hostile_files import append_update
from tests.commitments.signing.kit import LATER, Instrument, Outside, sign_outside
from tests.commitments.signing.test_strangers import simple_pdf

PATIENCE = 10  # seconds: what anybody waits at most


def with_objects(*objects: bytes, root: bytes = b"1 0 R", header: bytes = b"%PDF-1.7\n") -> bytes:
    """A file whose objects are numbered from 1, with an honest table."""
    out, places = header, []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer\n<</Size %d/Root %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(out))


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(data), data)


PAGES = (b"<</Type/Catalog/Pages 2 0 R%s>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>")


def signed_with(contents: bytes, byte_range: bytes = b"[0 100 300 400]", form: bytes = b"/Fields[5 0 R]") -> bytes:
    """A file whose one signature field holds whatever."""
    value = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange%s/Contents<%s>>>" % (
        byte_range,
        contents.hex().encode(),
    )
    field = b"<</FT/Sig/T(uno)/V 6 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R>>"
    return with_objects(PAGES[0] % b"/AcroForm 4 0 R", PAGES[1], PAGES[2], b"<<%s/SigFlags 3>>" % form, field, value)


def xref_stream(dictionary: bytes, data: bytes) -> bytes:
    body = b"%PDF-1.7\n1 0 obj\n" + stream(data, b"/Type/XRef/Root 2 0 R" + dictionary) + b"\nendobj\n"
    return body + b"startxref\n9\n%%EOF\n"


def flate_layers(layers: int) -> bytes:
    data = zlib.compress(bytes(300_000_000), 9)
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def many_fields(count: int) -> bytes:
    value = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 9 20 9]/Contents<3000>>>"
    fields = [b"<</FT/Sig/T(f%d)/V 5 0 R>>" % number for number in range(count)]
    names = b" ".join(b"%d 0 R" % (6 + number) for number in range(count))
    return with_objects(PAGES[0] % b"/AcroForm 4 0 R", PAGES[1], PAGES[2], b"<</Fields[%s]>>" % names, value, *fields)


def many_revisions(count: int) -> bytes:
    pdf = simple_pdf()
    for _ in range(count):
        pdf = append_update(pdf, b"", b"xref\n0 0\ntrailer\n<</Size 91/Root 1 0 R/Prev %P>>")
    return pdf


def two_tables_that_point_at_each_other() -> bytes:
    base = simple_pdf()
    first = append_update(base, b"", b"xref\n0 0\ntrailer\n<</Size 91/Root 1 0 R/Prev 9999999999>>")
    second = append_update(first, b"", b"xref\n0 0\ntrailer\n<</Size 91/Root 1 0 R/Prev %P>>")
    place = second.rindex(b"xref\n0 0\ntrailer", 0, second.rindex(b"startxref"))
    return second.replace(b"/Prev 9999999999", b"/Prev %010d" % place)


def page_tree_that_loops() -> bytes:
    return with_objects(PAGES[0] % b"", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 9>>")


def laughing_metadata() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE x [<!ENTITY l0 "ja">{entities}]><x>&l11;</x>'.encode()
    return with_objects(PAGES[0] % b"/Metadata 4 0 R", PAGES[1], PAGES[2], stream(xml, b"/Type/Metadata/Subtype/XML"))


def nested_asn1(depth: int) -> bytes:
    return b"\x30\x80" * depth


def object_stream_within_itself() -> bytes:
    inside = stream(b"7 0 <</Type/Catalog>>", b"/Type/ObjStm/N 1/First 4/Extends 1 0 R")
    entries = b"".join(bytes([kind]) + place.to_bytes(3, "big") + b"\0" for kind, place in ((0, 0), (2, 1), (2, 1)))
    body = b"%PDF-1.7\n1 0 obj\n" + inside + b"\nendobj\n"
    table = b"3 0 obj\n" + stream(entries, b"/Type/XRef/Size 3/W[1 3 1]/Root 2 0 R") + b"\nendobj\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


FILES: dict[str, tuple[Callable[[], bytes], set[str], set[str]]] = {
    # name: (maker, verdicts, the codes of which at least one is among the reasons)
    "200 MB of zeros": (lambda: bytes(200_000_000), {"unverifiable"}, {"not_a_pdf"}),
    "200 MB of zeros behind a header": (lambda: b"%PDF-1.7\n" + bytes(60_000_000), {"unverifiable"}, {"damaged", "no_memory", "too_slow"}),
    "larger than anything": (lambda: b"%PDF-1.7\n" + bytes(200_000_001), {"unverifiable"}, {"too_large"}),
    "a gzip of a PDF": (lambda: gzip.compress(simple_pdf()), {"unverifiable"}, {"not_a_pdf"}),
    "only a header": (lambda: b"%PDF-1.7\n%%EOF\n", {"unverifiable"}, {"damaged"}),
    "tables that point at each other": (two_tables_that_point_at_each_other, {"unverifiable", "unsigned"}, {"damaged", "no_signature"}),
    "a page tree that loops": (page_tree_that_loops, {"unverifiable", "unsigned"}, {"damaged", "no_signature", "too_complex"}),
    "an object stream within itself": (object_stream_within_itself, {"unverifiable"}, {"damaged", "too_complex"}),
    "a table of 2^40 objects": (
        lambda: xref_stream(b"/Size 1099511627776/W[1 3 1]/Index[0 1099511627776]", b"\0" * 50),
        {"unverifiable"},
        {"damaged", "too_complex", "no_memory", "too_slow"},
    ),
    "fields a gigabyte wide": (lambda: xref_stream(b"/Size 3/W[1 1073741824 1]", b"\0" * 50), {"unverifiable"}, {"damaged", "no_memory"}),
    "a huge object number": (
        lambda: append_update(simple_pdf(), b"", b"xref\n4294967295 1\n0000000009 00000 n \ntrailer\n<</Size 4294967296/Root 1 0 R/Prev %P>>"),
        {"unverifiable", "unsigned"},
        {"damaged", "no_signature"},
    ),
    "a stream as long as itself says": (
        lambda: with_objects(PAGES[0] % b"/AcroForm 4 0 R", PAGES[1], PAGES[2], b"<</Length 4 0 R>>stream\nx\nendstream"),
        {"unverifiable", "unsigned"},
        {"damaged", "no_signature", "too_complex"},
    ),
    "Flate within Flate": (
        lambda: xref_stream(b"/Size 3/W[1 3 1]/Filter[/FlateDecode/FlateDecode/FlateDecode]", flate_layers(3)),
        {"unverifiable"},
        {"too_complex", "no_memory", "too_slow", "damaged"},
    ),
    "five hundred filters": (
        lambda: xref_stream(b"/Size 3/W[1 3 1]/Filter[" + b"/ASCIIHexDecode" * 500 + b"]", b"30>"),
        {"unverifiable"},
        {"damaged", "too_complex"},
    ),
    "metadata that laughs a billion times": (laughing_metadata, {"unsigned", "unverifiable"}, {"no_signature", "damaged"}),
    "two thousand fields": (lambda: many_fields(2000), {"unverifiable", "altered"}, {"too_complex"}),
    "five hundred updates": (lambda: many_revisions(500), {"unverifiable"}, {"too_complex"}),
    "a thousand brackets in a string": (
        lambda: with_objects(PAGES[0] % (b"/Lang" + b"(" * 100_000 + b")" * 100_000), *PAGES[1:]),
        {"unverifiable", "unsigned"},
        {"damaged", "no_signature", "too_complex"},
    ),
    "dictionaries without end": (
        lambda: with_objects(PAGES[0] % (b"/X" + b"<</X" * 50_000 + b" 1" + b">>" * 50_000), *PAGES[1:]),
        {"unverifiable"},
        {"damaged", "too_complex", "crashed"},
    ),
    "a million byte ranges": (lambda: simple_pdf() + b"/ByteRange[0 1 2 3]" * 100_000, {"unverifiable", "altered"}, {"damaged", "signature_removed", "appended"}),
    "a million codes": (lambda: simple_pdf() + b"RUB-" * 1_000_000, {"unverifiable", "unsigned"}, {"damaged", "no_signature"}),
    "no CMS": (lambda: signed_with(b"hola" * 100), {"unverifiable", "altered"}, {"broken_signature_data", "partial_cover"}),
    "an empty CMS": (lambda: signed_with(b""), {"unverifiable", "altered"}, {"broken_signature_data", "partial_cover"}),
    "a CMS nested without end": (lambda: signed_with(nested_asn1(20_000)), {"unverifiable", "altered"}, {"broken_signature_data", "too_complex"}),
    "a CMS four gigabytes long": (lambda: signed_with(b"\x30\x84\xff\xff\xff\xff" + bytes(40)), {"unverifiable", "altered"}, {"broken_signature_data"}),
    "a CMS of another kind": (
        lambda: signed_with(cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()),
        {"unverifiable", "altered"},
        {"broken_signature_data"},
    ),
    "a range of words": (lambda: signed_with(b"\x30\x00", b"[/a (b) null 4]"), {"unverifiable", "altered"}, {"broken_signature_data", "partial_cover"}),
    "a range below zero": (lambda: signed_with(b"\x30\x00", b"[0 -5 10 99999999999999999999]"), {"unverifiable", "altered"}, {"broken_signature_data", "partial_cover"}),
    "a form whose fields are a number": (lambda: signed_with(b"\x30\x00", form=b"/Fields 7"), {"unverifiable", "altered"}, {"damaged", "signature_removed"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_it_is_answered_in_time_with_its_reason(name: str, outside: Outside, instrument: Instrument) -> None:
    make, verdicts, codes = FILES[name]
    pdf = make()
    started = time.monotonic()
    found = inspect_isolated(pdf, [instrument.authority.root_pem], now=LATER)
    took = time.monotonic() - started
    got = {one.code for one in found.reasons}
    assert found.verdict in verdicts, got
    assert got & codes, got
    assert took < PATIENCE


def test_a_zip_behind_a_signed_pdf_is_appended_content(outside: Outside) -> None:
    signed = sign_outside(simple_pdf(), outside.other, field="uno")
    both = io.BytesIO(signed)
    with zipfile.ZipFile(both, "a") as archive:
        archive.writestr("otro.txt", "otro contenido")
    found = inspect_isolated(both.getvalue(), [], now=LATER)
    assert (found.verdict, {one.code for one in found.reasons} & {"appended", "damaged"} != set()) == ("altered", True)


def test_a_signed_pdf_far_behind_something_else_is_not_judged(outside: Outside) -> None:
    signed = sign_outside(simple_pdf(), outside.other, field="uno")
    found = inspect_isolated(b"<html>" + b" " * 2000 + signed, [], now=LATER)
    assert (found.verdict, [one.code for one in found.reasons]) == ("unverifiable", ["not_a_pdf"])


def test_two_documents_in_one_file_are_not_valid(outside: Outside) -> None:
    """The second has its own header and table: readers that search from the end show it, others may not."""
    signed = sign_outside(simple_pdf(), outside.other, field="uno")
    with pikepdf.open(io.BytesIO(simple_pdf())) as document:
        document.pages[0].Contents = document.make_stream(b"BT (otra suma) Tj ET")
        out = io.BytesIO()
        document.save(out)
    assert inspect_isolated(signed + out.getvalue(), [], now=LATER).verdict in {"altered", "unverifiable"}
    assert inspect_isolated(out.getvalue() + signed, [], now=LATER).verdict in {"altered", "unverifiable"}


def test_a_child_that_never_ends_is_killed_in_time() -> None:
    started = time.monotonic()
    child = sandbox.run("tests.attacks.endless", b"x" * 5_000_000, wall=2)
    assert (child.trouble, child.output) == ("too_slow", b"")
    assert time.monotonic() - started < 4
    loud = sandbox.run("tests.attacks.endless", b"loud", wall=5, most_output=100_000)
    assert loud.trouble == "crashed"
    assert "more than 100000 bytes" in loud.detail


def test_the_command_says_too_large_of_a_file_it_does_not_read_whole(tmp_path: Path) -> None:
    from click.testing import CliRunner

    with (tmp_path / "sparse.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(3_000_000_000)
    done = CliRunner().invoke(verify, [str(tmp_path / "sparse.pdf"), "--standalone"])
    assert (done.exit_code, done.output.splitlines()) == (2, ["No se pudo verificar", "  El archivo es demasiado grande para revisarlo."])
