"""Revocation answers (CRL, OCSP), believed when the certificate's issuer stands behind them.

An old answer that says "revoked" stays true, so `revoked_since` asks for no freshness; one that says "good" proves
something only of its own time, so `good_at` wants an answer in force at the moment judged.
"""

import contextlib
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

_SKEW: Final = dt.timedelta(minutes=10)
_WITHOUT_END: Final = dt.timedelta(days=7)  # how long an answer counts that says nothing about when the next one comes


@dataclass(frozen=True)
class Answers:
    """Revocation answers, as DER."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def __add__(self, other: "Answers") -> "Answers":
        return Answers((*self.crls, *other.crls), (*self.ocsps, *other.ocsps))


NO_ANSWERS = Answers()


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


@dataclass(frozen=True)
class Good:
    """An answer in force that says that a certificate is not revoked."""

    kind: str
    """"crl" or "ocsp"."""
    der: bytes
    this_update: dt.datetime
    next_update: dt.datetime | None


def good_at(
    subject: asn1_x509.Certificate, issuer: asn1_x509.Certificate, answers: Answers, *, moment: dt.datetime, now: dt.datetime
) -> Good | None:
    """The newest answer of `issuer`, made by `now` and still in force at `moment`, that says `subject` is good; None without one."""
    try:
        certificate = x509.load_der_x509_certificate(subject.dump())
        authority = x509.load_der_x509_certificate(issuer.dump())
    except ValueError:
        return None
    found = [*_good_crls(certificate, authority, answers.crls), *_good_ocsps(certificate, authority, answers.ocsps)]
    in_force = [one for one in found if one.this_update <= now + _SKEW and _end(one) >= moment]
    return max(in_force, key=lambda one: one.this_update, default=None)


def _end(answer: Good) -> dt.datetime:
    return answer.next_update or answer.this_update + _WITHOUT_END


def _good_crls(certificate: x509.Certificate, authority: x509.Certificate, crls: Iterable[bytes]) -> Iterable[Good]:
    for der in crls:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            crl = x509.load_der_x509_crl(der)
            if crl.issuer != authority.subject or not crl.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]
                continue
            if _covers(crl, certificate) and crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is None:
                yield Good("crl", der, crl.last_update_utc, crl.next_update_utc)


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether silence of this list means "good": a list of changes, or of other certificates, says nothing."""
    for extension in crl.extensions:
        if isinstance(extension.value, x509.IssuingDistributionPoint):
            part = extension.value
            is_authority = _is_authority(certificate)
            if part.indirect_crl or part.only_some_reasons or part.only_contains_attribute_certs:
                return False
            if (part.only_contains_user_certs and is_authority) or (part.only_contains_ca_certs and not is_authority):
                return False
            if part.full_name and not set(part.full_name) & set(_points(certificate)):
                return False
        elif extension.critical:
            return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _points(certificate: x509.Certificate) -> Iterable[x509.GeneralName]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [name for point in points for name in point.full_name or []]


def _good_ocsps(certificate: x509.Certificate, authority: x509.Certificate, ocsps: Iterable[bytes]) -> Iterable[Good]:
    for der in ocsps:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            answer = ocsp.load_der_ocsp_response(der)
            if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL or not _stands_behind(answer, authority):
                continue
            for single in answer.responses:
                good = single.certificate_status is ocsp.OCSPCertStatus.GOOD
                if good and single.serial_number == certificate.serial_number and _names(single, authority):
                    yield Good("ocsp", der, single.this_update_utc, single.next_update_utc)


def _names(single: ocsp.OCSPSingleResponse, authority: x509.Certificate) -> bool:
    """Whether an answer is about a certificate of this very authority: two authorities may use the same number."""
    digest = hashes.Hash(single.hash_algorithm)
    digest.update(authority.subject.public_bytes())
    return digest.finalize() == single.issuer_name_hash


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
