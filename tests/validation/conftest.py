"""A draft and its people; and an act as it is typed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from plugins.validation.models import Act
from plugins.validation.service import Row, record_act
from plugins.validation.words import VALIDATED
from portal.accounts.models import Person
from portal.agendas.drafting import draft_digest, draft_document
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors

OTHERS = tuple(Row(name=f"Integrante {n} (muestra)", organisation=f"Institución {n} (muestra)", present=n < 4) for n in range(1, 6))


class Hall:
    """An agenda's draft, its coordinator, and ways to record an act for it."""

    def __init__(self, portal: Portal, session: Session, actors: Actors, now: datetime) -> None:
        self.portal, self.session, self.actors, self.now = portal, session, actors, now
        self.agenda: Agenda = sample_draft(session, now=now, ask=portal.ask, items=4)
        session.commit()
        self.coordinator: Person = actors.grant(actors.person("Coordinadora de muestra"), "coordinator", self.agenda)
        self.client: FlaskClient = actors.signed_in(self.coordinator)

    def expected(self) -> str:
        """Return the digest of the draft as it is."""
        return draft_digest(draft_document(self.session, self.portal.registry, self.agenda))

    def chair(self) -> Row:
        """Return the coordinator as a member who came and signs."""
        return Row(
            person_id=self.coordinator.id, organisation="Mesa de muestra", capacity="Coordinación regional", present=True, signs=True
        )

    def record(self, **other: Any) -> Act:
        """Record an act that freezes the draft: four present of six, four required."""
        values: dict[str, Any] = {
            "now": self.now,
            "agenda": self.agenda,
            "held_at": self.now - timedelta(hours=2),
            "place": "Auditorio de muestra",
            "session_kind": "extraordinaria",
            "required": 4,
            "members": [self.chair(), *OTHERS],
            "outcome": VALIDATED,
            "expected": self.expected(),
            "note": "Se leyó la **agenda** completa.",
            "person_id": self.coordinator.id,
        }
        act = record_act(self.portal, self.session, **{**values, **other})
        self.session.commit()
        return act

    def get(self, address: str, client: FlaskClient | None = None) -> TestResponse:
        """Open a page as the coordinator, or with `client`; the test's own transaction ends first."""
        self.session.commit()
        return (client or self.client).get(address)

    def post(self, address: str, data: dict[str, str], client: FlaskClient | None = None) -> TestResponse:
        """Send a form, as `get`."""
        self.session.commit()
        return (client or self.client).post(address, data=data)

    def typed(self, **other: str) -> dict[str, str]:
        """Return the same act as a browser posts it."""
        rows: dict[str, str] = {"members-0-person": str(self.coordinator.id), "members-0-present": "y", "members-0-signs": "y"}
        for place, one in enumerate(OTHERS, 1):
            rows |= {f"members-{place}-name": one.name, f"members-{place}-organisation": one.organisation}
            rows |= {f"members-{place}-present": "y"} if one.present else {}
        return {
            "held_at": f"{self.now - timedelta(hours=8):%Y-%m-%dT%H:%M}",
            "place": "Auditorio de muestra",
            "session_kind": "extraordinaria",
            "required": "4",
            "outcome": VALIDATED,
            "version": "borrador",
            "expected": self.expected(),
            "note": "Palabras que no se pierden.",
            "public": "y",
            **rows,
            **other,
        }


@pytest.fixture
def hall(portal: Portal, session: Session, actors: Actors, now: datetime) -> Hall:
    """An agenda about to be validated."""
    return Hall(portal, session, actors, now)
