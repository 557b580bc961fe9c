"""The demonstration's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from portal.extend import Command, JobKind, PageItem, Plugin, hookimpl

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy.orm import Session

    from portal.context import Portal

PLUGIN = Plugin(
    name="demo",
    label="Demostración",
    version="0.1.0",
    summary="Datos de muestra, entradas con un clic y el correo que saldría. Solo con PORTAL_DEMO.",
)


@hookimpl
def blueprints() -> "Iterable[Blueprint]":
    """Sign in as a sample person; read the mail that would have been sent."""
    from plugins.demo.views import blueprint  # noqa: PLC0415 - commands do without Flask

    return [blueprint]


@hookimpl
def page_items(place: str) -> Iterable[PageItem]:
    """The list of sample people on the sign-in page, and the way to the mail."""
    from plugins.demo.places import items  # noqa: PLC0415

    return items(place)


@hookimpl
def commands() -> Iterable[Command]:
    """Fill an installation with samples."""
    return [Command(name="demo", help="Fill an empty installation with sample data.", target="plugins.demo.cli:demo")]


@hookimpl
def jobs() -> Iterable[JobKind]:
    """Load the samples while the portal already serves."""
    return [JobKind(name="demo.load", run=_load, pending=_pending)]


def _load(portal: "Portal", _identity: str) -> None:
    from plugins.demo.loading import load_and_tell  # noqa: PLC0415 - asked at every start, run at few

    load_and_tell(portal)


def _pending(_session: "Session", _now: datetime) -> Iterable[str]:
    from plugins.demo.loading import untold  # noqa: PLC0415

    return untold()
