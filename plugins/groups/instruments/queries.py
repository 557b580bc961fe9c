"""What can be read of the library; every list costs a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from plugins.groups.instruments.models import Handing, Instrument, InstrumentVersion
from plugins.groups.models import Group, Meeting, Member
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda
from portal.errors import NotFound
from portal.organisations.models import Organisation
from portal.organisations.queries import PAGE, Page

MOST_OFFERED = 500


@dataclass(frozen=True)
class Shelf:
    """An instrument in a list: with its last version, and how many versions and handings it has."""

    instrument: Instrument
    last: InstrumentVersion | None
    versions: int
    handings: int


@dataclass(frozen=True)
class Handed:
    """A handing as it is shown: to whom, at which meeting."""

    handing: Handing
    label: str
    number: int
    instrument: Instrument
    who: str
    group: str | None
    meeting: str | None
    at: datetime
    by: str


def shelf(
    session: Session, agenda_id: int, *, number: int = 1, q: str = "", kind: str = "", public: bool = False, size: int = PAGE
) -> Page:
    """Return the agenda's instruments (`Shelf`), by code; those no longer in use last. Four queries. `public`: what anybody may read."""
    criteria = [Instrument.agenda_id == agenda_id]
    if public:
        criteria += [Instrument.public.is_(True), Instrument.active.is_(True)]
    if kind:
        criteria.append(Instrument.kind == kind)
    for word in q.split()[:8]:
        criteria.append(
            or_(*(column.icontains(word, autoescape=True) for column in (Instrument.title, Instrument.issuer, Instrument.about)))
        )
    total = session.scalar(select(func.count(Instrument.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // size)))
    order = (Instrument.active.desc(), Instrument.number)
    rows = session.scalars(select(Instrument).where(*criteria).order_by(*order).limit(size).offset((number - 1) * size)).all()
    ids = [one.id for one in rows]
    versions: dict[int, list[InstrumentVersion]] = {}
    for one in session.scalars(
        select(InstrumentVersion).where(InstrumentVersion.instrument_id.in_(ids)).order_by(InstrumentVersion.number)
    ):
        versions.setdefault(one.instrument_id, []).append(one)
    counted = (
        select(InstrumentVersion.instrument_id, func.count(Handing.id))
        .join(Handing, Handing.version_id == InstrumentVersion.id)
        .where(InstrumentVersion.instrument_id.in_(ids))
        .group_by(InstrumentVersion.instrument_id)
    )
    handings: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    made = [
        Shelf(one, versions[one.id][-1] if one.id in versions else None, len(versions.get(one.id, ())), handings.get(one.id, 0))
        for one in rows
    ]
    return Page(made, number, total, size)


def instrument(session: Session, agenda: Agenda, code: str) -> Instrument:
    """Return an instrument of the agenda. Raises `NotFound`."""
    found = session.scalar(
        select(Instrument).where(Instrument.agenda_id == agenda.id, Instrument.code == code).options(joinedload(Instrument.agenda))
    )
    if found is None:
        raise NotFound
    return found


def public_instrument(session: Session, agenda_code: str, code: str) -> Instrument:
    """Return an instrument that anybody may read. Raises `NotFound`."""
    query = select(Instrument).join(Agenda, Agenda.id == Instrument.agenda_id).where(Agenda.code == agenda_code, Instrument.code == code)
    found = session.scalar(query.where(Instrument.public.is_(True), Instrument.active.is_(True)))
    if found is None:
        raise NotFound
    return found


def versions(session: Session, found: Instrument) -> list[InstrumentVersion]:
    """Return an instrument's versions, newest first."""
    query = select(InstrumentVersion).where(InstrumentVersion.instrument_id == found.id)
    return list(session.scalars(query.order_by(InstrumentVersion.number.desc())))


def versions_of(session: Session, ids: Sequence[int]) -> dict[int, list[InstrumentVersion]]:
    """Return the versions of several instruments, newest first. One query."""
    query = select(InstrumentVersion).where(InstrumentVersion.instrument_id.in_(ids)).order_by(InstrumentVersion.number.desc())
    made: dict[int, list[InstrumentVersion]] = {}
    for one in session.scalars(query):
        made.setdefault(one.instrument_id, []).append(one)
    return made


def version(session: Session, found: Instrument, number: int) -> InstrumentVersion:
    """Return a version by its number. Raises `NotFound`."""
    query = select(InstrumentVersion).where(InstrumentVersion.instrument_id == found.id, InstrumentVersion.number == number)
    made = session.scalar(query)
    if made is None:
        raise NotFound
    return made


def handings(session: Session, found: Instrument, *, number: int = 1, size: int = PAGE) -> Page:
    """Return who was given which version of an instrument (`Handed`), latest first. Two queries."""
    return _handings(session, [InstrumentVersion.instrument_id == found.id], number, size)


def all_handings(session: Session, agenda_id: int, *, q: str = "", number: int = 1, size: int = PAGE) -> Page:
    """Return who was given which instrument of an agenda (`Handed`), latest first; `q`: words of the name of who was. Two queries."""
    names = (Group.code, Group.name, Organisation.name, Person.full_name, Handing.recipient)
    said = [or_(*(column.icontains(word, autoescape=True) for column in names)) for word in q.split()[:8]]
    return _handings(session, [Instrument.agenda_id == agenda_id, *said], number, size)


def _handings(session: Session, criteria: list[ColumnElement[bool]], number: int, size: int) -> Page:
    writer = aliased(Person)
    shown = (InstrumentVersion, Instrument, Group.code, Group.name, Organisation.name, Person.full_name, Meeting.code, Meeting.title)
    query = (
        select(Handing, *shown, writer.full_name)
        .join(InstrumentVersion, InstrumentVersion.id == Handing.version_id)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .outerjoin(Group, Group.id == Handing.group_id)
        .outerjoin(Organisation, Organisation.id == Handing.organisation_id)
        .outerjoin(Person, Person.id == Handing.person_id)
        .outerjoin(Meeting, Meeting.id == Handing.meeting_id)
        .outerjoin(writer, writer.id == Handing.by_id)
        .where(*criteria)
    )
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Handing.id).subquery())) or 0
    number = max(1, min(number, -(-total // size)))
    ordered = query.order_by(Handing.given_on.desc(), Handing.id.desc()).limit(size).offset((number - 1) * size)
    rows = [
        Handed(
            handing=one,
            label=version.label,
            number=version.number,
            instrument=instrument,
            who=f"{group} {group_name}" if group else organisation or person or one.recipient,
            group=group,
            meeting=f"{meeting} {title}" if meeting else None,
            at=one.at,
            by=by or "",
        )
        for one, version, instrument, group, group_name, organisation, person, meeting, title, by in session.execute(ordered)
    ]
    return Page(rows, number, total, size)


def handing(session: Session, found: Instrument, identity: int) -> Handing | None:
    """Return a handing of this instrument, None when it is not there (any more)."""
    query = select(Handing).join(InstrumentVersion).where(Handing.id == identity, InstrumentVersion.instrument_id == found.id)
    return session.scalar(query)


def group_choices(session: Session, agenda_id: int) -> list[tuple[str, str]]:
    """Return the agenda's groups: (code, words)."""
    query = select(Group.code, Group.name).where(Group.agenda_id == agenda_id, Group.active.is_(True)).order_by(Group.number)
    return [(code, f"{code} {name}") for code, name in session.execute(query.limit(MOST_OFFERED))]


def meeting_choices(session: Session, agenda_id: int, *, until: date) -> list[tuple[str, str]]:
    """Return the agenda's meetings, latest first: (code, words). `until`: a day after which none was yet."""
    query = select(Meeting.code, Meeting.title, Meeting.starts_at).where(Meeting.agenda_id == agenda_id).order_by(Meeting.starts_at.desc())
    rows = session.execute(query.limit(MOST_OFFERED)).all()
    return [(code, f"{code} {title}") for code, title, starts in rows if starts.date() <= until]


def names_offered(session: Session, agenda_id: int) -> list[str]:
    """Return the names that a form suggests: organisations in activity, and people of the agenda and its groups. Two queries."""
    known = session.scalars(
        select(Organisation.name).where(Organisation.active.is_(True)).order_by(Organisation.sort_name).limit(200)
    ).all()
    roles = select(Grant.person_id).where(Grant.agenda_id == agenda_id, Grant.ended_at.is_(None))
    members = select(Member.person_id).join(Group, Group.id == Member.group_id).where(Group.agenda_id == agenda_id)
    people = select(Person.full_name).where(Person.id.in_(roles.union(members)), Person.erased_at.is_(None)).order_by(Person.full_name)
    return [*known, *session.scalars(people.limit(200))]


def counted(session: Session, agenda_id: int, *, public: bool = False) -> int:
    """Return how many instruments in use the agenda has. One query."""
    criteria = [Instrument.agenda_id == agenda_id, Instrument.active.is_(True)] + ([Instrument.public.is_(True)] if public else [])
    return session.scalar(select(func.count(Instrument.id)).where(*criteria)) or 0
