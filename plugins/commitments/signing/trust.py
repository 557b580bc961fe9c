"""Whom to believe: the chain of a certificate up to a trusted root, at the right moment, without asking anyone over the network."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from .revocation import Answers, revoked_since

_WEAK: Final = frozenset({"md2", "md4", "md5", "sha1"})
ALGORITHMS: Final = CMSAlgorithmUsagePolicy.lift_policy(DisallowWeakAlgorithmsPolicy(_WEAK))
_SIGNING_USES: Final = {"digital_signature", "non_repudiation"}
# a certificate made for these purposes only is a server's or an authority's, not a person's or an office's
_OTHER_PURPOSES: Final = {"server_auth", "ocsp_signing", "time_stamping", "code_signing"}


@dataclass(frozen=True)
class Distrust:
    """Why a certificate is not believed."""

    code: str
    detail: str


@dataclass(frozen=True)
class TrustBase:
    """What a file is judged with: the roots, and the certificates and revocation answers that the file itself carries."""

    roots: Sequence[asn1_x509.Certificate]
    certificates: Sequence[asn1_x509.Certificate]
    answers: Answers
    timestamp_roots: Sequence[asn1_x509.Certificate] = ()
    """Trusted for timestamps only: who may say when need not be who may say who."""

    def context(self, moment: dt.datetime, *, for_timestamps: bool = False) -> ValidationContext:
        """A certvalidator context that never fetches anything."""
        return ValidationContext(
            trust_roots=[*self.roots, *(self.timestamp_roots if for_timestamps else ())],
            other_certs=list(self.certificates),
            moment=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
            algorithm_usage_policy=ALGORITHMS,
        )


def doubt(
    base: TrustBase,
    certificate: asn1_x509.Certificate,
    others: Iterable[asn1_x509.Certificate],
    moment: dt.datetime,
) -> Distrust | None:
    """Why `certificate` cannot be trusted to sign documents at `moment`; None when it can."""
    path = _path(base, certificate, others, moment)
    if isinstance(path, Distrust):
        return path
    chain = [c for c in path if isinstance(c, asn1_x509.Certificate)]
    return _misused(certificate, is_anchor=path.pkix_len == 0) or _revoked(base, chain, moment)


def chain_of(base: TrustBase, certificate: asn1_x509.Certificate, moment: dt.datetime) -> list[asn1_x509.Certificate] | Distrust:
    """The chain of `certificate` at `moment`, the trusted one first; revocation and purpose are not looked at."""
    path = _path(base, certificate, (), moment)
    return path if isinstance(path, Distrust) else [c for c in path if isinstance(c, asn1_x509.Certificate)]


def _path(  # noqa: PLR0911 - one exit for each thing that can be wrong with a chain
    base: TrustBase,
    certificate: asn1_x509.Certificate,
    others: Iterable[asn1_x509.Certificate],
    moment: dt.datetime,
) -> ValidationPath | Distrust:
    if not base.roots:
        return Distrust("unknown_issuer", "no trusted root was given")
    validator = CertificateValidator(certificate, list(others), validation_context=base.context(moment))
    try:
        path: ValidationPath = asyncio.run(validator.async_validate_path())
    except ExpiredError as error:
        return Distrust("expired", str(error))
    except NotYetValidError as error:
        return Distrust("not_yet_valid", str(error))
    except PathBuildingError as error:
        return Distrust("unknown_issuer", str(error))
    except (PathValidationError, ValidationError) as error:
        text = str(error)
        return Distrust("weak_algorithm" if "algorithm" in text or "key size" in text else "unknown_issuer", text)
    if path.pkix_len == 0 and not certificate.not_valid_before <= moment <= certificate.not_valid_after:
        return Distrust("expired", "the signer's certificate is itself a trusted root, and outside its validity")
    return path


def _misused(certificate: asn1_x509.Certificate, *, is_anchor: bool) -> Distrust | None:
    usage = certificate.key_usage_value
    if usage is not None and not is_anchor and not _SIGNING_USES & usage.native:
        return Distrust("wrong_purpose", f"key usage {sorted(usage.native)}")
    purposes = certificate.extended_key_usage_value
    if purposes is not None and purposes.native and set(purposes.native) <= _OTHER_PURPOSES:
        return Distrust("wrong_purpose", f"extended key usage {sorted(purposes.native)}")
    return None


def _revoked(base: TrustBase, chain: Sequence[asn1_x509.Certificate], moment: dt.datetime) -> Distrust | None:
    for issuer, subject in pairwise(chain):
        since = revoked_since(subject, issuer, base.answers)
        if since is not None and since <= moment:
            return Distrust("revoked", f"{subject.subject.human_friendly}: revoked since {since.isoformat()}")
    return None


def weak_algorithm(signer_info: cms.SignerInfo, certificate: asn1_x509.Certificate, digest: str) -> str | None:
    """Why the algorithms of a signature can no longer be relied on; None when they can."""
    signature_algorithm = signer_info["signature_algorithm"]
    digests = {digest, signer_info["digest_algorithm"]["algorithm"].native}
    with contextlib.suppress(ValueError):  # plain RSA and EdDSA name no digest of their own
        digests.add(signature_algorithm.hash_algo)
    for name in sorted(digests):
        if not ALGORITHMS.digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": name}), None):
            return f"digest {name}"
    check = ALGORITHMS.signature_algorithm_allowed(signature_algorithm, None, certificate.public_key)
    return None if check else check.failure_reason or "signature algorithm not allowed"


def timestamp_status(
    base: TrustBase,
    token: cms.SignedData,
    imprint: Callable[[str], bytes],
    moment: dt.datetime,
) -> TimestampSignatureStatus:
    """Judge a timestamp token at `moment`. Raises SignatureValidationError when it is malformed."""
    kwargs = asyncio.run(
        generic_cms.validate_tst_signed_data(token, base.context(moment, for_timestamps=True), imprint, algorithm_policy=ALGORITHMS),
    )
    return TimestampSignatureStatus(**kwargs)
