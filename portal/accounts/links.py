"""Private links sent by mail: each opens one session, once; only the SHA-256 of its token is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from portal.accounts.models import Person, SignInLink
from portal.errors import Expired, NotFound
from portal.i18n import N_
from portal.mail import Mailer, MailMessage

TTL = timedelta(days=14)
RECOVERY_TTL = timedelta(hours=1)
RENEWALS_AN_HOUR = 5


class LinkUnknown(NotFound):
    """No link has this token, or its person may not sign in."""

    code = "link_unknown"
    default = N_("Este enlace no existe o está incompleto. Copie la dirección entera de su correo o pida otro enlace.")


class LinkUsed(Expired):
    """Each link serves once."""

    code = "link_used"
    default = N_("Este enlace ya se usó. Pida uno nuevo.")


class LinkExpired(Expired):
    """Its time is over."""

    code = "link_expired"
    default = N_("Este enlace venció. Pida uno nuevo.")


class LinkReplaced(Expired):
    """A newer link of the same purpose was sent."""

    code = "link_replaced"
    default = N_("Este enlace se reemplazó por otro más reciente. Use el del último correo o pida uno nuevo.")


def make_link(session: Session, *, now: datetime, person_id: int, purpose: str, next_path: str, ttl: timedelta = TTL) -> str:
    """Return the token of a new single-use link (256 bits, URL-safe); its address is `path(token)`.

    `purpose` ("invitation", "commitment:12") names what it is for: older unspent links of that person and purpose are
    revoked. `next_path` is where its bearer lands. The token must only ever go into a mail to that person.
    """
    unspent = update(SignInLink).where(
        SignInLink.person_id == person_id, SignInLink.purpose == purpose, SignInLink.used_at.is_(None), SignInLink.revoked_at.is_(None)
    )
    session.execute(unspent.values(revoked_at=now))
    token = secrets.token_urlsafe(32)
    session.add(
        SignInLink(
            person_id=person_id,
            token_sha256=_digest(token),
            purpose=purpose,
            next_path=next_path,
            created_at=now,
            expires_at=now + ttl,
        )
    )
    session.flush()
    return token


def path(token: str) -> str:
    """Return the path of a link's page on this portal."""
    return f"/entrar/enlace/{token}"


def find(session: Session, *, now: datetime, token: str) -> SignInLink:
    """Return a link that works. Raises `LinkUnknown`, `LinkUsed`, `LinkExpired` or `LinkReplaced`. Changes nothing."""
    link = look_up(session, token=token)
    if link is None:
        raise LinkUnknown
    if link.used_at is not None:
        raise LinkUsed
    if link.revoked_at is not None:
        raise LinkReplaced
    if link.expires_at <= now:
        raise LinkExpired
    return link


def look_up(session: Session, *, token: str) -> SignInLink | None:
    """Return the link with this token, spent or not, if its person may sign in."""
    row = select(SignInLink).join(Person, Person.id == SignInLink.person_id)
    return session.scalar(
        row.where(SignInLink.token_sha256 == _digest(token), Person.active, Person.email.is_not(None)).execution_options(
            populate_existing=True
        )
    )


def spend(session: Session, *, now: datetime, token: str) -> SignInLink:
    """Use the link up and return it; of two requests at the same instant one wins. Raises as `find`."""
    link = find(session, now=now, token=token)
    live = update(SignInLink).where(SignInLink.id == link.id, SignInLink.used_at.is_(None), SignInLink.revoked_at.is_(None))
    result = session.execute(live.values(used_at=now), execution_options={"synchronize_session": False})
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise LinkUsed
    session.refresh(link)
    return link


def renew(session: Session, *, now: datetime, mailer: Mailer, token: str) -> MailMessage | None:
    """Mail a new link, like the one with this token, to the same person; None when there is none to mail.

    Works from a spent token and reveals nothing: the caller answers the same in every case. At most five an hour.
    """
    link = look_up(session, token=token)
    if link is None:
        return None
    person = session.get_one(Person, link.person_id)
    if not may_mail(session, now=now, person_id=person.id):
        return None
    return mail(
        session,
        now=now,
        mailer=mailer,
        person=person,
        purpose=link.purpose,
        next_path=link.next_path,
        ttl=link.expires_at - link.created_at,
    )


def may_mail(session: Session, *, now: datetime, person_id: int) -> bool:
    """Tell whether a stranger's request may still cause a link to be mailed to this person: five an hour."""
    hour = select(func.count()).where(SignInLink.person_id == person_id, SignInLink.created_at > now - timedelta(hours=1))
    return (session.scalar(hour) or 0) < RENEWALS_AN_HOUR


def mail(
    session: Session,
    *,
    now: datetime,
    mailer: Mailer,
    person: Person,
    purpose: str,
    next_path: str,
    ttl: timedelta = TTL,
    template: str = "accounts/mail/link",
) -> MailMessage:
    """Queue a mail with a new link for `person`, who must have an address."""
    token = make_link(session, now=now, person_id=person.id, purpose=purpose, next_path=next_path, ttl=ttl)
    return mailer.queue(
        session,
        now=now,
        to=person.email or "",
        name=person.full_name,
        template=template,
        kind="link",
        about=f"person:{person.id}",
        person_id=person.id,
        context={"href": mailer.settings.public_url + path(token), "expires_at": now + ttl},
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
