"""The Jinja environment shared by web, mail and PDF, with the core's and the plugins' templates."""

import gettext
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal import formats
from portal.extend.registry import Registry
from portal.paths import PACKAGE, TEMPLATES

TRANSLATIONS = PACKAGE / "translations"
LOCALES = ("es", "en")


def plugin_folder(package: str) -> Path:
    """Return the folder of an importable package."""
    file = import_module(package).__file__
    if file is None:
        raise ImportError(f"{package} has no folder")
    return Path(file).resolve().parent


def loader(registry: Registry) -> BaseLoader:
    """Return the loader of the core's templates, then of each plugin's `templates/`."""
    folders = [TEMPLATES, *(plugin_folder(one.package) / "templates" for one in registry.loaded)]
    return ChoiceLoader([FileSystemLoader(folder) for folder in folders])


def environment(registry: Registry, *, zone: str, locale: str = "es") -> Environment:
    """Return an environment for text made outside a request: mail and documents."""
    env = Environment(
        loader=loader(registry),
        autoescape=select_autoescape(("html",), default=False),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
    )
    install_gettext(env, translations(registry, locale).gettext, translations(registry, locale).ngettext)
    formats.register(env, zone=zone)
    return env


def translations(registry: Registry, locale: str) -> gettext.NullTranslations:
    """Return the merged catalogues of the core and the plugins for `locale`; Spanish needs none."""
    merged = gettext.NullTranslations()
    if locale == "es":
        return merged
    folders = [TRANSLATIONS, *(plugin_folder(one.package) / "translations" for one in registry.loaded)]
    for folder in folders:
        found = gettext.translation("messages", folder, languages=[locale], fallback=True)
        if isinstance(found, gettext.GNUTranslations):
            found.add_fallback(merged)
            merged = found
    return merged


def install_gettext(env: Environment, get: Callable[[str], str], nget: Callable[[str, str, int], str]) -> None:
    """Give `env` the functions behind `_()` and `{% trans %}`."""
    extended: Any = env
    extended.install_gettext_callables(get, nget, newstyle=True)
