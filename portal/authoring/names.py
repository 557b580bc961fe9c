"""What a plugin may be called: its name becomes a Python package, tables, a folder of templates and an entry point."""

import keyword
import re
from importlib.metadata import entry_points
from importlib.util import find_spec

from portal.extend.registry import GROUP, RESERVED

LONGEST = 30  # PostgreSQL cuts names at 63 bytes: ix_<plugin>_<table>_<column>


def objection(name: str) -> str:
    """Return why no plugin may be called `name`, in Spanish; "" when one may."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return f"El nombre «{name}» no es válido: use minúsculas sin tilde, cifras y guion bajo, y empiece por una letra."
    if len(name) < 3 or name.endswith("_") or "__" in name:  # noqa: PLR2004 - a prefix of codes is made from it
        return f"El nombre «{name}» no es válido: escriba tres letras o más, sin guiones bajos seguidos ni al final."
    if len(name) > LONGEST:
        return f"El nombre «{name}» es demasiado largo: use {LONGEST} letras o menos."
    if keyword.iskeyword(name):
        return f"El nombre «{name}» es una palabra de Python: elija otro."
    taken = _core_name(name)
    return f"El nombre «{name}» es del portal ({taken}): elija otro." if taken else ""


def _core_name(name: str) -> str:
    """Return what of the core's is called so: a table would be taken for the plugin's, a command would be hidden."""
    from portal import migrate  # noqa: PLC0415 - `portal plugins --help` does without tables
    from portal.db import Base  # noqa: PLC0415
    from portal.extend.registry import load  # noqa: PLC0415

    migrate.load_models(load(()))
    core = {mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("portal.")}  # type: ignore[attr-defined]
    table = next((one for one in sorted(core) if one.startswith(f"{name}_")), "")
    if table:
        return f"la tabla {table}"
    return f"la orden «portal {name}»" if (name,) in RESERVED["commands"] or name == "core" else ""


def bundled(name: str) -> bool:
    """Tell whether a plugin of this name comes with the portal."""
    return find_spec(f"plugins.{name}") is not None


def installed(name: str) -> str:
    """Return the distribution that brings a plugin of this name, "" when none is installed."""
    found = next((point for point in entry_points(group=GROUP) if point.name == name), None)
    return "" if found is None else str(found.dist.name if found.dist else found.value)
