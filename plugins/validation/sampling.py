"""A sample act: the Mesa validates the sample agenda's last frozen version."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from plugins.validation import queries
from plugins.validation.models import Act
from plugins.validation.service import Row, record_act
from plugins.validation.words import VALIDATED
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.agendas.queries import versions

if TYPE_CHECKING:
    from portal.context import Portal

SEATS = (
    ("Gobierno Regional de Apurímac (muestra)", "Gerencia de Desarrollo Social"),
    ("Universidad Nacional Micaela Bastidas de Apurímac (muestra)", "Rectorado"),
    ("Colegio Profesional (muestra)", "Decanato"),
    ("Federación campesina (muestra)", "Secretaría general"),
    ("Iglesia (muestra)", "Pastoral social"),
    ("Asociación de mujeres (muestra)", "Presidencia"),
)
CAPACITIES = {"coordinator": "Coordinación regional", "staff": "Secretaría técnica"}


def sample(portal: "Portal", session: Session, *, now: datetime, agenda: Agenda, people: Mapping[str, Person]) -> Act | None:
    """Record the act for the last frozen version unless it is validated already; None when there is nothing to validate."""
    last = next(iter(versions(session, agenda.id)), None)
    if last is None or queries.validating(session, last.id) is not None:
        return None
    signers = [
        Row(person_id=people[role].id, organisation="Mesa de Concertación (muestra)", capacity=capacity, present=True, signs=True)
        for role, capacity in CAPACITIES.items()
        if role in people
    ]
    others = [
        Row(name=f"Representante {place} (muestra)", organisation=organisation, capacity=capacity, present=place != len(SEATS))
        for place, (organisation, capacity) in enumerate(SEATS, 1)
    ]
    return record_act(
        portal,
        session,
        now=now,
        agenda=agenda,
        held_at=now - timedelta(hours=3),
        place="Auditorio de la Mesa, Abancay (muestra)",
        session_kind="extraordinaria",
        required=5,
        members=[*signers, *others],
        outcome=VALIDATED,
        version=last,
        note="Se leyó la matriz de aportes y respuestas del diálogo social. Se acordó enviar la versión validada a las organizaciones políticas (muestra).",
        public=True,
        person_id=people["coordinator"].id if "coordinator" in people else None,
    )
