"""Sends what people are to be told: one mail a person for all that is due, written in the transaction that marks it as sent.

So a notice is never in two mails and never in none, whenever this process dies: either the mail's row and the marks are
there, or neither is and the next sweep does it again. The mail itself is then delivered as any other (`portal.mail`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.extend.kinds import JobKind, MailTopic
from portal.mail import MailMessage
from portal.notices import queries, tokens
from portal.notices.models import Notice
from portal.notices.topics import ALL, NEVER, due, effective

if TYPE_CHECKING:
    from portal.context import Portal

JOB, MAIL, TEMPLATE = "notices.send", "notices.digest", "notices/mail/digest"
MOST = 25  # notices written out in one mail; the rest are a link away
LONGEST_TEXT = 280
HEAVIEST = 29_000  # bytes of HTML: mail programmes cut long mail off
KEPT = timedelta(days=180)
PARKED, GIVEN_UP = timedelta(days=1), timedelta(days=30)  # of a plugin that is not in use now


@dataclass(frozen=True)
class Section:
    """The notices of one topic in a mail: (Notice, agenda's code or None)."""

    topic: MailTopic
    stop: str
    notices: tuple[tuple[Notice, str | None], ...]


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Yield the ids of people for whom something is due."""
    rows = select(Notice.person_id).where(Notice.sent_at.is_(None), Notice.due_at <= now).distinct().order_by(Notice.person_id).limit(500)
    return [str(one) for one in session.scalars(rows)]


def run(portal: "Portal", person_id: str) -> None:
    """Write a person's mail, if one is due, and have it delivered."""
    with portal.sessions() as session:
        message = digest(portal, session, now=clock.now(), person_id=int(person_id))
        session.commit()
    if message is not None:
        portal.queue.enqueue("mail.send", message.id)


KIND = JobKind(name=JOB, run=run, pending=pending)


def digest(portal: "Portal", session: Session, *, now: datetime, person_id: int) -> MailMessage | None:
    """Queue one mail with all that is due to a person, and mark it; None when they get none. Two at once: the second finds nothing."""
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        return None
    session.execute(delete(Notice).where(Notice.person_id == person_id, Notice.sent_at.is_not(None), Notice.at < now - KEPT))
    waiting = session.scalars(
        select(Notice)
        .where(Notice.person_id == person_id, Notice.sent_at.is_(None), Notice.due_at <= now)
        .order_by(Notice.at, Notice.id)
        .execution_options(populate_existing=True)
    ).all()
    topics = {one.name: one for one in portal.registry.answers("mail_topics")}
    often = effective(topics.values(), queries.chosen(session, person_id))
    reachable = person.active and bool(person.email) and person.erased_at is None
    ready = []
    for one in waiting:
        if not reachable or often.get(one.topic) == NEVER or (one.topic not in topics and one.at < now - GIVEN_UP):
            one.sent_at = now  # it is on the person's own page, and in no mail
        elif one.topic not in topics:
            one.due_at = now + PARKED
        elif (when := due(often[one.topic], one.at, portal.settings.timezone)) > now:
            one.due_at = when
        else:
            ready.append(one)
    message = _write(portal, session, person, ready, topics, now=now) if ready else None
    for one in ready:
        one.sent_at, one.mail_id = now, message.id if message else None
    session.flush()
    return message


def _write(
    portal: "Portal", session: Session, person: Person, ready: list[Notice], topics: Mapping[str, MailTopic], *, now: datetime
) -> MailMessage:
    settings = portal.settings
    wanted = {one.agenda_id for one in ready if one.agenda_id is not None}
    codes = {row.id: row.code for row in session.execute(select(Agenda.id, Agenda.code).where(Agenda.id.in_(wanted)))} if wanted else {}
    present = [topic for name, topic in topics.items() if any(one.topic == name for one in ready)]
    every = present[0].name if len(present) == 1 else ALL
    stops = {one.name: tokens.path(settings.secret_key, person.id, one.name) for one in present}
    stop = tokens.path(settings.secret_key, person.id, every)
    most = MOST
    while True:
        context = {"sections": _sections(ready[:most], present, stops, codes), "more": max(0, len(ready) - most)}
        context |= {"total": len(ready), "first": ready[0], "stop": stop, "longest": LONGEST_TEXT}
        if most == 1 or _weight(portal, person, context) <= HEAVIEST:
            break
        most //= 2
    return portal.mailer.queue(
        session,
        now=now,
        to=person.email or "",
        name=person.full_name,
        template=TEMPLATE,
        kind=MAIL,
        person_id=person.id,
        unsubscribe=f"{settings.public_url}{stop}",
        context=context,
    )


def _sections(shown: list[Notice], present: list[MailTopic], stops: Mapping[str, str], codes: Mapping[int, str]) -> list[Section]:
    found = []
    for topic in present:
        mine = tuple((one, codes.get(one.agenda_id or 0)) for one in shown if one.topic == topic.name)
        if mine:
            found.append(Section(topic, stops[topic.name], mine))
    return found


def _weight(portal: "Portal", person: Person, context: Mapping[str, Any]) -> int:
    template = portal.templates.get_template(f"{TEMPLATE}.html")
    return len(template.render({"public_url": portal.settings.public_url, "name": person.full_name, **context}).encode())
