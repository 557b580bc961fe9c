"""The Jinja environment shared by web, mail and PDF, with the core's and the plugins' templates."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from babel.support import Translations
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


def translations(registry: Registry, locale: str, unread: dict[str, Exception] | None = None) -> Translations:
    """Return the catalogues of the core and the plugins for `locale` as one; Spanish needs none.

    Where two translate a sentence the core's words stand, then those of the plugin that comes first. A plugin's catalogue
    that cannot be read is left out, and added to `unread`.
    """
    merged = Translations()
    if locale == "es":
        return merged
    for one in reversed(registry.loaded):
        try:
            merged.merge(_catalogue(plugin_folder(one.package) / "translations", locale))
        except Exception as error:  # noqa: BLE001 - an author's file may be broken in any way; its pages come in Spanish
            if unread is not None:
                unread[one.plugin.name] = error
    core = _catalogue(TRANSLATIONS, locale)
    merged.merge(core)
    merged.plural = core.plural  # `merge` leaves it behind
    return merged


def _catalogue(folder: Path, locale: str) -> Translations:
    found = Translations.load(str(folder), [locale])
    return found if isinstance(found, Translations) else Translations()  # there is none


def install_gettext(env: Environment, get: Callable[[str], str], nget: Callable[[str, str, int], str]) -> None:
    """Give `env` the functions behind `_()` and `{% trans %}`."""
    extended: Any = env
    extended.install_gettext_callables(get, nget, newstyle=True)
