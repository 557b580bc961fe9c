"""Makes the offline bundle of a commitment that everybody signed: the same bytes each time, for the same facts."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from plugins.commitments import evidence, keys, letters, taking
from plugins.commitments.models import Commitment
from plugins.commitments.record import METHODS
from plugins.commitments.signing.bundle import AGENDA, CONSTANCIA, DOCUMENT, HEAD, MANIFEST, RECORD, SCHEMA, SUMS, TOKEN
from portal import timestamps
from portal.agendas.freezing import FROZEN
from portal.agendas.freezing import subject as of_version
from portal.context import Portal
from portal.documents.canonical import canonical
from portal.errors import NotFound
from portal.i18n import N_
from portal.ledger import heads
from portal.ledger.models import LedgerCheckpoint, LedgerEntry
from portal.ledger.queries import entries_about
from portal.ledger.tree import entry_data

README = "README.md"
NOT_YET = N_("El paquete estará listo cuando se publique la próxima cabeza del registro: a más tardar, en un día.")
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in the ZIP: the earliest that the format has


def make(portal: Portal, session: Session, commitment: Commitment) -> bytes:
    """Return the ZIP of a commitment whose document is public. Raises `NotFound` while no published head covers its signatures."""
    head, entries = _covered(session, commitment)
    version = commitment.process.version
    files = {
        DOCUMENT: portal.store.get(commitment.head_sha256 or ""),
        AGENDA: portal.store.get(version.sha256),
        RECORD: portal.store.get(commitment.record_sha256 or ""),
        **_trust(portal),
        **_ledger(portal, session, head, entries),
    }
    consents = sorted({slot.consent_sha256 for slot in commitment.slots if slot.consent_sha256})
    files |= {f"consent-{number}.txt": portal.store.get(one) for number, one in enumerate(consents, 1)}
    if commitment.constancia_sha256 and any(one.kind == evidence.PUBLISHED for one in entries):
        files[CONSTANCIA] = portal.store.get(commitment.constancia_sha256)
    files[MANIFEST] = canonical(_manifest(commitment, head, entries))
    files[README] = _readme(portal, commitment, head, files)
    files[SUMS] = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()
    return _zipped(files)


def _covered(session: Session, commitment: Commitment) -> tuple[LedgerCheckpoint, list[LedgerEntry]]:
    """Return the head to prove with, and the entries under it: of the agenda's version and of the commitment."""
    version = commitment.process.version
    frozen = [one for one in entries_about(session, of_version(version.agenda.code, version.number)) if one.kind == FROZEN]
    about = entries_about(session, letters.about(commitment))
    try:
        head = heads.covering(session, about[-1].seq)
    except NotFound:
        last = heads.latest(session)
        if last is None:
            raise NotFound(NOT_YET) from None
        head = last
    if any(one.seq > head.size for one in about if one.kind == taking.SIGNED):
        raise NotFound(NOT_YET)
    return head, [one for one in (*frozen, *about) if one.seq <= head.size]


def _trust(portal: Portal) -> dict[str, bytes]:
    """Return the roots, the portal's and those that outside signatures chain to, and the portal's revocation lists."""
    ours = keys.portal_roots(portal)
    others = [one for one in keys.trusted_roots(portal) if one not in ours]
    files = {f"roots/portal-{number}.pem": one for number, one in enumerate(ours, 1)}
    files |= {f"roots/outside-{number}.pem": one for number, one in enumerate(others, 1)}
    files |= {f"timestamp-roots/{number}.pem": one for number, one in enumerate(timestamps.trusted_pem(portal), 1)}
    return files | {f"revocation/{number}.crl": one for number, one in enumerate(keys.revocation_lists(portal), 1)}


def _ledger(portal: Portal, session: Session, head: LedgerCheckpoint, entries: Sequence[LedgerEntry]) -> dict[str, bytes]:
    """Return the head, and for each entry its leaf's bytes, its path for a shell, and the proof for `portal ledger check-proof`."""
    files = {HEAD: heads.head_bytes(head)}
    if head.token_sha256:
        files[TOKEN] = portal.store.get(head.token_sha256)
    for entry, proof in zip(entries, heads.proofs(session, head, [one.seq for one in entries], with_entry=True), strict=True):
        name = f"ledger/{entry.seq}"
        files[f"{name}.json"] = canonical(entry_data(entry))
        files[f"{name}.path"] = _path(entry.seq - 1, head.size, proof["path"])
        files[f"{name}.proof"] = canonical(proof)
    return files


def _path(place: int, size: int, path: Sequence[str]) -> bytes:
    """Return the steps from leaf to root, one a line: the side (L or R) on which the other hash stands, and the hash."""
    lines, here, last = [], place, size - 1
    for one in path:
        left = here & 1 or here == last
        lines.append(f"{'L' if left else 'R'} {one}\n")
        while left and not here & 1 and here:  # alone at the end of its level: it rises
            here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    return "".join(lines).encode()


def _manifest(commitment: Commitment, head: LedgerCheckpoint, entries: Sequence[LedgerEntry]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "code": commitment.code,
        "edition": commitment.edition,
        "head": head.size,
        "entries": [one.seq for one in entries],
        "signatures": [
            {"field": one.field, "method": one.signed_method or one.method, "evidence_sha256": one.evidence_sha256}
            for one in commitment.slots
            if one.signed_at is not None
        ],
    }


def _readme(portal: Portal, commitment: Commitment, head: LedgerCheckpoint, files: Mapping[str, bytes]) -> bytes:
    text = portal.templates.get_template("commitments/offline/README.md").render(
        code=commitment.code,
        organisation=commitment.organisation.name,
        head=head,
        signatures=[
            {"field": one.field, "method": METHODS[one.signed_method or one.method], "evidence": one.evidence_sha256}
            for one in commitment.slots
            if one.signed_at is not None
        ],
        files=files,
        stamped=TOKEN in files,
        stampers=any(name.startswith("timestamp-roots/") for name in files),
        address=portal.settings.public_url,
    )
    return text.encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            member = zipfile.ZipInfo(name, _MOMENT)
            member.create_system, member.external_attr = 3, 0o644 << 16  # the same on every machine
            archive.writestr(member, data)
    return out.getvalue()
