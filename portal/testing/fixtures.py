"""A portal to test with: its own folder, a migrated database (SQLite, or PostgreSQL by --database), real files."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import clock, migrate
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda, AgendaVersion
from portal.app import create_app
from portal.context import Portal, assemble
from portal.limits import limiter
from portal.organisations.models import Organisation
from portal.settings import Settings, load
from portal.testing.agendas import sample_agenda


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --database, --postgresql-url for a server that is already running, and the setting `rubrica_plugins`."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption("--portal-plugins", default=None, help="the enabled plugins, instead of every bundled one")
    parser.addoption("--postgresql-url", default="", help="e.g. postgresql://postgres@127.0.0.1:5433/postgres")
    parser.addini(
        "rubrica_plugins", type="args", default=[], help="plugins of the tests' portal, and no others (the bundled ones unless given)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "settings(**values): change the settings of this test's portal")
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "slow: over five seconds")
    config.addinivalue_line("markers", "once: the database chosen makes no difference (the second run of `make test` leaves it out)")


class Compiled(BytecodeCache):
    """Templates compiled once in this process: each test's portal has an environment of its own, with the same templates."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same source."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


class CompiledRule(Rule):
    """A route whose address builder, Python code that Werkzeug writes, is compiled once for all applications of this process."""

    _builders: ClassVar[dict[Any, Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002 - Werkzeug's signature
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (tuple(self._trace), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


PAGES, DOCUMENTS = Compiled(), Compiled()  # Flask's environment compiles with other settings than that of mail and PDF


class Databases:
    """Makes a fresh database for each test by copying one that was migrated once."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.server = folder, server
        self._templates: dict[tuple[str, ...], str] = {}

    def new(self, plugins: tuple[str, ...]) -> str:
        """Return the address of a new migrated database for these plugins."""
        if plugins not in self._templates:
            self._templates[plugins] = self._template(plugins)
        name = f"t{secrets.token_hex(6)}"
        template = self._templates[plugins]
        if not self.server:
            shutil.copy(template, self.folder / f"{name}.db")
            return f"sqlite:///{self.folder / f'{name}.db'}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._address(name)

    def drop(self, address: str) -> None:
        """Remove a database made by `new`."""
        if self.server:
            self._admin(f'DROP DATABASE IF EXISTS "{make_url(address).database}" WITH (FORCE)')
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{make_url(address).database}{suffix}").unlink(missing_ok=True)

    def empty(self) -> str:
        """Return the address of a database without tables."""
        name = f"e{secrets.token_hex(6)}"
        if not self.server:
            return f"sqlite:///{self.folder / f'{name}.db'}"
        self._admin(f'CREATE DATABASE "{name}"')
        return self._address(name)

    def _template(self, plugins: tuple[str, ...]) -> str:
        address = self.empty()
        portal = assemble(
            replace(
                load({}), home=self.folder / "home", database_url=address, plugins=plugins, queue_url="memory:", storage_url="memory:///"
            )
        )
        migrate.upgrade(portal.engine, portal.registry)
        _load_territories(portal)
        if not self.server:
            with portal.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        portal.engine.dispose()
        return str(make_url(address).database)

    def _address(self, name: str) -> str:
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _admin(self, statement: str) -> None:
        engine: Engine = create_engine(make_url(self.server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def _load_territories(portal: Portal) -> None:
    from portal.organisations.territories import load_territories  # noqa: PLC0415

    with portal.sessions() as session:
        load_territories(session)
        session.commit()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Databases:
    """Where this run's databases come from."""
    server = str(pytestconfig.getoption("--postgresql-url")) if pytestconfig.getoption("--database") == "postgresql" else ""
    if pytestconfig.getoption("--database") == "postgresql" and not server:
        raise pytest.UsageError("--database=postgresql needs --postgresql-url (make test starts a server)")
    return Databases(tmp_path_factory.mktemp("databases"), server)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[Settings]:
    """The settings of this test's portal; the marker `settings` changes them."""
    named = request.config.getoption("--portal-plugins")
    if named is None:
        named = " ".join(request.config.getini("rubrica_plugins")) or None  # those of an outside distribution's pyproject.toml
    chosen = replace(
        load({} if named is None else {"PORTAL_PLUGINS": str(named)}),
        home=tmp_path / "home",
        queue_url="memory:",
        storage_url=(tmp_path / "files").as_uri(),
        secret_key="test",
        mail_url="smtp://127.0.0.1:9",
    )
    marker = request.node.get_closest_marker("settings")
    if marker:
        chosen = replace(chosen, **marker.kwargs)
    address = databases.new(chosen.plugins)
    yield replace(chosen, database_url=address)
    databases.drop(address)


@pytest.fixture
def portal(settings: Settings) -> Iterator[Portal]:
    """A portal with its tables, no Flask."""
    made = _assembled(settings)
    yield made
    made.engine.dispose()


@pytest.fixture
def session(portal: Portal) -> Iterator[Session]:
    """A session of the test's own; commit what the pages are to see."""
    with portal.sessions() as opened:
        yield opened


@pytest.fixture
def app(portal: Portal) -> Flask:
    """The web application; forms need no CSRF token, limits are off (tests of those turn them on)."""
    return _application(portal)


def _assembled(settings_: Settings) -> Portal:
    made = assemble(settings_)
    made.templates.bytecode_cache = DOCUMENTS
    return made


def _application(portal_: Portal) -> Flask:
    Flask.url_rule_class = CompiledRule
    app_ = create_app(portal_)
    app_.jinja_env.bytecode_cache = PAGES
    app_.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    limiter.enabled = False
    return app_


class Installation:
    """A portal beside the test's own: `portal`, `app`, a `client` with nobody signed in, and `actors` to sign in as."""

    def __init__(self, settings_: Settings) -> None:
        self.portal = _assembled(settings_)
        self.app = _application(self.portal)
        self.client = self.app.test_client()
        self.session = self.portal.sessions()
        self.actors = Actors(lambda: self.app, self.session)

    def close(self) -> None:
        """Let go of its database."""
        self.session.close()
        self.portal.engine.dispose()


@pytest.fixture
def with_plugins(settings: Settings, databases: Databases, tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Return a function that makes a portal with exactly the plugins named, its own folder and migrated database.

    `with_plugins("social", "mineria", like=other)` opens it over the database and files of `other` instead: what was
    written with other plugins, seen without them.
    """
    made: list[Installation] = []

    def install(*names: str, like: Installation | Portal | None = None) -> Installation:
        home = tmp_path / f"installation-{len(made)}"
        if like is not None:
            chosen = replace((like.portal if isinstance(like, Installation) else like).settings, plugins=names)
        else:
            chosen = replace(settings, plugins=names, home=home, storage_url=(home / "files").as_uri(), database_url=databases.new(names))
        made.append(Installation(chosen))
        return made[-1]

    yield install
    for one in made:
        one.close()
    for address in {one.portal.settings.database_url for one in made} - {settings.database_url}:
        databases.drop(address)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, nobody signed in."""
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """The present instant."""
    return clock.now()


class Actors:
    """Makes people with roles, and signs a client in as one of them."""

    def __init__(self, app_: Callable[[], Flask], session_: Session) -> None:
        self._app, self._session = app_, session_

    def person(self, full_name: str = "Persona de muestra", **values: Any) -> Person:
        """Return a new person with an address under muestra.example."""
        mark = secrets.token_hex(4)
        person = Person(
            full_name=full_name,
            email=values.pop("email", f"p{mark}@muestra.example"),
            created_at=clock.now(),
            salt=secrets.token_hex(8),
            fs_uniquifier=secrets.token_hex(16),
            active=True,
            **values,
        )
        self._session.add(person)
        self._session.commit()
        return person

    def grant(
        self,
        person: Person,
        role: str,
        agenda: Agenda | None = None,
        organisation: Organisation | None = None,
        dimension: str | None = None,
    ) -> Person:
        """Give `person` a role."""
        self._session.add(
            Grant(
                person_id=person.id,
                role=role,
                agenda_id=agenda.id if agenda else None,
                organisation_id=organisation.id if organisation else None,
                dimension=dimension,
                granted_at=clock.now(),
            )
        )
        self._session.commit()
        return person

    def client(
        self, role: str | None = None, agenda: Agenda | None = None, organisation: Organisation | None = None, dimension: str | None = None
    ) -> FlaskClient:
        """Return a client signed in, freshly, as a new person who holds `role`."""
        person = self.person()
        if role:
            self.grant(person, role, agenda, organisation, dimension)
        return self.signed_in(person)

    def signed_in(self, person: Person) -> FlaskClient:
        """Return a client signed in, freshly, as `person`."""
        client = self._app().test_client()
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": person.fs_uniquifier, "_fresh": True, "fs_cc": "set", "fs_paa": time.time()})
        return client


@pytest.fixture
def actors(request: pytest.FixtureRequest, session: Session) -> Actors:
    """Make people and sign in as them."""
    return Actors(lambda: request.getfixturevalue("app"), session)


@pytest.fixture
def frozen(portal: Portal, session: Session, now: datetime) -> AgendaVersion:
    """Version 1 of a sample agenda (APU-T, 12 items over the enabled dimensions), committed."""
    version = sample_agenda(session, portal.store, now=now, ask=portal.ask)
    session.commit()
    return version
