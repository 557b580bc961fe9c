"""A portal of a plugin's own to examine it in: a temporary folder and database, an agenda of samples, a person."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, migrate
from portal.accounts.models import Person
from portal.agendas.drafting import draft_document
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal, assemble
from portal.errors import PortalError
from portal.extend import registry
from portal.organisations.territories import load_territories
from portal.settings import load
from portal.testing.agendas import sample_agenda, sample_draft

CODE = "APU-T"


def needed(name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the plugins to enable for `name`: those that it needs, and theirs, then itself.

    A need that is not installed is left in: the registry then says what is missing.
    """
    try:
        needs = registry._find(name)[0].needs  # noqa: SLF001 - the registry has the one way of finding a plugin
    except (Exception, SystemExit):  # noqa: BLE001 - the registry says why
        needs = ()
    found = [one for need in needs if need not in above for one in needed(need, (*above, name))]
    return tuple(dict.fromkeys((*found, name)))


@contextmanager
def portal_with(plugins: tuple[str, ...], home: Path, database_url: str = "") -> Iterator[Portal]:
    """Yield a portal with exactly `plugins`, in the folder `home`; its database may have no tables yet."""
    settings = replace(
        load({}),
        home=home,
        plugins=plugins,
        database_url=database_url or f"sqlite:///{home / 'portal.db'}",
        queue_url="memory:",
        storage_url=(home / "files").as_uri(),
        secret_key="a trial, thrown away",  # noqa: S106 - it protects nothing
        mail_url="smtp://127.0.0.1:9",  # nobody answers there
    )
    portal = assemble(settings)
    try:
        yield portal
    finally:
        portal.engine.dispose()


def lenders(arguments: set[str]) -> dict[str, ModuleType]:
    """Return the bundled plugins whose `api` has samples of some of these arguments of hooks, by name."""
    found = {}
    for name in import_module("plugins").ENABLED:
        if find_spec(f"plugins.{name}.api") is not None:
            api = import_module(f"plugins.{name}.api")
            if arguments & set(getattr(api, "SAMPLES", ())):
                found[name] = api
    return found


def lent(session: Session, lending: Iterable[ModuleType]) -> dict[str, list[Any]]:
    """Return the samples of `lending` over the frozen sample agenda; none while it could not be frozen."""
    version = session.scalar(select(AgendaVersion))
    if version is None:
        return {}
    found: dict[str, list[Any]] = {}
    for api in lending:
        found |= api.samples(session, now=clock.now(), version=version, person_id=person(session))
    session.commit()
    return found


def person(session: Session) -> int:
    """Return the id of a sample person, made the first time."""
    found = session.scalar(select(Person.id).limit(1))
    if found is None:
        made = Person(
            full_name="Persona de muestra",
            email="persona@muestra.example",
            created_at=clock.now(),
            salt=secrets.token_hex(8),
            fs_uniquifier=secrets.token_hex(16),
            active=True,
        )
        session.add(made)
        session.commit()
        found = made.id
    return found


def furnish(portal: Portal, name: str) -> tuple[dict[str, Any], bool]:
    """Write a sample agenda into a migrated portal; return it as canonical JSON, and whether the plugin's rules let it be frozen.

    It uses the dimensions that the plugin brings or has fields for; without any, the first on offer.
    """
    chosen = _dimensions(portal, name)
    with portal.sessions() as session:
        load_territories(session)
        session.commit()
        try:
            sample_agenda(session, portal.store, now=clock.now(), ask=portal.ask, code=CODE, dimensions=chosen)
            frozen = True
        except PortalError:  # the plugin's rules object to samples, which is their right
            session.rollback()
            sample_draft(session, now=clock.now(), ask=portal.ask, code=CODE, dimensions=chosen)
            frozen = False
        session.commit()
        return as_frozen(session, portal), frozen


def as_frozen(session: Session, portal: Portal) -> dict[str, Any]:
    """Return the sample agenda in the shape of a frozen version."""
    agenda = session.query(Agenda).filter_by(code=CODE).one()
    return {**draft_document(session, portal.registry, agenda), "number": 1, "frozen_at": "2022-08-31T15:32:00Z", "previous": None}


def _dimensions(portal: Portal, name: str) -> list[str] | None:
    loaded = next(one for one in portal.registry.loaded if one.plugin.name == name)
    own = [one.name for one in loaded.answers.get("dimensions", ())]
    own += [one.dimension for one in loaded.answers.get("item_fields", ()) if one.dimension in portal.registry.dimensions]
    return list(dict.fromkeys(own))[:6] or None


def migrated(portal: Portal) -> Portal:
    """Return `portal` with its tables."""
    migrate.upgrade(portal.engine, portal.registry)
    return portal
