"""What keeps a commitment from being issued or signed: the plugins' objections, and the portal's own."""

from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment
from plugins.commitments.plan import unnamed
from portal.context import Portal
from portal.errors import Conflict
from portal.i18n import N_
from portal.organisations.models import CAPACITIES


def refuse_if_any(portal: Portal, session: Session, commitment: Commitment) -> None:
    """Ask everybody; raise `Conflict` with their sentences when anybody objects. A plugin that fails objects."""
    sentences = [one.sentence for one in portal.ask.commitment_objections(session, commitment)]
    if sentences:
        raise Conflict(" ".join(dict.fromkeys(sentences)))


def refuse_without_people(commitment: Commitment) -> None:
    """Raise `Conflict` while a signature is expected from nobody: the document names its signatories."""
    missing = unnamed(commitment.slots)
    if missing:
        names = ", ".join(CAPACITIES.get(slot.capacity, slot.capacity) for slot in missing)
        raise Conflict(N_("Falta elegir quién firma como: %(names)s. La Mesa debe indicarlo antes de emitir el documento."), names=names)
