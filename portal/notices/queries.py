"""What can be read of notices: a person's choices, and what they were told."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.agendas.models import Agenda
from portal.notices.models import Notice, NoticePreference
from portal.organisations.queries import Page

SIZE = 20


def chosen(session: Session, person_id: int) -> dict[str, str]:
    """Return how often a person chose to get each topic."""
    rows = select(NoticePreference.topic, NoticePreference.often).where(NoticePreference.person_id == person_id)
    return {row.topic: row.often for row in session.execute(rows)}


def notices(session: Session, person_id: int, number: int = 1) -> Page:
    """Return a page of (Notice, agenda's code or None), the newest first: two queries."""
    total = session.scalar(select(func.count()).select_from(Notice).where(Notice.person_id == person_id)) or 0
    number = max(1, min(number, -(-total // SIZE)))
    rows = select(Notice, Agenda.code).outerjoin(Agenda, Agenda.id == Notice.agenda_id).where(Notice.person_id == person_id)
    found = session.execute(rows.order_by(Notice.at.desc(), Notice.id.desc()).limit(SIZE).offset((number - 1) * SIZE)).all()
    return Page(found, number, total, SIZE)
