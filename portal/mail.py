"""Outgoing mail: written as a row in the transaction that causes it, delivered by a job, never called sent before it is.

States: queued (waiting, or a try failed and another will come), accepted (a mail server took it), rejected (it will
not be delivered). A message's text is erased once accepted: it may carry a private link or a code.
"""

import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlparse

from jinja2 import Environment
from sqlalchemy import JSON, ForeignKey, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.db import Base, UtcDateTime
from portal.errors import PortalError
from portal.settings import Settings

log = logging.getLogger(__name__)

QUEUED, ACCEPTED, REJECTED = "queued", "accepted", "rejected"
FAREWELL = "farewell"  # the mail to somebody who was erased: the last thing that has their address
MAX_TRIES = 12
PERMANENT = 500  # RFC 5321: a reply that trying again will not change


class MailMessage(Base):
    """One message to one person."""

    __tablename__ = "mail_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    address: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(200))
    reply_to: Mapped[str | None] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(200), default="", index=True)
    unsubscribe: Mapped[str | None] = mapped_column(String(300))  # address that ends this kind of mail at one POST (RFC 8058)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    files: Mapped[list[list[str]]] = mapped_column(JSON, default=list)  # [[name, sha256, media type], …]
    state: Mapped[str] = mapped_column(String(10), default=QUEUED, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(300))


@dataclass(frozen=True)
class Mailer:
    """Writes messages from templates: <template>.subject.txt, <template>.txt and <template>.html."""

    settings: Settings
    templates: Environment

    def queue(
        self,
        session: Session,
        *,
        now: datetime,
        to: str,
        name: str,
        template: str,
        kind: str,
        about: str = "",
        person_id: int | None = None,
        reply_to: str | None = None,
        files: Iterable[tuple[str, str, str]] = (),
        hold: timedelta = timedelta(0),
        unsubscribe: str | None = None,
        context: dict[str, Any],
    ) -> MailMessage:
        """Put a message in the queue. `files`: (name, sha256 in the store, media type). `hold`: not before then.

        A file of type "text/calendar; method=REQUEST" goes as an invitation that mail programmes understand (RFC 6047), and as a file.
        """
        context = {"public_url": self.settings.public_url, "name": name, **context}
        subject = " ".join(self.templates.get_template(f"{template}.subject.txt").render(context).split())
        message = MailMessage(
            person_id=person_id,
            address=to,
            name=name,
            reply_to=reply_to,
            kind=kind,
            about=about,
            unsubscribe=unsubscribe,
            subject=subject[:200],
            text=self.templates.get_template(f"{template}.txt").render(context),
            html=self.templates.get_template(f"{template}.html").render(context),
            files=[list(file) for file in files],
            queued_at=now,
            next_try_at=now + hold,
        )
        session.add(message)
        session.flush()
        return message


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Yield the ids of messages whose next try is due."""
    rows = select(MailMessage.id).where(MailMessage.state == QUEUED, MailMessage.next_try_at <= now).order_by(MailMessage.id).limit(500)
    return [str(row) for row in session.scalars(rows)]


def deliver(session: Session, message_id: int, *, now: datetime, settings: Settings, read: Callable[[str], bytes]) -> None:
    """Try to deliver one message. The row is claimed first, so two workers do not send it twice."""
    message = session.get(MailMessage, message_id, with_for_update={"skip_locked": True})
    if message is None or message.state != QUEUED or message.next_try_at > now:
        return
    message.tries += 1
    message.next_try_at = now + timedelta(seconds=min(30 * 2**message.tries, 6 * 3600))
    session.commit()
    try:
        email = _email(message, now=now, settings=settings, read=read)
    except (ValueError, HeaderParseError):
        _failed(message, now=now, problem="la dirección o el asunto no forman un mensaje válido", final=True)
        session.commit()
        return
    except PortalError as error:
        _failed(message, now=now, problem=error.text[:300], final=False)
        session.commit()
        return
    try:
        _transport(settings)(email)
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=PERMANENT)
        _failed(message, now=now, problem=f"el servidor de correo respondió {code}", final=code >= PERMANENT)
    except smtplib.SMTPResponseException as error:
        # Only a refusal of this message is final: a greeting, a password or a sender refused is the operator's to mend.
        final = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= PERMANENT
        _failed(message, now=now, problem=f"el servidor de correo respondió {error.smtp_code}", final=final)
    except (OSError, smtplib.SMTPException) as error:
        _failed(message, now=now, problem=f"no hay servidor de correo: {error}"[:300], final=False)
    else:
        message.state, message.settled_at, message.problem = ACCEPTED, now, None
        _empty(message)
        session.commit()
        return
    session.commit()


def _empty(message: MailMessage) -> None:
    """Erase what may carry a private link or a code; of the mail that ends an erasure, the address too."""
    message.text = message.html = None
    if message.kind == FAREWELL:
        message.address = message.name = message.problem = None


def _failed(message: MailMessage, *, now: datetime, problem: str, final: bool) -> None:
    message.problem = problem
    if final or message.tries >= MAX_TRIES:
        message.state, message.settled_at = REJECTED, now
        _empty(message)
    log.warning("mail %s not delivered (try %s): %s", message.id, message.tries, problem)


def _email(message: MailMessage, *, now: datetime, settings: Settings, read: Callable[[str], bytes]) -> EmailMessage:
    email = EmailMessage()
    sender_name, sender = parseaddr(settings.mail_from)
    email["From"] = Address(sender_name, addr_spec=sender)
    email["To"] = Address(re.sub(r"[\r\n]", " ", message.name or ""), addr_spec=message.address or "")
    email["Subject"] = message.subject
    email["Date"] = format_datetime(now)
    # The same at each try: if this process dies between the server's yes and the row, the second copy says that it is one.
    email["Message-ID"] = f"<rubrica-{message.id}.{int(message.queued_at.timestamp())}@{sender.partition('@')[2] or 'localhost'}>"
    email["Auto-Submitted"] = "auto-generated"
    if message.reply_to:
        email["Reply-To"] = message.reply_to
    if message.unsubscribe:
        email["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(message.text or "")
    email.add_alternative(message.html or "", subtype="html")
    files = [(name, read(sha256), *_media_type(media_type)) for name, sha256, media_type in message.files]
    for _, content, kind, parameters in files:
        if kind == "text/calendar" and "method" in parameters:
            email.add_alternative(content.decode(), subtype="calendar", params=parameters)
    for name, content, kind, parameters in files:
        main, _, sub = kind.partition("/")
        said = {"charset": "utf-8", **parameters} if kind == "text/calendar" else parameters  # RFC 6047, 2.4
        email.add_attachment(content, maintype=main, subtype=sub, filename=name, params=said)
    # A header's line may have 998 octets (RFC 5322); folded at 78, a long address would come as encoded words that nobody follows.
    email.policy = email.policy.clone(max_line_length=990)
    return email


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    """Split "text/calendar; method=REQUEST" into its type and its parameters."""
    kind, *rest = (part.strip() for part in text.split(";"))
    return kind, dict(part.split("=", 1) for part in rest)


def _transport(settings: Settings) -> Callable[[EmailMessage], None]:
    if not settings.mail_url and settings.demo:
        return lambda email: _to_folder(email, settings)
    return lambda email: _to_server(email, settings.mail_url or "smtp://127.0.0.1:25")


def _to_folder(email: EmailMessage, settings: Settings) -> None:
    folder = settings.file("demo-mail")
    folder.mkdir(exist_ok=True)
    identity = re.sub(r"[^\w.-]", "", email["Message-ID"].partition("@")[0])
    (folder / f"{identity}.eml").write_bytes(email.as_bytes())


def _to_server(email: EmailMessage, url: str) -> None:
    """Send through smtp://, smtps:// or smtp+tls:// (STARTTLS required) URLs; user and password are percent-encoded."""
    parsed = urlparse(url)
    host = parsed.hostname or "127.0.0.1"
    if parsed.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parsed.port or 465, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, parsed.port or 25, timeout=20)
    with server:
        if parsed.scheme == "smtp+tls":
            server.starttls(context=ssl.create_default_context())
        if parsed.username:
            server.login(unquote(parsed.username), unquote(parsed.password or ""))
        server.send_message(email)
