"""Six-digit codes sent by mail for one act: signing in, proving presence again, signing a commitment."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from portal.accounts.models import OneTimeCode, Person
from portal.errors import Conflict, Expired, Invalid, TooMany
from portal.i18n import N_
from portal.mail import Mailer, MailMessage

TRIES = 5
SENDS_AN_HOUR = 5  # for one purpose
MOST_AN_HOUR = 60  # for all of a person's purposes: whoever countersigns many instruments asks for many
LIFETIME = timedelta(minutes=10)


class WrongCode(Invalid):
    """The code does not match; `tries_left` says how often one may still try (1 or more)."""

    code = "wrong_code"

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        if tries_left == 1:
            super().__init__(N_("El código no coincide. Le queda 1 intento."))
        else:
            super().__init__(N_("El código no coincide. Le quedan %(left)s intentos."), left=tries_left)


class CodeLocked(TooMany):
    """Five wrong tries: the code is of no use any more."""

    code = "code_locked"
    default = N_("El código se bloqueó después de cinco intentos. Pida uno nuevo.")


class CodeExpired(Expired):
    """The ten minutes are over."""

    code = "code_expired"
    default = N_("El código venció. Pida uno nuevo.")


class CodeUsed(Conflict):
    """Each code serves once."""

    code = "code_used"
    default = N_("Este código ya se usó. Pida uno nuevo.")


def send(
    session: Session,
    *,
    now: datetime,
    secret: str,
    mailer: Mailer,
    person: Person,
    purpose: str,
    template: str = "accounts/mail/code",
    kind: str = "code",
    about: str = "",
    reply_to: str | None = None,
    context: dict[str, Any] | None = None,
) -> MailMessage:
    """Make a code for `person` and `purpose` ("sign-in", "sign:12") and queue its mail; an older one of that purpose stops working.

    The template gets `code` ("123 456") and `minutes` besides `context`. Enqueue "mail.send" with the returned
    message's id after the commit. Raises `TooMany` after five of that purpose in an hour, or sixty of all, `Invalid` without an address.
    """
    if not person.email or not person.active:
        raise Invalid(N_("Esta persona no tiene un correo al que enviar el código."))
    hour = select(OneTimeCode.purpose).where(OneTimeCode.person_id == person.id, OneTimeCode.created_at > now - timedelta(hours=1))
    sent = session.scalars(hour).all()
    if sent.count(purpose) >= SENDS_AN_HOUR or len(sent) >= MOST_AN_HOUR:
        raise TooMany(N_("Pidió demasiados códigos. Use el último que recibió o espere una hora."))
    code = f"{secrets.randbelow(10**6):06}"
    session.add(
        OneTimeCode(
            person_id=person.id,
            purpose=purpose,
            code_digest=_digest(secret, person.id, purpose, code),
            tries_left=TRIES,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return mailer.queue(
        session,
        now=now,
        to=person.email,
        name=person.full_name,
        template=template,
        kind=kind,
        about=about,
        person_id=person.id,
        reply_to=reply_to,
        context={"code": f"{code[:3]} {code[3:]}", "minutes": int(LIFETIME.total_seconds() // 60), **(context or {})},
    )


def check(session: Session, *, now: datetime, secret: str, person_id: int, purpose: str, code: str) -> None:
    """Spend the last code sent for `purpose`; spaces and dashes in what was typed do not matter.

    Raises `WrongCode`, `CodeLocked`, `CodeExpired`, `CodeUsed`, or `Invalid` when it is not six digits (which costs no
    try). A right code is spent in the caller's transaction: if that fails, the code still works.
    Side effect of a wrong one: the caller's transaction is rolled back and the lost try committed on its own, so that no
    caller can forget to count it. Call it before other work. (Tries made at the very same instant on PostgreSQL may
    exceed five by as many as there are connections.)
    """
    digits = re.sub(r"[\s.\-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise Invalid(N_("Escriba las seis cifras del código."))
    row = session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.person_id == person_id, OneTimeCode.purpose == purpose)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Invalid(N_("Todavía no se envió ningún código. Pida uno."))
    _refuse_spent(row, now)
    if not hmac.compare_digest(row.code_digest, _digest(secret, person_id, purpose, digits)):
        raise _count_wrong(session, row.id)
    live = update(OneTimeCode).where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None), OneTimeCode.tries_left > 0)
    if _rows(session, live.values(used_at=now)) != 1:  # another request spent it, or its last try, between
        session.refresh(row)
        _refuse_spent(row, now)
        raise CodeUsed


def _refuse_spent(row: OneTimeCode, now: datetime) -> None:
    if row.used_at is not None:
        raise CodeUsed
    if row.tries_left <= 0:
        raise CodeLocked
    if row.expires_at <= now:
        raise CodeExpired


def _count_wrong(session: Session, row_id: int) -> Exception:
    session.rollback()
    _rows(
        session,
        update(OneTimeCode).where(OneTimeCode.id == row_id, OneTimeCode.tries_left > 0).values(tries_left=OneTimeCode.tries_left - 1),
    )
    left = session.scalar(select(OneTimeCode.tries_left).where(OneTimeCode.id == row_id)) or 0
    session.commit()
    return WrongCode(left) if left else CodeLocked()


def _rows(session: Session, statement: Any) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0


def _digest(secret: str, person_id: int, purpose: str, code: str) -> str:
    # Keyed: a million codes are soon tried by whoever reads the table, unless the key is missing.
    return hmac.new(f"one-time-code:{secret}".encode(), f"{person_id}:{purpose}:{code}".encode(), hashlib.sha256).hexdigest()
