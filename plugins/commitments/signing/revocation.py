"""Revocation answers that a PDF carries (CRL, OCSP), believed when the certificate's issuer signed them, however old they are.

An old answer that says "revoked" stays true, so freshness is not asked; an old answer that says "good" proves nothing
and is not used.
"""

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID


@dataclass(frozen=True)
class Answers:
    """Revocation answers, as DER."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


def revoked_since(subject: asn1_x509.Certificate, issuer: asn1_x509.Certificate, answers: Answers) -> dt.datetime | None:
    """Since when `subject` is revoked according to an answer that `issuer` stands behind; None when no answer says so."""
    if not answers.crls and not answers.ocsps:
        return None
    try:
        certificate = x509.load_der_x509_certificate(subject.dump())
        authority = x509.load_der_x509_certificate(issuer.dump())
    except ValueError:
        return None
    times = [*_from_crls(certificate, authority, answers.crls), *_from_ocsps(certificate, authority, answers.ocsps)]
    return min(times, default=None)


def _from_crls(certificate: x509.Certificate, authority: x509.Certificate, crls: Iterable[bytes]) -> Iterable[dt.datetime]:
    for der in crls:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            crl = x509.load_der_x509_crl(der)
            if crl.issuer != authority.subject or not crl.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]
                continue
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                yield entry.revocation_date_utc


def _from_ocsps(certificate: x509.Certificate, authority: x509.Certificate, ocsps: Iterable[bytes]) -> Iterable[dt.datetime]:
    for der in ocsps:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            answer = ocsp.load_der_ocsp_response(der)
            if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                continue
            if not _stands_behind(answer, authority):
                continue
            for single in answer.responses:
                revoked = single.certificate_status is ocsp.OCSPCertStatus.REVOKED
                if revoked and single.serial_number == certificate.serial_number and single.revocation_time_utc:
                    yield single.revocation_time_utc


def _stands_behind(answer: ocsp.OCSPResponse, authority: x509.Certificate) -> bool:
    for candidate in (authority, *answer.certificates):
        if candidate is not authority and not _delegated(candidate, authority):
            continue
        with contextlib.suppress(InvalidSignature, TypeError, ValueError):
            _verify(candidate, answer)
            return True
    return False


def _delegated(candidate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        candidate.verify_directly_issued_by(authority)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, InvalidSignature, TypeError, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _verify(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes)
    elif algorithm is None:
        raise ValueError("no digest algorithm")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    else:
        raise TypeError("unsupported key")
