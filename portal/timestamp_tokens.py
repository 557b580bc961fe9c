"""Read and judge one RFC 3161 timestamp token: whose it is, over what, and when; nothing is fetched."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509

CLOCKS_DIFFER: Final = timedelta(days=1)


class _Answer(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp, whose token a refusal leaves out: asn1crypto's own type demands it."""

    _fields: Final = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class NoTimestamp(Exception):
    """No timestamp was to be had, or the one that came is not good; the message is technical, in English."""


@dataclass(frozen=True)
class TimestampToken:
    """A token that was checked: `der` is its ContentInfo (what RFC 3161 calls TimeStampToken)."""

    der: bytes = field(repr=False)
    time: datetime
    authority: str
    """Common name in the certificate that signed it."""
    certificate_sha256: str
    until: datetime
    """When that certificate ends: the token is to be covered by another one before."""


def question(digest: bytes, nonce: int) -> bytes:
    """Return the TimeStampReq (DER) for the SHA-256 `digest`, asking for the authority's certificates. Raises ValueError."""
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("a SHA-256 digest has 32 bytes")
    imprint = tsp.MessageImprint({"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest})
    asked: bytes = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}).dump()
    return asked


def read_answer(answer: bytes, *, digest: bytes, nonce: int, roots: Sequence[asn1_x509.Certificate], now: datetime) -> TimestampToken:
    """Return the token of a TimeStampResp (DER) after checking all of it. Raises `NoTimestamp`."""
    try:
        response = _Answer.load(answer, strict=True)
        status = response["status"]["status"].native
        refusal = "; ".join(response["status"]["status_string"].native or [])
        token = response["time_stamp_token"]
        der: bytes = token.dump()
        found = None if token is core.VOID or not der else token["content"]["encap_content_info"]["content"].parsed["nonce"].native
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoTimestamp("the answer is not one of RFC 3161") from error
    if status not in {"granted", "granted_with_mods"}:
        raise NoTimestamp(f"the authority refuses: {status} {refusal}".rstrip())
    if found != nonce:
        raise NoTimestamp("the answer is to another question")
    return check_token(der, digest=digest, roots=roots, now=now)


def check_token(der: bytes, *, digest: bytes, roots: Sequence[asn1_x509.Certificate], now: datetime) -> TimestampToken:
    """Return what a token says, if it is over `digest` (SHA-256), its signature is good, and its certificate chains to `roots` at `now`.

    Raises `NoTimestamp`. For a token that is old, pass its own time or that of a later timestamp over it as `now`.
    """
    from pyhanko.sign.validation import generic_cms  # noqa: PLC0415 - heavy to import
    from pyhanko.sign.validation.status import TimestampSignatureStatus  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    if not roots:
        raise NoTimestamp("no certificate of a timestamp authority is trusted here")
    context = ValidationContext(trust_roots=list(roots), moment=now, allow_fetching=False, revocation_mode="soft-fail")
    try:
        signed = cms.ContentInfo.load(der, strict=True)["content"]
        status = TimestampSignatureStatus(
            **asyncio.run(generic_cms.validate_tst_signed_data(signed, context, lambda name: digest if name == "sha256" else b""))
        )
    except Exception as error:  # an authority chooses the bytes; whatever a parser raises means that there is no token
        raise NoTimestamp(f"the token cannot be read: {type(error).__name__}") from error
    if not (status.intact and status.valid):
        raise NoTimestamp("the token is for other bytes, or its signature does not verify")
    if not status.trusted:
        raise NoTimestamp("the token's certificate does not chain to a trusted authority")
    if abs(status.timestamp - now) > CLOCKS_DIFFER:
        raise NoTimestamp(f"the authority's clock says {status.timestamp.isoformat()}")
    certificate = status.signing_cert
    names = certificate.subject.native
    name = names.get("common_name", certificate.subject.human_friendly)
    return TimestampToken(der, status.timestamp, str(name), certificate.sha256.hex(), certificate.not_valid_after)


def certificates_in(der: bytes) -> list[asn1_x509.Certificate]:
    """Return the certificates that travel with a token."""
    found = cms.ContentInfo.load(der)["content"]["certificates"]
    return [] if found is core.VOID else [one.chosen for one in found if one.name == "certificate"]
