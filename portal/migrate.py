"""Brings the database to the code's shape: the core first, then each plugin, each with its own version table."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.types import TypeDecorator

from portal.db import Base
from portal.extend.registry import Refusal, Refused, Registry, refusal, said
from portal.paths import MIGRATIONS
from portal.templating import plugin_folder

if TYPE_CHECKING:
    from portal.context import Portal

CORE = "core"
FULL_TEXT = "ft_"  # begins the names of what each database has for full-text search, which no model describes (revision 0003)
CORE_MODELS = (
    "portal.accounts.models",
    "portal.organisations.models",
    "portal.documents.models",
    "portal.agendas.models",
    "portal.ledger.models",
    "portal.mail",
    "portal.waiting",
    "portal.threads.models",
    "portal.search.models",
    "portal.notices.models",
    "portal.actas.models",
)


@dataclass(frozen=True)
class Owner:
    """The core or a plugin: whose tables, and where its revisions are."""

    name: str
    versions: Path


@dataclass(frozen=True)
class Standing:
    """Where one owner's tables stand: revision in the database, revision in the code, differences from the models."""

    owner: str
    current: str | None
    head: str | None
    differences: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the database is what the code expects."""
        return self.current == self.head and not self.differences


def owners(registry: Registry) -> list[Owner]:
    """Return the core, then the plugins that have tables, in order."""
    found = [Owner(CORE, MIGRATIONS / "versions")]
    for one in registry.loaded:
        folder = plugin_folder(one.package) / "migrations"
        if folder.is_dir():
            found.append(Owner(one.plugin.name, folder))
    return found


def load_models(registry: Registry, failed: list[Refused] | None = None) -> None:
    """Import every table of the core and of the plugins in use (see `upgrade` for `failed`)."""
    for module in CORE_MODELS:
        import_module(module)
    for one in registry.loaded:
        with _refusing(one.plugin.name, failed):
            if find_spec(f"{one.package}.models"):
                import_module(f"{one.package}.models")


@contextmanager
def _refusing(name: str, failed: list[Refused] | None) -> Iterator[None]:
    """Turn a plugin's failure into its refusal in `failed`; without such a list, and for the core, let it out."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if failed is None or name == CORE:
            raise
        reason = Refusal(f"sus tablas no se pudieron poner al día ({type(error).__name__}: {(said(error).splitlines() or ['?'])[0]}).")
        reason.__cause__ = error
        failed.append(refusal(name, reason))


def metadata() -> MetaData:
    """Return the description of all tables imported so far."""
    return Base.metadata


def version_table(owner: str) -> str:
    """Return the name of an owner's version table."""
    return "alembic_version" if owner == CORE else f"alembic_version_{owner}"


def claimant(table: str, plugins: Sequence[str]) -> str:
    """Return whose a table is by its name; between plugins `budget` and `budget_lines`, the longer name has it."""
    return max((plugin for plugin in plugins if plugin != CORE and table.startswith(f"{plugin}_")), key=len, default=CORE)


def strangers(plugins: Sequence[str]) -> set[str]:
    """Return the tables of plugins that are not in use but whose models this process has imported, even if it let go of them since."""
    ours = {str(one.local_table.name) for one in Base.registry.mappers if one.class_.__module__.startswith("portal.")}  # type: ignore[attr-defined]
    return {name for name in Base.metadata.tables if claimant(name, plugins) == CORE} - ours


def belongs_to(owner: str, plugins: Sequence[str]) -> Callable[[str | None, str, Any], bool]:
    """Return Alembic's filter: which tables in the database are this owner's. Names no plugin in use claims are left alone."""
    known = set(metadata().tables) - strangers(plugins)

    def include(name: str | None, kind: str, _parents: Any) -> bool:
        if name is not None and name.startswith(FULL_TEXT):
            return False
        if kind != "table" or name is None:
            return True
        return claimant(name, plugins) == owner and (name in known or owner != CORE) and not name.startswith("alembic_version")

    return include


def _config(owner: Owner, connection: Connection, names: Sequence[str]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(owner.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, owner=owner.name, owners=list(names))
    return config


def upgrade(engine: Engine, registry: Registry, failed: list[Refused] | None = None) -> list[str]:
    """Bring every owner's tables to the newest revision; return the owners that moved. Safe to run twice at once.

    With `failed`, a plugin whose tables or migrations fail is added to it and the others go on; the core's failure raises.
    """
    load_models(registry, failed)
    moved = []
    for owner in owners(registry):
        if owner.name in {one.name for one in failed or ()}:
            continue
        with _refusing(owner.name, failed):
            if _move(engine, registry, owner, "head", command.upgrade):
                moved.append(owner.name)
    return moved


def downgrade(engine: Engine, registry: Registry, owner_name: str, revision: str = "base") -> None:
    """Take an owner's tables back to `revision`."""
    load_models(registry)
    owner = next(one for one in owners(registry) if one.name == owner_name)
    _move(engine, registry, owner, revision, command.downgrade)


def _move(engine: Engine, registry: Registry, owner: Owner, revision: str, act: Callable[[Config, str], None]) -> bool:
    names = [one.name for one in owners(registry)]
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_lock(7274)")  # one process at a time
        try:
            before = _current(connection, owner)
            act(_config(owner, connection, names), revision)
            connection.commit()
            return before != _current(connection, owner)
        finally:
            connection.rollback()  # of a failure, or of what `_current` began
            if sqlite:
                _foreign_keys(connection, "ON")
            else:
                connection.exec_driver_sql("SELECT pg_advisory_unlock(7274)")
                connection.commit()


def _foreign_keys(connection: Connection, state: str) -> None:
    """Switch foreign keys off while batch mode rebuilds tables. Through the driver: inside a transaction SQLite ignores it."""
    driver: Any = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA foreign_keys={state}")


def _current(connection: Connection, owner: Owner) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": version_table(owner.name)}).get_current_revision()


def standing(engine: Engine, registry: Registry) -> list[Standing]:
    """Compare the database with the code, for the core and each plugin."""
    broken: list[Refused] = []
    load_models(registry, broken)
    everyone = owners(registry)
    names = [owner.name for owner in everyone]
    found = []
    for owner in everyone:
        with _refusing(owner.name, broken):
            found.append(_standing(engine, owner, names))
    told = {one.name: one.sentence for one in broken}
    return [one for one in found if one.owner not in told] + [Standing(name, None, None, (sentence,)) for name, sentence in told.items()]


def pending(engine: Engine, registry: Registry, owner: Owner) -> tuple[str, ...]:
    """Return the revisions of `owner` that the database has not, oldest first. Raises what a broken revision file raises."""
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(owner, connection, [one.name for one in owners(registry)]))
        lacking = script.iterate_revisions("head", _current(connection, owner) or "base")
        return tuple(reversed([one.revision for one in lacking]))


def _standing(engine: Engine, owner: Owner, names: Sequence[str]) -> Standing:
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(_config(owner, connection, names))
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": version_table(owner.name),
                "compare_type": True,
                "include_name": belongs_to(owner.name, names),
                "include_object": owned_objects(owner.name, names),
            },
        )
        current = context.get_current_revision()
        differences = tuple(str(one) for one in compare_metadata(context, metadata())) if current == script.get_current_head() else ()
        return Standing(owner.name, current, script.get_current_head(), differences)


def owned_objects(owner: str, names: Sequence[str]) -> Callable[..., bool]:
    """Return the filter for tables of the models (as `belongs_to` is for those of the database)."""
    strange = strangers(names)

    def include(thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:  # noqa: FBT001 - Alembic's order
        table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
        return table is None or (claimant(table, names) == owner and table not in strange)

    return include


def plain_types(kind: str, thing: Any, _context: Any) -> "str | Literal[False]":
    """Write our column types into revision files as the plain SQL types beneath: a revision imports nothing of the portal."""
    return f"sa.{thing.impl_instance!r}" if kind == "type" and isinstance(thing, TypeDecorator) else False


def revise(portal: "Portal", owner_name: str, message: str, identity: str) -> None:
    """Write a new revision file for an owner from its models (for developers)."""
    load_models(portal.registry)
    everyone = owners(portal.registry)
    owner = next(one for one in everyone if one.name == owner_name)
    with portal.engine.connect() as connection:
        command.revision(
            _config(owner, connection, [one.name for one in everyone]),
            message,
            autogenerate=True,
            rev_id=identity,
            version_path=str(owner.versions),
        )
