"""An agenda, and people who sign its actas."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.actas import service
from portal.actas.models import Acta
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.mail import MailMessage
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

PAGE = """{% extends "pdf/base.html" %}{% set doc_title = "Acta de prueba" %}{% block title %}Acta de prueba{% endblock %}
{% block content %}<h1>Acta de prueba</h1><p>Lo que se acordó en Abancay.</p>{% endblock %}"""


@dataclass
class Scene:
    """An agenda, who issues its actas, and who signs them."""

    portal: Portal
    session: Session
    agenda: Agenda
    staff: Person
    signers: list[Person]

    def issue(self, now: datetime, **given: Any) -> Acta:
        """Issue an acta that all of `signers` sign, and commit."""
        html = self.portal.templates.from_string(PAGE).render()
        asked = {
            "agenda": self.agenda,
            "about": f"meeting:{self.agenda.code}/R-001",
            "title": "Acta de la reunión R-001 (muestra)",
            "html": html,
            "signers": [(one.id, "Asistente") for one in self.signers],
            "public": True,
            "person_id": self.staff.id,
            **given,
        }
        made = service.issue(self.portal, self.session, now=now, **asked)
        self.session.commit()
        return made


@pytest.fixture
def scene(portal: Portal, session: Session, actors: Actors, now: datetime) -> Scene:
    """Return an agenda with a member of staff and two signers."""
    agenda = sample_draft(session, now=now, ask=portal.ask, items=1)
    session.commit()
    staff = actors.grant(actors.person("Equipo de muestra"), "staff", agenda)
    return Scene(portal, session, agenda, staff, [actors.person("Rosa Muestra Ñahui"), actors.person("Julián Muestra Quispe")])


@pytest.fixture
def code_mailed(session: Session) -> Callable[[Person], str]:
    """Return a function that reads the last code mailed to a person."""

    def read(person: Person) -> str:
        rows = select(MailMessage).where(MailMessage.kind == "acta.code", MailMessage.person_id == person.id)
        message = session.scalars(rows.order_by(MailMessage.id.desc())).first()
        assert message is not None
        text = message.text
        session.rollback()  # or the transaction would keep the page's request waiting
        return next(line.strip() for line in str(text).splitlines() if line.startswith("    "))

    return read
