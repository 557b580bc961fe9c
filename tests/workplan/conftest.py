"""A plan to test with: the founding one, in a sample agenda."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from plugins.workplan.models import Plan
from plugins.workplan.sampling import founding
from portal.agendas.models import Agenda, AgendaVersion
from portal.context import Portal


@pytest.fixture
def agenda(frozen: AgendaVersion) -> Agenda:
    """The agenda APU-T, with a frozen version."""
    return frozen.agenda


@pytest.fixture
def plan(portal: Portal, session: Session, agenda: Agenda, now: datetime) -> Plan:
    """The founding plan, of 2022, published; committed."""
    del portal
    made = founding(session, now=now, agenda=agenda)
    session.commit()
    return made
