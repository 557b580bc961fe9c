"""A commitment that waits, for `portal plugins check`: what hooks about commitments are asked with."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.plan import default_plan
from plugins.commitments.processes import CONSENT_TEXT, choose, create_process
from portal.agendas.models import AgendaVersion
from portal.organisations.models import Organisation

SAMPLES = ("commitment", "commitment_id", "event")  # the hooks' arguments that `samples` gives


def samples(session: Session, *, now: datetime, version: AgendaVersion, person_id: int) -> dict[str, list[Any]]:
    """Return a commitment to sign `version` (its process, its organisation and itself are new), and every kind of event."""
    organisation = Organisation(
        name="Organización de muestra", sort_name="muestra", kind="movimiento_regional", is_sample=True, created_at=now
    )
    session.add(organisation)
    session.flush()
    process = create_process(
        session,
        now=now,
        version=version,
        code="MUESTRA",
        title="Proceso de muestra",
        plan=default_plan(person_id),
        opens_at=now,
        deadline=now + timedelta(days=9),
        consent_text=CONSENT_TEXT,
        contact_name="Mesa de muestra",
        contact_email="mesa@muestra.example",
        by=person_id,
    )
    [commitment] = choose(session, now=now, process=process, organisation_ids=[organisation.id], by=person_id)
    session.flush()
    return {"commitment": [commitment], "commitment_id": [commitment.id], "event": list(states.EVENTS)}
