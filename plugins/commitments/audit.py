"""Compares every row and file of the signing with what the ledger recorded: an edit of a signed stance, slot or revision is named."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from plugins.commitments import closing, delegating, evidence, issuing, processes, states, taking
from plugins.commitments.lasting import archive
from plugins.commitments.models import Commitment, Process, Slot, Stance
from plugins.commitments.names import BY_DELEGATION
from plugins.commitments.record import stance_rows
from portal.accounts.erasure import erased_people
from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.context import Portal
from portal.errors import PortalError
from portal.extend import LedgerProblem
from portal.ledger.models import LedgerEntry

_ENDS = {
    issuing.ISSUED: states.ISSUED,
    issuing.DISCARDED: states.OPEN,
    closing.DECLINED: states.DECLINED,
    closing.WITHDRAWN: states.WITHDRAWN,
    closing.EXPIRED: states.EXPIRED,
    "commitment.superseded": states.SUPERSEDED,
}
_PREFIX = "commitment:"


def audit(portal: Portal, session: Session) -> Iterator[LedgerProblem]:
    """Yield what no longer equals the ledger, a commitment at a time. Five queries, and the records read from the store."""
    entries: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in session.scalars(select(LedgerEntry).where(LedgerEntry.subject.startswith(_PREFIX)).order_by(LedgerEntry.seq)):
        entries[entry.subject.removeprefix(_PREFIX)].append(entry)
    rows = select(Commitment).options(
        selectinload(Commitment.slots).options(selectinload(Slot.person), selectinload(Slot.substitute)),
        selectinload(Commitment.revisions),
        selectinload(Commitment.stances),
        selectinload(Commitment.process).selectinload(Process.version),
    )
    found = {one.code: one for one in session.scalars(rows.order_by(Commitment.id).execution_options(populate_existing=True))}
    for code in entries:
        if code not in found:
            yield _problem(code, f"El compromiso {code} está en el registro y ya no en la base de datos.")
    erased = erased_people(session)
    for code, commitment in found.items():
        yield from _one(portal, commitment, entries.get(code, []), erased)


def _problem(code: str, sentence: str) -> LedgerProblem:
    return LedgerProblem(subject=f"{_PREFIX}{code}", sentence=sentence)


def _one(portal: Portal, commitment: Commitment, facts: list[LedgerEntry], erased: Mapping[int, str]) -> Iterator[LedgerProblem]:
    code = commitment.code
    now_in_force = [fact for fact in facts if fact.data.get("edition") == commitment.edition]
    issued = next((fact for fact in now_in_force if fact.kind == issuing.ISSUED), None)
    signatures = [fact for fact in now_in_force if fact.kind == taking.SIGNED]
    sentences = [
        *_state(commitment, facts),
        *_completed(commitment, facts),
        *_revisions(commitment, facts),
        *_slots(commitment, signatures, erased),
        *_delegations(commitment, facts, erased),
    ]
    if issued is not None:
        sentences += _document(portal, commitment, issued, erased)
    published = next((fact for fact in now_in_force if fact.kind == evidence.PUBLISHED), None)
    if commitment.constancia_sha256 != (published.data["constancia_sha256"] if published else None):
        sentences.append("la constancia no es la que se registró")
    yield from (_problem(code, f"Compromiso {code}: {sentence}.") for sentence in sentences)


def _state(commitment: Commitment, facts: Iterable[LedgerEntry]) -> Iterator[str]:
    """The state must follow from the last fact that moves it."""
    expected = states.OPEN
    for fact in facts:
        moved = fact.data.get("state") if fact.kind in {taking.SIGNED, processes.GIVEN_TIME} else _ENDS.get(fact.kind)
        if moved is not None:
            expected = str(moved)
    if commitment.state != expected:
        yield f"su estado es «{states.LABELS.get(commitment.state, commitment.state)}» y según el registro debe ser «{states.LABELS[expected]}»"


def _completed(commitment: Commitment, facts: Iterable[LedgerEntry]) -> Iterator[str]:
    """From that moment it is public: no row may say so by itself."""
    whole = [fact.at for fact in facts if fact.kind == taking.SIGNED and fact.data.get("state") == states.COMPLETE]
    if _said(commitment.completed_at) != (whole[-1] if whole else None):
        yield "la fecha en que se reunieron las firmas no es la que se registró"


def _said(moment: datetime | None) -> str | None:
    """Return an instant as the ledger writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def _revisions(commitment: Commitment, facts: Iterable[LedgerEntry]) -> Iterator[str]:
    expected = {
        (fact.data["edition"], fact.data.get("number", 0)): (
            fact.data["revision_sha256"],
            fact.data.get("certificate_sha256") or fact.data.get("seal_sha256"),
        )
        for fact in facts
        if fact.kind in {issuing.ISSUED, taking.SIGNED, archive.ARCHIVED}
    }
    stored = {(one.edition, one.number): one for one in commitment.revisions}
    for key in sorted(expected.keys() | stored.keys()):
        name = f"la revisión {key[1]}" + (f" de la emisión {key[0]}" if key[0] != commitment.edition else "")
        if key not in stored:
            yield f"falta {name}"
        elif key not in expected:
            yield f"{name} no está en el registro"
        elif (stored[key].sha256, stored[key].certificate_sha256) != expected[key]:
            yield f"{name} no es la que se registró"
    last = max((key for key in expected if key[0] == commitment.edition), default=None)
    if commitment.head_sha256 != (expected[last][0] if last else None):
        yield "su documento vigente no es la última revisión registrada"


def _mark(person: Person, erased: Mapping[int, str]) -> str:
    """Return what the ledger calls a person by; of one who was erased, what it noted then: nothing else says it any more."""
    return fingerprint(person) if person.erased_at is None else erased.get(person.id, "")


def _slots(commitment: Commitment, signatures: Iterable[LedgerEntry], erased: Mapping[int, str]) -> Iterator[str]:
    facts = {fact.data["field"]: fact.data for fact in signatures}
    for slot in commitment.slots:
        fact = facts.pop(slot.field, None)
        if fact is None:
            if slot.signed_at is not None or slot.certificate_sha256 is not None:
                yield f"la firma «{slot.field}» no está en el registro"
            continue
        signed_at = slot.signed_at.isoformat() if slot.signed_at else None
        if (signed_at, slot.certificate_sha256, slot.consent_sha256) != (
            fact["signed_at"],
            fact["certificate_sha256"],
            fact["consent_sha256"],
        ):
            yield f"la firma «{slot.field}» no es la que se registró"
        elif (slot.signed_method, slot.evidence_sha256) != (fact.get("method"), fact.get("evidence_sha256")):
            yield f"la firma «{slot.field}» no se hizo en la forma o con la evidencia que se registró"
        elif slot.operator_id is not None and "operator" not in fact:
            yield f"la firma «{slot.field}» no se registró como hecha en persona"
        elif slot.signer is None or _mark(slot.signer, erased) != fact["signer"]:
            yield f"la firma «{slot.field}» está a nombre de otra persona"
    yield from (f"falta la firma «{field}»" for field in facts)


def _delegations(commitment: Commitment, facts: Iterable[LedgerEntry], erased: Mapping[int, str]) -> Iterator[str]:
    """Who signs for whom must follow from the last delegation of each slot, and the mandate be the one that was recorded."""
    last = {fact.data["field"]: fact for fact in facts if fact.kind in {delegating.DELEGATED, delegating.REVOKED}}
    for slot in commitment.slots:
        fact = last.get(slot.field)
        data = fact.data if fact is not None and fact.kind == delegating.DELEGATED else {}
        if slot.mandate_sha256 != data.get("mandate_sha256"):
            yield f"el mandato de la firma «{slot.field}» no es el que se registró"
        elif slot.substitute is not None and _mark(slot.substitute, erased) != data.get("substitute"):
            yield f"quien firma por delegación en «{slot.field}» no es quien se registró"


def _document(portal: Portal, commitment: Commitment, issued: LedgerEntry, erased: Mapping[int, str]) -> list[str]:
    data = issued.data
    if commitment.state == states.OPEN:  # discarded: the row no longer points to it
        return []
    if (commitment.certified_sha256, commitment.record_sha256) != (data["revision_sha256"], data["record_sha256"]):
        return ["el documento emitido no es el que se registró"]
    try:
        kept: dict[str, Any] = json.loads(portal.store.get(data["record_sha256"]))
    except (PortalError, ValueError):
        return ["no se puede leer commitment.json como se emitió"]
    found = list(_stances(commitment, kept))
    if (commitment.organisation_id, commitment.process.code) != (data.get("organisation", commitment.organisation_id), data["process"]):
        found.append("es de otra organización o de otro proceso, según el registro")
    if _said(commitment.issued_at) != issued.at:
        found.append("la fecha de emisión no es la que se registró")
    if commitment.process.version.sha256 != data["version_sha256"]:
        found.append("la versión de la agenda no es la que se firmó")
    if issuing.slots_digest(commitment.slots) != data["slots_sha256"]:
        found.append("el plan de firmas no es el que se emitió")
    names = {one["field"]: one["name"] for one in kept["slots"]}
    found += [
        f"el nombre en la firma «{slot.field}» no es el que se firmó"
        for slot in commitment.slots
        if slot.signed_at and not _is_name(slot, names.get(slot.field), erased)
    ]
    return found


def _is_name(slot: Slot, expected: str | None, erased: Mapping[int, str]) -> bool:
    if slot.signed_name is None:  # taken out of the row, never out of the document
        return slot.person_id in erased or slot.substitute_id in erased
    if slot.mandate_sha256 is None or expected is None:
        return slot.signed_name == expected
    return slot.signed_name.endswith(f"{BY_DELEGATION}{expected}")


def _stances(commitment: Commitment, kept: dict[str, Any]) -> Iterator[str]:
    signed = {row["item"]: row for row in kept["stances"]}
    now: dict[str, Stance] = {one.item_code: one for one in commitment.stances}
    stored = {row["item"]: row for row in stance_rows(sorted(now), now)}
    for code in sorted(signed.keys() | stored.keys()):
        if signed.get(code) != stored.get(code):
            yield f"la posición sobre {code} no es la que se emitió para la firma"
