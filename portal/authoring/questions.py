"""Asks every hook of a plugin as the portal would, three times each: what fails, what is of the wrong kind, what is slow."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from itertools import product
from statistics import median
from time import perf_counter
from types import ModuleType
from typing import Any

import click
from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.actor import NOBODY
from portal.agendas.models import Agenda
from portal.authoring import trial
from portal.context import Portal
from portal.extend import kinds, specs
from portal.extend.registry import Loaded, Registry
from portal.paths import TEMPLATES
from portal.threads.words import ref

BUDGET = 0.2  # seconds an answer may take: a page asks several
UNHURRIED = {"diagnostics": 10.0, "ledger_audits": 10.0}  # seconds: asked by a command, not by a page
CASES = 12  # a plugin that answers for this many items answers for all


@dataclass(frozen=True)
class Asked:
    """What came of asking: `answers` of the right kind, `failures` and `slow` as sentences, `silent`: hooks that need a subject no sample has."""

    hooks: tuple[str, ...]
    answers: list[Any] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def time(self, label: str, ask: Callable[[], Any], budget: float = BUDGET) -> Any:
        """Return what `ask` returns, called three times (once without hurry); None when it fails, which is noted. The middle time counts."""
        taken: list[float] = []
        found = None
        for _ in range(3 if budget == BUDGET else 1):
            start = perf_counter()
            try:
                found = ask()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the author is told, whatever it is
                self.failures.append(f"{label} falló ({type(error).__name__}: {error})")
                return None
            taken.append(perf_counter() - start)
        if budget == BUDGET:
            self.times.append(median(taken))
        if median(taken) > budget:
            self.slow.append(f"{label} tardó {median(taken) * 1000:.0f} ms")
        return found


def unknown(portal_registry: Registry, name: str) -> set[str]:
    """Return the arguments that a plugin's hooks want and that an agenda and a person do not give: commitments, for one."""
    asked = {
        argument
        for hook in specs.RULES
        for impl in getattr(portal_registry.manager.hook, hook).get_hookimpls()
        if impl.plugin_name == name
        for argument in impl.argnames
    }
    return asked - {"portal", "session", "agenda", "dimension", "item", "place", "actor", "subject", "person_id", "now", "version", "refs"}


def ask_all(portal: Portal, app: Flask, loaded: Loaded, document: dict[str, Any], lending: Iterable[ModuleType] = ()) -> Asked:
    """Ask every hook that the plugin answers, with the sample agenda `document` where one is needed, and draw what it returns.

    `lending`: what other plugins' hooks are about, by `trial.lenders`.
    """
    impls = [
        impl
        for hook in specs.RULES
        for impl in getattr(portal.registry.manager.hook, hook).get_hookimpls()
        if impl.plugin_name == loaded.plugin.name
    ]
    asked = Asked(tuple(impl.function.__name__ for impl in impls))
    with portal.sessions() as session:
        known = _known(portal, session, document) | trial.lent(session, lending)
        for impl in impls:
            hook = impl.function.__name__
            cases = _cases(hook, tuple(impl.argnames), known)
            if cases is None:
                asked.silent.append(hook)
            for arguments in cases or ():
                before = len(asked.slow) + len(asked.failures)
                _ask(asked, hook, impl.function, arguments, portal, app, document)
                session.rollback()  # what a hook does, such as erasing, is undone before the next
                if len(asked.slow) + len(asked.failures) > before:
                    break  # one example tells the author as much as twelve
        for exporter in loaded.answers.get("exporters", ()):
            asked.time(f"la tabla «{exporter.name}»", lambda one=exporter: list(one.rows(session, document["code"])))  # type: ignore[misc]
        for job in loaded.answers.get("jobs", ()):
            asked.time(f"el trabajo «{job.name}»", lambda one=job: list(one.pending(session, clock.now())))  # type: ignore[misc]
    for command in loaded.answers.get("commands", ()):
        asked.failures.extend(_command(command))
    return asked


def _command(command: kinds.Command) -> Iterator[str]:
    """Say what is wrong with a command's target, which nobody imports until it is run."""
    module, _, attribute = command.target.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:  # noqa: BLE001 - as above
        yield f"la orden «{command.name}» no se puede importar ({type(error).__name__}: {error})"
    else:
        if not isinstance(found, click.Command):
            yield f"la orden «{command.name}» no es una orden de click, sino {type(found).__name__}"


def _known(portal: Portal, session: Session, document: dict[str, Any]) -> dict[str, list[Any]]:
    items = [{**item, "dimension": one["name"]} for one in document["dimensions"] for item in one["items"]]
    drafted = session.scalars(select(Agenda)).one()
    subjects = {"": None, "agenda": drafted.versions[0] if drafted.versions else None, "draft": drafted, "road": drafted}
    frozen = {"version": [drafted.versions[0]]} if drafted.versions else {}
    names = [ref("item", drafted.code, item["code"]) for item in items] + [ref("version", drafted.code, "v1")]
    return frozen | {
        "portal": [portal],
        "session": [session],
        "actor": [NOBODY],
        "refs": [frozenset(names)],
        "person_id": [trial.person(session)],
        "now": [clock.now()],
        "agenda": [document],
        "dimension": document["dimensions"],
        "item": items[:CASES],
        "(place, actor, subject)": [
            (name, NOBODY, subjects.get(name)) for name, bare in places() if bare or subjects.get(name) is not None
        ],
    }


def places() -> list[tuple[str, bool]]:
    """Return the places that the core's pages ask for, and whether they do without a subject."""
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.rglob("*.html")))
    return sorted({(name, not more) for name, more in re.findall(r"(?:page_items|\{\{ place)\(\"([\w.-]+)\"(,?)", source)})


def _cases(hook: str, arguments: tuple[str, ...], known: dict[str, list[Any]]) -> list[dict[str, Any]] | None:
    """Return what to ask a hook with; None when it wants something that no sample has, such as a commitment."""
    if hook == "page_items":
        every = [dict(zip(("place", "actor", "subject"), values, strict=True)) for values in known["(place, actor, subject)"]]
        return [{name: case[name] for name in arguments} for case in every]
    wanted = [name for name in signature(getattr(specs, hook)).parameters if name in arguments]
    if any(name not in known for name in wanted):
        return None
    return [dict(zip(wanted, values, strict=True)) for values in product(*(known[name] for name in wanted))]


def _ask(
    asked: Asked, hook: str, function: Callable[..., Any], arguments: dict[str, Any], portal: Portal, app: Flask, document: dict[str, Any]
) -> None:
    kind = specs.RULES[hook].kind

    def ask() -> list[Any]:
        with app.test_request_context("/"):
            return list(function(**arguments) or ()) if kind is None else list(function(**arguments))

    label = f"«{hook}»" + (f" en {arguments['place']}" if "place" in arguments else "")
    given = asked.time(label, ask, UNHURRIED.get(hook, BUDGET))
    for answer in given or ():
        if kind is not None and not isinstance(answer, kind):
            asked.failures.append(f"«{hook}» devuelve {type(answer).__name__} y no {kind.__name__}")
            continue
        asked.answers.append(answer)
        if isinstance(answer, kinds.Chapter | kinds.PageItem) and answer.template:
            dimension = arguments.get("dimension", document["dimensions"][0])
            for medium, page in drawn(portal, app, answer, dimension, document):
                asked.time(f"{answer.template} ({medium})", page)


def drawn(
    portal: Portal, app: Flask, answer: kinds.Chapter | kinds.PageItem, dimension: dict[str, Any], document: dict[str, Any]
) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield how to draw an answer's template: on a page and, for a chapter, in a PDF."""
    context = dict(answer.context)
    if isinstance(answer, kinds.Chapter):
        context |= {"agenda": document, "dimension": dimension, "medium": "html"}
        yield "pdf", lambda: portal.templates.get_template(answer.template).render({**context, "medium": "pdf"})

    def page() -> str:
        with app.test_request_context("/"):
            return render_template(answer.template, **context)

    yield "html", page
