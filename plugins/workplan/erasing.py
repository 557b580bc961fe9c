"""This plugin's part of a person's rights over their data: the copy of it, and its erasure."""

from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugins.workplan.models import Activity, Plan, Report, Reschedule, Responsible
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.extend import PersonData

_TABLES = tuple(Base.metadata.tables[one.__tablename__] for one in (Plan, Activity, Responsible, Report, Reschedule))


def data(session: Session, person_id: int) -> Iterator[PersonData]:
    """Yield the activities that a person answers for, and what they noted of any."""
    answers = select(Activity, Responsible.since).join(Responsible, Responsible.activity_id == Activity.id)
    rows = session.execute(answers.where(Responsible.person_id == person_id).order_by(Responsible.id))
    yield PersonData(
        label="Actividades del plan a su cargo",
        rows=tuple({"actividad": one.code, "texto": one.sub_activity or one.strategy, "desde": since.isoformat()} for one, since in rows),
    )
    noted = select(Report, Activity).join(Activity, Activity.id == Report.activity_id).where(Report.person_id == person_id)
    yield PersonData(
        label="Avances del plan que usted anotó",
        rows=tuple(
            {"actividad": activity.code, "estado": one.state, "nota": one.note, "enlace": one.link, "fecha": one.at.isoformat()}
            for one, activity in session.execute(noted.order_by(Report.id))
        ),
    )
    moved = select(Reschedule, Activity).join(Activity, Activity.id == Reschedule.activity_id).where(Reschedule.person_id == person_id)
    yield PersonData(
        label="Reprogramaciones del plan que usted anotó",
        rows=tuple(
            {"actividad": activity.code, "fecha nueva": one.after_text, "motivo": one.reason, "fecha": one.at.isoformat()}
            for one, activity in session.execute(moved.order_by(Reschedule.id))
        ),
    )


def erase(session: Session, person_id: int) -> None:
    """Take a person out of the plans: as who answers, as author, and wherever a row names them. Again does no harm."""
    words = redacting.words_of(session.get_one(Person, person_id))
    session.execute(delete(Responsible).where(Responsible.person_id == person_id))
    redacting.redact(session, redacting.columns_of(_TABLES), words)
    redacting.forget_author(session, _TABLES, person_id)
