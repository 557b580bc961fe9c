"""An agenda whose demands are tested, and somebody of the Mesa."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from plugins.demands.collecting import Said, collect
from plugins.demands.models import Demand
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

Collect = Callable[..., Demand]


@pytest.fixture
def agenda(portal: Portal, session: Session, now: datetime) -> Agenda:
    """A draft with the dimensions in use."""
    made = sample_draft(session, now=now, ask=portal.ask, items=3)
    session.commit()
    return made


@pytest.fixture
def staff(actors: Actors, agenda: Agenda) -> Person:
    """Somebody of the Mesa."""
    return actors.grant(actors.person("Persona de la Mesa"), "staff", agenda)


@pytest.fixture
def collected(session: Session, agenda: Agenda, staff: Person, now: datetime) -> Collect:
    """Return a function that registers a demand said by the organisations named."""

    def one(text: str, *who: str, **values: object) -> Demand:
        said = [Said(kind="organisation", name=name) for name in who] or [Said()]
        values.setdefault("dimension", agenda.dimensions[0].name)
        return collect(session, now=now, agenda=agenda, text=text, said=said, person_id=staff.id, **values)  # type: ignore[arg-type]

    return one
