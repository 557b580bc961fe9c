"""Who may enter the pages of `threads` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL, DRAFT_READERS

TABLE: dict[str, frozenset[str]] = {
    "threads.item": ALL,
    "threads.item_json": ALL,
    "threads.draft_item": DRAFT_READERS,
    "threads.agenda_road": ALL,
    "threads.story_pdf": ALL,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    return {}
