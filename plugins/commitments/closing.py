"""How a commitment ends without being complete, or after it was: declined, withdrawn, expired."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import letters, states
from plugins.commitments.models import Commitment, Event
from portal.context import Portal
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import Mailer

DECLINED, WITHDRAWN, EXPIRED = "commitment.declined", "commitment.withdrawn", "commitment.expired"
LONGEST = 4000
_UNFINISHED = (states.OPEN, states.ISSUED, states.PARTLY)


def check_may_decline(commitment: Commitment) -> None:
    """Raise `Conflict` once the organisation has signed, or when the commitment is closed."""
    if any(slot.side == "organisation" and slot.signed_at is not None for slot in commitment.slots):
        raise Conflict(N_("La organización ya firmó: ya no puede declinar. Para desistir, presente una carta a la Mesa."))
    if states.DECLINED not in states.TRANSITIONS[commitment.state]:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])


def decline(
    session: Session, *, now: datetime, person_id: int, commitment: Commitment, reason: str, public: bool, mailer: Mailer
) -> list[int]:
    """Close the commitment because the organisation will not sign; return the mails to enqueue: every party hears of it.

    Excluded with signing: whoever comes second gets a `Conflict`. A private reason reaches the organisation's own
    people and the Mesa's signatories, nobody else.
    """
    reason = reason.strip()
    if len(reason) > LONGEST:
        raise Invalid(fields={"reason": N_("El texto pasa de 4000 caracteres. Acórtelo.")})
    check_may_decline(commitment)
    states.move(
        session,
        commitment,
        states.DECLINED,
        closed_at=now,
        reason=reason or None,
        reason_public=public and bool(reason),
        stances_open=False,
        issue_requested_at=None,
    )
    states.note(session, commitment.id, "declined", now=now, person_id=person_id, public=commitment.reason_public)
    record(
        session,
        now=now,
        kind=DECLINED,
        subject=letters.about(commitment),
        data={
            "edition": commitment.edition,
            "revision_sha256": commitment.head_sha256,
            "reason_sha256": digest(reason) if commitment.reason_public else None,
        },
    )
    witnesses = {slot.person_id for slot in commitment.slots if slot.side == "witness"}
    mails = [
        letters.declined(
            mailer,
            session,
            now=now,
            commitment=commitment,
            person=person,
            reason=reason if commitment.reason_public or person.id not in witnesses else None,
        )
        for person in letters.parties(session, commitment)
    ]
    return [mail.id for mail in mails if mail is not None]


def check_may_withdraw(commitment: Commitment) -> None:
    """Raise `Conflict` before the organisation has signed, or when the commitment is closed."""
    if states.WITHDRAWN not in states.TRANSITIONS[commitment.state]:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])
    if not any(slot.side == "organisation" and slot.signed_at is not None for slot in commitment.slots):
        raise Conflict(N_("La organización todavía no firmó: lo que corresponde es declinar."))


def withdraw(
    session: Session,
    *,
    now: datetime,
    person_id: int | None,
    commitment: Commitment,
    document: str,
    reason: str = "",
    public: bool = False,
    letter_sha256: str | None = None,
) -> None:
    """Record that the organisation took its signature back: staff, with the letter's reference in `document`, or its representative.

    The signed instrument is not touched: the withdrawal stands beside it. `letter_sha256`: the letter, when it was handed in.
    """
    document = document.strip()
    if not document:
        raise Invalid(fields={"document": N_("Escriba la referencia de la carta: número, fecha y quién la firma.")})
    check_may_withdraw(commitment)
    letter = {"letter_sha256": letter_sha256} if letter_sha256 else {}
    states.move(
        session, commitment, states.WITHDRAWN, closed_at=now, reason=reason.strip() or None, reason_public=public and bool(reason.strip())
    )
    states.note(session, commitment.id, "withdrawn", now=now, person_id=person_id, document=document[:500], **letter)
    record(
        session,
        now=now,
        kind=WITHDRAWN,
        subject=letters.about(commitment),
        data={
            "edition": commitment.edition,
            "revision_sha256": commitment.head_sha256,
            "document_sha256": digest(document),
            **letter,
        },
    )


def letter_of(session: Session, commitment: Commitment) -> str | None:
    """Return the SHA-256 of the letter with which the organisation withdrew, when it handed one in."""
    event = session.scalar(select(Event).where(Event.commitment_id == commitment.id, Event.kind == "withdrawn"))
    found = (event.detail or {}).get("letter_sha256") if event is not None else None
    return str(found) if found else None


def overdue(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of unfinished commitments whose time is over."""
    rows = select(Commitment.id).where(Commitment.state.in_(_UNFINISHED), Commitment.deadline <= now).order_by(Commitment.id).limit(500)
    return [str(found) for found in session.scalars(rows)]


def expire(portal: Portal, commitment_id: int, *, now: datetime) -> bool:
    """Close one overdue commitment; return whether this call did. Signatures and expiry exclude each other."""
    with portal.sessions() as session:
        commitment = session.get(Commitment, commitment_id, with_for_update=True)  # a later deadline given in this instant counts
        if commitment is None or commitment.state not in _UNFINISHED or commitment.deadline > now:
            return False
        try:
            states.move(session, commitment, states.EXPIRED, closed_at=now)
        except Conflict:  # somebody signed or closed it in this instant
            return False
        states.note(session, commitment.id, "expired", now=now)
        record(
            session,
            now=now,
            kind=EXPIRED,
            subject=letters.about(commitment),
            data={"edition": commitment.edition, "revision_sha256": commitment.head_sha256},
        )
        session.commit()
    portal.ask.commitment_changed(portal, commitment_id, "expired")
    return True
