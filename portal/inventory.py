"""What an administrator reads of each plugin in use: version, source, hooks, tables, and migrations that the database lacks."""

from dataclasses import dataclass

from portal import migrate
from portal.context import Portal
from portal.extend.registry import Loaded
from portal.log import redacted


@dataclass(frozen=True)
class InUse:
    """One plugin; `pending` are its revisions, oldest first, that the database has not; `problem` why that cannot be told."""

    name: str
    label: str
    version: str
    source: str
    hooks: tuple[str, ...]
    tables: tuple[str, ...]
    pending: tuple[str, ...]
    problem: str = ""


def in_use(portal: Portal) -> list[InUse]:
    """Return every plugin in use, in the order in which they were loaded; a database that does not answer is a `problem`."""
    migrate.load_models(portal.registry, [])
    owners = {one.name: one for one in migrate.owners(portal.registry)}
    names = tuple(one.plugin.name for one in portal.registry.loaded)
    tables: dict[str, list[str]] = {}
    for table in migrate.metadata().tables:
        tables.setdefault(migrate.claimant(table, names), []).append(table)
    return [
        _row(portal, one, owners.get(one.plugin.name), tuple(sorted(tables.get(one.plugin.name, ())))) for one in portal.registry.loaded
    ]


def _row(portal: Portal, one: Loaded, owner: migrate.Owner | None, tables: tuple[str, ...]) -> InUse:
    callers = portal.registry.manager.get_hookcallers(one.module) or ()
    pending: tuple[str, ...] = ()
    problem = ""
    try:
        pending = migrate.pending(portal.engine, portal.registry, owner) if owner else ()
    except Exception as error:  # noqa: BLE001 - the list is read when something is wrong: it says what, and goes on
        problem = redacted(next(iter(str(error).splitlines()), type(error).__name__))
    hooks = tuple(sorted(caller.name for caller in callers))
    return InUse(one.plugin.name, one.plugin.label, one.plugin.version, one.source, hooks, tables, pending, problem)
