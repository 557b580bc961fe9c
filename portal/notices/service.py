"""What can be done with notices: tell people, and choose how often to be told."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from portal.db import upsert
from portal.errors import Invalid
from portal.i18n import N_
from portal.notices.models import Notice, NoticePreference
from portal.notices.topics import ALL, NEVER, OFTEN


def notify(
    session: Session,
    *,
    now: datetime,
    topic: str,
    person_ids: Iterable[int],
    title: str,
    href: str,
    text: str = "",
    agenda_id: int | None = None,
) -> list[Notice]:
    """Keep a notice for each person; it goes out as often as they want (`portal.notices.digests`), within a minute at the earliest.

    `topic`: one that a plugin declares with the hook `mail_topics`. `href`: a path of the portal.
    For what is not duty: a convocatoria or a code goes by `Mailer.queue`.
    """
    made = [
        Notice(person_id=one, agenda_id=agenda_id, topic=topic, title=title[:300], text=text, href=href, at=now, due_at=now)
        for one in dict.fromkeys(person_ids)
    ]
    session.add_all(made)
    session.flush()
    return made


def choose(session: Session, *, now: datetime, person_id: int, often: Mapping[str, str]) -> None:
    """Keep how often a person wants each topic, also for what already waits. Raises `Invalid`."""
    wrong = {topic: N_("Elija una de las opciones.") for topic, value in often.items() if value not in OFTEN}
    if wrong:
        raise Invalid(fields=wrong)
    session.execute(delete(NoticePreference).where(NoticePreference.person_id == person_id, NoticePreference.topic == ALL))
    _keep(session, now=now, person_id=person_id, often=often)


def unsubscribe(session: Session, *, now: datetime, person_id: int, topic: str) -> None:
    """End a person's mail about a topic, or about every topic (`ALL`); doing it again changes nothing."""
    if topic == ALL:
        session.execute(delete(NoticePreference).where(NoticePreference.person_id == person_id, NoticePreference.topic != ALL))
    _keep(session, now=now, person_id=person_id, often={topic: NEVER})


def _keep(session: Session, *, now: datetime, person_id: int, often: Mapping[str, str]) -> None:
    rows = [{"person_id": person_id, "topic": topic, "often": value, "set_at": now} for topic, value in often.items()]
    if rows:
        session.execute(upsert(session, NoticePreference, "person_id", "topic"), rows)
    waiting = update(Notice).where(Notice.person_id == person_id, Notice.sent_at.is_(None))
    if ALL not in often:
        waiting = waiting.where(Notice.topic.in_(list(often)))
    session.execute(waiting.values(due_at=Notice.at))  # looked at anew by the next sweep
