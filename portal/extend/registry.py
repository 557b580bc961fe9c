"""Finds the enabled plugins, checks them, orders them by what they need, and freezes the result.

A plugin that cannot be used is refused whole, with a sentence; the portal starts without it. While a plugin that
the operator enabled is refused, hooks with the policy CLOSE answer no: it might have objected.
"""

import importlib
import logging
import re
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import EntryPoints, entry_points
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy

from portal.accounts.actor import CORE_PERMISSIONS
from portal.extend import catalogue, kinds, specs
from portal.extend.answers import checked, listed
from portal.extend.plugin import Plugin
from portal.log import redacted

log = logging.getLogger(__name__)

API = (0, 1)
GROUP = "portal.plugins"


@dataclass(frozen=True)
class Loaded:
    """A plugin in use: its statement, its module, and its answers to the hooks asked at start."""

    plugin: Plugin
    module: ModuleType
    source: str
    answers: "MappingProxyType[str, tuple[Any, ...]]"

    @property
    def package(self) -> str:
        """The package with its templates, static files and migrations."""
        return self.plugin.package or self.module.__name__.rpartition(".")[0]


@dataclass(frozen=True)
class Refused:
    """An enabled plugin that is not in use, and why, in Spanish."""

    name: str
    sentence: str
    trace: str = ""


class Refusal(Exception):
    """Raised with the sentence that goes into `Refused`."""


@dataclass(frozen=True)
class Registry:
    """What is in use, in order; made once, before there is an app or a database."""

    loaded: tuple[Loaded, ...]
    refused: tuple[Refused, ...]
    manager: pluggy.PluginManager = field(repr=False)
    _kept: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __contains__(self, name: str) -> bool:
        return any(one.plugin.name == name for one in self.loaded)

    def answers(self, hook: str) -> tuple[Any, ...]:
        """Return what every plugin in use answered at start to `hook`, in the order of (weight, label)."""
        return self._sorted(hook)[""]

    def _sorted(self, hook: str) -> dict[str, tuple[Any, ...]]:
        """Return the answers to `hook` ("") and those about each dimension, sorted once: a page asks for every dimension."""
        if hook not in self._kept:
            found = sorted((answer for one in self.loaded for answer in one.answers.get(hook, ())), key=order)
            parts: dict[str, list[Any]] = {}
            for answer in found:
                parts.setdefault(getattr(answer, "dimension", ""), []).append(answer)
            self._kept[hook] = {**{name: tuple(part) for name, part in parts.items()}, "": tuple(found)}
        return self._kept[hook]

    @property
    def dimensions(self) -> "dict[str, kinds.Dimension]":
        """The dimensions on offer, by name."""
        return {dimension.name: dimension for dimension in self.answers("dimensions")}

    def item_fields(self, dimension: str) -> tuple[kinds.ItemField, ...]:
        """The extra fields of one dimension's items."""
        return self._sorted("item_fields").get(dimension, ())

    def indicators(self, dimension: str) -> "tuple[catalogue.Indicator, ...]":
        """The indicators on offer for one dimension's items."""
        return self._sorted("indicators").get(dimension, ())

    def budget_filters(self, dimension: str) -> "tuple[catalogue.BudgetFilter, ...]":
        """The spending that concerns one dimension."""
        return self._sorted("budget_filters").get(dimension, ())

    def alignments(self, dimension: str) -> "tuple[catalogue.Alignment, ...]":
        """What one dimension's items may point to, in the order in which plugins list it."""
        return self._sorted("alignments").get(dimension, ())


def order(answer: Any) -> tuple[int, str]:
    """Return the sorting key of an answer: (weight, label)."""
    return getattr(answer, "weight", 100), str(getattr(answer, "label", getattr(answer, "name", "")))


# The core's own names, which no plugin may take: an act of the core's given to other roles would open its pages.
RESERVED: dict[str, dict[tuple[str, ...], str]] = {
    "permissions": {(one.action,): "portal" for one in CORE_PERMISSIONS},
    "commands": {(name,): "portal" for name in ("run", "db", "ledger", "plugins", "doctor", "export", "users", "people", "search")},
    "jobs": {
        (name,): "portal"
        for name in (
            "mail.send",
            "agendas.pdf",
            "accounts.erase",
            "organisations.imports",
            "files.remove",
            "ledger.publish",
            "notices.send",
        )
    },
    "exporters": {("items",): "portal"},
}

# Words that begin the core's tables and packages: a plugin so called would own the core's tables.
CORE_WORDS = frozenset(
    {
        "acta",
        "agenda",
        "alembic",
        "consent",
        "core",
        "item",
        "job",
        "ledger",
        "mail",
        "membership",
        "notice",
        "one",
        "organisation",
        "passkey",
        "person",
        "portal",
        "role",
        "search",
        "sign",
        "stored",
        "territory",
        "thread",
    }
)

# Blueprints need Flask, which commands do without: they are asked when an app is made.
ASKED_AT_START = tuple(name for name, rule in specs.RULES.items() if rule.policy is specs.Policy.REFUSE and name != "blueprints")


def load(names: Sequence[str], hooks: Sequence[str] = ASKED_AT_START, unfit: Sequence[Refused] = ()) -> Registry:
    """Return the registry of the plugins `names`, bundled (plugins.<name>) or installed (entry point).

    `hooks` are asked now; `portal --help` asks for commands alone, because others import what they answer with. `unfit`
    are refused already (their tables could not be made), and so is who needs them.
    """
    manager = pluggy.PluginManager("portal")
    manager.add_hookspecs(specs)
    refused: dict[str, Refused] = {one.name: one for one in unfit}
    found: dict[str, tuple[Plugin, ModuleType, str]] = {}
    installed = entry_points(group=GROUP)
    for name in (one for one in names if one not in refused):
        try:
            found[name] = _find(name, installed)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's fault never takes the portal down, whatever it raises
            refused[name] = refusal(name, error)
    loaded: list[Loaded] = []
    for name in _ordered(found, refused):
        plugin, module, source = found[name]
        try:
            _check_needs(plugin, [one.plugin.name for one in loaded])
            answers = _register(manager, plugin, module, hooks)
            answers["item_fields"] = (*_themes(answers.get("dimensions", ())), *answers.get("item_fields", ()))
            _check_names(plugin, answers, loaded)
            loaded.append(Loaded(plugin, module, source, MappingProxyType(answers)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as above
            if manager.has_plugin(name):
                manager.unregister(name=name)
            refused[name] = refusal(name, error)
    for one in refused.values():
        log.error("plugin %s refused: %s", one.name, one.sentence)
    return Registry(tuple(loaded), tuple(refused.values()), manager)


def refusal(name: str, error: BaseException) -> Refused:
    """Return the refusal of a plugin by what it raised, or by a `Refusal`'s sentence."""
    sentence = str(error) if isinstance(error, Refusal) else f"falló al cargarse ({type(error).__name__}: {said(error)})"
    return Refused(name, redacted(f"El plugin «{name}» no se usa: {sentence}"), redacted("".join(traceback.format_exception(error))))


def said(error: BaseException) -> str:
    """Return an exception's words in one line; a plugin's own exception may fail even at that."""
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - as above
        return "?"


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Refusal("su nombre no es válido; use minúsculas, cifras y guion bajo.")
    if name.partition("_")[0] in CORE_WORDS:
        raise Refusal("su nombre empieza con una palabra reservada para el portal; elija otro.")


def _find(name: str, installed: EntryPoints | None = None) -> tuple[Plugin, ModuleType, str]:
    _check_name(name)
    outside = [point for point in (entry_points(group=GROUP) if installed is None else installed) if point.name == name]
    try:
        module = importlib.import_module(f"plugins.{name}.plugin")
    except ModuleNotFoundError as error:
        if error.name not in {f"plugins.{name}", f"plugins.{name}.plugin"}:
            raise
        if not outside:
            raise Refusal("no está instalado. Instálelo o quítelo de PORTAL_PLUGINS.") from error
        module, source = outside[0].load(), str(outside[0].dist.name if outside[0].dist else outside[0].value)
    else:
        source = "incluido"
        if outside:
            raise Refusal("hay otro plugin instalado con el mismo nombre.")
    plugin = getattr(module, "PLUGIN", None)
    if not isinstance(plugin, Plugin):
        raise Refusal("su plugin.py no define PLUGIN = Plugin(…).")
    if plugin.name != name:
        raise Refusal(f"dice llamarse «{plugin.name}».")
    wanted = tuple(int(part) for part in plugin.portal.split("."))
    if wanted[:1] != API[:1] or wanted > API:
        raise Refusal(f"necesita portal.extend {plugin.portal}; este es {'.'.join(map(str, API))}.")
    return plugin, module, source


def _ordered(found: "dict[str, tuple[Plugin, ModuleType, str]]", refused: "dict[str, Refused]") -> Iterable[str]:
    graph = {name: [need for need in plugin.needs if need in found] for name, (plugin, _, _) in found.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = set(error.args[1])
        for name in circle:
            refused[name] = Refused(name, f"El plugin «{name}» no se usa: se necesita a sí mismo ({' → '.join(error.args[1])}).")
        rest = {name: value for name, value in found.items() if name not in circle}
        return _ordered(rest, refused)


def _check_needs(plugin: Plugin, present: Sequence[str]) -> None:
    missing = [need for need in plugin.needs if need not in present]
    if missing:
        raise Refusal(f"necesita {', '.join(missing)}, que no está en uso.")


def _register(manager: pluggy.PluginManager, plugin: Plugin, module: ModuleType, hooks: Sequence[str]) -> "dict[str, tuple[Any, ...]]":
    for attribute in dir(module):
        if manager.parse_hookimpl_opts(module, attribute) is not None and attribute not in specs.RULES:
            raise Refusal(f"responde a «{attribute}», que no es un hook de este portal.")
    manager.register(module, name=plugin.name)  # refuses arguments that the spec does not have
    answers: dict[str, tuple[Any, ...]] = {}
    for hook in hooks:
        for impl in getattr(manager.hook, hook).get_hookimpls():
            if impl.plugin_name != plugin.name:
                continue
            given = listed(impl.function())
            kind = specs.RULES[hook].kind
            for answer in given:
                if kind is not None and not isinstance(answer, kind):
                    raise Refusal(f"su hook «{hook}» devuelve {type(answer).__name__} y no {kind.__name__}.")
            answers[hook] = tuple(checked(given, kind)) if kind is not None else given
    return answers


def _themes(dimensions: Iterable[kinds.Dimension]) -> Iterable[kinds.ItemField]:
    """Yield the field with which the items of each dimension that has themes choose one."""
    for one in dimensions:
        if one.themes:
            choices = tuple((theme, theme) for theme in one.themes)
            yield kinds.ItemField(dimension=one.name, name=kinds.THEME, label="Tema", kind="choice", choices=choices, weight=0)


def _check_names(plugin: Plugin, answers: "dict[str, tuple[Any, ...]]", loaded: Sequence[Loaded]) -> None:
    """Refuse names taken twice, by this plugin or by one before it."""
    keys = {
        "dimensions": (("name",), ("prefix",)),
        "item_fields": (("dimension", "name"),),
        "indicators": (("dimension", "code", "method"),),
        "budget_filters": (("dimension", "scheme", "code"),),
        "alignments": (("dimension", "scheme", "code"),),
        "permissions": (("action",),),
        "commands": (("name",),),
        "jobs": (("name",),),
        "exporters": (("name",),),
        "mail_topics": (("name",),),
    }
    for hook, alternatives in keys.items():
        for attributes in alternatives:
            taken = {
                **RESERVED.get(hook, {}),
                **{
                    tuple(getattr(answer, attribute) for attribute in attributes): one.plugin.name
                    for one in loaded
                    for answer in one.answers.get(hook, ())
                },
            }
            for answer in answers.get(hook, ()):
                key = tuple(getattr(answer, attribute) for attribute in attributes)
                if key in taken:
                    raise Refusal(f"«{' '.join(key)}» ({hook}) ya es de «{taken[key]}».")
                taken[key] = plugin.name
