"""What the import contracts of `make check` cannot see: services read no clock and commit nothing, files stay short."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
CLOCKS = {"now", "utcnow", "today", "time"}
CLOCK_OWNERS = {"datetime", "date", "clock", "time", "dt"}


def code(*names: str) -> Iterator[Path]:
    for folder in ("portal", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in path.parts and (not names or path.name in names):
                yield path


def calls(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (owner, method, line) of each call `owner.method(…)`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            yield owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", ""), node.func.attr, node.lineno


def test_services_commit_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in code("service.py", "queries.py", "models.py")
        for _, method, line in calls(path)
        if method == "commit"
    ]
    assert found == []


def test_services_read_no_clock() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in code("service.py", "queries.py", "models.py")
        for owner, method, line in calls(path)
        if owner in CLOCK_OWNERS and method in CLOCKS
    ]
    assert found == []


def test_the_core_names_no_plugin() -> None:
    names = [path.name for path in (ROOT / "plugins").iterdir() if (path / "plugin.py").is_file()]
    assert len(names) >= 6
    pattern = re.compile(r"\bplugins\.(?:" + "|".join(names) + r")\b")
    everywhere = [*code(), *(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    core = [path for path in everywhere if not path.is_relative_to(ROOT / "plugins")]
    assert [f"{path.relative_to(ROOT)}: {found[0]}" for path in core if (found := pattern.search(path.read_text()))] == []


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in code()
        if "migrations" not in path.parts and path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_module_is_two_subjects() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in code()
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert {name: lines for name, lines in long.items() if "/data/" not in name} == {}


def test_no_module_is_called_after_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in code() if path.stem in {"utils", "helpers", "manager", "common", "misc"}] == []


def test_what_plugin_authors_import_needs_no_web() -> None:
    """`portal.extend` is quick to import: commands list plugins without Flask, SQLAlchemy or Jinja."""
    import subprocess
    import sys

    script = "import sys, portal.extend, portal.extend.registry, portal.cli; print([n for n in ('flask', 'sqlalchemy', 'jinja2', 'huey', 'weasyprint') if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_every_public_name_of_the_socket_is_importable() -> None:
    socket = importlib.import_module("portal.extend")
    assert [name for name in socket.__all__ if not hasattr(socket, name)] == []
