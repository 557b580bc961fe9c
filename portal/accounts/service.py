"""What can be done with people: invite them, give and end roles, end their sessions."""

import hashlib
import secrets
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.accounts.actor import ROLES, Actor, Permissions
from portal.accounts.models import Grant, Passkey, Person, SignInLink
from portal.agendas.models import Agenda
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import Mailer, MailMessage
from portal.organisations.models import Organisation

NAME_LENGTH = 200


def address(text: str) -> str:
    """Return an e-mail address in the form it is kept in (lower case). Raises `Invalid` with `fields["email"]`."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(fields={"email": N_("Escriba un correo completo, por ejemplo nombre@ejemplo.pe.")}) from error


def by_email(session: Session, email: str) -> Person | None:
    """Return the person with this address, or None; an address that cannot be one belongs to nobody."""
    try:
        return session.scalar(select(Person).where(Person.email == address(email)))
    except Invalid:
        return None


def fingerprint(person: Person) -> str:
    """Return what the ledger calls a person by: a digest that means nothing once their row, with its salt, is erased."""
    return hashlib.sha256(f"person:{person.salt}:{person.id}".encode()).hexdigest()


def add_person(session: Session, *, now: datetime, full_name: str, email: str | None, phone: str | None = None) -> Person:
    """Return the person with this address, added if there is none (an existing name is left alone).

    Without `email` it is a contact on paper, always new. Raises `Invalid`.
    """
    full_name = " ".join(full_name.split())
    if not full_name or len(full_name) > NAME_LENGTH:
        raise Invalid(fields={"full_name": N_("Escriba el nombre y los apellidos.")})
    kept = address(email) if email else None
    found = session.scalar(select(Person).where(Person.email == kept)) if kept else None
    if found is not None:
        return found
    person = Person(
        full_name=full_name,
        email=kept,
        phone=phone or None,
        created_at=now,
        salt=secrets.token_hex(16),
        fs_uniquifier=secrets.token_hex(32),
        active=True,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:  # somebody added the same address between
        return session.scalars(select(Person).where(Person.email == kept)).one()
    return person


def invite(
    session: Session,
    *,
    now: datetime,
    mailer: Mailer,
    full_name: str,
    email: str,
    role: str,
    agenda: Agenda | None = None,
    organisation: Organisation | None = None,
    dimension: str | None = None,
    by_id: int | None = None,
    phone: str | None = None,
    next_path: str = "/cuenta",
    reply_to: str | None = None,
) -> Person:
    """Add the person if need be, give the role, and queue a mail with a single-use link (14 days).

    Deliver it after the commit: `portal.accounts.session.deliver(person_id)` in a view, else the sweep does.
    """
    person = add_person(session, now=now, full_name=full_name, email=email, phone=phone)
    grant(
        session,
        now=now,
        person_id=person.id,
        role=role,
        agenda_id=agenda.id if agenda else None,
        organisation_id=organisation.id if organisation else None,
        dimension=dimension,
        by_id=by_id,
    )
    send_invitation(
        session,
        now=now,
        mailer=mailer,
        person=person,
        role=role,
        agenda=agenda,
        organisation=organisation,
        next_path=next_path,
        reply_to=reply_to,
    )
    return person


def send_invitation(
    session: Session,
    *,
    now: datetime,
    mailer: Mailer,
    person: Person,
    role: str,
    agenda: Agenda | None = None,
    organisation: Organisation | None = None,
    next_path: str = "/cuenta",
    reply_to: str | None = None,
) -> MailMessage:
    """Queue the invitation's mail with a new link; an older invitation's link stops working."""
    if not person.email or not person.active:
        raise Invalid(N_("Esta persona no tiene un correo al que enviar la invitación."))
    token = links.make_link(session, now=now, person_id=person.id, purpose="invitation", next_path=next_path)
    return mailer.queue(
        session,
        now=now,
        to=person.email,
        name=person.full_name,
        template="accounts/mail/invitation",
        kind="invitation",
        about=f"person:{person.id}",
        person_id=person.id,
        reply_to=reply_to,
        context={
            "href": mailer.settings.public_url + links.path(token),
            "expires_at": now + links.TTL,
            "role": ROLES[role],
            "agenda": agenda.title if agenda else "",
            "organisation": organisation.name if organisation else "",
        },
    )


def grant(
    session: Session,
    *,
    now: datetime,
    person_id: int,
    role: str,
    agenda_id: int | None = None,
    organisation_id: int | None = None,
    dimension: str | None = None,
    by_id: int | None = None,
) -> Grant:
    """Give a role and note it in the ledger; one already held is returned as it is. Raises `Invalid`, `NotFound`."""
    if role != "representative":
        organisation_id = None
    if role != "delegate":
        dimension = None
    check_role(role, agenda_id, organisation_id, dimension)
    # The person's row is locked, so that the same role given twice at once is given once.
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    agenda = session.get(Agenda, agenda_id) if agenda_id is not None else None
    if agenda_id is not None and agenda is None:
        raise NotFound
    held = session.scalar(
        select(Grant).where(
            Grant.person_id == person_id,
            Grant.role == role,
            Grant.ended_at.is_(None),
            Grant.agenda_id.is_not_distinct_from(agenda_id),
            Grant.organisation_id.is_not_distinct_from(organisation_id),
            Grant.dimension.is_not_distinct_from(dimension),
        )
    )
    if held is not None:
        return held
    given = Grant(
        person_id=person_id,
        role=role,
        agenda_id=agenda_id,
        organisation_id=organisation_id,
        dimension=dimension,
        granted_at=now,
        granted_by_id=by_id,
    )
    session.add(given)
    session.flush()
    record(
        session,
        now=now,
        kind="role.granted",
        subject=f"role:{given.id}",
        data={
            "person": fingerprint(person),
            "role": role,
            "agenda": agenda.code if agenda else None,
            "organisation": organisation_id,
            "dimension": dimension,
            "by": _who(session, by_id),
        },
    )
    return given


def check_role(role: str, agenda_id: int | None, organisation_id: int | None, dimension: str | None) -> None:
    """Raise `Invalid`, naming the field, unless the role exists and has what it needs."""
    if role not in ROLES:
        raise Invalid(fields={"role": N_("Elija un rol de la lista.")})
    if role == "administrator" and agenda_id is not None:
        raise Invalid(fields={"agenda": N_("La administración es de todo el portal: no lleva agenda.")})
    if role != "administrator" and agenda_id is None:
        raise Invalid(fields={"agenda": N_("Elija la agenda de este rol.")})
    if role == "representative" and organisation_id is None:
        raise Invalid(fields={"organisation": N_("Elija la organización que representa.")})
    if role == "delegate" and not dimension:
        raise Invalid(fields={"dimension": N_("Elija la dimensión de la que es delegado o delegada.")})


def end_grant(session: Session, *, now: datetime, grant_id: int, by_id: int | None = None) -> Grant:
    """End a role and note it in the ledger. Raises `NotFound`, or `Conflict` if it ended already or nobody would administer."""
    held = session.get(Grant, grant_id)
    if held is None:
        raise NotFound
    if held.role == "administrator":
        others = select(func.count()).select_from(Grant).join(Person, Person.id == Grant.person_id)
        if not session.scalar(
            others.where(Grant.role == "administrator", Grant.ended_at.is_(None), Grant.person_id != held.person_id, Person.active)
        ):
            raise Conflict(N_("Es la única persona que administra el portal. Dé antes ese rol a otra."))
    result = session.execute(
        update(Grant).where(Grant.id == grant_id, Grant.ended_at.is_(None)).values(ended_at=now),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Conflict(N_("Este rol ya había terminado."))
    session.refresh(held)
    person = session.get_one(Person, held.person_id)
    record(
        session,
        now=now,
        kind="role.ended",
        subject=f"role:{held.id}",
        data={"person": fingerprint(person), "role": held.role, "by": _who(session, by_id)},
    )
    return held


def _who(session: Session, person_id: int | None) -> str | None:
    person = session.get(Person, person_id) if person_id is not None else None
    return fingerprint(person) if person else None


def check_may_give(actor: Actor, permissions: Permissions, *, role: str, agenda_id: int | None) -> None:
    """Raise `Forbidden` unless `actor` may give or end `role` there: only administrators make administrators."""
    if role == "administrator" or agenda_id is None:
        if not actor.is_administrator:
            raise Forbidden
    elif not permissions.allows(actor, "people.manage", agenda_id=agenda_id):
        raise Forbidden


def bootstrap_link(session: Session, *, now: datetime, person: Person) -> str:
    """Return the token of a link that opens one session of an administrator, within an hour; the ledger notes it.

    For the operator of an installation whose mail does not work yet. Raises `Forbidden` for anybody else.
    """
    administers = select(Grant.id).where(Grant.person_id == person.id, Grant.role == "administrator", Grant.ended_at.is_(None))
    if not person.active or session.scalar(administers) is None:
        raise Forbidden(N_("Solo se muestra un enlace de quien administra el portal. A las demás personas el enlace les llega por correo."))
    record(
        session,
        now=now,
        kind="link.shown",
        subject=f"person:{fingerprint(person)[:16]}",
        data={"person": fingerprint(person), "purpose": "bootstrap"},
    )
    return links.make_link(session, now=now, person_id=person.id, purpose="bootstrap", next_path="/cuenta", ttl=links.RECOVERY_TTL)


def end_all_sessions(session: Session, *, now: datetime, person_id: int) -> Person:
    """End every session of a person, everywhere, and spend the links that were mailed to them."""
    person = session.get_one(Person, person_id)
    person.fs_uniquifier = secrets.token_hex(32)
    session.execute(
        update(SignInLink)
        .where(SignInLink.person_id == person_id, SignInLink.used_at.is_(None), SignInLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.flush()
    return person


def remove_passkey(session: Session, *, key_id: int, person_id: int) -> None:
    """Remove a passkey of the person's own. Raises `NotFound`."""
    key = session.get(Passkey, key_id)
    if key is None or key.user_id != person_id:
        raise NotFound
    session.delete(key)
    session.flush()
