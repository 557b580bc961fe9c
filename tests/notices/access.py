"""Who may enter the pages of `notices` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.notices import tokens
from tests.roles import ALL, SIGNED_IN

TABLE: dict[str, frozenset[str]] = {
    "notices.index": SIGNED_IN,
    "notices.choose": SIGNED_IN,
    "notices.leaving": ALL,
    "notices.leave": ALL,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    token = tokens.path(portal.settings.secret_key, people["reader"], "*").rpartition("/")[2]
    return {"notices.leaving:token": token, "notices.leave:token": token}
