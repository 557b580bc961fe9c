"""One organisation's whole history with a process: what happened and every mail with its honest state, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments.contacts import CHANNELS
from plugins.commitments.digital.queries import issuers_by_field
from plugins.commitments.letters import about
from plugins.commitments.met import met
from plugins.commitments.models import Commitment, Event
from plugins.commitments.record import METHODS
from plugins.commitments.states import EVENTS
from portal.accounts.models import Person
from portal.extend import OrganisationMeeting
from portal.i18n import N_
from portal.mail import ACCEPTED, QUEUED, REJECTED, MailMessage

MAIL_STATES = {
    QUEUED: N_("Correo en cola: todavía no se ha enviado."),
    ACCEPTED: N_("El servidor de correo lo aceptó. No sabemos si lo leyeron."),
    REJECTED: N_("Rechazado: no se entregará."),
}


@dataclass(frozen=True)
class Entry:
    """A line of the history. `title` and `lines` are sentences in Spanish to translate; `text` is what a person wrote."""

    at: datetime
    title: str
    who: str = ""
    to: str = ""
    lines: tuple[str, ...] = ()
    text: str = ""
    moments: tuple[tuple[str, datetime], ...] = ()
    mail_id: int | None = None
    href: str = ""


def history(session: Session, commitment: Commitment) -> list[Entry]:
    """Return the history, newest first. A fixed number of queries, however long it is."""
    events = session.scalars(select(Event).where(Event.commitment_id == commitment.id).order_by(Event.id)).all()
    mails = session.scalars(select(MailMessage).where(MailMessage.about == about(commitment)).order_by(MailMessage.id)).all()
    ids = {one.person_id for one in events} | {one.person_id for one in mails}
    names = {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(ids - {None})))} if ids - {None} else {}
    issued_by = issuers_by_field(session, commitment)
    spoken = met(session, commitment.process_id, [commitment.organisation_id]).get(commitment.organisation_id, [])
    entries = [_event(one, names, issued_by) for one in events] + [_mail(one, names) for one in mails] + [_met(one) for one in spoken]
    return sorted(entries, key=lambda one: one.at, reverse=True)


def _event(event: Event, names: Mapping[int, str], issued_by: Mapping[str, str]) -> Entry:
    detail: Mapping[str, Any] = event.detail or {}
    lines = [CHANNELS[detail["channel"]]] if detail.get("channel") in CHANNELS else []
    if detail.get("method") in METHODS:
        lines.append(METHODS[detail["method"]])
    if detail.get("alone"):
        lines.append(N_("Solo para esta organización."))
    moments = tuple(
        (label, datetime.fromisoformat(detail[key])) for key, label in (("before", N_("Antes")), ("after", N_("Ahora"))) if detail.get(key)
    )
    text = str(detail.get("text") or detail.get("reason") or detail.get("document") or "")
    if event.kind == "signed" and detail.get("method") == "digital":
        text = issued_by.get(detail["field"], "")
    return Entry(
        event.at, EVENTS.get(event.kind, event.kind), names.get(event.person_id or 0, ""), lines=tuple(lines), text=text, moments=moments
    )


def _met(one: OrganisationMeeting) -> Entry:
    """A meeting that another plugin tells of, with what was observed there."""
    seen = tuple(f"{code}: {text}" if code else text for code, text in one.observations)
    lines = tuple(line for line in (one.label, one.presented, one.exchanged) if line) + ((N_("Observaciones:"), *seen) if seen else ())
    return Entry(one.at, one.title, lines=lines, href=one.href)


def _mail(mail: MailMessage, names: Mapping[int, str]) -> Entry:
    """A mail never shows its text: it may carry a private link."""
    lines = [MAIL_STATES.get(mail.state, mail.state)] + ([mail.problem] if mail.problem else [])
    moments = ((N_("Aceptado"), mail.settled_at),) if mail.state == ACCEPTED and mail.settled_at else ()
    return Entry(
        mail.queued_at,
        mail.subject,
        to=names.get(mail.person_id or 0, mail.name or ""),
        lines=tuple(lines),
        moments=moments,
        mail_id=mail.id,
    )
