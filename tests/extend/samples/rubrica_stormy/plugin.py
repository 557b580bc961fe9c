"""A plugin that starts well and then fails whatever it is asked, to show that only what it vetoes stops."""

from collections.abc import Iterable
from typing import Any, NoReturn

from portal.extend import Chapter, Objection, PageItem, Plugin, hookimpl

PLUGIN = Plugin(name="stormy", label="Tormenta", version="1.0")


def fail() -> NoReturn:
    raise RuntimeError("tormenta, password=hunter2")


@hookimpl
def page_items(place: str, actor: Any, subject: Any) -> Iterable[PageItem]:
    fail()


@hookimpl
def panels(dimension: dict[str, Any], agenda: dict[str, Any]) -> Iterable[Any]:
    fail()


@hookimpl
def agenda_chapter(dimension: dict[str, Any], agenda: dict[str, Any]) -> Iterable[Chapter]:
    yield Chapter(label="Antes de la tormenta", template="stormy/none.html")
    fail()


@hookimpl
def item_objections(item: dict[str, Any], agenda: dict[str, Any]) -> Iterable[Objection]:
    fail()


@hookimpl
def commitment_objections(session: Any, commitment: Any) -> Iterable[Objection]:
    fail()


@hookimpl
def commitment_changed(portal: Any, commitment_id: int, event: str) -> None:
    fail()


@hookimpl
def version_objections(session: Any, version: Any) -> Iterable[Objection]:
    fail()


@hookimpl
def signing_desk() -> Iterable[Any]:
    fail()


@hookimpl
def organisation_meetings(session: Any, agenda_id: int, organisation_ids: frozenset[int]) -> Iterable[Any]:
    fail()


@hookimpl
def thread_ties(session: Any, refs: frozenset[str]) -> Iterable[Any]:
    fail()


@hookimpl
def thread_stations(session: Any, actor: Any, refs: frozenset[str]) -> Iterable[Any]:
    fail()


@hookimpl
def search_entries(session: Any) -> Iterable[Any]:
    fail()


@hookimpl
def person_data(session: Any, person_id: int) -> Iterable[Any]:
    fail()


@hookimpl
def person_erased(session: Any, person_id: int, now: Any) -> None:
    fail()


@hookimpl
def ledger_audits(portal: Any, session: Any) -> Iterable[Any]:
    fail()


@hookimpl
def diagnostics(portal: Any) -> Iterable[Any]:
    raise SystemExit(3)
