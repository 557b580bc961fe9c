"""Erases a person (ARCO): every table that may lose them does, what they signed stays, and the ledger's proofs hold.

What goes, what stays and why: docs/decisions/0011-erasure.md. The person's row is emptied last: while a plugin has
not erased its part, the row is what the next try finds that part by, and nothing says "erased".
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts import consents, redacting, service
from portal.accounts import requests as asked
from portal.accounts.models import Consent, Grant, OneTimeCode, Passkey, Person, PersonRequest, SignInLink
from portal.db import Base, scrub
from portal.documents import forgetting
from portal.documents.models import StoredFile
from portal.errors import Conflict, NotFound
from portal.extend.kinds import JobKind
from portal.i18n import N_
from portal.ledger.models import LedgerEntry
from portal.ledger.service import record
from portal.mail import FAREWELL, QUEUED, REJECTED, MailMessage
from portal.notices.models import Notice, NoticePreference
from portal.organisations.models import IMPORTED, Membership
from portal.search import service as search

if TYPE_CHECKING:
    from portal.context import Portal

ERASED = "person.erased"
# Words that are not this person's to take back: an agenda's, an organisation's, names kept in rows of other people.
KEPT = (
    "person.full_name",
    "person.email",
    "person.phone",
    "person.us_phone_number",
    "person.us_totp_secrets",
    "person.password",
    "mail_message.name",
    "mail_message.address",
    "mail_message.reply_to",
    "stored_file.media_type",
    "territory.name",
)


@dataclass(frozen=True)
class Outcome:
    """What an erasure did: the plugins that have not erased their part (none: it is complete), and the last mail to deliver."""

    pending: tuple[str, ...]
    mail_id: int | None = None


def accept(portal: "Portal", session: Session, *, now: datetime, request_id: int, by_id: int) -> Outcome:
    """Grant a request of cancellation and carry it out. Raises `Conflict`: answered already, or nobody else would administer."""
    request = asked.open_request(session, request_id)
    if request.kind != asked.ERASE:
        raise Conflict(N_("Esta solicitud no pide borrar datos."))
    request.state, request.answered_at, request.answered_by_id = asked.ACCEPTED, now, by_id
    return _try(portal, session, request, now=now)


def erase(portal: "Portal", session: Session, *, now: datetime, person_id: int, by_id: int | None = None) -> Outcome:
    """Erase a person who asked for it by other means than their account (a letter). Raises `NotFound`, `Conflict`."""
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    waiting = select(PersonRequest).where(
        PersonRequest.person_id == person_id, PersonRequest.kind == asked.ERASE, PersonRequest.state.in_((asked.OPEN, asked.ACCEPTED))
    )
    request = session.scalar(waiting.order_by(PersonRequest.id).limit(1))
    if request is None:
        day = now.date()
        request = PersonRequest(person_id=person_id, kind=asked.ERASE, asked_at=now, due_on=asked.due_on(day), text="", proposed={})
        session.add(request)
    request.state, request.answered_at, request.answered_by_id = asked.ACCEPTED, now, by_id
    session.flush()
    return _try(portal, session, request, now=now)


def finish(portal: "Portal", request_id: str) -> None:
    """Try again what an erasure left undone; the job's work. Nothing happens when it is complete."""
    now = clock.now()
    with portal.sessions() as session:
        request = session.get(PersonRequest, int(request_id), with_for_update=True)
        if request is None or request.state != asked.ACCEPTED:
            return
        outcome = _try(portal, session, request, now=now)
        session.commit()
    scrub(portal.engine)
    if outcome.mail_id is not None:
        portal.queue.enqueue("mail.send", outcome.mail_id)


def unfinished(session: Session, _now: datetime) -> Iterable[str]:
    """Yield the ids of requests whose erasure is not complete."""
    rows = select(PersonRequest.id).where(PersonRequest.state == asked.ACCEPTED).order_by(PersonRequest.id).limit(100)
    return [str(one) for one in session.scalars(rows)]


KIND = JobKind(name="accounts.erase", run=finish, pending=unfinished)


def to_remove(session: Session) -> list[str]:
    """Return the forgotten files whose bytes are still there, to be removed now rather than at the next sweep."""
    rows = (
        select(StoredFile.sha256).where(StoredFile.forgotten_at.is_not(None), StoredFile.removed_at.is_(None)).order_by(StoredFile.sha256)
    )
    return list(session.scalars(rows.limit(500)))


def erased_people(session: Session) -> dict[int, str]:
    """Return {person's id: fingerprint} as the ledger noted them when they were erased: what audits compare signatures with."""
    entries = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == ERASED))
    return {int(one.subject.removeprefix("person:")): str(one.data.get("person")) for one in entries}


def _try(portal: "Portal", session: Session, request: PersonRequest, *, now: datetime) -> Outcome:
    request_id, by_id = request.id, request.answered_by_id
    person = session.get_one(Person, request.person_id, with_for_update=True)
    words = redacting.words_of(person)
    _close_access(session, person, now=now, by_id=by_id)
    pending = portal.ask.person_erased(session, person.id, now)
    if pending:
        request = session.get_one(PersonRequest, request_id)
        request.pending = pending
        session.flush()
        return Outcome(tuple(pending))
    farewell = _farewell(portal, session, person, now=now)
    _forget_mail(session, person, now=now, but=farewell)
    _forget_imports(session, now=now)
    search.forget(session, words)
    redacting.redact(session, redacting.columns_of(_tables(), keep=KEPT), words)
    redacting.forget_author(session, _tables(), person.id, keep=("mail_message.person_id",))
    session.execute(update(PersonRequest).where(PersonRequest.person_id == person.id).values(text="", proposed={}, answer="", pending=[]))
    session.execute(update(PersonRequest).where(PersonRequest.id == request_id).values(state=asked.DONE, answered_at=now))
    record(
        session,
        now=now,
        kind=ERASED,
        subject=f"person:{person.id}",
        data={"person": service.fingerprint(person), "by": _fingerprint(session, by_id) if by_id != person.id else None},
    )
    _empty(session, person, now=now)
    return Outcome((), farewell)


def _fingerprint(session: Session, person_id: int | None) -> str | None:
    person = session.get(Person, person_id) if person_id is not None else None
    return service.fingerprint(person) if person else None


def _tables() -> Iterator[Table]:
    """Yield the core's tables but the ledger's, which hold digests, and the agendas' texts, which are nobody's own."""
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        if mapper.class_.__module__.startswith("portal.") and isinstance(table, Table) and not table.name.startswith(("ledger_", "job_")):
            yield table


def _close_access(session: Session, person: Person, *, now: datetime, by_id: int | None) -> None:
    for grant_id in session.scalars(
        select(Grant.id).where(Grant.person_id == person.id, Grant.ended_at.is_(None)).order_by(Grant.id)
    ).all():
        service.end_grant(session, now=now, grant_id=grant_id, by_id=by_id)
    for consent_id in session.scalars(select(Consent.id).where(Consent.person_id == person.id, Consent.revoked_at.is_(None))).all():
        consents.revoke_consent(session, now=now, consent_id=consent_id, person_id=person.id)
    for rows in (SignInLink.person_id, OneTimeCode.person_id, Passkey.user_id, Notice.person_id, NoticePreference.person_id):
        session.execute(delete(rows.class_).where(rows == person.id))
    session.execute(delete(Membership).where(Membership.person_id == person.id))
    person.active, person.password, person.fs_uniquifier = False, None, secrets.token_hex(32)
    session.flush()


def _forget_mail(session: Session, person: Person, *, now: datetime, but: int | None) -> None:
    """Empty every mail to the person; what still waits will not be delivered."""
    theirs = MailMessage.person_id == person.id
    if person.email:
        theirs = or_(theirs, MailMessage.address == person.email)
        session.execute(update(MailMessage).where(MailMessage.reply_to == person.email).values(reply_to=None))
    mine = theirs & (MailMessage.id != (but or 0))
    waiting = update(MailMessage).where(mine, MailMessage.state == QUEUED)
    session.execute(waiting.values(state=REJECTED, settled_at=now))
    session.execute(
        update(MailMessage).where(mine).values(person_id=None, address=None, name=None, text=None, html=None, files=[], problem=None)
    )


def _farewell(portal: "Portal", session: Session, person: Person, *, now: datetime) -> int | None:
    """Queue the last mail; its address goes when it is delivered or given up (portal.mail)."""
    if not person.email:
        return None
    message = portal.mailer.queue(
        session, now=now, to=person.email, name="", template="accounts/mail/erased", kind=FAREWELL, about="", context={"at": now}
    )
    return message.id


def _forget_imports(session: Session, *, now: datetime) -> None:
    """Forget every spreadsheet that waits to be confirmed: it may name anybody, and can be uploaded again."""
    waiting = select(StoredFile.sha256).where(StoredFile.media_type == IMPORTED, StoredFile.forgotten_at.is_(None))
    for sha256 in session.scalars(waiting).all():
        if not forgetting.references(session, sha256):
            forgetting.forget(session, now=now, sha256=sha256)


def _empty(session: Session, person: Person, *, now: datetime) -> None:
    person.full_name = redacting.mark(person.id)
    person.email = person.phone = person.dni = person.password = None
    person.us_totp_secrets = person.us_phone_number = person.fs_webauthn_user_handle = None
    person.confirmed_at = None
    person.salt = ""
    person.erased_at = now
    session.flush()
