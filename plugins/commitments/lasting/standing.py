"""How long the evidence of an instrument will last: the level reached, and whether it is less than was wanted."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from plugins.commitments.models import Commitment, Revision
from portal.i18n import N_

LABELS = {
    "B-B": N_("Sin sello de tiempo de otra entidad"),
    "B-T": N_("Cada firma con sello de tiempo"),
    "B-LTA": N_("Evidencia de larga duración: datos de revocación y sello de tiempo sobre todo el documento"),
}


@dataclass(frozen=True)
class Standing:
    """`level`: the lowest of what is in the document ("B-B", "B-T", "B-LTA"). `stepped_down`: an authority did not answer, and it was not made good yet."""

    level: str
    stepped_down: bool

    @property
    def label(self) -> str:
        """What people read (to be translated)."""
        return LABELS[self.level]


def standing(commitment: Commitment) -> Standing | None:
    """Return how the evidence of an issued instrument stands; None while there is no instrument."""
    found = commitment.current_revisions
    if not found:
        return None
    if found[-1].kind == "archive":
        return Standing("B-LTA", stepped_down=False)
    signed = [one for one in found if one.kind != "archive"]
    return Standing(min(one.level for one in signed), any(one.stepped_down for one in signed))


def lacking(session: Session, process_id: int | None = None) -> int:
    """Return how many instruments in force (of one process) have a signature that should have had a timestamp, and no archive that makes it good."""
    made_good = aliased(Revision)
    archived = select(made_good.id).where(
        made_good.commitment_id == Revision.commitment_id, made_good.edition == Revision.edition, made_good.kind == "archive"
    )
    rows = (
        select(func.count(Revision.commitment_id.distinct()))
        .join(Commitment, Commitment.id == Revision.commitment_id)
        .where(
            Revision.edition == Commitment.edition, Revision.stepped_down.is_(True), ~archived.exists(), Commitment.head_sha256.is_not(None)
        )
    )
    return session.scalar(rows if process_id is None else rows.where(Commitment.process_id == process_id)) or 0
