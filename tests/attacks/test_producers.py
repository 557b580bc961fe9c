"""Files of many programs, signed by two kinds of signer that share no code with the portal (poppler with NSS, pyHanko in other ways)."""

import datetime as dt
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as hanko_fields
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, SigSeedValueSpec

from tests.commitments.signing.kit import LATER, Outside, base_pdf, codes_of, look, sign_outside
from tests.commitments.signing.test_strangers import simple_pdf

TODAY = dt.datetime.now(dt.UTC)  # poppler signs with the machine's clock


def by_hand(line: bytes = b"\n", before: bytes = b"") -> bytes:
    """A PDF 1.4 with a table of its own, its lines ended as asked, and perhaps something before its header."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>",
    ]
    out, places = before + b"%PDF-1.4" + line, []
    for number, one in enumerate(objects, 1):
        places.append(len(out) - len(before))
        out += b"%d 0 obj" % number + line + one + line + b"endobj" + line
    table, end = len(out) - len(before), line if len(line) == 2 else b" " + line
    out += b"xref" + line + b"0 4" + line + b"0000000000 65535 f" + end + b"".join(b"%010d 00000 n" % place + end for place in places)
    return out + b"trailer" + line + b"<</Size 4/Root 1 0 R>>" + line + b"startxref" + line + b"%d" % table + line + b"%%EOF" + line


def poppler_made(folder: Path, tool: str) -> bytes:
    (folder / "in.pdf").write_bytes(simple_pdf())
    arguments = {"pdftocairo": ["-pdf", "in.pdf", "out.pdf"], "pdfunite": ["in.pdf", "in.pdf", "out.pdf"]}[tool]
    subprocess.run([tool, *arguments], cwd=folder, check=True)
    return (folder / "out.pdf").read_bytes()


def qpdf_made(folder: Path, *options: str) -> bytes:
    (folder / "in.pdf").write_bytes(base_pdf())
    subprocess.run(["qpdf", *options, "in.pdf", "out.pdf"], cwd=folder, check=True)
    return (folder / "out.pdf").read_bytes()


def pillow_made() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "PDF")
    return out.getvalue()


def pdfium_made() -> bytes:
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    document.new_page(300, 400)
    document.save(out)
    return out.getvalue()


def old_made() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(base_pdf())) as document:
        document.save(out, force_version="1.4", object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return out.getvalue()


PRODUCERS: dict[str, Callable[[Path], bytes]] = {
    "WeasyPrint": lambda _: base_pdf(),
    "cairo": lambda folder: poppler_made(folder, "pdftocairo"),
    "poppler's join": lambda folder: poppler_made(folder, "pdfunite"),
    "Pillow": lambda _: pillow_made(),
    "pdfium": lambda _: pdfium_made(),
    "qpdf, object streams": lambda folder: qpdf_made(folder, "--object-streams=generate"),
    "qpdf, linear": lambda folder: qpdf_made(folder, "--linearize"),
    "qpdf, expanded": lambda folder: qpdf_made(folder, "--qdf"),
    "PDF 1.4": lambda _: old_made(),
    "by hand": lambda _: by_hand(),
    "by hand, CRLF": lambda _: by_hand(b"\r\n"),
    "by hand, CR": lambda _: by_hand(b"\r"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Path:
    """An NSS database with the keys of two people."""
    folder = tmp_path_factory.mktemp("nss")
    place = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", place, "--empty-password"], check=True)
    for name, holder in (("person", outside.person), ("other", outside.other)):
        issuers = [one.certificate for one in holder.issuers]
        data = pkcs12.serialize_key_and_certificates(name.encode(), holder.key, holder.certificate, issuers, BestAvailableEncryption(b"x"))
        (folder / "key.p12").write_bytes(data)
        subprocess.run(["pk12util", "-i", str(folder / "key.p12"), "-d", place, "-W", "x"], check=True, capture_output=True)
    (folder / "root.pem").write_bytes(outside.root.certificate.public_bytes(Encoding.PEM))
    subprocess.run(["certutil", "-A", "-d", place, "-n", "root", "-t", "CT,C,C", "-a", "-i", str(folder / "root.pem")], check=True)
    return folder


def sign_with_poppler(pdf: bytes, store: Path, folder: Path, who: str = "person") -> bytes:
    """What `pdfsig -add-signature` makes of it (adbe.pkcs7.detached, signed by NSS)."""
    (folder / "unsigned.pdf").write_bytes(pdf)
    (folder / "signed.pdf").unlink(missing_ok=True)
    command = ["pdfsig", "-nssdir", f"sql:{store}", "-add-signature", "-nick", who, "-no-ocsp", "unsigned.pdf", "signed.pdf"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (folder / "signed.pdf").exists(), done.stdout + done.stderr
    return (folder / "signed.pdf").read_bytes()


@pytest.mark.parametrize("name", PRODUCERS)
def test_unsigned_and_signed_files_of_each_producer(name: str, outside: Outside, store: Path, tmp_path: Path) -> None:
    pdf = PRODUCERS[name](tmp_path)
    found = look(pdf, outside.root.asn1)
    assert (found.verdict, codes_of(found)) == ("unsigned", {"no_signature"})
    for signed in (
        sign_outside(pdf, outside.person, field="uno", strict=False),
        sign_outside(pdf, outside.other, field="uno", box=(10, 10, 110, 60), subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, strict=False),
        sign_with_poppler(pdf, store, tmp_path),
    ):
        found = look(signed, outside.root.asn1, now=TODAY)
        assert (found.verdict, codes_of(found)) == ("valid", set())
        place = len(signed) // 5
        assert look(signed[:place] + bytes([signed[place] ^ 4]) + signed[place + 1 :], outside.root.asn1, now=TODAY).verdict != "valid"


def test_rubbish_before_the_header_is_no_reason_to_call_it_false(outside: Outside, store: Path, tmp_path: Path) -> None:
    pdf = by_hand(before=b"some mail programme's line\n")
    assert look(pdf, outside.root.asn1).verdict == "unverifiable"
    signed = sign_with_poppler(pdf, store, tmp_path)
    assert look(signed, outside.root.asn1, now=TODAY).verdict == "valid"


def test_two_poppler_signatures_break_the_table_s_rules_and_are_never_valid(outside: Outside, store: Path, tmp_path: Path) -> None:
    """poppler 22.12 gives new objects generation 1, which no table allows: readers may differ, so nothing is said of the content.

    Now and then its second signature is not even over its own bytes; then the file is altered, as pdfsig says too.
    """
    signed = sign_with_poppler(sign_with_poppler(by_hand(), store, tmp_path), store, tmp_path, "other")
    said = subprocess.run(["pdfsig", "-nocert", "signed.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    broken = "Digest Mismatch" in said
    found = look(signed, outside.root.asn1, now=TODAY)
    assert found.verdict == ("altered" if broken else "unverifiable")
    assert codes_of(found) == ({"damaged", "content_changed"} if broken else {"damaged"})


@pytest.mark.once
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_a_page_printed_by_chromium(outside: Outside, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Acta de muestra</h1>")
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/profile",
        "--print-to-pdf=out.pdf",
        "page.html",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    pdf = (tmp_path / "out.pdf").read_bytes()
    assert look(pdf, outside.root.asn1).verdict == "unsigned"
    signed = sign_outside(sign_outside(pdf, outside.person, field="uno", box=(10, 10, 110, 60)), outside.other, field="dos")
    found = look(signed, outside.root.asn1)
    assert (found.verdict, len(found.signatures)) == ("valid", 2)


def test_a_field_with_rules_for_its_signature(outside: Outside) -> None:
    """Seed values, as forms of the administration have them."""
    rules = SigSeedValueSpec(reasons=["Suscripción"], digest_methods=["sha256"], subfilters=[SigSeedSubFilter.PADES])
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    hanko_fields.append_signature_field(writer, SigFieldSpec("uno", box=(10, 10, 110, 60), seed_value_dict=rules))
    out = io.BytesIO()
    writer.write(out)
    found = look(sign_outside(out.getvalue(), outside.person, field="uno", reason="Suscripción"), outside.root.asn1)
    assert (found.verdict, found.signatures[0].reason) == ("valid", "Suscripción")


@pytest.mark.parametrize("certified", [False, True])
def test_a_text_field_filled_between_two_signatures_is_a_change(outside: Outside, certified: bool) -> None:
    """DocMDP would allow it; the strict policy does not, because the same permission lets an attacker swap what a field shows."""
    writer = IncrementalPdfFileWriter(io.BytesIO(simple_pdf()))
    field = {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): generic.pdf_string("monto"), pdf_name("/V"): generic.pdf_string("mil")}
    form = {pdf_name("/Fields"): generic.ArrayObject([writer.add_object(generic.DictionaryObject(field))])}
    writer.root["/AcroForm"] = generic.DictionaryObject(form)
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    options = {"certify": True, "docmdp_permissions": MDPPerm.FILL_FORMS} if certified else {}
    signed = sign_outside(out.getvalue(), outside.person, field="uno", **options)
    assert look(signed, outside.root.asn1).verdict == "valid"
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    filled = writer.root["/AcroForm"]["/Fields"][0]
    filled["/V"] = generic.pdf_string("un millon")
    writer.update_container(filled)
    out = io.BytesIO()
    writer.write(out)
    for pdf in (out.getvalue(), sign_outside(out.getvalue(), outside.other, field="dos")):
        found = look(pdf, outside.root.asn1, now=LATER)
        assert found.verdict == "altered"
        assert "changed_after" in codes_of(found)
