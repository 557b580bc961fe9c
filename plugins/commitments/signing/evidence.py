"""Read what a file carries to be judged with: certificates and revocation answers; and its signatures when no parser opens it."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .byte_ranges import DishonestRange, check_range, raw_ranges
from .reading import elements, entry
from .revocation import Answers


def carried_evidence(
    reader: PdfFileReader,
    signatures: Sequence[EmbeddedPdfSignature],
) -> tuple[list[asn1_x509.Certificate], Answers]:
    """Certificates and revocation answers in the security store and in the signatures. None of it is trusted by being there."""
    certificates = []
    for der in _store(reader, "/Certs"):
        with contextlib.suppress(ValueError):
            certificates.append(asn1_x509.Certificate.load(der, strict=True))
    crls, ocsps = list(_store(reader, "/CRLs")), list(_store(reader, "/OCSPs"))
    for signature in signatures:
        with contextlib.suppress(Exception):  # a signature that cannot be read is judged elsewhere
            certificates.extend(signature.other_embedded_certs)
        for archived in _archived(signature):
            crls.extend(item.dump() for item in archived["crl"] or [])
            ocsps.extend(item.dump() for item in archived["ocsp"] or [])
    return certificates, Answers(tuple(crls), tuple(ocsps))


def _store(reader: PdfFileReader, key: str) -> Iterator[bytes]:
    for stream in elements(entry(entry(reader.root, "/DSS"), key)):
        if isinstance(stream, StreamObject):
            yield stream.data


def _archived(signature: EmbeddedPdfSignature) -> Iterator[core.Sequence]:
    attributes = signature.signer_info["signed_attrs"]
    for attribute in [] if attributes is core.VOID else attributes:
        if attribute["type"].native == "adobe_revocation_info_archival":
            yield from attribute["values"]


def raw_signature_is_broken(pdf: bytes) -> bool:
    """Whether a signature found in the raw bytes covers content that is not the content it signed."""
    for byte_range in raw_ranges(pdf):
        try:
            gap = check_range(pdf, byte_range)
            info = cms.ContentInfo.load(gap.contents)["content"]["signer_infos"][0]
            expected = next(a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "message_digest")
            digest = hashlib.new(info["digest_algorithm"]["algorithm"].native)
        except (DishonestRange, ValueError, KeyError, TypeError, IndexError, StopIteration):
            continue
        start, length, resume, rest = byte_range
        digest.update(pdf[start : start + length])
        digest.update(pdf[resume : resume + rest])
        if digest.digest() != expected:
            return True
    return False
