"""Compares the acts of validation with what the ledger recorded of them."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.validation import story
from plugins.validation.models import Act
from plugins.validation.service import facts
from plugins.validation.words import ANNULLED, RECORDED
from portal.documents.canonical import digest
from portal.extend import LedgerProblem
from portal.ledger.models import LedgerEntry


def audit(session: Session) -> Iterator[LedgerProblem]:
    """Yield what no longer equals its entry: an act edited, taken away, put in, or annulled behind the ledger's back."""
    entries = session.scalars(select(LedgerEntry).where(LedgerEntry.kind.in_((RECORDED, ANNULLED))).order_by(LedgerEntry.seq)).all()
    recorded = {one.subject: one.data for one in entries if one.kind == RECORDED}
    annulled = {one.subject: one.data for one in entries if one.kind == ANNULLED}
    found = {story.name(one): one for one in session.scalars(select(Act).options(joinedload(Act.agenda), joinedload(Act.version)))}
    for subject, act in found.items():
        if subject not in recorded:
            yield LedgerProblem(subject=subject, sentence="El acto de validación no consta en el registro.")
        elif recorded[subject] != facts(act) | {"acta": act.acta_code}:
            yield LedgerProblem(subject=subject, sentence="El acto de validación no dice lo que consta en el registro.")
        reason = annulled.get(subject, {}).get("reason_sha256")
        if (act.annulled_at is not None) != (reason is not None):
            yield LedgerProblem(subject=subject, sentence="La anulación del acto no coincide con el registro.")
        elif reason is not None and reason != digest(act.annulled_reason) and "datos eliminados" not in act.annulled_reason:
            yield LedgerProblem(subject=subject, sentence="El motivo de la anulación cambió.")
    for subject in recorded.keys() - found.keys():
        yield LedgerProblem(subject=subject, sentence="Falta un acto de validación que consta en el registro.")
