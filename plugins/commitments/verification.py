"""The verdict on a file, for the web, the command line and the ledger alike: exact bytes first, then cryptography."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments import acta_verdicts, keys
from plugins.commitments import models as tables
from plugins.commitments.record import slot_organisation
from plugins.commitments.signing.findings import SEAL_FIELD, Inspection, SignatureFinding
from plugins.commitments.signing.reasons import Reason, hide_numbers, without_numbers
from plugins.commitments.signing.sandbox import WALL, inspect_isolated
from plugins.commitments.signing.verdict import Candidate, Registered, Revision, Slot, Verdict, judge
from plugins.commitments.states import OPEN, SUPERSEDED
from portal import timestamps
from portal.actas import queries as actas
from portal.actas.models import Acta
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import PortalError
from portal.organisations.models import CAPACITIES

MOST_CANDIDATES = 20


@dataclass(frozen=True)
class Verified:
    """A verdict, the commitment that it is about (with organisation, process and slots) or the acta, and the file's SHA-256.

    `discarded`: the file was issued, and replaced by another before anybody signed it.
    """

    verdict: Verdict
    commitment: tables.Commitment | None
    sha256: str
    discarded: bool = False
    acta: Acta | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return {"verdict", "reasons", "instrument", "signatures"}: what programs are told."""
        return self.verdict.as_dict()


def verify_bytes(portal: Portal, session: Session, data: bytes, *, now: datetime, wall: float = WALL) -> Verified:
    """Judge `data` against the portal's record, reading it in a process of its own for `wall` seconds at most.

    Never raises for what it contains.
    """
    digest = sha256(data)
    ends = monotonic() + wall
    inspection = _inspected(portal, data, now=now, wall=wall)
    exact = _by_revision(session, digest)
    acta = actas.by_file(session, digest) if exact is None else None
    if acta is not None:
        return _of_acta(portal, session, acta, data, inspection, wall=ends - monotonic())
    if exact is not None:
        if {one.code for one in inspection.reasons if one.weight != "note"} == {"expired"}:
            # a certificate that ended since: these very bytes were on record while it was in force
            made_at = next(one.made_at for one in exact.revisions if one.sha256 == digest)
            inspection = _inspected(portal, data, now=made_at, wall=ends - monotonic())
        edition = next(one.edition for one in exact.revisions if one.sha256 == digest)
        verdict = judge(data, inspection=inspection, exact=registered(session, exact, edition))
        return Verified(_discreet(verdict), exact, digest, discarded=edition != exact.edition or exact.state == OPEN)
    certified = session.scalar(_loaded().where(tables.Commitment.constancia_sha256 == digest))
    if certified is not None and inspection.verdict == "valid":
        return Verified(Verdict("authentic_complete", (Reason("constancia"),), certified.code, inspection.signatures), certified, digest)
    found = {one.code: one for one in _candidates(session, data, inspection)}
    acts = {one.code: one for one in acta_verdicts.candidates(session, data, inspection)}
    near = [*_with_bytes(portal, session, found.values()), *acta_verdicts.with_bytes(portal, session, acts.values())]
    verdict = judge(data, inspection=inspection, exact=None, candidates=near)
    about = verdict.instrument or ""
    return Verified(_discreet(verdict), found.get(about), digest, acta=acts.get(about))


def _of_acta(portal: Portal, session: Session, acta: Acta, data: bytes, inspection: Inspection, *, wall: float) -> Verified:
    digest = sha256(data)
    if acta.seal_sha256 is None:
        return Verified(acta_verdicts.by_hand(acta, inspection), None, digest, acta=acta)
    if {one.code for one in inspection.reasons if one.weight != "note"} == {"expired"}:  # as for an instrument, below
        signed = next((one.signed_at for one in acta.signatures if one.sha256 == digest and one.signed_at), acta.issued_at)
        inspection = _inspected(portal, data, now=signed, wall=wall)
    verdict = judge(data, inspection=inspection, exact=acta_verdicts.registered(session, acta))
    return Verified(_discreet(verdict), None, digest, acta=acta)


def _inspected(portal: Portal, data: bytes, *, now: datetime, wall: float) -> Inspection:
    return inspect_isolated(
        data,
        keys.trusted_roots(portal),
        now=now,
        timestamp_roots_pem=timestamps.trusted_pem(portal),
        crls=keys.revocation_lists(portal),
        wall=wall,
    )


def verify_digest(portal: Portal, session: Session, digest: str, *, now: datetime, wall: float = WALL) -> Verified:
    """Judge the file that has this SHA-256 (lower-case hexadecimal), by the bytes the portal kept of it."""
    if _by_revision(session, digest) is None and actas.by_file(session, digest) is None:
        return Verified(Verdict("unrecognised", (Reason("not_registered"),), None, ()), None, digest)
    return verify_bytes(portal, session, portal.store.get(digest), now=now, wall=wall)


def registered(session: Session, commitment: tables.Commitment, edition: int) -> Registered:
    """Return what is on record about one edition of a commitment's instrument, as the kernel reads it."""
    fields = {slot.id: slot.field for slot in commitment.slots}
    revisions = [one for one in commitment.revisions if one.edition == edition]
    replaced = edition != commitment.edition or commitment.state == OPEN
    return Registered(
        code=commitment.code,
        state=SUPERSEDED if replaced else commitment.state,  # type: ignore[arg-type]
        seal_sha256=revisions[0].certificate_sha256,
        revisions=tuple(
            Revision(one.number, one.sha256, one.size, fields.get(one.slot_id or 0, "") if one.number else SEAL_FIELD) for one in revisions
        ),
        slots=tuple(_slot(session, slot, commitment) for slot in commitment.slots),
    )


def _slot(session: Session, slot: tables.Slot, commitment: tables.Commitment) -> Slot:
    erased = slot.signed_at is not None and slot.signed_name is None
    name = slot.signed_name or (slot.signer.full_name if slot.signer and not erased else "")  # then the file itself says who signed it
    capacity = CAPACITIES.get(slot.capacity, slot.capacity)
    return Slot(
        slot.field,
        name,
        capacity,
        "" if erased else slot_organisation(session, commitment, slot),
        slot.required,
        slot.certificate_sha256,
        slot.pool,
        slot.needed,
    )


def _loaded() -> Any:
    return (
        select(tables.Commitment)
        .options(
            joinedload(tables.Commitment.organisation),
            joinedload(tables.Commitment.process),
            selectinload(tables.Commitment.slots).joinedload(tables.Slot.person),
            selectinload(tables.Commitment.revisions),
        )
        .limit(MOST_CANDIDATES)
    )


def _by_revision(session: Session, digest: str) -> tables.Commitment | None:
    known = select(tables.Revision.commitment_id).where(tables.Revision.sha256 == digest)
    found: tables.Commitment | None = session.scalar(_loaded().where(tables.Commitment.id.in_(known)))
    return found


def _candidates(session: Session, data: bytes, inspection: Inspection) -> list[tables.Commitment]:
    """Return the instruments that a file which is none of ours may derive from.

    Found by the codes it mentions, by the certificates that signed it, and by the prefixes that its signatures
    cover: appending to a file leaves the registered revision as its beginning.
    """
    codes = {*inspection.codes, *(one.act for one in inspection.signatures if one.act)}
    certificates = {one.certificate_sha256 for one in inspection.signatures if one.certificate_sha256}
    prefixes = {sha256(data[: one.revision_size]) for one in inspection.signatures if one.revision_size}
    ours = tables.Revision.number > 0, tables.Revision.kind != "archive"  # an authority's timestamps are on strangers' files too
    signed = select(tables.Revision.commitment_id).where(*ours, tables.Revision.certificate_sha256.in_(certificates))
    begun = select(tables.Revision.commitment_id).where(tables.Revision.sha256.in_(prefixes))
    rows = session.scalars(
        _loaded().where(or_(tables.Commitment.code.in_(codes), tables.Commitment.id.in_(signed), tables.Commitment.id.in_(begun)))
    )
    return [one for one in rows if one.revisions]


def _with_bytes(portal: Portal, session: Session, commitments: Iterable[tables.Commitment]) -> Sequence[Candidate]:
    found = []
    for one in commitments:
        latest = one.revisions[-1]
        try:
            found.append(Candidate(registered(session, one, latest.edition), portal.store.get(latest.sha256)))
        except PortalError:  # `portal ledger verify` tells the operator; a comparison with nothing would prove nothing
            continue
    return found


def _discreet(verdict: Verdict) -> Verdict:
    return replace(
        verdict,
        reasons=tuple(without_numbers(one) for one in verdict.reasons),
        signatures=tuple(discreet(one) for one in verdict.signatures),
    )


def discreet(finding: SignatureFinding) -> SignatureFinding:
    """Return the finding without what an outside certificate says beyond name and organisation: a DNIe has the DNI, twice."""
    ours = finding.trusted and bool(finding.act)
    problems = tuple(without_numbers(one) for one in finding.problems)
    return finding if ours else replace(finding, slot="", signer=hide_numbers(finding.signer), problems=problems)
