"""Revocation lists of the portal's own authorities (RFC 5280): each new one holds all that the one before held."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from .keyfiles import SigningKey

REASONS: Final = {
    "unspecified": x509.ReasonFlags.unspecified,
    "key_compromise": x509.ReasonFlags.key_compromise,
    "ca_compromise": x509.ReasonFlags.ca_compromise,
    "affiliation_changed": x509.ReasonFlags.affiliation_changed,
    "superseded": x509.ReasonFlags.superseded,
    "cessation_of_operation": x509.ReasonFlags.cessation_of_operation,
    "privilege_withdrawn": x509.ReasonFlags.privilege_withdrawn,
}


@dataclass(frozen=True)
class Revoked:
    """One line of a list."""

    serial: int
    since: dt.datetime
    reason: str = "unspecified"


def make_list(
    issuer: x509.Certificate, key: SigningKey, *, before: bytes | None, now: dt.datetime, more: tuple[Revoked, ...] = ()
) -> bytes:
    """The next list (DER) of `issuer`: what `before` held, and `more`; a certificate that is on it already stays as it was.

    It says that the next one comes when the issuer ends: nobody is to doubt a list because the portal is no more.
    """
    old = x509.load_der_x509_crl(before) if before is not None else None
    number = 1 + old.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number if old is not None else 1
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(now)
        .next_update(issuer.not_valid_after_utc)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    known = set()
    for entry in old or ():
        known.add(entry.serial_number)
        builder = builder.add_revoked_certificate(entry)
    for one in more:
        if one.serial in known:
            continue
        line = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.since)
        if one.reason != "unspecified":  # RFC 5280 wants that reason left out
            line = line.add_extension(x509.CRLReason(REASONS[one.reason]), critical=False)
        builder = builder.add_revoked_certificate(line.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def read_list(der: bytes) -> tuple[Revoked, ...]:
    """The lines of a list. Raises ValueError."""
    found = []
    for entry in x509.load_der_x509_crl(der):
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name
        except x509.ExtensionNotFound:
            reason = "unspecified"
        found.append(Revoked(entry.serial_number, entry.revocation_date_utc, reason))
    return tuple(found)
