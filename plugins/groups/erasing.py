"""This plugin's part of a person's rights over their data: the copy of it, and its erasure. That a group met, and how many came, stays."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from plugins.groups.models import Attendance, Group, Invitation, Meeting, Member
from plugins.groups.words import MEMBER_ROLES, SECTORS, WAYS
from portal.accounts import redacting
from portal.accounts.models import Person
from portal.db import Base
from portal.documents import forgetting
from portal.extend import PersonData
from portal.mail import MailMessage

OWN = ("plugins.groups.models", "plugins.groups.records.models")


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Erase a person from this plugin's tables, and the calendar files that were sent to them; again does no harm."""
    person = session.get_one(Person, person_id)
    words = redacting.words_of(person)
    _files(session, person_id, now)
    session.execute(delete(Member).where(Member.person_id == person_id))
    session.execute(delete(Invitation).where(Invitation.person_id == person_id))
    session.execute(update(Attendance).where(Attendance.person_id == person_id).values(name=None, person_id=None, sex=None))
    tables = list(_tables())
    redacting.redact(session, list(redacting.columns_of(tables)), words)
    redacting.forget_author(session, tables, person_id)


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__ in OWN and isinstance(mapper.local_table, Table):
            yield mapper.local_table


def _files(session: Session, person_id: int, now: datetime) -> None:
    sent = session.scalars(select(MailMessage).where(MailMessage.person_id == person_id, MailMessage.kind.startswith("groups."))).all()
    names = {file[1] for one in sent for file in one.files}
    for one in sent:
        one.files = []
    session.flush()
    for sha256 in sorted(names):
        if not forgetting.references(session, sha256):
            forgetting.forget(session, now=now, sha256=sha256)


def data(session: Session, person_id: int) -> list[PersonData]:
    """Return what this plugin keeps about a person, for their copy."""
    belongs = session.execute(select(Member, Group).join(Group).where(Member.person_id == person_id).order_by(Member.id))
    invited = session.execute(select(Invitation, Meeting).join(Meeting).where(Invitation.person_id == person_id).order_by(Invitation.id))
    came = session.execute(select(Attendance, Meeting).join(Meeting).where(Attendance.person_id == person_id).order_by(Attendance.id))
    return [
        PersonData(
            label="Grupos",
            weight=10,
            rows=tuple(
                {
                    "grupo": f"{group.code} {group.name}",
                    "qué hace": MEMBER_ROLES.get(one.role, one.role),
                    "sector": SECTORS.get(one.sector, one.sector),
                    "organización": one.organisation_name or (one.organisation.name if one.organisation else ""),
                    "sexo": one.sex,
                    "desde": one.since,
                    "hasta": one.until,
                }
                for one, group in belongs
            ),
        ),
        PersonData(
            label="Convocatorias",
            weight=20,
            rows=tuple(
                {"reunión": f"{meeting.code} {meeting.title}", "cuándo": meeting.starts_at, "enviada": one.sent_at}
                for one, meeting in invited
            ),
        ),
        PersonData(
            label="Asistencia",
            weight=30,
            rows=tuple(
                {
                    "reunión": f"{meeting.code} {meeting.title}",
                    "cuándo": meeting.starts_at,
                    "anotada": one.at,
                    "forma": WAYS.get(one.way, one.way),
                    "sector": SECTORS.get(one.sector, one.sector),
                    "sexo": one.sex,
                }
                for one, meeting in came
            ),
        ),
    ]
