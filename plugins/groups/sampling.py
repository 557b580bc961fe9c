"""Sample groups and meetings for the demonstration: small, labelled, the same each time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups import attending, convening, groups, meetings
from plugins.groups.instruments import sampling as library
from plugins.groups.models import Group
from plugins.groups.records import sampling as records
from plugins.groups.words import SCREEN
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal

PEOPLE = (
    ("Persona de muestra Uno", "Organización social (muestra)", "sociedad_civil", "mujer"),
    ("Persona de muestra Dos", "Organización social (muestra)", "sociedad_civil", "hombre"),
    ("Persona de muestra Tres", "Organización social (muestra)", "sociedad_civil", "mujer"),
    ("Persona de muestra Cuatro", "Entidad pública (muestra)", "estado", "mujer"),
    ("Persona de muestra Cinco", "Entidad pública (muestra)", "estado", "hombre"),
    ("Persona de muestra Seis", "Entidad pública (muestra)", "estado", "hombre"),
    ("Persona de muestra Siete", "Colegio profesional (muestra)", "academia", "mujer"),
)


def sample(portal: Portal, session: Session, *, now: datetime, agenda: Agenda, people: Mapping[str, Person]) -> None:
    """Add two groups, a meeting that was held and one that is convened; nothing when the agenda has groups. Commits nothing."""
    if session.scalar(select(Group.id).where(Group.agenda_id == agenda.id).limit(1)) is not None:
        return
    person = people.get("coordinator") or people.get("administrator") or next(iter(people.values()), None)
    by = person.id if person else None
    made = []
    for one in list(agenda.dimensions)[:2]:
        group = groups.create_group(
            session,
            now=now,
            agenda=agenda,
            name=f"Grupo de trabajo de la dimensión {one.label} (muestra)"[:200],
            dimension=one.name,
            purpose="Recoge demandas y propuestas de la dimensión. Datos de muestra.",
            person_id=by,
        )
        for name, organisation, sector, sex in PEOPLE:
            groups.add_member(session, group, now=now, full_name=name, organisation=organisation, sector=sector, sex=sex)
        made.append(group)
    if not made:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    past = meetings.create_meeting(
        session,
        now=now,
        agenda=agenda,
        kind="grupo",
        group=made[0],
        title="Recojo de demandas y propuestas (muestra)",
        starts_at=hour - timedelta(days=20, hours=2),
        ends_at=hour - timedelta(days=20),
        place="Local de muestra",
        points="Presentación del diagnóstico\nRecojo de demandas\nAcuerdos",
        person_id=by,
    )
    if by is not None:
        invited = [one.id for one in convening.invited(session, past)]
        attending.mark(session, past, now=now, by=by, way=SCREEN, invited=invited[:6])
    meetings.hold(session, past, now=now, person_id=by)
    records.sample(session, now=now, meeting=past, person_id=by)
    soon = meetings.create_meeting(
        session,
        now=now,
        agenda=agenda,
        kind="foro",
        group=made[-1],
        title="Foro de la dimensión (muestra)",
        starts_at=hour + timedelta(days=12),
        ends_at=hour + timedelta(days=12, hours=3),
        place="Auditorio de muestra",
        points="Presentación\nDiálogo por mesas\nCierre",
        person_id=by,
    )
    convening.convene(portal, session, soon, now=now, person_id=by)
    library.sample(portal, session, now=now, agenda=agenda, by=by)
