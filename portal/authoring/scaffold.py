"""Writes a complete outside distribution for a new plugin; it never writes over anything."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portal.authoring import names
from portal.errors import Conflict, Invalid
from portal.extend import API_VERSION
from portal.extend.kinds import Dimension
from portal.extend.registry import Registry

TEMPLATE = Path(__file__).resolve().parent / "template"
Kind = Literal["dimension", "module"]


@dataclass(frozen=True)
class Host:
    """The dimension whose items get the plugin's field: its own, or one that another plugin offers."""

    plugin: str
    dimension: str
    prefix: str


def write(name: str, kind: Kind, folder: Path, registry: Registry) -> list[Path]:
    """Write the distribution of a new plugin into `folder` and return its files.

    Raises `Invalid` for a name that no plugin may have, `Conflict` for one that is taken or a folder that is not empty.
    """
    refusal = names.objection(name)
    if refusal:
        raise Invalid(refusal)
    if names.bundled(name) or name in registry:
        raise Conflict(f"Ya hay un plugin «{name}» en este portal: elija otro nombre.")
    if names.installed(name):
        raise Conflict(f"Ya está instalado un plugin «{name}» ({names.installed(name)}): elija otro nombre.")
    if kind == "dimension" and name in registry.dimensions:
        raise Conflict(f"Ya hay una dimensión «{name}» en este portal: elija otro nombre.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"«{folder}» ya existe y no está vacía: no se escribió nada. Indique otra carpeta.")
    host = _own(name, registry) if kind == "dimension" else _offered(registry)
    return [_put(folder / path, data) for path, data in sorted(rendered(name, kind, host).items())]


def rendered(name: str, kind: Kind, host: Host) -> dict[str, bytes]:
    """Return the distribution's files by path."""
    words = _words(name, kind, host)
    found = {}
    for source in ("common", kind):
        for path in sorted((TEMPLATE / source).rglob("*.tmpl")):
            place = path.relative_to(TEMPLATE / source).as_posix().removesuffix(".tmpl")
            place = (
                place.replace("PACKAGE", words["package"]).replace("NAME", name).replace("gitignore", ".gitignore")
            )  # wheels leave hidden files out
            found[place] = re.sub(r"@@(\w+)@@", lambda match: words[match[1]], path.read_text(encoding="utf-8")).encode()
    found |= {place.removesuffix(".po") + ".mo": _compiled(data) for place, data in found.items() if place.endswith(".po")}
    return found


def _words(name: str, kind: Kind, host: Host) -> dict[str, str]:
    label = name.replace("_", " ").capitalize()
    dashed = name.replace("_", "-")
    plugins = [name] if kind == "dimension" else [host.plugin, name]
    return {
        "name": name,
        "label": label,
        "summary": f"Dimensión {label}: escriba aquí en una línea de qué trata."
        if kind == "dimension"
        else f"Módulo {label}: escriba aquí en una línea qué hace.",
        "package": f"rubrica_{name}",
        "distribution": f"rubrica-{dashed}",
        "command": dashed,
        "path": dashed,
        "api": ".".join(API_VERSION.split(".")[:2]),
        "dimension": host.dimension,
        "host": host.plugin,
        "prefix": host.prefix,
        "plugins": ", ".join(f'"{one}"' for one in plugins),
        "plugins_setting": " ".join(plugins),
    }


def _own(name: str, registry: Registry) -> Host:
    taken = {one.prefix for one in registry.dimensions.values()}
    return Host(plugin=name, dimension=name, prefix=next(prefix for prefix in prefixes(name) if prefix not in taken))


def prefixes(name: str) -> Iterator[str]:
    """Yield prefixes for codes, from the name's own letters outwards (MIN, MINE, MIA)."""
    letters = re.sub(r"[^a-z]", "", name).upper()
    yield from dict.fromkeys(part for part in (letters[:3], letters[:4]) if len(part) > 2)  # noqa: PLR2004 - three read as a word
    head = (letters + "XX")[:2]
    yield from (head + chr(letter) for letter in range(ord("A"), ord("Z") + 1))
    yield from (head + chr(one) + chr(two) for one in range(ord("A"), ord("Z") + 1) for two in range(ord("A"), ord("Z") + 1))


def _offered(registry: Registry) -> Host:
    """Return the first dimension on offer here: a module's field needs a dimension to belong to. Raises `Conflict`."""
    answers: Iterable[tuple[str, Dimension]] = (
        (one.plugin.name, found) for one in registry.loaded for found in one.answers.get("dimensions", ())
    )
    ordered = sorted(answers, key=lambda pair: (pair[1].weight, pair[1].label))
    if not ordered:
        raise Conflict(
            "Ningún plugin en uso ofrece una dimensión para el campo del módulo: active alguno en PORTAL_PLUGINS o cree una dimensión."
        )
    plugin, dimension = ordered[0]
    return Host(plugin=plugin, dimension=dimension.name, prefix=dimension.prefix)


def _compiled(catalogue: bytes) -> bytes:
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(catalogue), locale="en"))
    return out.getvalue()


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:  # x: never over a file that is there
        file.write(data)
    return path
