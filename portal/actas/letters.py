"""What people are told of an acta: that they must sign it (a duty, so by mail at once), and that nobody is missing any more."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.actas import words
from portal.actas.models import Acta
from portal.mail import QUEUED, MailMessage

if TYPE_CHECKING:
    from portal.context import Portal


def ask_to_sign(portal: "Portal", session: Session, *, now: datetime, acta: Acta) -> None:
    """Queue a mail to each signer who has an address."""
    for one in acta.signatures:
        _queue(portal, session, now=now, acta=acta, person_id=one.person_id, template="actas/mail/sign", capacity=one.capacity)


def tell_complete(portal: "Portal", session: Session, *, now: datetime, acta: Acta) -> None:
    """Queue a mail to each signer, and to whoever issued it: it is complete, and here is the file."""
    told = dict.fromkeys([*(one.person_id for one in acta.signatures), acta.issued_by_id])
    for person_id in told:
        _queue(portal, session, now=now, acta=acta, person_id=person_id, template="actas/mail/complete", capacity="")


def _queue(portal: "Portal", session: Session, *, now: datetime, acta: Acta, person_id: int | None, template: str, capacity: str) -> None:
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.email or not person.active:
        return
    portal.mailer.queue(
        session,
        now=now,
        to=person.email,
        name=person.full_name,
        template=template,
        kind="acta",
        about=words.subject(acta.code),
        person_id=person.id,
        context={
            "acta": acta.code,
            "title": acta.title,
            "agenda": acta.agenda.title,
            "capacity": capacity,
            "by_hand": acta.seal_sha256 is None,
            "replaces": acta.replaces.code if acta.replaces else "",
            "href": f"{portal.settings.public_url}/actas/{acta.code}",
        },
    )


def waiting_mails(session: Session, acta: Acta) -> list[int]:
    """Return the ids of the acta's mails that wait to be delivered."""
    rows = select(MailMessage.id).where(MailMessage.about == words.subject(acta.code), MailMessage.state == QUEUED)
    return list(session.scalars(rows.order_by(MailMessage.id)))
