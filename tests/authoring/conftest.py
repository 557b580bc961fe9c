"""Outside distributions: installed by pip into folders of their own, or written as pip would leave them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.authoring.subject import Subject, unpacked


def pip_installed(source: Path, target: Path) -> Path:
    """Install the distribution in `source` into the folder `target`, fetching nothing."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--no-compile",
    ]
    run = subprocess.run([*command, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return target


def environment(home: Path, *importable: Path, **variables: str) -> dict[str, str]:
    """Return the variables of a process that finds what is installed in `importable`, and no setting of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTEST_", "COV_"))}
    return kept | {
        "PORTAL_HOME": str(home),
        "PORTAL_QUEUE_URL": "memory:",
        "PYTHONPATH": os.pathsep.join(map(str, importable)),
        **variables,
    }


def portal(*arguments: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `portal`."""
    return subprocess.run([sys.executable, "-m", "portal", *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)


Write = Callable[..., Subject]

STATEMENT = "PLUGIN = Plugin(name='{name}', label='Muestra', version='1.0', summary='Una muestra.')"
HEAD = "from portal.extend import Chapter, Dimension, Exporter, Command, ItemField, Objection, PageItem, Plugin, hookimpl\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes an installed distribution with the plugin `name` and returns it as a subject."""

    def write(
        name: str, body: str = "", *, statement: str = STATEMENT, files: dict[str, str] | None = None, about: dict[str, str] | None = None
    ) -> Subject:
        place = tmp_path / f"installed-{name}"
        package = place / f"rubrica_{name}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "plugin.py").write_text(f"{HEAD}\n{statement.format(name=name)}\n{body}\n")
        for path, content in (files or {}).items():
            (package / path).parent.mkdir(parents=True, exist_ok=True)
            (package / path).write_text(content)
        info = place / f"rubrica_{name}-1.0.dist-info"
        info.mkdir()
        told = {
            "Metadata-Version": "2.4",
            "Name": f"rubrica-{name}",
            "Version": "1.0",
            "Summary": "Una muestra.",
            "Requires-Python": ">=3.11",
            "Requires-Dist": "rubrica",
            **(about or {}),
        }
        (info / "METADATA").write_text("".join(f"{key}: {value}\n" for key, value in told.items() if value) + "\nUna muestra.\n")
        (info / "entry_points.txt").write_text(f"[portal.plugins]\n{name} = rubrica_{name}.plugin\n")
        monkeypatch.syspath_prepend(place)
        return unpacked(place)

    return write


MODEL = """
from sqlalchemy.orm import Mapped, mapped_column
from portal.db import Base

class Row(Base):
    __tablename__ = "{table}"
    id: Mapped[int] = mapped_column(primary_key=True)
    {more}
"""
REVISION = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0001", None, None, None

def upgrade():
    op.create_table("{table}", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id", name=op.f("pk_{table}")))

def downgrade():
    {down}
"""


def with_table(write: Write, name: str, *, table: str = "", more: str = "", down: str = "", revision: bool = True) -> Subject:
    table = table or f"{name}_row"
    files = {"models.py": MODEL.format(table=table, more=more)}
    if revision:
        files["migrations/0001_first.py"] = REVISION.format(table=table, down=down or f'op.drop_table("{table}")')
    return write(name, files=files)
