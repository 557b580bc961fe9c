"""Make one X.509 certificate of the portal's signing authority: an authority's, or a signer's."""

import datetime as dt
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .keyfiles import SigningKey

_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_SKEW: Final = dt.timedelta(minutes=5)  # a reader whose clock is a little behind still accepts a fresh certificate
_LONGEST: Final = 64  # X.520 upper bound for common name, title and organisation


def name_of(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A distinguished name of the attributes that are not empty, each cut at 64 characters."""
    return x509.Name(
        [x509.NameAttribute(oid, text) for oid, raw in attributes if (text := shorten(raw, octets=oid == NameOID.COMMON_NAME))]
    )


def shorten(text: str, *, octets: bool = False, most: int = _LONGEST) -> str:
    """One line of printable text, at most `most` characters, the last an ellipsis if it was longer.

    `octets`: at most so many bytes of UTF-8, which is how `cryptography` counts a common name.
    """
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    size = (lambda one: len(one.encode())) if octets else len
    if size(clean) <= most:
        return clean
    while size(clean) > most - size("…"):
        clean = clean[:-1]
    return clean.rstrip() + "…"


def issue_certificate(
    subject: x509.Name,
    key: SigningKey,
    issuer: x509.Certificate | None,
    issuer_key: SigningKey,
    now: dt.datetime,
    until: dt.datetime,
    authority_depth: int | None,
) -> x509.Certificate:
    """A certificate of `key` (P-256, unless it was imported), signed by `issuer_key`; its own authority when `issuer` is None.

    `authority_depth`: how many authorities may follow below, None for a signer's certificate. It is valid from five
    minutes ago (never before its issuer) until `until`.
    """
    is_authority = authority_depth is not None
    start = now - _SKEW if issuer is None else max(now - _SKEW, issuer.not_valid_before_utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=authority_depth), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority,
                content_commitment=not is_authority,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if not is_authority:
        # emailProtection because NSS (pdfsig) checks signatures as if they were mail; RFC 9336 for everyone else
        usage = x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
