"""Checks a plugin's migrations up, down and up again, and that a portal without the plugin leaves its tables alone."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from portal import migrate
from portal.app import create_app
from portal.authoring import trial
from portal.authoring.finding import Finding, finding
from portal.context import Portal
from portal.db import Base


def moved(name: str, plugins: tuple[str, ...], home: Path, label: str, database_url: str = "") -> Finding:
    """Take the plugin's tables up, down and up again on an empty database, comparing them with its models each time."""
    with trial.portal_with(plugins, home, database_url) as portal:
        migrate.load_models(portal.registry)
        modelled = {table for table in migrate.metadata().tables if migrate.claimant(table, plugins) == name}
        has_revisions = any(owner.name == name for owner in migrate.owners(portal.registry))
        if not has_revisions:
            problems = [f'la tabla {table} no tiene revisión: portal db revise {name} "primeras tablas" 0001' for table in sorted(modelled)]
            return finding(label, "no trae tablas", [*problems, *_misnamed(portal, name, plugins)])
        return finding(label, ", ".join(sorted(modelled)) or "revisiones sin tablas", _up_down_up(portal, name, plugins))


def _up_down_up(portal: Portal, name: str, plugins: tuple[str, ...]) -> Iterator[str]:
    yield from _misnamed(portal, name, plugins)
    migrate.upgrade(portal.engine, portal.registry)
    before = _tables(portal)
    yield from _differences(portal, name, "al subir")
    migrate.downgrade(portal.engine, portal.registry, name)
    left = sorted(table for table in _tables(portal) if migrate.claimant(table, plugins) == name)
    if left:
        yield f"al bajar quedan {', '.join(left)}"
    migrate.upgrade(portal.engine, portal.registry)
    yield from _differences(portal, name, "al volver a subir")
    if _tables(portal) != before:
        yield "al volver a subir las tablas no son las mismas"


def _misnamed(portal: Portal, name: str, plugins: tuple[str, ...]) -> Iterator[str]:
    package = next(one.package for one in portal.registry.loaded if one.plugin.name == name)
    for mapper in Base.registry.mappers:
        table = str(mapper.local_table.name)  # type: ignore[attr-defined]
        if mapper.class_.__module__.startswith(f"{package}.") and migrate.claimant(table, plugins) != name:
            yield f"la tabla {table} debe llamarse {name}_…"


def _differences(portal: Portal, name: str, when: str) -> Iterator[str]:
    [standing] = [one for one in migrate.standing(portal.engine, portal.registry) if one.owner == name]
    if standing.current != standing.head:
        yield f"{when} queda en la revisión {standing.current} y no en {standing.head}"
    for difference in standing.differences:
        yield f"{when} las tablas no son las de models.py: {difference[:160]}"


def _tables(portal: Portal) -> set[str]:
    return set(inspect(portal.engine).get_table_names())


@contextmanager
def database(server: str) -> Iterator[str]:
    """Make an empty database on a PostgreSQL server; it goes when the block ends."""
    name = f"rubrica_check_{secrets.token_hex(6)}"
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()


def survived(name: str, plugins: tuple[str, ...], home: Path, *, frozen: bool) -> Finding:
    """Open the portal in `home`, which ran with the plugin, without it: it starts, migrates, shows its pages, and its tables stay."""
    others = tuple(one for one in plugins if one != name)
    with trial.portal_with(others, home) as portal:
        before = _rows(portal, name, plugins)
        problems = [f"«portal db upgrade» movió {owner} otra vez" for owner in migrate.upgrade(portal.engine, portal.registry)]
        problems += [
            f"«portal db check» ve diferencias en {one.owner}" for one in migrate.standing(portal.engine, portal.registry) if not one.ok
        ]
        client = create_app(portal).test_client()
        pages = ["/", "/agendas", "/entrar", *([f"/agendas/{trial.CODE}", f"/agendas/{trial.CODE}/v1.json"] if frozen else [])]
        problems += [f"{path} responde {status}" for path in pages if (status := client.get(path).status_code) != 200]  # noqa: PLR2004
        if _rows(portal, name, plugins) != before:
            problems.append("sus tablas cambiaron")
    return finding("sin el plugin", "el portal arranca, muestra sus páginas y deja las tablas del plugin como estaban", problems)


def _rows(portal: Portal, name: str, plugins: tuple[str, ...]) -> dict[str, int]:
    with portal.engine.connect() as connection:
        own = sorted(table for table in _tables(portal) if migrate.claimant(table, plugins) == name)
        return {table: int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()) for table in own}  # noqa: S608 - names from the database itself
