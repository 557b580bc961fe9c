"""Where the project's own files are: in a wheel, an editable install and a bare checkout alike."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _found(name: str) -> Path:
    """Return the folder `name` inside the package (a wheel) or beside it (a checkout)."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES = _found("templates")
MIGRATIONS = _found("migrations")
STATIC = PACKAGE / "static"
