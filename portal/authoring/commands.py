"""What `portal plugins new` and `portal plugins check` do; portal/cli.py imports this when they are run."""

import sys
from pathlib import Path

from portal.authoring import scaffold
from portal.cli import show
from portal.extend.registry import load
from portal.settings import Settings


def new(settings: Settings, name: str, folder: str | None, kind: scaffold.Kind, *, as_json: bool) -> None:
    """Write a new plugin's distribution and say what to do with it."""
    place = Path(folder or f"rubrica-{name.replace('_', '-')}")
    written = scaffold.write(name, kind, place, load(settings.plugins))
    files = [path.relative_to(place).as_posix() for path in written]
    lines = [
        f"Escribimos {len(files)} archivos en {place}. Siga con:",
        f"  pip install -e '{place}[testing]'",
        f"  cd {place} && pytest",
        "  portal plugins check .",
    ]
    show({"name": name, "folder": str(place), "files": files}, as_json=as_json, lines=lines)


def check(settings: Settings, target: str, postgresql_url: str, *, as_json: bool) -> None:
    """Examine a plugin, print a line a check, and exit 1 when one is not fine."""
    from portal.authoring.check import examine  # noqa: PLC0415 - `new` does without
    from portal.authoring.subject import located  # noqa: PLC0415

    with located(target) as subject:
        found = examine(subject, beside=settings.plugins, postgresql_url=postgresql_url, browser=True)
    ok = all(one.ok for one in found)
    checks = [{"label": one.label, "ok": one.ok, "skipped": one.skipped, "sentence": one.sentence} for one in found]
    lines = [f"{'omite' if one.skipped else 'bien ' if one.ok else 'FALTA'} {one.label}: {one.sentence}" for one in found]
    show({"plugin": subject.name, "ok": ok, "checks": checks}, as_json=as_json, lines=lines)
    sys.exit(0 if ok else 1)
