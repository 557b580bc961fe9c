"""How the Mesa reaches an organisation: invitations, reminders, meetings and other contacts, each one an event."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.commitments import states
from plugins.commitments.letters import about
from plugins.commitments.models import Commitment, Event
from portal.accounts import links
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.mail import Mailer
from portal.organisations.models import Membership
from portal.organisations.queries import standing

CHANNELS = {
    "telefono": N_("Llamada telefónica"),
    "presencial": N_("Conversación en persona"),
    "whatsapp": N_("Mensaje por WhatsApp"),
    "carta": N_("Carta u oficio"),
    "otro": N_("Otro"),
}
_REACHABLE = (states.OPEN, states.ISSUED, states.PARTLY)


def recipients(session: Session, commitment: Commitment, now: datetime) -> list[Person]:
    """Return the organisation's present members who have an e-mail and may sign in, each once."""
    members = session.scalars(
        select(Membership)
        .where(Membership.organisation_id == commitment.organisation_id)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    ).all()
    people = {one.person_id: one.person for one in standing(members, now.date())}
    return [person for person in people.values() if person.email and person.active]


def invite(session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None) -> list[int]:
    """Queue an invitation, with a private single-use link, to each representative; return the mails' ids.

    Side effects: a grant "representative" in the agenda for each; earlier links of theirs for this commitment stop working.
    Raises `Conflict` when the commitment is closed or the process has not opened, `Invalid` when nobody has an e-mail.
    """
    return _write(session, now=now, mailer=mailer, commitment=commitment, by=by, letter="invitation", event="invited")


def remind(session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None) -> list[int]:
    """Queue a reminder with a new private link to each representative; return the mails' ids. As `invite`, which comes first."""
    if session.scalar(select(Event.id).where(Event.commitment_id == commitment.id, Event.kind == "invited").limit(1)) is None:
        raise Conflict(N_("Todavía no se invitó a esta organización: invítela primero."))
    return _write(session, now=now, mailer=mailer, commitment=commitment, by=by, letter="reminder", event="reminded")


def _write(
    session: Session, *, now: datetime, mailer: Mailer, commitment: Commitment, by: int | None, letter: str, event: str
) -> list[int]:
    process, organisation = commitment.process, commitment.organisation
    if commitment.state not in _REACHABLE:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])
    if process.opens_at > now:
        raise Conflict(N_("El proceso todavía no se abre: invite desde la fecha de apertura, para que todas tengan los mismos días."))
    people = recipients(session, commitment, now)
    if not people:
        raise Invalid(
            N_("Ninguna persona de %(organisation)s tiene correo. Agregue uno o entregue la invitación en papel."),
            organisation=organisation.name,
        )
    agenda = process.version.agenda
    mails = []
    for person in people:
        accounts.grant(
            session,
            now=now,
            person_id=person.id,
            role="representative",
            agenda_id=agenda.id,
            organisation_id=organisation.id,
            by_id=by,
        )
        token = links.make_link(
            session, now=now, person_id=person.id, purpose=f"commitment:{commitment.id}", next_path=f"/mi-compromiso/{commitment.code}"
        )
        message = mailer.queue(
            session,
            now=now,
            to=str(person.email),
            name=person.full_name,
            person_id=person.id,
            template=f"commitments/mail/{letter}",
            kind=f"commitment.{letter}",
            about=about(commitment),
            reply_to=process.contact_email,
            context={
                "link": mailer.settings.public_url + links.path(token),
                "process": process,
                "organisation": organisation,
                "agenda": agenda,
                "deadline": commitment.deadline,
                "contact_name": process.contact_name,
            },
        )
        mails.append(message.id)
    states.note(session, commitment.id, event, now=now, person_id=by, mails=mails, people=len(mails))
    return mails


def note_contact(
    session: Session, *, now: datetime, commitment: Commitment, by: int | None, channel: str, text: str, at: datetime | None = None
) -> None:
    """Note that somebody of the Mesa spoke or wrote to the organisation, `at` a past moment (now by default)."""
    _past(session, commitment, "contacted", now=now, by=by, at=at, text=text, channel=channel)


def record_meeting(session: Session, *, now: datetime, commitment: Commitment, held_at: datetime, text: str, by: int | None) -> None:
    """Note a meeting held with the organisation at `held_at`, and what was agreed (for the Mesa's eyes)."""
    _past(session, commitment, "meeting_held", now=now, by=by, at=held_at, text=text)


def _past(
    session: Session, commitment: Commitment, event: str, *, now: datetime, by: int | None, at: datetime | None, text: str, **detail: Any
) -> None:
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
