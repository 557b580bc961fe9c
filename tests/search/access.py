"""Who may enter the pages of `search` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL

TABLE: dict[str, frozenset[str]] = {"search.page": ALL, "search.data": ALL}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    return {}
