"""The machine-readable commitment ("rubrica.commitment/1"): what goes into the PDF as commitment.json, and what audits compare with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.models import Commitment, Slot, Stance
from plugins.commitments.stances import stances_of, totals
from plugins.commitments.states import STANCES
from portal.documents.canonical import digest, sha256
from portal.organisations.models import CAPACITIES, KINDS, Membership, Organisation

SCHEMA = "rubrica.commitment/1"
METHODS = {
    "any": "A elección de quien firma",
    "electronic": "Firma electrónica",
    "digital": "Firma digital",
    "paper": "Firma manuscrita (digitalizada)",
}
MESA = "Mesa de Concertación para la Lucha contra la Pobreza"
BY_THEMSELVES = "A título personal"


def instant(moment: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def commitment_record(session: Session, commitment: Commitment, agenda: FrozenAgenda, *, now: datetime) -> dict[str, Any]:
    """Return the whole commitment as data, to be issued at `now`.

    {"schema", "code", "edition", "issued_at", "deadline", "organisation": {"name", "kind", "kind_label", "jne_code"},
    "process": {"code", "title"}, "agenda": {"code", "title", "number", "sha256", "items"}, "stances": [{"item", "stance",
    "observation"}] in reading order, "counts": {"total": {stance: n}, "dimensions": {name: {stance: n}}}, "slots": [{"field",
    "position", "group", "side", "capacity", "capacity_label", "required", "method", "pool", "needed",
    "name", "substitute" (who signs by delegation, when issued), "organisation"}],
    "consent": {"text", "sha256"}}.
    """
    said = stances_of(session, commitment)
    organisation, process = commitment.organisation, commitment.process
    return {
        "schema": SCHEMA,
        "code": commitment.code,
        "edition": commitment.edition,
        "issued_at": instant(now),
        "deadline": instant(commitment.deadline),
        "organisation": {
            "name": organisation.name,
            "kind": organisation.kind,
            "kind_label": KINDS.get(organisation.kind, organisation.kind),
            "jne_code": organisation.jne_code,
        },
        "process": {"code": process.code, "title": process.title},
        "agenda": {
            "code": agenda.data["code"],
            "title": agenda.data["title"],
            "number": agenda.data["number"],
            "sha256": agenda.sha256,
            "items": len(agenda.codes),
        },
        "stances": stance_rows(agenda.codes, said),
        "counts": {
            "total": {name: count for name, count in totals(agenda, said).items() if name},
            "dimensions": {dimension["name"]: _counts_of(dimension, said) for dimension in agenda.dimensions},
        },
        "slots": [slot_row(session, commitment, slot) for slot in commitment.slots if slot.person is not None],
        "consent": {"text": process.consent_text, "sha256": sha256(process.consent_text.encode())},
    }


def stance_rows(codes: list[str], said: Mapping[str, Stance]) -> list[dict[str, str]]:
    """Return the stances in reading order, as they are recorded."""
    return [
        {"item": code, "stance": said[code].stance or "", "observation": said[code].observation.strip()} for code in codes if code in said
    ]


def _counts_of(dimension: Mapping[str, Any], said: Mapping[str, Stance]) -> dict[str, int]:
    found = [said[item["code"]].stance for item in dimension["items"] if item["code"] in said]
    return {name: found.count(name) for name in STANCES}


def slot_row(session: Session, commitment: Commitment, slot: Slot) -> dict[str, Any]:
    """Return one expected signature, with the name and the organisation that the document prints."""
    return {
        "field": slot.field,
        "position": slot.position,
        "group": slot.group,
        "side": slot.side,
        "capacity": slot.capacity,
        "capacity_label": CAPACITIES.get(slot.capacity, slot.capacity),
        "required": slot.required,
        "method": slot.method,
        "pool": slot.pool,
        "needed": slot.needed,
        "name": slot.person.full_name if slot.person else "",
        "substitute": slot.substitute.full_name if slot.substitute else "",
        "organisation": slot_organisation(session, commitment, slot),
    }


def slot_organisation(session: Session, commitment: Commitment, slot: Slot) -> str:
    """Return for whom a slot signs: the organisation, the Mesa of the territory, or a witness's own organisation."""
    if slot.side == "organisation":
        return commitment.organisation.name
    if slot.person_id is not None:
        own = (
            select(Organisation.name)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(
                Membership.person_id == slot.person_id,
                Membership.capacity == slot.capacity,
                Organisation.id != commitment.organisation_id,
            )
        )
        found = session.scalar(own.order_by(Membership.id).limit(1))
        if found is not None:
            return str(found)
    if slot.side == "mesa":
        return f"{MESA} – {commitment.process.version.territory_name}"
    return BY_THEMSELVES


def stances_digest(record: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the stances as recorded: what the ledger vouches for."""
    return digest(record["stances"])
