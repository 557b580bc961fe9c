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

ONE = """
from portal.extend import *
from portal.extend import Plugin, hookimpl

PLUGIN = Plugin(name="{name}", label="{name}", version="1.0")


@hookimpl
def dimensions():
    return [Dimension(name="{name}", label="{name}", prefix="{prefix}")]


@hookimpl
def indicators():
    series = (Figure(year=2021, value="1.5", territory="03", source="Muestra"),)
    return [Indicator(dimension="{name}", code="uno", name="Uno", unit="%", direction="sube", source="Muestra", series=series)]


@hookimpl
def panels(dimension):
    return measured(dimension, "De dónde parte y adónde llega", "%") if dimension["name"] == "{name}" else []


@hookimpl
def agenda_chapter(dimension):
    return []
"""


def offer_many(folder: Path) -> tuple[str, ...]:
    """Make forty outside plugins importable, each with a dimension, a figure and a panel; return their names."""
    names = tuple(f"medida{place:02d}" for place in range(40))
    for place, name in enumerate(names):
        package, about = folder / f"{name}_outside", folder / f"{name}_outside-1.0.dist-info"
        for one in (package, about):
            one.mkdir(parents=True)
        prefix = f"M{chr(ord('A') + place // 26)}{chr(ord('A') + place % 26)}"
        (package / "__init__.py").write_text("")
        (package / "plugin.py").write_text(ONE.format(name=name, prefix=prefix))
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-outside\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[portal.plugins]\n{name} = {name}_outside.plugin\n")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return names


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
