"""Files made to break their reader: each is answered in time, without an error, and never as valid."""

import io
import time
import zlib

import pikepdf
import pytest

from plugins.commitments.signing.findings import Inspection
from plugins.commitments.signing.sandbox import inspect_isolated
from tests.commitments.signing.kit import LATER, Instrument, Outside, base_pdf, codes_of, look, sign_outside
from tests.commitments.signing.test_strangers import simple_pdf


def isolated(pdf: bytes, instrument: Instrument, **limits: float) -> Inspection:
    return inspect_isolated(pdf, [instrument.authority.root_pem], now=LATER, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize("junk", [b"", b"hola", b"PK\x03\x04" * 500, b"%!PS-Adobe", b"\0" * 5000, bytes(range(256)) * 10])
def test_what_is_not_a_pdf_is_not_judged(instrument: Instrument, junk: bytes) -> None:
    found = look(junk, instrument.authority)
    assert (found.verdict, codes_of(found)) == ("unverifiable", {"not_a_pdf"})


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_truncated_file_is_never_valid(instrument: Instrument, share: float) -> None:
    found = look(instrument.latest[: int(len(instrument.latest) * share)], instrument.authority)
    assert found.verdict in {"unverifiable", "altered"}


def test_an_encrypted_file_is_not_judged(instrument: Instrument) -> None:
    for password in ("", "secreto"):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(base_pdf())) as document:
            document.save(out, encryption=pikepdf.Encryption(owner="dueña", user=password))
        found = look(out.getvalue(), instrument.authority)
        assert (found.verdict, codes_of(found)) == ("unverifiable", {"encrypted"})


def append_update(pdf: bytes, objects: bytes, trailer: bytes) -> bytes:
    """A hand-written incremental update: `%X` in trailer is the offset of the first object."""
    start = pdf.rindex(b"startxref")
    previous = pdf[start:].split()[1]
    offset = len(pdf) + 1
    table = offset + len(objects)
    text = trailer.replace(b"%X", str(offset).encode()).replace(b"%P", previous).replace(b"%T", str(table).encode())
    return pdf + b"\n" + objects + text + b"\nstartxref\n%d\n%%%%EOF\n" % table


def test_a_hybrid_file_is_not_judged(instrument: Instrument, outside: Outside) -> None:
    base = simple_pdf()
    stream = zlib.compress(b"\x01\x00\x00\x00\x00")
    hidden = b"90 0 obj\n<</Type/XRef/Size 91/W[1 3 1]/Index[89 1]/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n"
    table = b"xref\n0 0\ntrailer\n<</Size 91/Root 1 0 R/Prev %P/XRefStm %X>>"
    hybrid = append_update(base, hidden % (len(stream), stream), table)
    found = look(hybrid, instrument.authority)
    assert (found.verdict, codes_of(found)) == ("unverifiable", {"hybrid"})
    signed = sign_outside(hybrid, outside.other, field="uno", strict=False) if _signable(hybrid) else hybrid
    found = look(signed, outside.root.asn1)
    assert found.verdict == "unverifiable"


def _signable(pdf: bytes) -> bool:
    with pikepdf.open(io.BytesIO(pdf)):
        return True


def test_loops_do_not_hang(instrument: Instrument) -> None:
    base = simple_pdf()
    itself = append_update(base, b"", b"xref\n0 0\ntrailer\n<</Size 91/Root 1 0 R/Prev %T>>")
    loops = [itself]
    with pikepdf.open(io.BytesIO(base)) as document:
        document.Root.Pages.Kids.append(document.Root.Pages)
        out = io.BytesIO()
        document.save(out)
        loops.append(out.getvalue())
    with pikepdf.open(io.BytesIO(base)) as document:
        field = document.make_indirect(pikepdf.Dictionary(T="uno"))
        field.Kids = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        out = io.BytesIO()
        document.save(out)
        loops.append(out.getvalue())
    for pdf in loops:
        started = time.monotonic()
        found = isolated(pdf, instrument)
        assert found.verdict in {"unverifiable", "unsigned"}
        assert time.monotonic() - started < 10


def test_nesting_without_end_is_too_complex(instrument: Instrument) -> None:
    deep = b"90 0 obj\n" + b"[" * 100_000 + b"]" * 100_000 + b"\nendobj\n"
    table = b"xref\n90 1\n%010d 00000 n\ntrailer\n<</Size 91/Root 90 0 R/Prev %P>>"
    base = simple_pdf()
    found = isolated(append_update(base, deep, table.replace(b"%010d", b"%010d" % (len(base) + 1))), instrument)
    assert found.verdict == "unverifiable"


def _bomb(layers: int) -> bytes:
    data = zlib.compress(b"\0" * 400_000_000, 9)
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


@pytest.mark.parametrize("layers", [1, 2])
def test_a_decompression_bomb_is_stopped(instrument: Instrument, layers: int) -> None:
    data = _bomb(layers)
    filters = b"/FlateDecode " * layers
    body = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 2/Root 1 0 R/W[1 3 1]/Filter[%s]/Length %d>>stream\n%s\nendstream\nendobj\n"
    pdf = body % (filters, len(data), data) + b"startxref\n9\n%%EOF\n"
    started = time.monotonic()
    found = isolated(pdf, instrument, seconds=5)
    assert found.verdict == "unverifiable"
    assert time.monotonic() - started < 10


def test_the_sandbox_answers_as_the_plain_inspection_does(instrument: Instrument) -> None:
    plain = look(instrument.latest, instrument.authority)
    assert isolated(instrument.latest, instrument) == plain


def test_megabytes_of_nothing_after_a_signed_file_are_appended_content(instrument: Instrument) -> None:
    for tail in (b" " * 2_000_000, bytes(2_000_000)):
        found = look(instrument.latest + tail, instrument.authority)
        assert (found.verdict, codes_of(found)) == ("altered", {"appended"})


def test_too_little_time_or_memory_is_said_and_nothing_breaks(instrument: Instrument) -> None:
    found = isolated(instrument.latest, instrument, wall=0.1)
    assert (found.verdict, codes_of(found)) == ("unverifiable", {"too_slow"})
    found = isolated(instrument.latest + b" " * 10_000_000, instrument, megabytes=60)
    assert (found.verdict, codes_of(found)) == ("unverifiable", {"no_memory"})
