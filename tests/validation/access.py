"""Who may enter the pages of `validation` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.validation.service import Row, record_act
from plugins.validation.words import VALIDATED
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL, COORDINATION, DRAFT_READERS

TABLE: dict[str, frozenset[str]] = {
    "validation.acts": ALL,
    "validation.staff": DRAFT_READERS,
    "validation.new": COORDINATION,
    "validation.act": DRAFT_READERS,
    "validation.annul": COORDINATION,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Record an act: its list of members names somebody."""
    act = record_act(
        portal,
        session,
        now=now,
        agenda=version.agenda,
        held_at=now,
        place="Auditorio de muestra",
        session_kind="ordinaria",
        required=1,
        members=[Row(person_id=people["coordinator"], capacity="Coordinación", present=True, signs=True)],
        outcome=VALIDATED,
        version=version,
        note="",
        person_id=people["coordinator"],
    )
    session.commit()
    return {"validation.act:number": act.number, "validation.annul:number": act.number}
