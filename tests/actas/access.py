"""Who may enter the pages of `actas` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.actas import service
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import DRAFT_READERS, MESA, SIGNED_IN

# The sample acta is not public, and the witness and the staff sign it.
READERS = DRAFT_READERS | {"witness"}
TABLE: dict[str, frozenset[str]] = {
    "actas.mine": SIGNED_IN,
    "actas.acta": READERS,
    "actas.document": READERS,
    "actas.send_code": frozenset({"witness", "staff"}),  # staff: on paper already, and is told so
    "actas.sign": frozenset({"witness", "staff"}),
    "actas.attach": MESA,
    "actas.scan": MESA,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    html = portal.templates.from_string('{% extends "pdf/base.html" %}{% set doc_title = "Acta" %}').render()
    acta = service.issue(
        portal,
        session,
        now=now,
        agenda=version.agenda,
        about=f"meeting:{version.agenda.code}/R-999",
        title="Acta de muestra",
        html=html,
        signers=[(people["witness"], "Asistente"), (people["staff"], "Relatoría")],
        public=False,
        person_id=people["staff"],
    )
    service.attach_paper(
        portal, session, now=now, acta=acta, data=b"%PDF-1.7", positions=[2], signed_on=now.date(), person_id=people["staff"]
    )
    session.commit()
    return {**{f"{endpoint}:code": acta.code for endpoint in TABLE}, "actas.scan:position": 2}
