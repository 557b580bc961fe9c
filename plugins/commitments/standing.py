"""How commitments stand, as plain data for commands."""

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Process, Slot
from portal.errors import NotFound
from portal.i18n import N_
from portal.organisations.models import Organisation


def standing(session: Session, process: str | None = None) -> list[dict[str, Any]]:
    """Return each commitment's code, organisation, state, signatures and problem. Raises `NotFound` for an unknown process."""
    if process is not None and session.scalar(select(Process.id).where(Process.code == process)) is None:
        raise NotFound(N_("No hay ningún proceso con el código %(code)s."), code=process)
    required = and_(Slot.commitment_id == Commitment.id, Slot.required)
    rows = (
        select(
            Process.code, Commitment, Organisation.name,
            select(func.count()).where(required, Slot.signed_at.is_not(None)).correlate(Commitment).scalar_subquery(),
            select(func.count()).where(required).correlate(Commitment).scalar_subquery(),
        )
        .join(Process, Process.id == Commitment.process_id)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .order_by(Process.code, Organisation.sort_name, Organisation.id)
    )
    if process is not None:
        rows = rows.where(Process.code == process)
    return [
        {
            "process": code, "code": one.code, "organisation": name, "state": one.state, "signed": signed, "expected": expected,
            "deadline": one.deadline.isoformat(), "sha256": one.head_sha256, "problem": one.issue_problem,
        }
        for code, one, name, signed, expected in session.execute(rows)
    ]
