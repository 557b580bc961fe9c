"""Migrations go up, down and up again on the database chosen, and their head equals the models."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

import plugins
from portal import migrate
from portal.context import Portal, assemble
from portal.db import Base
from portal.settings import load
from portal.testing.fixtures import Databases

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty(tmp_path: Path, databases: Databases) -> Iterator[Portal]:
    """A portal on a database without tables."""
    address = databases.empty()
    made = assemble(replace(load({}), home=tmp_path / "home", database_url=address, queue_url="memory:", storage_url="memory:///"))
    yield made
    made.engine.dispose()
    databases.drop(address)


def tables(portal: Portal) -> set[str]:
    """Return the tables but Alembic's own, and those in which SQLite keeps its full-text index (revision 0003)."""
    return {name for name in inspect(portal.engine).get_table_names() if not name.startswith(("alembic_version", migrate.FULL_TEXT))}


def without(portal: Portal, *names: str) -> Portal:
    """Return another portal on the same database, with these plugins taken out."""
    kept = tuple(one for one in portal.settings.plugins if one not in names)
    return assemble(replace(portal.settings, plugins=kept))


def test_up_makes_exactly_the_models(empty: Portal) -> None:
    moved = migrate.upgrade(empty.engine, empty.registry)
    standing = migrate.standing(empty.engine, empty.registry)
    assert moved == [owner.name for owner in migrate.owners(empty.registry)]
    assert moved[:1] == ["core"]
    assert "commitments" in moved
    assert [(one.owner, one.current == one.head, one.differences) for one in standing] == [(name, True, ()) for name in moved]
    assert tables(empty) == set(Base.metadata.tables)


def test_up_again_moves_nothing(empty: Portal) -> None:
    migrate.upgrade(empty.engine, empty.registry)
    assert migrate.upgrade(empty.engine, empty.registry) == []


def test_each_owner_goes_down_and_up(empty: Portal) -> None:
    names = migrate.upgrade(empty.engine, empty.registry)
    whole = tables(empty)
    for name in reversed(names):
        migrate.downgrade(empty.engine, empty.registry, name)
        assert [table for table in tables(empty) if migrate.claimant(table, names) == name] == []
    assert tables(empty) == set()
    assert migrate.upgrade(empty.engine, empty.registry) == names
    assert tables(empty) == whole
    assert [one.owner for one in migrate.standing(empty.engine, empty.registry) if not one.ok] == []


def test_one_owner_down_and_up_leaves_the_others_alone(empty: Portal) -> None:
    names = migrate.upgrade(empty.engine, empty.registry)
    whole = tables(empty)
    for name in names[1:]:
        migrate.downgrade(empty.engine, empty.registry, name)
        assert whole - tables(empty) == {table for table in whole if migrate.claimant(table, names) == name}
        assert migrate.upgrade(empty.engine, empty.registry) == [name]
        assert tables(empty) == whole


def test_a_plugin_s_tables_carry_its_name(empty: Portal) -> None:
    migrate.load_models(empty.registry)
    for one in empty.registry.loaded:
        mine = {
            name
            for name, table in Base.metadata.tables.items()
            for mapper in Base.registry.mappers
            if mapper.local_table is table and mapper.class_.__module__.startswith(f"{one.package}.")
        }
        assert sorted(name for name in mine if not name.startswith(f"{one.plugin.name}_")) == []


def test_a_removed_plugin_s_tables_and_rows_are_left_alone(empty: Portal) -> None:
    migrate.upgrade(empty.engine, empty.registry)
    whole = tables(empty)
    rest = without(empty, "commitments")
    assert "commitments" not in rest.registry
    assert migrate.upgrade(rest.engine, rest.registry) == []
    assert [one.owner for one in migrate.standing(rest.engine, rest.registry) if not one.ok] == []
    assert tables(rest) == whole
    rest.engine.dispose()
    assert migrate.upgrade(empty.engine, empty.registry) == []


def test_a_portal_without_a_plugin_makes_no_table_of_it(empty: Portal) -> None:
    rest = without(empty, "commitments")
    migrate.upgrade(rest.engine, rest.registry)
    assert [name for name in tables(rest) if name.startswith("commitments_")] == []
    assert [one.owner for one in migrate.standing(rest.engine, rest.registry) if not one.ok] == []
    rest.engine.dispose()
    assert migrate.upgrade(empty.engine, empty.registry) == ["commitments"]  # put in later, it catches up


def test_an_operator_s_own_table_is_left_alone(empty: Portal) -> None:
    migrate.upgrade(empty.engine, empty.registry)
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE notas_de_la_mesa (id INTEGER PRIMARY KEY)"))
    assert [one.owner for one in migrate.standing(empty.engine, empty.registry) if not one.ok] == []
    assert migrate.upgrade(empty.engine, empty.registry) == []
    assert "notas_de_la_mesa" in tables(empty)


def test_a_change_of_the_database_by_hand_is_noticed(empty: Portal) -> None:
    migrate.upgrade(empty.engine, empty.registry)
    with empty.engine.begin() as connection:
        connection.execute(text("ALTER TABLE organisation ADD COLUMN forgotten INTEGER"))
    [core] = [one for one in migrate.standing(empty.engine, empty.registry) if not one.ok]
    assert core.owner == "core"
    assert "forgotten" in core.differences[0]


def test_two_processes_that_start_at_once_both_end_well(empty: Portal) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_HOME": str(empty.settings.home),
        "PORTAL_DATABASE_URL": empty.settings.database_url,
        "PORTAL_QUEUE_URL": "memory:",
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "portal", "db", "upgrade"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(*one.communicate(timeout=100), one.returncode) for one in started]
    assert [(code, error[-600:]) for _, error, code in ended] == [(0, "")] * 3
    assert [one.owner for one in migrate.standing(empty.engine, empty.registry) if not one.ok] == []


def test_every_plugin_with_tables_has_revisions() -> None:
    folders = [Path(plugins.__file__).parent / name for name in (*plugins.ENABLED, *plugins.DEMO)]
    assert [
        folder.name for folder in folders if (folder / "models.py").is_file() and not list((folder / "migrations").glob("[0-9]*.py"))
    ] == []


def test_revisions_import_nothing_of_the_portal() -> None:
    files = [*(ROOT / "migrations" / "versions").glob("*.py"), *(ROOT / "plugins").glob("*/migrations/*.py")]
    assert len(files) >= 2
    assert [
        file.name
        for file in files
        if "import portal" in file.read_text() or "from portal" in file.read_text() or "flask" in file.read_text()
    ] == []
