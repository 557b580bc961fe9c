"""Decide about an upload: is it the document handed out plus one signature, in the right box, by the right person's certificate?

Nothing here knows the web or writes to the database. The bytes are read by `isolated`; what comes back is judged here.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from plugins.commitments.digital.isolated import Known, examine_isolated
from plugins.commitments.digital.models import REJECTED
from plugins.commitments.digital.reasons import TELLINGS, reason, result_of
from plugins.commitments.digital.trust_folder import Anchor, TrustFolder

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"GIF8", b"RIFF")
_NUMBER: Final = re.compile(r"(?:(?:PNO|IDC)PE-|DNI[:\- ]?)?(\d{8})(?:-[0-9A-Z])?")
_BROKEN: Final = {"content_changed", "signature_broken", "certificates_changed", "partial_cover", "hidden_in_gap", "broken_signature_data"}
_CERTIFICATE: Final = {
    "expired": "expired",
    "not_yet_valid": "not_yet_valid",
    "weak_algorithm": "weak",
    "wrong_purpose": "wrong_purpose",
}
_SIGNING_USE: Final = "non_repudiation"


@dataclass(frozen=True)
class Handed:
    """A registered revision: the instrument's edition, number, SHA-256 and size."""

    edition: int
    number: int
    sha256: str
    size: int


@dataclass(frozen=True)
class Expected:
    """What an upload is compared with. `dni`: eight digits, or None when the portal knows none; `confirmed`: by the Mesa."""

    slot_id: int
    code: str
    edition: int
    field: str
    name: str
    dni: str | None
    head_sha256: str
    revisions: tuple[Handed, ...]
    confirmed: bool = False


@dataclass(frozen=True)
class Judgement:
    """The decision. `seen`: what `examining.examine` saw; `anchor`: the trusted authority that the chain reached."""

    result: str
    reasons: tuple[dict[str, Any], ...]
    base_sha256: str | None = None
    seen: Mapping[str, Any] = field(default_factory=dict, repr=False)
    anchor: Anchor | None = None

    @property
    def certificate(self) -> Mapping[str, Any]:
        """What was seen of the signer's certificate; empty when there is not exactly one new signature."""
        return self.seen.get("certificate") or {}


def dni(text: str | None) -> str | None:
    """Return the eight digits of a DNI, as a person or a certificate (PNOPE-12345678) writes it; None for anything else."""
    found = _NUMBER.fullmatch((text or "").strip().upper())
    return found[1] if found else None


def judge(
    data: bytes,
    *,
    expected: Expected,
    trust: TrustFolder,
    roots: Sequence[bytes],
    time_roots: Sequence[bytes] = (),
    now: datetime,
    examine: Callable[..., dict[str, Any]] = examine_isolated,
) -> Judgement:
    """Judge an upload. Raises `Unavailable` when too busy.

    `roots`: certificates (DER) that earlier signatures chain to; `time_roots`: believed for timestamps only, beside the folder's.
    `examine`: who reads the bytes.
    """
    obvious = _obvious(data, expected)
    if obvious is not None:
        return _decided([obvious])
    base = _beginning(data, expected)
    known = Known(
        roots=roots,
        anchors=[one.der for one in trust.anchors if one.signs],
        time_anchors=[*time_roots, *(one.der for one in trust.anchors if one.times)],
        intermediates=[one.public_bytes(Encoding.DER) for _, one in trust.intermediates],
        crls=[one.public_bytes(Encoding.DER) for _, one in trust.crls],
    )
    in_force = base if base is not None and base.edition == expected.edition else None
    seen = examine(data, base_size=in_force.size if in_force else 0, known=known, now=now)
    unread = _unreadable(seen)
    if unread is not None:
        return _decided([unread], seen=seen, base=in_force)
    if in_force is None:
        return _decided([reason("other_edition") if base is not None else _mistake(seen, expected)], seen=seen)
    anchor = _anchor(seen, trust)
    found = [*_place(seen, expected), *_certificate(seen, trust, anchor), *_identity(seen, expected)]
    if in_force.sha256 != expected.head_sha256:
        found.insert(0, reason("moved"))
    return _decided(found, seen=seen, base=in_force, anchor=anchor)


def _decided(
    found: Sequence[dict[str, Any]], *, seen: Mapping[str, Any] | None = None, base: Handed | None = None, anchor: Anchor | None = None
) -> Judgement:
    result = result_of(found)
    kept = [one for one in found if TELLINGS[one["code"]].result == result] or [reason("accepted")]
    return Judgement(result, tuple(kept), base.sha256 if base else None, seen or {}, anchor)


def _obvious(data: bytes, expected: Expected) -> dict[str, Any] | None:
    """What needs no reading."""
    if not data:
        return reason("empty")
    if hashlib.sha256(data).hexdigest() in {one.sha256 for one in expected.revisions}:
        return reason("same_file")
    if data.startswith(_PICTURES) or data[4:8] == b"ftyp":
        return reason("picture")
    return None if b"%PDF-" in data[:1024] else reason("not_a_pdf")


def _beginning(data: bytes, expected: Expected) -> Handed | None:
    """Return the longest registered revision that the file begins with, the edition in force first. Reads the file once."""
    digest, done, found = hashlib.sha256(), 0, None
    for one in sorted(expected.revisions, key=lambda one: one.size):
        if one.size > len(data):
            break
        digest.update(data[done : one.size])
        done = one.size
        if digest.hexdigest() == one.sha256:
            found = one
    return found


def _unreadable(seen: Mapping[str, Any]) -> dict[str, Any] | None:
    if "failed" in seen:
        return reason(seen["failed"])
    inspection = seen["inspection"]
    if inspection["verdict"] == "unverifiable":
        codes = {one["code"] for one in inspection["reasons"]}
        for code in ("encrypted", "too_slow"):
            if code in codes:
                return reason(code)
        if not inspection["signatures"]:
            return reason("unreadable")
    return reason("unreadable") if "problem" in seen else None


def _mistake(seen: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    """Name the likeliest mistake behind a file that does not begin with any revision."""
    inspection, shape = seen["inspection"], seen["shape"] or {}
    codes = {*inspection["codes"], *(one["act"] for one in inspection["signatures"] if one["act"])}
    if expected.code in codes:
        return reason("rewritten")
    if codes:
        return reason("other_commitment", code=min(codes))
    if not inspection["signatures"] and shape.get("images", 0) and not shape.get("text", 0):
        return reason("scanned")
    return reason("other_document")


def _place(seen: Mapping[str, Any], expected: Expected) -> Iterator[dict[str, Any]]:
    """What was added: one signature, in the reserved box, intact, and nothing else."""
    people, strange = seen["people"], seen["new_fields"]
    if not people:
        yield reason("unsigned")
        return
    if len(people) > 1:
        yield reason("signed_twice", number=str(len(people)))
        return
    finding = people[0]
    codes = {one["code"] for one in finding["problems"]}
    if finding["field"] in strange:
        yield reason("new_field", field=finding["field"][:60])
        return
    if finding["field"] != expected.field:
        yield reason("other_field", field=finding["field"][:60])
        return
    if seen["locks"]:
        yield reason("locks")
        return
    if codes & _BROKEN:
        yield reason("broken")
    elif "unknown_format" in codes:
        yield reason("format")
    elif "weak_algorithm" in codes:
        yield reason("weak")
    earlier = {(one["code"], one["detail"]) for other in seen["inspection"]["signatures"] for one in other["problems"]}
    changes = [
        one
        for one in seen["inspection"]["reasons"]
        if (one["code"], one["detail"]) not in earlier and _weight(one["code"]) in {"altered", "unverifiable"}
    ]
    if changes or strange:
        yield reason("changed", detail=changes[0]["detail"][:300] if changes else ", ".join(strange)[:300])


def _weight(code: str) -> str:
    from plugins.commitments.signing.reasons import SENTENCES  # noqa: PLC0415

    return SENTENCES[code][0]


def _anchor(seen: Mapping[str, Any], trust: TrustFolder) -> Anchor | None:
    chain = (seen["certificate"] or {}).get("chain")
    return trust.anchor(base64.b64decode(chain[-1])) if chain else None


def _certificate(seen: Mapping[str, Any], trust: TrustFolder, anchor: Anchor | None) -> Iterator[dict[str, Any]]:
    certificate = seen["certificate"]
    if certificate is None:
        return
    codes = {one["code"] for one in seen["people"][0]["problems"]}
    if "wrong_purpose" in codes or _SIGNING_USE not in (certificate["usages"] or ()):
        yield reason("wrong_purpose")
    if certificate["doubt"] is not None:
        yield _doubt(certificate, trust)
    elif certificate["expired_anchor"]:
        yield reason("expired")
    revoked = next((one for one in certificate["links"] if one["status"] == "revoked"), None)
    if revoked is not None:
        yield reason("revoked", since=revoked["since"])
    elif anchor is not None and not anchor.exempt and any(one["status"] == "unknown" for one in certificate["links"]):
        yield reason("no_revocation")
    if anchor is not None and anchor.stale_since is not None:
        yield reason("stale_list", since=anchor.stale_since.isoformat())
    if any(not one["trusted"] for one in seen["timestamps"]):
        yield reason("no_timestamp_trust")


def _doubt(certificate: Mapping[str, Any], trust: TrustFolder) -> dict[str, Any]:
    code = certificate["doubt"]["code"]
    if code in _CERTIFICATE:
        return reason(_CERTIFICATE[code])
    if not any(one.signs for one in trust.anchors):
        return reason("no_trust")
    return reason("no_chain" if certificate["dead_end"] else "untrusted", issuer=certificate["issuer"][:200])


def _identity(seen: Mapping[str, Any], expected: Expected) -> Iterator[dict[str, Any]]:
    certificate = seen["certificate"]
    if certificate is None:
        return
    theirs = dni(certificate["number"])
    if theirs is not None and expected.dni is not None:
        if theirs != expected.dni:
            yield reason("other_person")
    elif not expected.confirmed:
        yield reason("no_dni" if theirs is None else "dni_unknown")


def without_number(name: str) -> str:
    """Return a certificate's name without the document number that a DNIe puts in it ("APELLIDO Nombre FIR 12345678 hard")."""
    return " ".join(re.sub(r"(?i)\bFIR\b|\bhard\b|(?<![0-9A-Za-z])\d{6,12}(?![0-9A-Za-z])", "", name).split())


def keeps_file(judgement: Judgement) -> bool:
    """Whether the bytes are kept: whatever somebody signed on a revision of ours; other files leave their SHA-256 only."""
    return judgement.result != REJECTED or (judgement.base_sha256 is not None and bool(judgement.seen.get("people")))


def signed_certificate(judgement: Judgement) -> x509.Certificate:
    """Return the signer's certificate. Raises KeyError when there is not exactly one new signature."""
    return x509.load_der_x509_certificate(base64.b64decode(judgement.certificate["der"]))
