"""Outside plugins to test the socket with: one kept in samples/, others written by the test."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.db import Base

SAMPLES = Path(__file__).parent / "samples"
HEAD = """
from portal.extend import *
from portal.extend import hookimpl, Plugin
"""


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Python find the distributions in samples/, as if they were installed."""
    monkeypatch.syspath_prepend(SAMPLES)
    yield
    forget("rubrica_")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Return a function that writes an outside distribution with one plugin and returns the plugin's name."""
    folder = tmp_path / "distributions"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def install(name: str, body: str = "", *, plugin: str | None = None, files: dict[str, str] | None = None) -> str:
        """Write the plugin `name`: its statement (`plugin`: what goes into Plugin(...)), then `body`."""
        statement = f'PLUGIN = Plugin(name="{name}", label="{name.title()}", version="1.0")' if plugin is None else plugin
        package = folder / f"written_{name}"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "plugin.py").write_text(f"{HEAD}\n{statement}\n{body}\n")
        for path, content in (files or {}).items():
            (package / path).parent.mkdir(parents=True, exist_ok=True)
            (package / path).write_text(content)
        about = folder / f"written_{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: written-{name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[portal.plugins]\n{name} = written_{name}.plugin\n")
        importlib.invalidate_caches()
        return name

    yield install
    forget("written_")


def forget(prefix: str) -> None:
    """Remove the modules and their tables: a table whose class is gone would count as the core's in tests that follow."""
    for mapper in list(Base.registry.mappers):
        if mapper.class_.__module__.startswith(prefix):
            Base.metadata.remove(mapper.local_table)  # type: ignore[arg-type]
    for name in [one for one in sys.modules if one.startswith(prefix)]:
        del sys.modules[name]
