"""What can be done with notices: tell people, and choose how often to be told."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from portal.notices.models import Notice


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
    """Keep a notice for each person, who gets it with their next digest.

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
