"""What a sample meeting leaves: a relatoría and agreements, so that the demo's next meeting has something to follow up."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from plugins.groups.models import Meeting
from plugins.groups.records.service import add_agreement, write_report

TEXT = """# Apertura

Se presentó el diagnóstico de la provincia (muestra).

# Diálogo

- Se pidió que los puestos de salud tengan **personal permanente**.
- Se propuso que el agua llegue primero a las escuelas.
"""


def sample(session: Session, *, now: datetime, meeting: Meeting, person_id: int | None) -> None:
    """Write the relatoría of a meeting that was held and two agreements of it, one of them with a day."""
    write_report(session, now=now, meeting=meeting, text=TEXT, revision=0, person_id=person_id)
    for text, due_on in (
        ("Pedir a la red de salud el padrón nominal actualizado (muestra)", now.date() + timedelta(days=10)),
        ("Compartir la relatoría con las comunidades (muestra)", None),
    ):
        add_agreement(session, now=now, meeting=meeting, text=text, body="Mesa de muestra", due_on=due_on, person_id=person_id)
