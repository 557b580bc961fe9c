"""People to try signing in with, and their mail."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.agendas.models import Agenda, AgendaDimension
from portal.context import Portal
from portal.mail import MailMessage
from portal.organisations.models import Organisation
from portal.testing.fixtures import Actors

APURIMAC = "03"


class Mailbox:
    """What was queued for one person; nobody delivers it here, so the text is still there."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def texts(self, person: Person, kind: str | None = None) -> list[str]:
        query = select(MailMessage.text).where(MailMessage.person_id == person.id).order_by(MailMessage.id)
        with self._portal.sessions() as session:
            return [text or "" for text in session.scalars(query.where(MailMessage.kind == kind) if kind else query)]

    def code(self, person: Person) -> str:
        return re.findall(r"^(\d{3} \d{3})$", self.texts(person, "code")[-1], re.MULTILINE)[0]

    def link(self, person: Person) -> str:
        found = [match for text in self.texts(person) for match in re.findall(r"^http\S+(/entrar/enlace/\S+)$", text, re.MULTILINE)]
        return found[-1]


@pytest.fixture
def mailbox(portal: Portal) -> Mailbox:
    return Mailbox(portal)


@pytest.fixture
def person(actors: Actors) -> Person:
    return actors.person("Ana de muestra")


@pytest.fixture
def new_agenda(session: Session, now: datetime) -> Callable[[str], Agenda]:
    def make(code: str) -> Agenda:
        made = Agenda(
            code=code, title=f"Agenda {code} de muestra", period_start=2027, period_end=2030, territory_inei=APURIMAC, created_at=now
        )
        made.dimensions = [AgendaDimension(name="social", label="Social", prefix="SOC", position=1)]
        session.add(made)
        session.commit()
        return made

    return make


@pytest.fixture
def agenda(new_agenda: Callable[[str], Agenda]) -> Agenda:
    return new_agenda("APU-27")


@pytest.fixture
def organisation(session: Session, now: datetime) -> Organisation:
    made = Organisation(name="Movimiento de muestra", sort_name="movimiento de muestra", kind="movimiento_regional", created_at=now)
    session.add(made)
    session.commit()
    return made


def signed_in_as(client: FlaskClient) -> str | None:
    """Return the name on the page's frame, or None."""
    page = client.get("/agendas").get_data(as_text=True)
    found = re.search(r'class="site-who">.*?<span>([^<]+)</span>', page, re.DOTALL)
    return found[1] if found else None
