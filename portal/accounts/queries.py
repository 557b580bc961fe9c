"""What can be read about people; each list costs a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, load_only

from portal.accounts.models import Consent, Grant, Passkey, Person
from portal.agendas.models import Agenda, AgendaDimension
from portal.mail import MailMessage
from portal.organisations.models import Organisation

PAGE = 30


@dataclass(frozen=True)
class Role:
    """A role as it is shown: where it is held, by name."""

    id: int
    role: str
    agenda_id: int | None
    agenda: str | None
    agenda_code: str | None
    organisation: str | None
    dimension: str | None
    granted_at: datetime


@dataclass(frozen=True)
class Row:
    """One person in the list."""

    id: int
    full_name: str
    email: str | None
    active: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Page:
    """A page of a list; `first` and `last` are positions from 1."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The position of the first row shown."""
        return (self.number - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The position of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def people(
    session: Session, *, agendas: frozenset[int] | None, page: int = 1, q: str = "", agenda_id: int | None = None, role: str = ""
) -> Page:
    """Return people by name. `agendas`: only those who hold or held a role there, and only those roles (None: everybody).

    Three queries, whatever the number of people.
    """
    chosen = _filtered(select(Person.id), agendas=agendas, q=q, agenda_id=agenda_id, role=role)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(page, pages)
    shown = (
        select(Person)
        .where(Person.id.in_(chosen))
        .order_by(func.lower(Person.full_name), Person.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    found = session.scalars(shown).all()
    roles = roles_of(session, [one.id for one in found], agendas=agendas)
    rows = tuple(Row(one.id, one.full_name, one.email, one.active, tuple(roles.get(one.id, ()))) for one in found)
    return Page(rows, number, pages, total)


def _filtered(query: Select[tuple[int]], *, agendas: frozenset[int] | None, q: str, agenda_id: int | None, role: str) -> Select[tuple[int]]:
    held = aliased(Grant)
    if agendas is not None:
        query = query.where(exists().where(held.person_id == Person.id, held.agenda_id.in_(agendas)))
    if agenda_id is not None or role:
        wanted = aliased(Grant)
        where = [wanted.person_id == Person.id, wanted.ended_at.is_(None)]
        if agenda_id is not None:
            where.append(wanted.agenda_id == agenda_id)
        if role:
            where.append(wanted.role == role)
        if agendas is not None:
            where.append(wanted.agenda_id.in_(agendas))
        query = query.where(exists().where(and_(*where)))
    for word in q.lower().split()[:6]:
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(func.lower(Person.full_name).like(like, escape="\\"), Person.email.like(like, escape="\\")))
    return query


def roles_of(session: Session, people_ids: Iterable[int] | None = None, *, agendas: frozenset[int] | None = None) -> dict[int, list[Role]]:
    """Return the roles that each person (None: everybody) holds now; `agendas` limits them as in `people`. One query."""
    query = (
        select(Grant, Agenda.title, Agenda.code, Organisation.name, AgendaDimension.label)
        .join(Agenda, Agenda.id == Grant.agenda_id, isouter=True)
        .join(Organisation, Organisation.id == Grant.organisation_id, isouter=True)
        .join(AgendaDimension, and_(AgendaDimension.agenda_id == Grant.agenda_id, AgendaDimension.name == Grant.dimension), isouter=True)
        .where(Grant.ended_at.is_(None))
        .order_by(func.coalesce(Agenda.code, ""), Grant.role, Grant.id)  # NULLs come first on one database, last on the other
    )
    if people_ids is not None:
        query = query.where(Grant.person_id.in_(list(people_ids)))
    if agendas is not None:
        query = query.where(Grant.agenda_id.in_(agendas))
    found: dict[int, list[Role]] = defaultdict(list)
    for grant, title, code, organisation, label in session.execute(query):
        found[grant.person_id].append(
            Role(grant.id, grant.role, grant.agenda_id, title, code, organisation, label or grant.dimension, grant.granted_at)
        )
    return dict(found)


def within(session: Session, person_id: int, agendas: frozenset[int] | None) -> Person | None:
    """Return a person if they hold or held a role in one of `agendas` (None: any), else None."""
    query = select(Person).where(Person.id == person_id)
    if agendas is not None:
        query = query.where(exists().where(Grant.person_id == Person.id, Grant.agenda_id.in_(agendas)))
    return session.scalar(query)


def invitations(session: Session, person_id: int) -> list[MailMessage]:
    """Return the last invitations mailed to a person, the latest first: their states, never their text."""
    query = select(MailMessage).options(
        load_only(MailMessage.state, MailMessage.queued_at, MailMessage.settled_at, MailMessage.problem, MailMessage.tries, raiseload=True)
    )
    return list(
        session.scalars(
            query.where(MailMessage.person_id == person_id, MailMessage.kind == "invitation").order_by(MailMessage.id.desc()).limit(5)
        )
    )


def consents(session: Session, person_id: int) -> list[Consent]:
    """Return a person's consents, the latest first."""
    return list(session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.given_at.desc(), Consent.id.desc())))


def passkeys(session: Session, person_id: int) -> list[Passkey]:
    """Return a person's passkeys by name."""
    return list(session.scalars(select(Passkey).where(Passkey.user_id == person_id).order_by(func.lower(Passkey.name))))


def agenda_choices(session: Session, agendas: frozenset[int] | None) -> list[tuple[int, str]]:
    """Return (id, "CODE · title") of the agendas among `agendas` (None: all)."""
    query = select(Agenda.id, Agenda.code, Agenda.title).order_by(Agenda.code)
    if agendas is not None:
        query = query.where(Agenda.id.in_(agendas))
    return [(identity, f"{code} · {title}") for identity, code, title in session.execute(query)]


def organisation_choices(session: Session) -> list[tuple[int, str]]:
    """Return (id, name) of the organisations in use, in alphabetical order."""
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.active).order_by(Organisation.sort_name, Organisation.id)
    )
    return [(identity, name) for identity, name in rows]


def dimension_choices(session: Session, agendas: frozenset[int] | None) -> list[tuple[str, str]]:
    """Return (name, label) of the dimensions that the agendas among `agendas` have."""
    query = (
        select(AgendaDimension.name, func.min(AgendaDimension.label))
        .group_by(AgendaDimension.name)
        .order_by(func.min(AgendaDimension.position))
    )
    if agendas is not None:
        query = query.where(AgendaDimension.agenda_id.in_(agendas))
    return [(name, label) for name, label in session.execute(query)]
