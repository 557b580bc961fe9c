"""Look at a file that came back signed: what was added to the revision handed out, by whose certificate, and what stands behind it.

It reads a stranger's bytes, so `isolated` runs it in a process of its own. It decides nothing: `judging` does.
"""

import base64
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from plugins.commitments.signing.evidence import carried_evidence
from plugins.commitments.signing.findings import Inspection, SignatureFinding
from plugins.commitments.signing.inspection import inspect
from plugins.commitments.signing.reading import entry, text
from plugins.commitments.signing.revocation import Answers, good_at, revoked_since
from plugins.commitments.signing.trust import Distrust, TrustBase, chain_of

_TIMESTAMP: Final = "/ETSI.RFC3161"
_PAGES_LOOKED_AT: Final = 12
_NO_REVOCATION: Final = "2.5.29.56"  # RFC 9608: this certificate will not be revoked


@dataclass(frozen=True)
class Trust:
    """What an upload is judged with: `roots` are the portal's own and those of earlier signatures; `anchors`, the outside ones."""

    roots: Sequence[asn1_x509.Certificate]
    anchors: Sequence[asn1_x509.Certificate]
    time_anchors: Sequence[asn1_x509.Certificate]
    intermediates: Sequence[asn1_x509.Certificate]
    crls: tuple[bytes, ...]


def examine(pdf: bytes, *, base_size: int, trust: Trust, now: dt.datetime) -> dict[str, Any]:
    """Return what is to be known of `pdf`, whose first `base_size` bytes are a registered revision (0: none is).

    {"inspection": Inspection.as_dict(), "shape": {"pages", "images", "text"}, and, when `base_size` is not 0:
    "people": [finding…], "new_fields": [name…], "locks": bool, "timestamps": [{"trusted", "chain"}], "certificate": {…} of
    the one signature (see `_certificate`) or None}.
    """
    roots = [*trust.roots, *trust.anchors, *trust.intermediates]
    found = inspect(pdf, trust_roots=roots, timestamp_roots=trust.time_anchors, now=now)
    seen: dict[str, Any] = {"inspection": found.as_dict(), "shape": None, "people": [], "certificate": None}
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        seen["shape"] = _shape(reader)
        if base_size:
            seen |= _added(pdf, reader, found, base_size, trust, now)
    except Exception as error:  # noqa: BLE001 - attackers choose the bytes; what cannot be read is not accepted
        seen["problem"] = f"{type(error).__name__}: {error}"[:300]
    return seen


def _shape(reader: PdfFileReader) -> dict[str, int]:
    """Count pages, and, of the first ones, those with a picture and those with fonts: a scan has pictures only."""
    pages = int(reader.root["/Pages"]["/Count"])
    pictures = fonts = 0
    for number in range(min(pages, _PAGES_LOOKED_AT)):
        resources = entry(_page(reader, number), "/Resources")
        objects = entry(resources, "/XObject")
        kinds = [text(one, "/Subtype") for one in _values(objects)]
        pictures += "/Image" in kinds
        fonts += bool(list(_values(entry(resources, "/Font"))))
    return {"pages": pages, "images": pictures, "text": fonts}


def _page(reader: PdfFileReader, number: int) -> DictionaryObject:
    page = reader.find_page_for_modification(number)[0].get_object()
    return page if isinstance(page, DictionaryObject) else DictionaryObject()


def _values(dictionary: object) -> Iterator[DictionaryObject]:
    if isinstance(dictionary, DictionaryObject):
        for key in dictionary:
            value = entry(dictionary, key)
            if isinstance(value, DictionaryObject):
                yield value


def _added(pdf: bytes, reader: PdfFileReader, found: Inspection, base_size: int, trust: Trust, now: dt.datetime) -> dict[str, Any]:
    before = {str(name) for name, _, _ in enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf[:base_size]), strict=False))}
    embedded, new_fields = [], []
    for name, value, field in enumerate_sig_fields(reader):
        if str(name) not in before and (value is None or text(value.get_object(), "/SubFilter") != _TIMESTAMP):
            new_fields.append(str(name))
        if value is not None:
            embedded.append(EmbeddedPdfSignature(reader, field, str(name)))
    later = [one for one in embedded if _end(one) > base_size]
    people = [one for one in later if text(one.sig_object, "/SubFilter") != _TIMESTAMP]
    findings = {one.field: one for one in found.signatures}
    certificates, answers = carried_evidence(reader, embedded)
    base = TrustBase(
        trust.anchors, [*certificates, *trust.intermediates], Answers((*answers.crls, *trust.crls), answers.ocsps), trust.time_anchors
    )
    timestamps = [_timestamp(base, one, now) for one in later if one not in people]
    only = findings.get(people[0].fq_name) if len(people) == 1 else None
    carried = {one.dump() for one in certificates} | {one.dump() for one in trust.anchors}
    return {
        "people": [findings[one.fq_name].as_dict() for one in people if one.fq_name in findings],
        "new_fields": sorted(new_fields),
        "locks": any(one.docmdp_level is not None or one.fieldmdp is not None for one in people),
        "timestamps": timestamps,
        "certificate": _certificate(base, people[0], only, carried, now) if only is not None else None,
    }


def _end(signature: EmbeddedPdfSignature) -> int:
    return sum(int(number) for number in list(signature.byte_range)[2:4])


def _timestamp(base: TrustBase, signature: EmbeddedPdfSignature, now: dt.datetime) -> dict[str, Any]:
    chain = chain_of(replace(base, roots=[*base.roots, *base.timestamp_roots]), signature.signer_cert, now)
    return {"trusted": not isinstance(chain, Distrust), "chain": _encoded(chain) if isinstance(chain, list) else []}


def _certificate(
    base: TrustBase, signature: EmbeddedPdfSignature, finding: SignatureFinding, carried: set[bytes], now: dt.datetime
) -> dict[str, Any]:
    """What the signer's certificate says and what stands behind it.

    {"der", "holder", "number", "issuer", "usages", "self_signed", "dead_end": an issuer named in the chain is at hand nowhere,
    "doubt": {"code", "detail"} | None, "chain": [DER of the signer … DER of the anchor], "added": [DER that the file lacks],
    "moment": ISO, "links": [{"subject", "status": "good" | "unknown" | "revoked" | "exempt", "kind", "der", "this_update",
    "next_update", "since"}]}; DER in Base64.
    """
    certificate = signature.signer_cert
    moment = now
    if finding.time_source == "timestamp" and finding.signing_time is not None:
        moment = dt.datetime.fromisoformat(finding.signing_time)
    usage = certificate.key_usage_value
    subject = certificate.subject.native
    chain = chain_of(base, certificate, moment)
    trusted = chain if isinstance(chain, list) else []
    links = [_link(base, issuer, one, moment, now) for issuer, one in pairwise(trusted)]
    expired_anchor = bool(trusted) and not trusted[0].not_valid_before <= moment <= trusted[0].not_valid_after
    return {
        "der": base64.b64encode(certificate.dump()).decode(),
        "holder": _first(subject.get("common_name")) or certificate.subject.human_friendly,
        "number": _first(subject.get("serial_number")),
        "issuer": _first(certificate.issuer.native.get("common_name")) or certificate.issuer.human_friendly,
        "usages": sorted(usage.native) if usage is not None else None,
        "self_signed": certificate.self_signed != "no",
        "dead_end": _dead_end(certificate, [*base.certificates, *base.roots]),
        "doubt": {"code": chain.code, "detail": chain.detail} if isinstance(chain, Distrust) else None,
        "expired_anchor": expired_anchor,
        "chain": _encoded(list(reversed(trusted))),
        "added": _encoded([one for one in trusted[1:-1] if one.dump() not in carried]),
        "moment": moment.isoformat(),
        "links": links,
    }


def _first(value: object) -> str:
    return str(value[-1] if isinstance(value, list) and value else value or "")


def _dead_end(certificate: asn1_x509.Certificate, known: Sequence[asn1_x509.Certificate]) -> bool:
    """Whether the way up ends at an issuer whose certificate nobody has: one more certificate might lead on to an anchor."""
    for _ in range(10):
        if certificate.self_signed != "no":
            return False
        issuer = next((one for one in known if one.subject == certificate.issuer and one.dump() != certificate.dump()), None)
        if issuer is None:
            return True
        certificate = issuer
    return False


def _link(
    base: TrustBase, issuer: asn1_x509.Certificate, subject: asn1_x509.Certificate, moment: dt.datetime, now: dt.datetime
) -> dict[str, Any]:
    name = subject.subject.human_friendly if subject.ca else ""
    since = revoked_since(subject, issuer, base.answers)
    if since is not None and since <= moment:
        return {"subject": name, "status": "revoked", "since": since.isoformat()}
    if any(one["extn_id"].dotted == _NO_REVOCATION for one in subject["tbs_certificate"]["extensions"]):
        return {"subject": name, "status": "exempt"}
    good = good_at(subject, issuer, base.answers, moment=moment, now=now)
    if good is None:
        return {"subject": name, "status": "unknown"}
    return {
        "subject": name,
        "status": "good",
        "kind": good.kind,
        "der": base64.b64encode(good.der).decode(),
        "this_update": good.this_update.isoformat(),
        "next_update": good.next_update.isoformat() if good.next_update else None,
    }


def _encoded(certificates: Sequence[asn1_x509.Certificate]) -> list[str]:
    return [base64.b64encode(one.dump()).decode() for one in certificates]
