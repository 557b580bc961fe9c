"""All that the portal keeps about one person, as data: the copy that the law entitles them to."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.accounts import queries, requests
from portal.accounts.models import Grant, OneTimeCode, Person, PersonRequest, SignInLink
from portal.errors import NotFound
from portal.mail import MailMessage
from portal.notices.models import Notice, NoticePreference
from portal.organisations.models import CAPACITIES, Membership

if TYPE_CHECKING:
    from portal.context import Portal

SCHEMA = "rubrica.person/1"


def copy_of(portal: "Portal", session: Session, *, now: datetime, person_id: int) -> dict[str, Any]:
    """Return {"schema", "made_at", "person", "roles", …, "plugins": [{"plugin", "label", "rows"}]}; instants as ISO 8601 in UTC.

    Secrets (password, keys, tokens) are named, never copied. Raises `NotFound`.
    """
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    found = {
        "schema": SCHEMA,
        "made_at": now,
        "portal": portal.settings.public_url,
        "person": {
            "id": person.id,
            "name": person.full_name,
            "email": person.email,
            "phone": person.phone,
            "dni": person.dni,
            "since": person.created_at,
            "may_sign_in": person.active,
            "has_password": bool(person.password),
        },
        "roles": [
            {
                "role": one.role,
                "agenda": one.agenda_id,
                "organisation": one.organisation_id,
                "dimension": one.dimension,
                "from": one.granted_at,
                "until": one.ended_at,
            }
            for one in session.scalars(select(Grant).where(Grant.person_id == person_id).order_by(Grant.id))
        ],
        "memberships": [
            {
                "organisation": one.organisation.name,
                "capacity": CAPACITIES.get(one.capacity, one.capacity),
                "from": one.since,
                "until": one.until,
            }
            for one in session.scalars(
                select(Membership)
                .where(Membership.person_id == person_id)
                .options(joinedload(Membership.organisation))
                .order_by(Membership.id)
            )
        ],
        "passkeys": [
            {"name": one.name, "added": one.create_datetime, "last_used": one.lastuse_datetime}
            for one in queries.passkeys(session, person_id)
        ],
        "links": [
            {"purpose": one.purpose, "sent": one.created_at, "used": one.used_at, "expires": one.expires_at}
            for one in session.scalars(select(SignInLink).where(SignInLink.person_id == person_id).order_by(SignInLink.id))
        ],
        "codes": [
            {"purpose": one.purpose, "sent": one.created_at, "used": one.used_at}
            for one in session.scalars(select(OneTimeCode).where(OneTimeCode.person_id == person_id).order_by(OneTimeCode.id))
        ],
        "consents": [
            {
                "purpose": one.purpose,
                "text": portal.store.get(one.text_sha256).decode(),
                "sha256": one.text_sha256,
                "given": one.given_at,
                "revoked": one.revoked_at,
            }
            for one in queries.consents(session, person_id)
        ],
        "mails": [
            {"to": one.address, "subject": one.subject, "state": one.state, "queued": one.queued_at, "settled": one.settled_at}
            for one in session.scalars(select(MailMessage).where(MailMessage.person_id == person_id).order_by(MailMessage.id))
        ],
        "notices": [
            {"topic": one.topic, "title": one.title, "text": one.text, "at": one.at, "sent": one.sent_at if one.mail_id else None}
            for one in session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id))
        ],
        "notice_preferences": [
            {"topic": one.topic, "often": one.often, "since": one.set_at}
            for one in session.scalars(
                select(NoticePreference).where(NoticePreference.person_id == person_id).order_by(NoticePreference.id)
            )
        ],
        "requests": [_request(one) for one in requests.of_person(session, person_id)],
        "plugins": [
            {"plugin": one.plugin, "label": one.label, "rows": [dict(row) for row in one.rows]}
            for one in portal.ask.person_data(session, person_id)
        ],
    }
    plain: dict[str, Any] = _plain(found)
    return plain


def _request(one: PersonRequest) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "text": one.text,
        "proposed": one.proposed,
        "asked": one.asked_at,
        "due_on": one.due_on,
        "state": one.state,
        "answer": one.answer,
        "answered": one.answered_at,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
