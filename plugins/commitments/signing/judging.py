"""Judge one signature: is it intact, does it cover its whole revision, and whose is it."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_sig_integrity,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from .byte_ranges import DishonestRange, check_range, hidden_padding
from .evidence import broken_certificates
from .findings import SignatureFinding
from .reading import text
from .reasons import Reason
from .trust import TrustBase, doubt, timestamp_status, weak_algorithm

_PERSON_FORMATS: Final = {"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES"}
_TIMESTAMP_FORMAT: Final = "/ETSI.RFC3161"
LONGEST_NAME: Final = 450  # two names of two hundred letters, and the words between them
_COVERS: Final = {
    SignatureCoverageLevel.ENTIRE_FILE: "whole_file",
    SignatureCoverageLevel.ENTIRE_REVISION: "whole_revision",
}


@dataclass
class Judge:
    """Judges signatures from the last to the first: a trusted document timestamp proves that all before it existed by then."""

    pdf: bytes
    base: TrustBase
    existed_by: dt.datetime
    """The latest moment at which what comes next certainly existed; starts as now."""


def finding_of(judge: Judge, signature: EmbeddedPdfSignature, certifier: object) -> SignatureFinding:
    """Judge `signature`; call from the last to the first."""
    try:
        finding = _describe(signature, certifier)
    except SignatureValidationError as error:
        # the signature names its certificate by digest: another one, or a changed one, is in its place
        code = "signature_broken" if "does not match" in str(error) else "broken_signature_data"
        problem = Reason(code, str(error), {"field": signature.fq_name, "signer": signature.fq_name})
        return SignatureFinding(field=signature.fq_name, problems=(problem,))
    except Exception as error:  # noqa: BLE001 - attackers choose the bytes
        problem = Reason("broken_signature_data", f"{type(error).__name__}: {error}", {"field": signature.fq_name})
        return SignatureFinding(field=signature.fq_name, problems=(problem,))
    try:
        return _judge(judge, signature, finding)
    except (PdfError, SignatureValidationError, SigningError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Reason("broken_signature_data", f"{type(error).__name__}: {error}", {"field": signature.fq_name})
        return replace(finding, problems=(*finding.problems, problem))


def _describe(signature: EmbeddedPdfSignature, certifier: object) -> SignatureFinding:
    certificate = signature.signer_cert
    subject = certificate.subject.native
    value = signature.sig_field.raw_get("/V")
    level = signature.docmdp_level
    claimed = signature.self_reported_timestamp
    return SignatureFinding(
        field=signature.fq_name,
        kind="timestamp" if text(signature.sig_object, "/SubFilter") == _TIMESTAMP_FORMAT else "signature",
        signer=_whole(_name(subject, "common_name"), text(signature.sig_object, "/Name")) or certificate.subject.human_friendly,
        capacity=_name(subject, "title"),
        organisation=_name(subject, "organization_name"),
        act=_name(subject, "organizational_unit_name"),
        slot=_name(subject, "serial_number"),
        issuer=certificate.issuer.human_friendly,
        digest_algorithm=signature.external_md_algorithm,
        signature_algorithm=signature.signer_info["signature_algorithm"]["algorithm"].native,
        format=text(signature.sig_object, "/SubFilter").removeprefix("/"),
        signing_time=_iso(claimed),
        time_source="claimed" if claimed is not None else None,
        certificate_serial=f"{certificate.serial_number:x}",
        certificate_sha256=certificate.sha256.hex(),
        docmdp=level.value if level is not None else None,
        certification=isinstance(value, IndirectObject) and value.reference == certifier,
        reason=text(signature.sig_object, "/Reason"),
    )


def _whole(name: str, stated: str) -> str:
    """Return a common name that was cut for length (X.509 has room for 64 characters) as the signature dictionary goes on with it."""
    return stated if name.endswith("…") and stated.startswith(name[:-1]) and len(stated) <= LONGEST_NAME else name


def _name(subject: dict[str, Any], key: str) -> str:
    value = subject.get(key, "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _iso(moment: dt.datetime | None) -> str | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()


def _judge(judge: Judge, signature: EmbeddedPdfSignature, finding: SignatureFinding) -> SignatureFinding:
    finding = _judge_cover(judge, signature, finding)
    is_timestamp = finding.kind == "timestamp"
    stated_type = text(signature.sig_object, "/Type") or "/Sig"
    known = _TIMESTAMP_FORMAT if is_timestamp else f"/{finding.format}"
    right_type = stated_type in ({"/DocTimeStamp"} if is_timestamp else {"/Sig"})
    if (not is_timestamp and known not in _PERSON_FORMATS) or not right_type:
        return _with(finding, Reason("unknown_format", f"{finding.format} {stated_type}", {"field": finding.field}))
    if is_timestamp:
        return _judge_document_timestamp(judge, signature, finding)
    return _judge_person(judge, signature, finding)


def _with(finding: SignatureFinding, *problems: Reason, **changes: Any) -> SignatureFinding:
    return replace(finding, problems=(*finding.problems, *problems), **changes)


def _who(finding: SignatureFinding) -> dict[str, str]:
    return {"signer": finding.signer or finding.field}


def _judge_cover(judge: Judge, signature: EmbeddedPdfSignature, finding: SignatureFinding) -> SignatureFinding:
    numbers = [int(number) for number in signature.byte_range]
    try:
        gap = check_range(judge.pdf, numbers)
    except DishonestRange as error:
        return _with(finding, Reason("partial_cover", str(error), _who(finding)), covers="part")
    if gap.contents != signature.pkcs7_content:
        problem = Reason("partial_cover", "the gap is not this signature's /Contents", _who(finding))
        return _with(finding, problem, covers="part")
    size = numbers[2] + numbers[3]
    if hidden_padding(gap.contents):
        finding = _with(finding, Reason("hidden_in_gap", "bytes other than zero follow the CMS object", _who(finding)))
    level = signature.evaluate_signature_coverage()
    if size == len(judge.pdf):
        level = SignatureCoverageLevel.ENTIRE_FILE
    if level not in _COVERS:
        problem = Reason("partial_cover", f"coverage {level.name}: the signed bytes do not end with a revision", _who(finding))
        return _with(finding, problem, covers="part", revision_size=size)
    return replace(finding, covers=_COVERS[level], revision_size=size)  # type: ignore[arg-type]


def _judge_person(judge: Judge, signature: EmbeddedPdfSignature, finding: SignatureFinding) -> SignatureFinding:
    info, certificate = signature.signer_info, signature.signer_cert
    finding = _judge_integrity(signature, finding, "data")
    for name in broken_certificates([certificate, *signature.other_embedded_certs], judge.base.roots):
        finding = _with(finding, Reason("certificates_changed", name, _who(finding)))
    finding, moment = _judge_attached_timestamps(judge, signature, finding)
    return _judge_trust(judge, certificate, info, finding, moment)


def _judge_integrity(signature: EmbeddedPdfSignature, finding: SignatureFinding, content_type: str) -> SignatureFinding:
    encapsulated = signature.signed_data["encap_content_info"]["content"]
    if encapsulated is not core.VOID and encapsulated.native is not None:
        problem = Reason("unknown_format", "a detached signature carries content", {"field": finding.field})
        return _with(finding, problem)
    digest = signature.compute_digest()
    intact, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, content_type, digest)
    if not intact:
        return _with(finding, Reason("content_changed", "message digest differs", _who(finding)))
    if not valid:
        return _with(finding, Reason("signature_broken", "cryptographic signature does not verify", _who(finding)))
    return replace(finding, intact=True)


def _judge_attached_timestamps(
    judge: Judge,
    signature: EmbeddedPdfSignature,
    finding: SignatureFinding,
) -> tuple[SignatureFinding, dt.datetime]:
    """The moment at which to judge the certificate: an attached trusted timestamp's, else the latest it certainly existed."""
    best = None
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        status = timestamp_status(judge.base, token, message_imprint_checker(signature.signer_info), judge.existed_by)
        if not (status.intact and status.valid):
            finding = _with(finding, Reason("timestamp_broken", "imprint or signature of the token", _who(finding)))
        elif not status.trusted:
            finding = _with(finding, Reason("timestamp_untrusted", str(status.trust_problem_indic), _who(finding)))
        elif best is None or status.timestamp < best:
            best = status.timestamp
    if best is None:
        return finding, judge.existed_by
    return replace(finding, signing_time=_iso(best), time_source="timestamp"), best


def _judge_trust(
    judge: Judge,
    certificate: asn1_x509.Certificate,
    info: cms.SignerInfo,
    finding: SignatureFinding,
    moment: dt.datetime,
) -> SignatureFinding:
    weak = weak_algorithm(info, certificate, finding.digest_algorithm)
    if weak is not None:
        return _with(finding, Reason("weak_algorithm", weak, _who(finding)))
    distrust = doubt(judge.base, certificate, (), moment)
    if distrust is not None:
        return _with(finding, Reason(distrust.code, distrust.detail, _who(finding)))
    claimed = finding.signing_time
    if claimed is not None and dt.datetime.fromisoformat(claimed) < certificate.not_valid_before - dt.timedelta(days=1):
        finding = _with(finding, Reason("claimed_before_certificate", claimed, _who(finding)))
    return replace(finding, trusted=True)


def _judge_document_timestamp(judge: Judge, signature: EmbeddedPdfSignature, finding: SignatureFinding) -> SignatureFinding:
    status = timestamp_status(judge.base, signature.signed_data, signature.compute_digest, judge.existed_by)
    finding = replace(finding, signing_time=_iso(status.timestamp), time_source="timestamp")
    if not status.intact:
        return _with(finding, Reason("content_changed", "the timestamp's imprint differs", _who(finding)))
    if not status.valid:
        return _with(finding, Reason("signature_broken", "the token's signature does not verify", _who(finding)))
    finding = replace(finding, intact=True)
    if not status.trusted:
        code = "expired" if "EXPIRED" in str(status.trust_problem_indic) else "unknown_issuer"
        return _with(finding, Reason(code, str(status.trust_problem_indic), _who(finding)))
    judge.existed_by = min(judge.existed_by, status.timestamp)
    return replace(finding, trusted=True)
