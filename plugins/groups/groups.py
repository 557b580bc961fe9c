"""What can be done with groups: make them, change them, take people in and out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.groups import story
from plugins.groups.models import Group, Member
from plugins.groups.words import GROUP_KINDS, MEMBER_ROLES, SECTORS, SEXES
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.i18n import N_
from portal.organisations.models import Organisation, Territory
from portal.organisations.names import folded

FIELDS = ("kind", "name", "dimension", "territory_inei", "purpose", "active")
NAME = 200


def create_group(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    name: str,
    kind: str = "grupo",
    dimension: str | None = None,
    territory_inei: str | None = None,
    purpose: str = "",
    person_id: int | None = None,
) -> Group:
    """Return a new group with the agenda's next code (G-01, G-02, …). Raises `Invalid`."""
    values = _checked(
        session,
        agenda,
        {"kind": kind, "name": name, "dimension": dimension, "territory_inei": territory_inei, "purpose": purpose, "active": True},
    )
    number = 1 + (session.scalar(select(func.max(Group.number)).where(Group.agenda_id == agenda.id)) or 0)
    group = Group(
        agenda_id=agenda.id,
        agenda=agenda,
        number=number,
        code=f"G-{number:02d}",
        feed_edition=1,
        revision=1,
        created_at=now,
        created_by_id=person_id,
        **values,
    )
    added(session, group)
    story.tell_group(session, group)
    return group


def added(session: Session, row: Any) -> None:
    """Add a row that takes the agenda's next number. Raises `Conflict` when somebody took it at the same instant."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict(N_("Otra persona creó algo en el mismo instante. Inténtelo de nuevo: lo que escribió sigue aquí.")) from error


def edit_group(session: Session, group: Group, *, revision: int, values: Mapping[str, Any]) -> bool:
    """Change a group; return whether anything changed. Raises `Invalid`, or `Stale` (`theirs`: the group as it is now)."""
    session.execute(select(Group.id).where(Group.id == group.id).with_for_update())
    session.refresh(group)
    if group.revision != revision:
        raise Stale(
            N_("Otra persona cambió este grupo mientras usted lo editaba. Lo que escribió sigue abajo: compárelo y guarde de nuevo."),
            theirs=group,
        )
    clean = _checked(session, group.agenda, {**{key: getattr(group, key) for key in FIELDS}, **values})
    changed = {key: value for key, value in clean.items() if getattr(group, key) != value}
    for key, value in changed.items():
        setattr(group, key, value)
    if changed:
        group.revision += 1
        session.flush()
        story.tell_group(session, group)
    return bool(changed)


def _checked(session: Session, agenda: Agenda, values: dict[str, Any]) -> dict[str, Any]:
    bad: dict[str, str] = {}
    values["name"] = " ".join(str(values["name"] or "").split())
    values["purpose"] = str(values["purpose"] or "").strip()
    values["dimension"] = values["dimension"] or None
    values["territory_inei"] = values["territory_inei"] or None
    if not values["name"] or len(values["name"]) > NAME:
        bad["name"] = N_("Escriba el nombre del grupo, de hasta 200 caracteres.")
    if values["kind"] not in GROUP_KINDS:
        bad["kind"] = N_("Elija qué clase de grupo es.")
    if values["dimension"] is not None and values["dimension"] not in {one.name for one in agenda.dimensions}:
        bad["dimension"] = N_("Elija una dimensión de esta agenda, o ninguna.")
    if values["territory_inei"] is not None and session.get(Territory, values["territory_inei"]) is None:
        bad["territory_inei"] = N_("No encontramos ese territorio.")
    if bad:
        raise Invalid(fields=bad)
    return values


def add_member(
    session: Session,
    group: Group,
    *,
    now: datetime,
    full_name: str,
    sector: str,
    organisation: str = "",
    email: str | None = None,
    sex: str | None = None,
    role: str = "member",
    since: date | None = None,
) -> Member:
    """Take a person into a group. A known e-mail means that known person; without one it is somebody on paper.

    `organisation`: a name; where the directory has it, the member is of that organisation. Who left and comes back is
    the same member again. Raises `Invalid`.
    """
    bad = checked_person(sector, sex) | ({} if role in MEMBER_ROLES else {"role": N_("Elija qué hace en el grupo.")})
    if bad:
        raise Invalid(fields=bad)
    person = person_like(session, now=now, full_name=full_name, email=email, among=_past(session, group))
    found, typed = find_organisation(session, organisation)
    member = session.scalar(select(Member).where(Member.group_id == group.id, Member.person_id == person.id))
    if member is not None and member.until is None:
        raise Invalid(fields={"full_name": N_("Esa persona ya está en este grupo.")})
    if member is None:
        member = Member(group=group, group_id=group.id, person=person, person_id=person.id)
        session.add(member)
    member.organisation, member.organisation_name = found, typed
    member.sector, member.sex, member.role = sector, sex or None, role
    member.since, member.until = since or now.date(), None
    session.flush()
    return member


def _past(session: Session, group: Group) -> dict[str, Person]:
    rows = session.scalars(
        select(Person).join(Member, Member.person_id == Person.id).where(Member.group_id == group.id, Person.email.is_(None))
    )
    return {folded(one.full_name): one for one in rows}


def person_like(session: Session, *, now: datetime, full_name: str, email: str | None, among: Mapping[str, Person]) -> Person:
    """Return the person with this address, or of this name in `among` (those without one), else a new one. Raises `Invalid`."""
    kept = (email or "").strip() or None
    if kept is None and folded(full_name) in among:
        return among[folded(full_name)]
    return accounts.add_person(session, now=now, full_name=full_name, email=kept)


def checked_person(sector: str, sex: str | None) -> dict[str, str]:
    """Return what is wrong with what somebody said of themselves, by field."""
    bad = {} if sector in SECTORS else {"sector": N_("Elija el sector.")}
    return bad if not sex or sex in SEXES else bad | {"sex": N_("Elija una de las opciones o déjelo sin responder.")}


def find_organisation(session: Session, name: str) -> tuple[Organisation | None, str]:
    """Return (the directory's organisation of this name, ""), or (None, the name as typed)."""
    typed = " ".join((name or "").split())[:NAME]
    if not typed:
        return None, ""
    found = session.scalars(
        select(Organisation).where(
            (func.lower(Organisation.name) == typed.lower()) | (func.lower(Organisation.short_name) == typed.lower())
        )
    ).all()
    return (found[0], "") if len(found) == 1 else (None, typed)


def end_member(session: Session, member: Member, *, now: datetime) -> None:
    """Let a member leave; that they were in the group stays known."""
    member.until = now.date()
    session.flush()


def renew_feed(session: Session, group: Group) -> None:
    """Give the group's calendar another secret address; the old one ends."""
    group.feed_edition += 1
    session.flush()
