"""Signing and judging beside bare pyHanko, with the same key, file and settings."""

import io
import urllib.request
from pathlib import Path

from asn1crypto import tsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from plugins.commitments.signing.appearance import Appearance
from plugins.commitments.signing.authority import as_asn1
from plugins.commitments.signing.sign import sign_field
from plugins.commitments.signing.stamping import Stamping
from portal.timestamps import Authorities
from tests.bench.measure import both, median, ms, say
from tests.commitments.lasting.authority import TimestampAuthority
from tests.commitments.signing import kit


def run(folder: Path) -> None:
    """Print what one signature and the judging of thirty cost."""
    authority = kit.make_authority(folder / "authority")
    _one_field(kit.issue(authority, 3, pages=20), authority)
    _stamped(kit.issue(authority, 3, pages=20), authority)
    _thirty(kit.make_instrument(authority, slots=30, signed=30).latest, authority)


def _one_field(pdf: bytes, authority: kit.Authority) -> None:
    act = kit.act_signer(authority, 0)
    metadata = PdfSignatureMetadata(field_name="firma-1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason="Suscripción")

    def bare() -> None:
        PdfSigner(metadata, signer=act.signer).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True, bytes_reserved=8192
        )

    ours, theirs = both(lambda: kit.sign(pdf, authority, 0, signer=act), bare, times=15)
    say(
        "Signing one field",
        f"portal {ms(ours)}, bare pyHanko {ms(theirs)} (same P-256 key, PAdES B-B, SHA-256, {len(pdf) // 1000} KB)",
        ours / theirs,
        "What drawing the slot and checking that earlier bytes stay add to the signature itself; asked: at most 1.5.",
    )


def _stamped(pdf: bytes, authority: kit.Authority) -> None:
    source = TimestampAuthority(now=kit.NOW)
    asked = Authorities([source.url], [as_asn1(source.root)])
    act = kit.act_signer(authority, 0)
    words = Appearance(*kit.PEOPLE[0], "Firma electrónica", "31/08/2026 10:32 (hora de Lima)", kit.CODE)
    metadata = PdfSignatureMetadata(field_name="firma-1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason="Suscripción")
    size = len(asked.stamp(b"\0" * 32, now=kit.NOW).der)

    def portal() -> None:
        stamping = Stamping(lambda digest: asked.stamp(digest, now=kit.NOW).der, lambda: size)
        sign_field(pdf, field_name="firma-1", signer=act, appearance=words, now=kit.NOW, reason="Suscripción", stamping=stamping)

    def bare() -> None:
        PdfSigner(metadata, signer=act.signer, timestamper=_Unchecked(source.url)).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), existing_fields_only=True, bytes_reserved=12_000
        )

    ours, theirs = both(portal, bare, times=15)
    source.stop()
    say(
        "Signing one field with a timestamp",
        f"portal {ms(ours)}, bare pyHanko {ms(theirs)} (PAdES B-T, the same authority on loopback)",
        ours / theirs,
        "What checking the token before it is embedded adds; asked: at most 1.5.",
    )


class _Unchecked(TimeStamper):
    """Asks an authority and believes it, as pyHanko's own clients do."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        request = urllib.request.Request(self._url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"})
        with urllib.request.urlopen(request) as answer:  # noqa: ASYNC210 - nothing else runs in this loop
            return tsp.TimeStampResp.load(answer.read())


def _thirty(pdf: bytes, authority: kit.Authority) -> None:
    root = as_asn1(authority.root)

    def bare(*, skip_diff: bool = False) -> None:
        for one in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
            validate_pdf_signature(one, ValidationContext(trust_roots=[root], moment=kit.LATER), skip_diff=skip_diff)

    ours, theirs = both(lambda: kit.look(pdf, authority), bare, times=2)
    blind = median(lambda: bare(skip_diff=True), times=2)
    say(
        "Verifying thirty signatures and the seal",
        f"portal {ms(ours)}, bare pyHanko {ms(theirs)} with its difference policy, {ms(blind)} without any ({len(pdf) // 1000} KB)",
        ours / theirs,
        "What byte ranges, the strict difference policy, overlays and sentences cost beside validation alone; asked: under 3.",
    )
