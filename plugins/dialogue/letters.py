"""The mail that contributors get: to prove their address, to keep their own link, and when they are answered."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from plugins.dialogue import keys
from plugins.dialogue.models import Answer, Author, Contribution
from plugins.dialogue.words import KINDS, VERDICTS
from portal.accounts.models import Person
from portal.mail import QUEUED, REJECTED, Mailer, MailMessage


def about(contribution: Contribution) -> str:
    """Return how mail names its contribution, so that it can be emptied."""
    return f"dialogue:{contribution.id}"


def confirm(mailer: Mailer, session: Session, *, now: datetime, contribution: Contribution, email: str, token: str) -> MailMessage:
    """Ask whether an address is whose contribution this is. Says nothing that was typed: anybody can type any address."""
    agenda = contribution.consultation.agenda
    context = {
        "href": f"{mailer.settings.public_url}/agendas/{agenda.code}/aportes/confirmar/{token}",
        "agenda": agenda.title,
        "consultation": contribution.consultation.title,
        "expires_at": now + keys.TTL,
    }
    return _queue(mailer, session, now, contribution, email, None, "confirm", context)


def received(mailer: Mailer, session: Session, *, now: datetime, contribution: Contribution, author: Author) -> MailMessage | None:
    """Send the code and the contributor's own link to a proved address."""
    if not author.email or not author.nonce:
        return None
    context = {
        "code": contribution.code,
        "agenda": contribution.consultation.agenda.title,
        "href": own_link(mailer, contribution, author),
        "kind": KINDS[contribution.kind],
    }
    return _queue(mailer, session, now, contribution, author.email, None, "received", context)


def told(
    mailer: Mailer, session: Session, *, now: datetime, contribution: Contribution, what: str, context: Mapping[str, object]
) -> MailMessage | None:
    """Tell whoever contributed, if there is anybody to tell: `what` is "withheld" or "answered"."""
    author = contribution.author
    if author is None:
        return None
    code = contribution.consultation.agenda.code
    person = session.get(Person, author.person_id) if author.person_id else None
    to = author.email or (person.email if person and person.active else None)
    if not to:
        return None
    href = (
        own_link(mailer, contribution, author)
        if author.email
        else f"{mailer.settings.public_url}/agendas/{code}/aportes/{contribution.code}"
    )
    words = {"code": contribution.code, "agenda": contribution.consultation.agenda.title, "href": href, **context}
    return _queue(mailer, session, now, contribution, to, person.id if person else None, what, words)


def answered(
    mailer: Mailer, session: Session, *, now: datetime, contribution: Contribution, given: Answer, changes: list[str]
) -> MailMessage | None:
    """Send an answer, its reason and what changed."""
    context = {"verdict": VERDICTS[given.verdict].label, "reason": given.reason, "changes": changes}
    return told(mailer, session, now=now, contribution=contribution, what="answered", context=context)


def own_link(mailer: Mailer, contribution: Contribution, author: Author) -> str:
    """Return the address of a contributor's own page."""
    token = keys.own(mailer.settings.secret_key, author.nonce or "")
    return f"{mailer.settings.public_url}/agendas/{contribution.consultation.agenda.code}/aportes/propio/{token}"


def forget(session: Session, contribution: Contribution, *, now: datetime) -> None:
    """Empty every mail about a contribution of its address and text; what waits is not delivered."""
    mine = MailMessage.about == about(contribution)
    session.execute(update(MailMessage).where(mine, MailMessage.state == QUEUED).values(state=REJECTED, settled_at=now))
    session.execute(update(MailMessage).where(mine).values(address=None, name=None, text=None, html=None, problem=None))


def _queue(
    mailer: Mailer,
    session: Session,
    now: datetime,
    contribution: Contribution,
    to: str,
    person_id: int | None,
    what: str,
    context: Mapping[str, object],
) -> MailMessage:
    return mailer.queue(
        session,
        now=now,
        to=to,
        name="",
        template=f"dialogue/mail/{what}",
        kind=f"dialogue.{what}",
        about=about(contribution),
        person_id=person_id,
        context=dict(context),
    )
