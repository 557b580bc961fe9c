"""What verification knows of the portal's actas (`portal.actas`): their revisions and signatures, as the kernel reads them."""

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from plugins.commitments.signing.findings import SEAL_FIELD, Inspection
from plugins.commitments.signing.reasons import Reason
from plugins.commitments.signing.verdict import Candidate, Registered, Revision, Slot, Verdict
from portal.actas import queries, words
from portal.actas.models import Acta
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import PortalError

_CODE = re.compile(rb"[A-Z0-9][A-Z0-9-]{1,19}-ACTA-[0-9]{3,6}")
_STATES = {words.OPEN: "issued", words.COMPLETE: "complete", words.REPLACED: "superseded"}


def registered(session: Session, acta: Acta) -> Registered:
    """Return what is on record about an acta. A signature made by hand on a copy is not expected in the file."""
    sizes = queries.sizes(session, acta)
    return Registered(
        code=acta.code,
        state=_STATES[acta.state],  # type: ignore[arg-type]
        seal_sha256=acta.seal_sha256 or "",
        revisions=tuple(Revision(number, name, sizes[name], field or SEAL_FIELD) for number, name, field in queries.revisions(acta)),
        slots=tuple(
            Slot(one.field, one.name or "", one.capacity, one.organisation, one.method != words.PAPER, one.certificate_sha256)
            for one in acta.signatures
        ),
    )


def by_hand(acta: Acta, inspection: Inspection) -> Verdict:
    """Return the verdict on an acta that was issued to be signed by hand: these are its bytes, and they carry no signature."""
    if inspection.verdict == "unverifiable":
        return Verdict("unverifiable", inspection.reasons, acta.code, inspection.signatures)
    said = {"signed": "0", "expected": str(len(acta.signatures))}
    notes = [Reason("superseded")] if acta.state == words.REPLACED else []
    return Verdict("authentic_incomplete", (Reason("incomplete", "signed by hand, outside the file", said), *notes), acta.code, ())


def candidates(session: Session, data: bytes, inspection: Inspection) -> list[Acta]:
    """Return the actas that a file which is none of ours may derive from."""
    codes = {match.decode() for match in _CODE.findall(data)} | {one.act for one in inspection.signatures if one.act}
    certificates = {one.certificate_sha256 for one in inspection.signatures if one.certificate_sha256}
    files = {sha256(data[: one.revision_size]) for one in inspection.signatures if one.revision_size}
    return queries.candidates(session, codes=codes, certificates=certificates, files=files)


def with_bytes(portal: Portal, session: Session, actas: Iterable[Acta]) -> list[Candidate]:
    """Return actas with the bytes of their latest revision, for comparing."""
    found = []
    for one in actas:
        try:
            found.append(Candidate(registered(session, one), portal.store.get(one.sha256)))
        except PortalError:  # as for instruments: the audit tells the operator
            continue
    return found
