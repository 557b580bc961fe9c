"""What the pages where somebody signs show, on their own device or on a lent one: what is signed, by whom, until when."""

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import letters, states, taking
from plugins.commitments import stances as positions
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.delegating import signed_as
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.record import slot_organisation
from portal.context import Portal
from portal.documents.models import StoredFile
from portal.mail import MailMessage
from portal.organisations.models import CAPACITIES


def reading(portal: Portal, session: Session, slot: Slot) -> dict[str, Any]:
    """Return what "commitments/signing/_reading.html" shows of the signature expected in `slot`."""
    commitment = slot.commitment
    agenda = frozen_agenda(portal.store, commitment.process.version)
    said = positions.stances_of(session, commitment)
    size = select(StoredFile.size).where(StoredFile.sha256 == commitment.head_sha256)
    signer = slot.signer
    last = (
        select(MailMessage)
        .where(
            MailMessage.about == letters.about(commitment),
            MailMessage.person_id == (signer.id if signer else None),
            MailMessage.kind == "commitment.code",
        )
        .order_by(MailMessage.id.desc())
        .limit(1)
    )
    return {
        "commitment": commitment,
        "slot": slot,
        "signer": signer,
        "signed_as": signed_as,
        "totals": positions.totals(agenda, said),
        "rows": [{"item": item, "said": said.get(item["code"])} for item in agenda.items],
        "stances": states.STANCES,
        "size": session.scalar(size) if commitment.head_sha256 else None,
        "mail": session.scalar(last),
        "capacity": CAPACITIES.get(slot.capacity, slot.capacity),
        "capacities": CAPACITIES,
        "organisation": slot_organisation(session, commitment, slot),
        "printed_deadline": printed_deadline(portal, commitment),
    }


def printed_deadline(portal: Portal, commitment: Commitment) -> datetime | None:
    """Return the deadline that the issued document prints when it is not the present one any more."""
    if commitment.record_sha256 is None:
        return None
    printed = datetime.fromisoformat(taking.kept_record(portal, commitment)["deadline"])
    return printed if printed != commitment.deadline.replace(microsecond=0) else None


def pdf(portal: Portal, sha256: str, name: str) -> Response:
    """Return a stored PDF to be read in the browser."""
    response = Response(portal.store.get(sha256), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
