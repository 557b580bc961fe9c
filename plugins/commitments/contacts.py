"""How the Mesa reaches an organisation: invitations, reminders, meetings and other contacts, each one an event."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.commitments import states
from plugins.commitments.models import Commitment, Event
from plugins.commitments.plan import current
from portal.accounts.links import make_link
from portal.accounts.models import Grant, Person
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.mail import Mailer
from portal.organisations.models import Membership

CHANNELS = {
    "telefono": N_("Llamada telefónica"), "presencial": N_("Conversación en persona"), "whatsapp": N_("Mensaje por WhatsApp"),
    "carta": N_("Carta u oficio"), "otro": N_("Otro"),
}
_REACHABLE = (states.OPEN, states.ISSUED, states.PARTLY)


def mail_about(commitment: Commitment) -> str:
    """Return the `about` of every mail of a commitment: its history finds them by it."""
    return f"commitment:{commitment.code}"


def recipients(session: Session, commitment: Commitment, now: datetime) -> list[Person]:
    """Return the organisation's present members who have an e-mail and may sign in, each once."""
    members = session.scalars(
        select(Membership).where(Membership.organisation_id == commitment.organisation_id).options(joinedload(Membership.person)).order_by(Membership.id)
    ).all()
    people = {one.person_id: one.person for one in current(members, now.date())}
    return [person for person in people.values() if person.email and person.active]


def invite(session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None) -> list[int]:
    """Queue an invitation, with a private single-use link, to each representative; return the mails' ids.

    Side effects: a grant "representative" in the agenda for each; earlier links of theirs for this commitment stop working.
    Raises `Conflict` when the commitment is closed or the process has not opened, `Invalid` when nobody has an e-mail.
    """
    return _write(session, now=now, mailer=mailer, commitment=commitment, by=by, template="commitments/mail/invitation", event="invited")


def remind(session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None) -> list[int]:
    """Queue a reminder with a new private link to each representative; return the mails' ids. As `invite`, which comes first."""
    if session.scalar(select(Event.id).where(Event.commitment_id == commitment.id, Event.kind == "invited").limit(1)) is None:
        raise Conflict(N_("Todavía no se invitó a esta organización: invítela primero."))
    return _write(session, now=now, mailer=mailer, commitment=commitment, by=by, template="commitments/mail/reminder", event="reminded")


def _write(session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None, template: str, event: str) -> list[int]:
    process, organisation = commitment.process, commitment.organisation
    if commitment.state not in _REACHABLE:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])
    if process.opens_at > now:
        raise Conflict(N_("El proceso todavía no se abre: invite desde la fecha de apertura, para que todas tengan los mismos días."))
    people = recipients(session, commitment, now)
    if not people:
        raise Invalid(N_("Ninguna persona de %(organisation)s tiene correo. Agregue uno o entregue la invitación en papel."), organisation=organisation.name)
    agenda = process.version.agenda
    mails = []
    for person in people:
        _grant(session, person, agenda_id=agenda.id, organisation_id=organisation.id, now=now, by=by)
        link = make_link(
            session, now=now, person=person, purpose=f"commitment:{commitment.id}", next_path=f"/mi-compromiso/{commitment.code}",
            public_url=mailer.settings.public_url, expires_at=max(commitment.deadline, now),
        )
        message = mailer.queue(
            session, now=now, to=str(person.email), name=person.full_name, person_id=person.id, template=template,
            kind=template.replace("/mail/", "."), about=mail_about(commitment), reply_to=process.contact_email,
            context={"link": link, "process": process, "organisation": organisation, "agenda": agenda, "deadline": commitment.deadline, "contact_name": process.contact_name},
        )
        mails.append(message.id)
    states.note(session, commitment.id, event, now=now, person_id=by, mails=mails, people=len(mails))
    return mails


def _grant(session: Session, person: Person, *, agenda_id: int, organisation_id: int, now: datetime, by: int | None) -> None:
    held = session.scalar(select(Grant.id).where(
        Grant.person_id == person.id, Grant.role == "representative", Grant.agenda_id == agenda_id, Grant.organisation_id == organisation_id, Grant.ended_at.is_(None),
    ).limit(1))
    if held is None:
        session.add(Grant(person_id=person.id, role="representative", agenda_id=agenda_id, organisation_id=organisation_id, granted_at=now, granted_by_id=by))
        session.flush()


def note_contact(session: Session, *, now: datetime, commitment: Commitment, by: int | None, channel: str, text: str, at: datetime | None = None) -> None:
    """Note that somebody of the Mesa spoke or wrote to the organisation, `at` a past moment (now by default)."""
    _past(session, commitment, "contacted", now=now, by=by, at=at, text=text, channel=channel)


def record_meeting(session: Session, *, now: datetime, commitment: Commitment, held_at: datetime, text: str, by: int | None) -> None:
    """Note a meeting held with the organisation at `held_at`, and what was agreed (for the Mesa's eyes)."""
    _past(session, commitment, "meeting_held", now=now, by=by, at=held_at, text=text)


def _past(session: Session, commitment: Commitment, event: str, *, now: datetime, by: int | None, at: datetime | None, text: str, **detail: Any) -> None:
    bad: dict[str, str] = {}
    if at is not None and at > now:
        bad["at"] = N_("La fecha debe ser de hoy o anterior: aquí se anota lo que ya ocurrió.")
    if detail.get("channel", "otro") not in CHANNELS:
        bad["channel"] = N_("Elija cómo fue el contacto.")
    if not text.strip():
        bad["text"] = N_("Escriba en pocas palabras qué se conversó.")
    if bad:
        raise Invalid(fields=bad)
    states.note(session, commitment.id, event, now=at or now, person_id=by, text=text.strip()[:4000], noted_at=now.isoformat(), **detail)
