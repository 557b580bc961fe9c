"""Examines a plugin as its author, or an operator who thinks of installing it, would want: one finding a check."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from portal.app import create_app
from portal.authoring import looking, pages, promised, statements, tables, trial
from portal.authoring.finding import Finding, finding
from portal.authoring.questions import BUDGET, Asked, ask_all, unknown
from portal.authoring.subject import Subject
from portal.extend.registry import load


def examine(subject: Subject, *, beside: tuple[str, ...] = (), postgresql_url: str = "", browser: bool = False) -> list[Finding]:
    """Return every finding about a plugin. `beside`: the plugins of this installation, whose names it must not take.

    `browser`: its pages are opened in Chromium too, where there is one.

    A check that itself fails is a finding: the plugin did something that the portal would not survive either.
    """
    with tempfile.TemporaryDirectory(prefix="rubrica-check-") as folder, _quiet():
        home = Path(folder)
        plugins = trial.needed(subject.name)
        registry = load(plugins)
        first = [_imports(subject)]
        refused = [one.sentence.rstrip(".") for one in registry.refused]
        loaded = next((one for one in registry.loaded if one.plugin.name == subject.name), None)
        if loaded is None or refused:
            return [finding("carga", "", refused or [f"«{subject.name}» no se pudo cargar"]), *first]
        first = [
            finding("carga", f"{loaded.plugin.label}, de {loaded.source}", []),
            statements.metadata(subject, loaded.plugin),
            statements.compatible(loaded.plugin),
            _tried("nombres", lambda: statements.own_names(subject, loaded, beside)),
            *first,
            _tried("migraciones en SQLite", lambda: tables.moved(subject.name, plugins, home / "sqlite", "migraciones en SQLite")),
        ]
        if postgresql_url:
            first.append(_tried("migraciones en PostgreSQL", lambda: _on_postgresql(subject, plugins, home, postgresql_url)))
        lending = trial.lenders(unknown(registry, subject.name))
        return [*first, *_running(subject, tuple(dict.fromkeys((*lending, *plugins))), home / "portal", lending.values(), browser=browser)]


def _imports(subject: Subject) -> Finding:
    problems = list(promised.strangers(subject.folder, subject.package))
    if subject.tests:
        problems += [f"tests/{problem}" for problem in promised.strangers(subject.tests, subject.package, tests=True)]
    return finding("importaciones", "solo lo prometido", problems)


def _on_postgresql(subject: Subject, plugins: tuple[str, ...], home: Path, server: str) -> Finding:
    with tables.database(server) as address:
        return tables.moved(subject.name, plugins, home / "postgresql", "migraciones en PostgreSQL", address)


def _running(subject: Subject, plugins: tuple[str, ...], home: Path, lending: Iterable[ModuleType], *, browser: bool) -> Iterator[Finding]:
    """Yield what a portal with the plugin shows, then what the same portal shows without it."""
    frozen = False
    try:
        with trial.portal_with(plugins, home) as portal:
            document, frozen = trial.furnish(trial.migrated(portal), subject.name)
            app = create_app(portal)
            [loaded] = [one for one in portal.registry.loaded if one.plugin.name == subject.name]
            asked = ask_all(portal, app, loaded, document, lending)
            yield finding("hooks", _told(asked), [*asked.failures, *(one.sentence.rstrip(".") for one in portal.ask.refused())])
            yield finding(
                "tiempos",
                f"{len(asked.times)} respuestas, la más lenta en {max(asked.times, default=0) * 1000:.0f} ms de {BUDGET * 1000:.0f}",
                asked.slow,
            )
            yield _tried("títulos", lambda: pages.titled(subject, portal, app, loaded))
            yield _tried("escape", lambda: pages.escaped(subject, portal, app, asked, document))
            yield _tried("accesibilidad", lambda: pages.accessible(subject))
            if browser:
                yield _tried(looking.LABEL, lambda: looking.looked_at(app, pages.addresses(app, loaded), frozen=frozen))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - see `examine`
        yield _failed("hooks", error)
        return
    yield _tried("sin el plugin", lambda: tables.survived(subject.name, plugins, home, frozen=frozen))


def _told(asked: Asked) -> str:
    told = ", ".join(asked.hooks) or "no responde a ninguno"
    return told + (f" (sin preguntar, porque la muestra no se pudo congelar: {', '.join(asked.silent)})" if asked.silent else "")


def _tried(label: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - see `examine`
        return _failed(label, error)


def _failed(label: str, error: BaseException) -> Finding:
    first = next(iter(str(error).splitlines()), "")
    return Finding(label, ok=False, sentence=f"no se pudo comprobar ({type(error).__name__}: {first}).")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the portal's own log out of the report: the findings say the same."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
