"""`portal users` and `portal people`: who may sign in with which role, and what the law lets a person ask about their data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.accounts.models import Person

WHERE = [
    click.option("--agenda", help="Code of the agenda the role is held in (every role but administrator)."),
    click.option("--organisation", type=int, help="Id of the organisation, for a representative."),
    click.option("--dimension", help="Name of the dimension, for a delegate."),
]


def held_where(command: Any) -> Any:
    """Give a command the options that say where a role is held."""
    for option in reversed(WHERE):
        command = option(command)
    return command


@click.group()
def users() -> None:
    """People who may sign in: add, list, grant, revoke."""


def _person(session: Session, email: str) -> Person:
    from portal.accounts import service  # noqa: PLC0415
    from portal.errors import NotFound  # noqa: PLC0415

    found = service.by_email(session, email)
    if found is None:
        raise NotFound("Nadie tiene el correo %(email)s.", email=email)
    return found


def _agenda_id(session: Session, code: str | None) -> int | None:
    from sqlalchemy import select  # noqa: PLC0415

    from portal.agendas.models import Agenda  # noqa: PLC0415
    from portal.errors import NotFound  # noqa: PLC0415

    if code is None:
        return None
    found = session.scalar(select(Agenda.id).where(Agenda.code == code))
    if found is None:
        raise NotFound("No hay una agenda con el código %(code)s.", code=code)
    return found


def _grant(session: Session, person: Person, role: str, agenda: str | None, organisation: int | None, dimension: str | None) -> None:
    from portal import clock  # noqa: PLC0415
    from portal.accounts import service  # noqa: PLC0415

    service.grant(
        session,
        now=clock.now(),
        person_id=person.id,
        role=role,
        agenda_id=_agenda_id(session, agenda),
        organisation_id=organisation,
        dimension=dimension,
    )


@users.command()
@click.argument("name")
@click.argument("email")
@click.option("--role", help="administrator, coordinator, staff, representative, delegate, witness or reader.")
@held_where
def add(name: str, email: str, role: str | None, agenda: str | None, organisation: int | None, dimension: str | None) -> None:
    """Add a person, and give them a role. No mail is sent; they enter with a code, or with `portal users link`."""
    from portal import clock  # noqa: PLC0415
    from portal.accounts import service  # noqa: PLC0415
    from portal.cli import assembled  # noqa: PLC0415

    with assembled().sessions() as session:
        person = service.add_person(session, now=clock.now(), full_name=name, email=email)
        if role:
            _grant(session, person, role, agenda, organisation, dimension)
        session.commit()
        click.echo(f"{person.id} {person.full_name} <{person.email}>")


@users.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(*, as_json: bool) -> None:
    """List the people who may sign in, with their roles."""
    from sqlalchemy import select  # noqa: PLC0415

    from portal.accounts import queries  # noqa: PLC0415
    from portal.accounts.models import Person  # noqa: PLC0415
    from portal.cli import assembled, show  # noqa: PLC0415

    with assembled().sessions() as session:
        people = session.scalars(select(Person).where(Person.email.is_not(None)).order_by(Person.id)).all()
        roles = queries.roles_of(session)
        data = [
            {
                "id": one.id,
                "name": one.full_name,
                "email": one.email,
                "active": one.active,
                "roles": [
                    {"role": held.role, "agenda": held.agenda_code, "organisation": held.organisation, "dimension": held.dimension}
                    for held in roles.get(one.id, [])
                ],
            }
            for one in people
        ]
    lines = [
        f"{one['id']:>5} {one['name']} <{one['email']}> "
        + ", ".join(":".join(str(part) for part in held.values() if part) for held in one["roles"])
        for one in data
    ]
    show(data, as_json=as_json, lines=lines)


@users.command()
@click.argument("email")
@click.argument("role")
@held_where
def grant(email: str, role: str, agenda: str | None, organisation: int | None, dimension: str | None) -> None:
    """Give a person a role."""
    from portal.cli import assembled  # noqa: PLC0415

    with assembled().sessions() as session:
        _grant(session, _person(session, email), role, agenda, organisation, dimension)
        session.commit()


@users.command()
@click.argument("email")
@click.argument("role")
@held_where
def revoke(email: str, role: str, agenda: str | None, organisation: int | None, dimension: str | None) -> None:
    """End a person's role: in the agenda named, or wherever it is held when none is."""
    from sqlalchemy import select  # noqa: PLC0415

    from portal import clock  # noqa: PLC0415
    from portal.accounts import service  # noqa: PLC0415
    from portal.accounts.models import Grant  # noqa: PLC0415
    from portal.cli import assembled  # noqa: PLC0415
    from portal.errors import NotFound  # noqa: PLC0415

    with assembled().sessions() as session:
        person = _person(session, email)
        query = select(Grant.id).where(Grant.person_id == person.id, Grant.role == role, Grant.ended_at.is_(None))
        if agenda is not None:
            query = query.where(Grant.agenda_id == _agenda_id(session, agenda))
        if organisation is not None:
            query = query.where(Grant.organisation_id == organisation)
        if dimension is not None:
            query = query.where(Grant.dimension == dimension)
        found = session.scalars(query).all()
        if not found:
            raise NotFound("Esta persona no tiene ese rol.")
        for identity in found:
            service.end_grant(session, now=clock.now(), grant_id=identity)
        session.commit()


@users.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a sign-in link for an administrator: single use, one hour, noted in the ledger. For installations without mail."""
    from portal import clock  # noqa: PLC0415
    from portal.accounts import links, service  # noqa: PLC0415
    from portal.cli import assembled  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        token = service.bootstrap_link(session, now=clock.now(), person=_person(session, email))
        session.commit()
    click.echo(portal.settings.public_url + links.path(token))


@click.group()
def people() -> None:
    """A person's data (Ley 29733): a copy of it, or its erasure, for those who asked by letter."""


@people.command()
@click.argument("identity", metavar="ID", type=int)
def export(identity: int) -> None:
    """Print all that is kept about a person, as JSON. `portal users list` and the people's pages show the IDs."""
    from portal import clock  # noqa: PLC0415
    from portal.accounts import copying  # noqa: PLC0415
    from portal.cli import assembled, show  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        show(copying.copy_of(portal, session, now=clock.now(), person_id=identity), as_json=True, lines=[])


@people.command()
@click.argument("identity", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do it: it cannot be undone.")
def erase(identity: int, *, yes: bool) -> None:
    """Erase a person's data; what they signed stays. Exit 1 while a plugin has not erased its part: background work tries again."""
    from portal import clock  # noqa: PLC0415
    from portal.accounts import erasure  # noqa: PLC0415
    from portal.accounts.models import Person  # noqa: PLC0415
    from portal.cli import assembled  # noqa: PLC0415
    from portal.db import scrub  # noqa: PLC0415
    from portal.errors import Invalid, NotFound  # noqa: PLC0415

    portal = assembled()
    with portal.sessions() as session:
        person = session.get(Person, identity)
        if person is None or person.erased_at is not None:
            raise NotFound("No hay una persona con el número %(id)s, o ya se borró.", id=identity)
        if not yes:
            raise Invalid("Se borrarían los datos de %(name)s. Repita la orden con --yes: no se puede deshacer.", name=person.full_name)
        outcome = erasure.erase(portal, session, now=clock.now(), person_id=identity)
        session.commit()
        gone = erasure.to_remove(session)
    scrub(portal.engine)
    for kind, found in (("files.remove", gone), ("mail.send", [outcome.mail_id] if outcome.mail_id else [])):
        for one in found:
            portal.queue.enqueue(kind, one)
    click.echo(
        f"Falta la parte de {', '.join(outcome.pending)}." if outcome.pending else f"Se borraron los datos de la persona {identity}."
    )
    sys.exit(1 if outcome.pending else 0)
