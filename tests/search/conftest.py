"""Things to be found."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.accounts.actor import NOBODY, Actor, Held, Permissions
from portal.context import Portal
from portal.extend.kinds import SearchEntry
from portal.search import asking, queries, service

Put = Callable[..., None]
Look = Callable[..., list[str]]


@pytest.fixture
def put(session: Session, now: datetime) -> Put:
    """Put a public entry of the core's, or one with other values."""

    def put(ref: str, title: str, body: str = "", *, source: str = "core", **values: Any) -> None:
        entry = {"kind": "Muestra", "href": f"/muestra/{ref}", "at": now, "public": True, **values}
        service.put(session, SearchEntry(ref=ref, title=title, body=body, **entry), source=source)
        session.commit()

    return put


@pytest.fixture
def look(portal: Portal, session: Session) -> Look:
    """Search as somebody, and return the refs of what is found, the best first."""

    def look(typed: str, actor: Actor = NOBODY, **filters: Any) -> list[str]:
        permissions = Permissions.of(portal.registry.answers("permissions"))
        may = queries.visible(permissions, actor, [one.plugin.name for one in portal.registry.loaded])
        found = queries.search(session, asking.read(typed), may, **filters)
        refs = [row.ref for row, _ in found.page.rows]
        session.rollback()
        return refs

    return look


def somebody(role: str, agenda_id: int | None = None, organisation_id: int | None = None) -> Actor:
    """Return an actor with one role."""
    return Actor(1, "Persona de muestra", (Held(role, agenda_id, organisation_id),))
