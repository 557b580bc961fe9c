"""Installations of any size to measure: agendas, commitments, revisions, a plugin with many dimensions."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from plugins.commitments.models import Commitment, Process
from plugins.commitments.plan import default_plan
from plugins.commitments.processes import CONSENT_TEXT, choose, create_process
from portal.agendas.models import AgendaVersion
from portal.organisations.models import Organisation
from portal.settings import load
from portal.testing.fixtures import Databases, Installation

MANY = """
from portal.extend import Dimension, Plugin, hookimpl

PLUGIN = Plugin(name="muchas", label="Muchas", version="1.0")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@hookimpl
def dimensions():
    return [Dimension(name=f"d{n:02d}", label=f"Dimensión {n:02d}", prefix=f"D{LETTERS[n // 26]}{LETTERS[n % 26]}", weight=n) for n in range(40)]
"""


def offer_many(folder: Path) -> str:
    """Make an outside plugin with forty dimensions importable; return its name."""
    package, about = folder / "muchas_outside", folder / "muchas_outside-1.0.dist-info"
    for one in (package, about):
        one.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(MANY)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: muchas-outside\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[portal.plugins]\nmuchas = muchas_outside.plugin\n")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return "muchas"


@contextmanager
def opened(folder: Path, *plugins: str) -> Iterator[Installation]:
    """Yield an installation of its own with exactly these plugins."""
    folder.mkdir(parents=True)
    settings = replace(
        load({}),
        home=folder,
        plugins=plugins,
        queue_url="memory:",
        storage_url=(folder / "files").as_uri(),
        secret_key="bench",
        database_url=Databases(folder, "").new(plugins),
    )
    made = Installation(settings)
    try:
        yield made
    finally:
        made.close()


def begin(made: Installation, version: AgendaVersion, now: datetime, *, organisations: int, code: str) -> tuple[Process, list[Commitment]]:
    """Open a signing with so many organisations; nothing is committed."""
    session, coordinator = made.session, made.actors.person()
    process = create_process(
        session,
        now=now,
        version=version,
        code=code,
        title="Medición",
        plan=default_plan(coordinator.id),
        opens_at=now,
        deadline=now + timedelta(days=9),
        consent_text=CONSENT_TEXT,
        contact_name="Mesa",
        contact_email="mesa@muestra.example",
        by=coordinator.id,
    )
    rows = [
        Organisation(
            name=f"Organización {code} {n}", sort_name=f"{code} {n:05d}", kind="movimiento_regional", is_sample=True, created_at=now
        )
        for n in range(organisations)
    ]
    session.add_all(rows)
    session.flush()
    return process, choose(session, now=now, process=process, organisation_ids=[one.id for one in rows], by=coordinator.id)
