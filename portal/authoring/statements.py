"""Checks what a plugin and its distribution say of themselves: metadata, names, the version of the socket."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution
from typing import Any

from portal.authoring import names
from portal.authoring.finding import Finding, finding
from portal.authoring.subject import Subject
from portal.extend import API_VERSION, Plugin
from portal.extend.registry import Loaded, load

_VERSION = re.compile(r"\d+(\.\d+){1,2}((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")  # the part of PEP 440 that people write


def metadata(subject: Subject, plugin: Plugin) -> Finding:
    """Check the distribution's metadata and that the plugin states the same version."""
    good = f"versión {plugin.version}" + (f", distribución {subject.dist.name}" if subject.dist else ", incluido en el portal")
    return finding("metadatos", good, _metadata(subject, plugin))


def _metadata(subject: Subject, plugin: Plugin) -> Iterator[str]:
    if not plugin.label.strip():
        yield "PLUGIN no tiene label, el nombre para las personas"
    if not plugin.summary.strip():
        yield "PLUGIN no tiene summary, una línea que diga de qué trata"
    if not _VERSION.fullmatch(plugin.version):
        yield f"la versión «{plugin.version}» no tiene la forma 1.2.3"
    if subject.dist is not None:
        yield from _distribution(subject.dist, plugin)


def _distribution(dist: Distribution, plugin: Plugin) -> Iterator[str]:
    about: Any = dist.metadata
    if dist.version != plugin.version:
        yield f"la distribución dice ser {dist.version} y PLUGIN {plugin.version}"
    for key, what in (("Summary", "description"), ("Requires-Python", "requires-python")):
        if not about.get(key):
            yield f"falta «{what}» en pyproject.toml"
    if not (about.get_payload() or about.get("Description")):
        yield "falta «readme» en pyproject.toml"
    if "rubrica" not in {re.split(r"[\s\[<>=!~;(]", one, maxsplit=1)[0].lower() for one in dist.requires or ()}:
        yield "no declara «rubrica» entre sus dependencias"


def compatible(plugin: Plugin) -> Finding:
    """Check which version of the socket it asks for."""
    problems = []
    if not re.fullmatch(r"\d+\.\d+", plugin.portal):
        problems.append(f"PLUGIN(portal={plugin.portal!r}) no tiene la forma «0.1»")
    else:
        wanted, present = (tuple(map(int, text.split(".")[:2])) for text in (plugin.portal, API_VERSION))
        if wanted[0] != present[0] or wanted > present:
            problems.append(f"necesita portal.extend {plugin.portal} y este es {API_VERSION}")
    return finding("versión", f"funciona desde portal.extend {plugin.portal}; este es {API_VERSION}", problems)


def own_names(subject: Subject, loaded: Loaded, beside: tuple[str, ...]) -> Finding:
    """Check that everything it names is its own, also beside the plugins `beside` of this installation."""
    return finding("nombres", f"«{subject.name}» y lo que nombra son suyos", _names(subject, loaded, beside))


def _names(subject: Subject, loaded: Loaded, beside: tuple[str, ...]) -> Iterator[str]:
    refusal = names.objection(subject.name)
    if refusal:
        yield refusal.rstrip(".")
    yield from _answered(loaded)
    own = subject.folder / "templates" / subject.name
    for path in sorted((subject.folder / "templates").rglob("*")):
        if path.is_file() and not path.is_relative_to(own):
            yield f"la plantilla {path.relative_to(subject.folder)} debe estar en templates/{subject.name}/"
    together = dict.fromkeys((*beside, *loaded.plugin.needs, subject.name))
    for refused in load(tuple(together)).refused:
        if refused.name == subject.name:
            yield f"junto a los plugins de este portal: {refused.sentence.rstrip('.')}"


def _answered(loaded: Loaded) -> Iterator[str]:
    for dimension in loaded.answers.get("dimensions", ()):
        if not re.fullmatch(r"[A-Z]{2,4}", dimension.prefix):
            yield f"el prefijo «{dimension.prefix}» no tiene de dos a cuatro mayúsculas sin tilde"
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", dimension.name):
            yield f"la dimensión «{dimension.name}» necesita un nombre de minúsculas sin tilde, cifras y guion bajo"
    for one in loaded.answers.get("item_fields", ()):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", one.name):
            yield f"el campo «{one.name}» necesita un nombre de minúsculas sin tilde, cifras y guion bajo"
        if (one.kind in {"choice", "choices"}) != bool(one.choices):
            yield f"el campo «{one.name}» es de tipo {one.kind} y sus opciones no corresponden"
