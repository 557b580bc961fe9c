"""What administrators read of each plugin: version, source, hooks, tables, pending migrations; its faults without secrets."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal import inventory, migrate
from portal.testing.fixtures import Installation

ROOT = Path(__file__).resolve().parents[2]
MODEL = """
from sqlalchemy.orm import Mapped, mapped_column
from portal.db import Base

class Row(Base):
    __tablename__ = "{name}_row"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "0001", None, None, None

def upgrade():
    op.create_table("{name}_row", sa.Column("id", sa.Integer(), primary_key=True))

def downgrade():
    op.drop_table("{name}_row")
"""
LATER = """
revision, down_revision, branch_labels, depends_on = "{0}", "{1}", None, None

def upgrade():
    pass

def downgrade():
    pass
"""
FAILING = """
@hookimpl
def page_items(place):
    if place == "home":
        secret_word = "hunter2-in-the-source"
        raise RuntimeError("no entró: postgresql://mesa:hunter2@db/x, Authorization: Bearer hunter2hunter2, clave=hunter2")
    return []
"""


@pytest.fixture
def behind(install: Callable[..., str], with_plugins: Any) -> Installation:
    """A portal whose plugin brought two revisions more after the database was migrated, and fails on the home page."""
    name = f"cuaderno_{secrets.token_hex(3)}"  # a table is known to a process for ever
    install(name, FAILING, files={"models.py": MODEL.format(name=name), "migrations/0001_first.py": FIRST.format(name=name)})
    made: Installation = with_plugins("social", name)
    folder = Path(made.portal.registry.loaded[-1].module.__file__ or "").parent / "migrations"
    (folder / "0002_more.py").write_text(LATER.format("0002", "0001"))
    (folder / "0003_more.py").write_text(LATER.format("0003", "0002"))
    return made


@pytest.mark.once
def test_each_plugin_is_told_with_its_tables_and_what_the_database_lacks(behind: Installation) -> None:
    social, cuaderno = inventory.in_use(behind.portal)
    assert (social.tables, social.pending, social.problem) == ((), (), "")
    assert "dimensions" in social.hooks
    name = cuaderno.name
    assert cuaderno == inventory.InUse(name, name.title(), "1.0", f"written-{name}", ("page_items",), (f"{name}_row",), ("0002", "0003"))
    migrate.upgrade(behind.portal.engine, behind.portal.registry)
    assert inventory.in_use(behind.portal)[1].pending == ()


@pytest.mark.once
def test_a_broken_revision_is_told_and_the_list_goes_on(behind: Installation) -> None:
    folder = Path(behind.portal.registry.loaded[-1].module.__file__ or "").parent / "migrations"
    (folder / "0003_more.py").write_text("raise RuntimeError('rota, token=hunter2')")
    social, cuaderno = inventory.in_use(behind.portal)
    assert (social.problem, cuaderno.problem) == ("", "rota, token=•••")


@pytest.mark.once
def test_administrators_read_it_with_the_last_trace_and_no_secret(behind: Installation) -> None:
    name = behind.portal.registry.loaded[-1].plugin.name
    behind.client.get("/")
    page = behind.actors.client("administrator").get("/portal/estado").text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert f"1 tabla {name}_row Migraciones Pendientes 0002, 0003" in words
    assert "Traceback (most recent call last)" in page
    assert "RuntimeError: no entró: postgresql://mesa:•••@db/x" in words
    assert "hunter2" not in page


@pytest.mark.once
def test_the_command_says_the_same(tmp_path: Path, behind: Installation) -> None:
    name = behind.portal.registry.loaded[-1].plugin.name
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    run = subprocess.run(
        [sys.executable, "-m", "portal", "plugins", "list", "--json"],
        cwd=ROOT,
        env={
            **kept,
            "PYTHONPATH": str(tmp_path / "distributions"),
            "PORTAL_HOME": str(behind.portal.settings.home),
            "PORTAL_PLUGINS": f"social {name} nadie",
            "PORTAL_DATABASE_URL": behind.portal.settings.database_url,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(run.stdout)
    assert [(one["name"], one["tables"], one["pending"]) for one in told["used"]] == [
        ("social", [], []),
        (name, [f"{name}_row"], ["0002", "0003"]),
    ]
    assert [one["name"] for one in told["refused"]] == ["nadie"]
