"""Read what a file carries to be judged with: certificates and revocation answers; and its signatures when no parser opens it."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .byte_ranges import DishonestRange, check_range, raw_ranges
from .reading import elements, entry
from .reasons import Reason
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


def raw_damage(pdf: bytes) -> Reason | None:
    """Proof, in the raw bytes of a file that no parser opens, that it changed after it was signed; None without proof."""
    covered = 0
    for byte_range in raw_ranges(pdf):
        try:
            gap = check_range(pdf, byte_range)
        except DishonestRange as error:
            start, length, resume, _ = byte_range
            if start == 0 and pdf[length : length + 1] == b"<" and pdf[resume - 1 : resume] == b">":
                return Reason("signature_broken", str(error), {"signer": "?"})  # nobody writes such digits: they changed
            continue
        try:
            info = cms.ContentInfo.load(gap.contents)["content"]["signer_infos"][0]
            expected = next(a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "message_digest")
            digest = hashlib.new(info["digest_algorithm"]["algorithm"].native)
        except (ValueError, KeyError, TypeError, IndexError, StopIteration):
            continue
        start, length, resume, rest = byte_range
        digest.update(pdf[start : start + length])
        digest.update(pdf[resume : resume + rest])
        if digest.digest() != expected:
            return Reason("content_changed", "message digest differs", {"signer": "?"})
        covered = max(covered, resume + rest)
    tail = pdf[covered:]
    if covered and tail.rstrip().endswith(b"%%EOF") and b"startxref" not in tail:
        # it pretends to be whole and has no table: no program that signs wrote it, nor was it cut
        return Reason("appended", f"bytes {covered} to {len(pdf)} are not covered by any signature")
    return None


def broken_certificates(embedded: Sequence[asn1_x509.Certificate], roots: Sequence[asn1_x509.Certificate]) -> list[str]:
    """Names of certificates in a signature that their issuer, when it is at hand, did not sign: somebody changed them.

    A signature does not cover the certificates that travel with it, and a spoiled copy of a trusted root does not
    disturb the chain; yet the file is not the one that was signed.
    """
    names = []
    for certificate in embedded:
        issuers = [c for c in (*embedded, *roots) if _claims(certificate, c)]
        is_false_copy = any(_is_false_copy(certificate, root) for root in roots)
        if is_false_copy or (issuers and not any(_issued(certificate, issuer) for issuer in issuers)):
            names.append(certificate.subject.human_friendly)
    return names


def _is_false_copy(certificate: asn1_x509.Certificate, original: asn1_x509.Certificate) -> bool:
    """Whether all but a little of `certificate` is `original`: two of its number, its key and its signature."""
    if certificate.dump() == original.dump():
        return False
    same = (
        certificate.serial_number == original.serial_number,
        certificate.public_key.dump() == original.public_key.dump(),
        certificate["signature_value"].native == original["signature_value"].native,
    )
    return same.count(True) >= 2  # noqa: PLR2004 - a cross-certificate shares the key alone


def _claims(certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> bool:
    """Whether `certificate` names `issuer` and its very key: two authorities may share a name."""
    if issuer.subject != certificate.issuer:
        return False
    wanted = certificate.authority_key_identifier
    if wanted is None:
        return issuer is certificate
    same: bool = wanted == issuer.key_identifier
    return same


def _issued(certificate: asn1_x509.Certificate, issuer: asn1_x509.Certificate) -> bool:
    try:
        child, parent = (x509.load_der_x509_certificate(c.dump()) for c in (certificate, issuer))
        child.verify_directly_issued_by(parent)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return certificate.signature_algo not in {"rsassa_pkcs1v15", "ecdsa"}  # an odd algorithm is judged elsewhere
    return True
