"""The portal's verdict on a file, as a conjunction: known original bytes, and every signature as it was recorded.

Exact bytes come first: a file whose SHA-256 is a registered revision is judged against the record. Any other file can
at best be *altered* (it derives from an instrument) or *unrecognised*. A file that carries a broken signature made with
a certificate of the portal is altered even when its record cannot be found; one with whole signatures of the portal
but no record is unrecognised, because a sealed constancia, or an instrument of a lost database, is not a forgery.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from .codes import normalise
from .comparing import compare
from .completeness import counts, missing
from .findings import SEAL_FIELD, Inspection, SignatureFinding
from .reasons import Reason, heaviest

PortalVerdict = Literal[
    "authentic_complete",
    "authentic_incomplete",
    "authentic_earlier_revision",
    "altered",
    "unrecognised",
    "unsigned",
    "unverifiable",
]
State = Literal["issued", "partly_signed", "complete", "declined", "withdrawn", "superseded", "expired"]
_STATE_NOTES: Final = {
    "declined": "declined",
    "withdrawn": "withdrawn",
    "superseded": "superseded",
    "expired": "expired_instrument",
}


@dataclass(frozen=True)
class Slot:
    """One expected signature, as the portal recorded it."""

    field: str
    signer: str
    capacity: str
    organisation: str
    required: bool = True
    certificate_sha256: str | None = None
    """Of the certificate that signed here; None while nobody has."""
    pool: str | None = None
    """Slots of one pool count together: `needed` of them are enough."""
    needed: int | None = None


@dataclass(frozen=True)
class Revision:
    """The instrument's bytes after one signature; number 0 is the certified file."""

    number: int
    sha256: str
    size: int
    field: str
    """The field that this revision signed; the seal's for number 0, empty for an archive timestamp."""


@dataclass(frozen=True)
class Registered:
    """What the portal has on record about one instrument."""

    code: str
    state: State
    seal_sha256: str
    """SHA-256 of the certificate that certified it."""
    revisions: tuple[Revision, ...]
    """By number, from 0."""
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Candidate:
    """An instrument that a file might derive from, with the bytes of its latest revision."""

    registered: Registered
    latest: bytes


@dataclass(frozen=True)
class Verdict:
    """What the portal says about a file."""

    verdict: PortalVerdict
    reasons: tuple[Reason, ...]
    instrument: str | None
    """Code of the instrument, when there is one."""
    signatures: tuple[SignatureFinding, ...]

    @property
    def authentic(self) -> bool:
        """Whether the bytes are the portal's, complete or not."""
        return self.verdict.startswith("authentic_")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON: what `portal verify FILE --json` prints."""
        return {
            "verdict": self.verdict,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "instrument": self.instrument,
            "signatures": [signature.as_dict() for signature in self.signatures],
        }


def judge(
    pdf: bytes,
    *,
    inspection: Inspection,
    exact: Registered | None,
    candidates: Sequence[Candidate] = (),
) -> Verdict:
    """The verdict on `pdf`.

    `exact`: the instrument that has a revision with these bytes' SHA-256 (checked again here), or None.
    `candidates`: instruments found by `mentions.find_codes` or `comparing.fingerprints`; used when `exact` is None.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    if exact is not None:
        revision = next((r for r in exact.revisions if r.sha256 == digest and r.size == len(pdf)), None)
        if revision is not None:
            return _judge_exact(exact, revision, inspection)
    return _judge_derived(pdf, candidates, inspection) or _judge_stranger(inspection, candidates)


def _judge_exact(record: Registered, revision: Revision, inspection: Inspection) -> Verdict:
    signatures = tuple(_named(record, finding) for finding in inspection.signatures)
    if inspection.verdict == "unverifiable":
        return Verdict("unverifiable", inspection.reasons, record.code, signatures)
    faults = list(_faults(record, revision, signatures))
    faults += [reason for reason in inspection.reasons if reason.weight != "note"]
    if inspection.verdict != "valid" or faults:
        worst = heaviest(faults)
        verdict: PortalVerdict = "altered" if worst == "altered" else "unverifiable"
        return Verdict(verdict, tuple(faults), record.code, signatures)
    signed = {finding.field for finding in signatures if finding.kind == "signature"}
    lacking = missing(record.slots, signed)
    have, expected = counts(record.slots, signed)
    said = {"signed": str(have), "expected": str(expected)}
    # an archive revision adds evidence, not signatures: the file before it is as complete
    if revision.number < max(r.number for r in record.revisions if r.field):
        verdict, reason = "authentic_earlier_revision", Reason("earlier", f"revision {revision.number}")
    elif lacking:
        verdict = "authentic_incomplete"
        reason = Reason("incomplete", "missing: " + ", ".join(slot.field for slot in lacking), said)
    else:
        verdict, reason = "authentic_complete", Reason("complete", "", said)
    notes = [Reason(_STATE_NOTES[record.state])] if record.state in _STATE_NOTES else []
    if verdict == "authentic_complete" and revision.number < max(r.number for r in record.revisions):
        notes.append(Reason("archived_since"))
    return Verdict(verdict, (reason, *notes), record.code, signatures)


def _faults(record: Registered, revision: Revision, signatures: Sequence[SignatureFinding]) -> Iterator[Reason]:
    """What keeps the signatures in the file from being those on record, each once, up to this revision."""
    expected = {SEAL_FIELD: record.seal_sha256}
    slots = {slot.field: slot for slot in record.slots}
    for earlier in record.revisions:
        if 0 < earlier.number <= revision.number and earlier.field in slots:
            expected[earlier.field] = slots[earlier.field].certificate_sha256 or "nothing on record"
    found = Counter(finding.field for finding in signatures if finding.kind == "signature")
    for field in expected:
        if found[field] != 1:
            yield Reason("missing_signature", f"{found[field]} signatures in {field}", {"field": field})
    for finding in signatures:
        if finding.kind == "timestamp":
            continue
        if finding.field not in expected:
            yield Reason("unexpected_field", finding.certificate_sha256, {"field": finding.field})
        elif finding.certificate_sha256 != expected[finding.field]:
            detail = f"certificate {finding.certificate_sha256}, on record {expected[finding.field]}"
            yield Reason("wrong_certificate", detail, {"field": finding.field})
        elif finding.field == SEAL_FIELD and not (finding.certification and finding.docmdp == 2):  # noqa: PLR2004 - form filling
            yield Reason("wrong_certificate", "the seal does not certify the document", {"field": finding.field})


def _named(record: Registered, finding: SignatureFinding) -> SignatureFinding:
    """With the names on record, which a certificate cuts at 64 characters; with the certificate's own when the record lost them."""
    for slot in record.slots:
        if slot.field == finding.field and slot.certificate_sha256 == finding.certificate_sha256:
            return replace(
                finding,
                signer=slot.signer or finding.signer,
                capacity=slot.capacity,
                organisation=slot.organisation or finding.organisation,
            )
    return finding


def _judge_derived(pdf: bytes, candidates: Sequence[Candidate], inspection: Inspection) -> Verdict | None:
    for candidate in candidates:
        record = candidate.registered
        difference = compare(candidate.latest, pdf)
        if difference is not None:
            reasons = [Reason(difference.likeness, difference.detail)]
            reasons += [reason for reason in inspection.reasons if reason.weight == "altered"]
            return Verdict("altered", tuple(reasons), record.code, inspection.signatures)
        ours = {slot.certificate_sha256 for slot in record.slots if slot.certificate_sha256} | {record.seal_sha256}
        if any(finding.certificate_sha256 in ours and finding.act == record.code for finding in inspection.signatures):
            reason = Reason("rewritten", "carries signatures recorded for the instrument, around other bytes")
            return Verdict("altered", (reason,), record.code, inspection.signatures)
    return None


def _judge_stranger(inspection: Inspection, candidates: Sequence[Candidate]) -> Verdict:
    code = candidates[0].registered.code if candidates else None
    mention = [Reason("mentions_code", "", {"code": code})] if code else []
    if inspection.verdict in {"unsigned", "unverifiable"}:
        return Verdict(inspection.verdict, (*inspection.reasons, *mention), None, inspection.signatures)
    broken = [f for f in inspection.signatures if f.trusted and normalise(f.act) == f.act and f.status == "altered"]
    if broken:
        reasons = [Reason("portal_signed_unknown", ", ".join(f.act for f in broken)), *inspection.reasons]
        return Verdict("altered", tuple(reasons), None, inspection.signatures)
    return Verdict("unrecognised", (*mention, Reason("not_registered")), None, inspection.signatures)
