"""The mails of a commitment after the invitation: one function a letter, so that what a template needs is written in one place.

Each queues a row in the caller's transaction (portal.mail) and answers to the process's contact.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Slot
from portal.accounts.models import Grant, Person
from portal.mail import Mailer, MailMessage
from portal.organisations.models import CAPACITIES


def about(commitment: Commitment) -> str:
    """Return the `about` of every mail of this commitment: what lists of its mail filter by."""
    return f"commitment:{commitment.code}"


def issued(mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, slot: Slot) -> MailMessage | None:
    """Tell the person of `slot` that the document waits for their signature."""
    if slot.signer is None:
        return None
    capacity = CAPACITIES.get(slot.capacity, slot.capacity)
    return _letter(mailer, session, "issued", now=now, commitment=commitment, person=slot.signer, capacity=capacity)


def signed(mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, person: Person, waiting: int) -> MailMessage | None:
    """Confirm to `person` that their signature was recorded; `waiting` required ones are still to come."""
    return _letter(mailer, session, "signed", now=now, commitment=commitment, person=person, waiting=waiting)


def delegated(
    mailer: Mailer,
    session: Session,
    *,
    now: datetime,
    commitment: Commitment,
    slot: Slot,
    person: Person,
    substitute: Person,
    principal: bool,
    revoked: bool,
    turn: bool,
) -> MailMessage | None:
    """Tell `person` that `substitute` signs in `slot`, or no longer does. `principal`: they are who delegated; `turn`: it may be signed now."""
    about_slot = {
        "substitute": substitute.full_name,
        "delegator": slot.person.full_name if slot.person else "",
        "capacity": CAPACITIES.get(slot.capacity, slot.capacity),
    }
    more: dict[str, Any] = {"principal": principal, "revoked": revoked, "turn": turn, **about_slot}
    return _letter(mailer, session, "delegated", now=now, commitment=commitment, person=person, **more)


def question(
    mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, text: str, item_code: str | None, asker: str, path: str
) -> MailMessage:
    """Pass a question on to the process's contact; `path` is where staff answer."""
    process = commitment.process
    return mailer.queue(
        session,
        now=now,
        to=process.contact_email,
        name=process.contact_name,
        template="commitments/mail/question",
        kind="commitment.question",
        about=about(commitment),
        context={**_context(commitment), "text": text, "item_code": item_code, "asker": asker, "path": path},
    )


def answer(
    mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, person: Person, text: str, reply: str
) -> MailMessage | None:
    """Bring the Mesa's answer to who asked."""
    return _letter(mailer, session, "answer", now=now, commitment=commitment, person=person, text=text, reply=reply)


def declined(
    mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, person: Person, reason: str | None
) -> MailMessage | None:
    """Tell a party that the organisation declines; `reason` only when it is public or the reader belongs to the organisation or the Mesa."""
    return _letter(mailer, session, "declined", now=now, commitment=commitment, person=person, reason=reason)


def outside_rejected(mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, person: Person) -> MailMessage | None:
    """Tell who signed with their own certificate that the document, kept until it could be decided, was not accepted."""
    return _letter(mailer, session, "outside_rejected", now=now, commitment=commitment, person=person)


def constancia(
    mailer: Mailer, session: Session, *, now: datetime, commitment: Commitment, person: Person, sha256: str
) -> MailMessage | None:
    """Hand the constancia, attached, to somebody who signed."""
    files = [(f"constancia-{commitment.code}.pdf", sha256, "application/pdf")]
    return _letter(mailer, session, "constancia", now=now, commitment=commitment, person=person, files=files)


def parties(session: Session, commitment: Commitment) -> list[Person]:
    """Return everyone who takes part, once each: the organisation's representatives and the people of every slot."""
    agenda_id = commitment.process.version.agenda_id
    representatives = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role == "representative",
            Grant.ended_at.is_(None),
            Grant.agenda_id == agenda_id,
            Grant.organisation_id == commitment.organisation_id,
        )
    )
    found = {person.id: person for person in session.scalars(representatives.order_by(Person.id))}
    found.update({slot.signer.id: slot.signer for slot in commitment.slots if slot.signer is not None})
    return list(found.values())


def _letter(
    mailer: Mailer,
    session: Session,
    template: str,
    *,
    now: datetime,
    commitment: Commitment,
    person: Person,
    files: Iterable[tuple[str, str, str]] = (),
    **more: Any,
) -> MailMessage | Any:
    if not person.email:
        return None
    return mailer.queue(
        session,
        now=now,
        to=person.email,
        name=person.full_name,
        template=f"commitments/mail/{template}",
        kind=f"commitment.{template}",
        about=about(commitment),
        person_id=person.id,
        reply_to=commitment.process.contact_email,
        files=files,
        context={**_context(commitment), **more},
    )


def code_context(commitment: Commitment) -> dict[str, Any]:
    """Return what the letter with a one-time code needs beside the code itself (`portal.accounts.codes.send` adds `code`)."""
    context = _context(commitment)
    context["instrument"] = context.pop("code")  # "code" is the one-time code's place
    return context


def _context(commitment: Commitment) -> dict[str, Any]:
    process = commitment.process
    return {
        "code": commitment.code,
        "organisation": commitment.organisation.name,
        "agenda": process.version.agenda.title,
        "process": process.title,
        "deadline": commitment.deadline,
        "contact_name": process.contact_name,
        "contact_email": process.contact_email,
    }
