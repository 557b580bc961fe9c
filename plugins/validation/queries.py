"""What can be read of validation: an agenda's acts, the act that validates a version, who may be a member."""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.validation.models import Act, Member
from plugins.validation.words import VALIDATED
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda, AgendaVersion
from portal.errors import NotFound


def acts(session: Session, agenda_id: int) -> list[Act]:
    """Return an agenda's acts with their versions, last first."""
    rows = select(Act).where(Act.agenda_id == agenda_id).options(joinedload(Act.version)).order_by(Act.number.desc())
    return list(session.scalars(rows))


def act(session: Session, agenda_id: int, number: int) -> Act:
    """Return an act with its members. Raises `NotFound`."""
    rows = select(Act).where(Act.agenda_id == agenda_id, Act.number == number)
    found = session.scalar(rows.options(joinedload(Act.version), joinedload(Act.agenda), selectinload(Act.members)))
    if found is None:
        raise NotFound
    return found


def validating(session: Session, version_id: int) -> Act | None:
    """Return the act by which a version is validated now, None while there is none."""
    rows = select(Act).where(Act.version_id == version_id, Act.outcome == VALIDATED, Act.annulled_at.is_(None))
    return session.scalar(rows.options(joinedload(Act.agenda)).order_by(Act.number).limit(1))


def validated_versions(session: Session, agenda_id: int) -> set[int]:
    """Return the ids of an agenda's versions that are validated now."""
    rows = select(Act.version_id).where(Act.agenda_id == agenda_id, Act.outcome == VALIDATED, Act.annulled_at.is_(None))
    return {one for one in session.scalars(rows) if one is not None}


def last_version(session: Session, agenda_id: int) -> tuple[int, Act | None] | None:
    """Return the number of the agenda's last version and the act that validates it; None while there is no version. One query."""
    valid = and_(Act.version_id == AgendaVersion.id, Act.outcome == VALIDATED, Act.annulled_at.is_(None))
    rows = select(AgendaVersion.number, Act).outerjoin(Act, valid).where(AgendaVersion.agenda_id == agenda_id)
    found = session.execute(rows.order_by(AgendaVersion.number.desc()).limit(1)).first()
    return None if found is None else (found[0], found[1])


def last_members(session: Session, agenda_id: int) -> list[Member]:
    """Return who was convened to the agenda's last act: the next one begins with them."""
    last = select(Act.id).where(Act.agenda_id == agenda_id).order_by(Act.number.desc()).limit(1).scalar_subquery()
    return list(session.scalars(select(Member).where(Member.act_id == last).order_by(Member.position)))


def people(session: Session, agenda_id: int) -> Sequence[Person]:
    """Return who may be a member by their account: everybody with a part in the agenda, but for representatives."""
    held = select(Grant.person_id).where(
        Grant.ended_at.is_(None),
        Grant.role.in_(("administrator", "coordinator", "staff", "delegate", "witness")),
        (Grant.agenda_id == agenda_id) | Grant.agenda_id.is_(None),
    )
    return session.scalars(select(Person).where(Person.id.in_(held), Person.active).order_by(Person.full_name, Person.id)).all()


def acts_named(session: Session, numbers: Iterable[int], agendas: Iterable[str]) -> list[Act]:
    """Return acts of these numbers in agendas with these codes, with agenda and version. One query."""
    rows = select(Act).join(Act.agenda).where(Agenda.code.in_(sorted(agendas)), Act.number.in_(sorted(numbers)))
    return list(session.scalars(rows.options(joinedload(Act.agenda), joinedload(Act.version))))
