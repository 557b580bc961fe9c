"""What the tests of groups share: an agenda in draft, and meetings in it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.orm import Session

from plugins.groups.groups import add_member, create_group
from plugins.groups.meetings import create_meeting
from plugins.groups.models import Group, Meeting
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.testing.agendas import sample_draft


@pytest.fixture
def agenda(portal: Portal, session: Session, now: datetime) -> Agenda:
    made = sample_draft(session, now=now, ask=portal.ask)
    session.commit()
    return made


@pytest.fixture
def look(session: Session) -> Callable[[Select[Any]], list[Any]]:
    """Read rows as they are now (one column: plain values), and let go of the database, where pages write."""

    def read(rows: Select[Any]) -> list[Any]:
        found = session.execute(rows.execution_options(populate_existing=True)).all()
        session.commit()
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    return read


@pytest.fixture
def group(session: Session, agenda: Agenda, now: datetime) -> Group:
    """A group of two people with an address and one without."""
    made = create_group(session, now=now, agenda=agenda, name="Grupo social (muestra)", dimension=agenda.dimensions[0].name)
    for name, email in (("Uno de Muestra", "uno@muestra.example"), ("Dos de Muestra", "dos@muestra.example"), ("Tres en Papel", None)):
        add_member(session, made, now=now, full_name=name, email=email, organisation="Asociación (muestra)", sector="sociedad_civil")
    session.commit()
    return made


@pytest.fixture
def meet(session: Session, agenda: Agenda, now: datetime) -> Callable[..., Meeting]:
    """Make a meeting in draft, two days from now, of three hours; committed."""

    def make(**values: Any) -> Meeting:
        starts = values.pop("starts_at", now.replace(microsecond=0) + timedelta(days=2))
        given: dict[str, Any] = {
            "kind": "grupo",
            "title": "Recojo de demandas (muestra)",
            "starts_at": starts,
            "ends_at": values.pop("ends_at", starts + timedelta(hours=3)),
            "place": "Local de muestra, Jr. Lima 123",
            "points": "Presentación; con punto y coma\nAcuerdos",
            **values,
        }
        made = create_meeting(session, now=now, agenda=agenda, **given)
        session.commit()
        return made

    return make


HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests with this plugin and one dimension, unless a test chooses."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("settings") is None:
            item.add_marker(pytest.mark.settings(plugins=("social", "groups")))
