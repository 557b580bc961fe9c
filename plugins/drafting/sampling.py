"""Sample sections and suggestions for a sample agenda, all labelled so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from plugins.drafting import feeding, queries, sections, suggesting
from portal.accounts.models import Person
from portal.agendas import queries as agendas
from portal.agendas.models import Agenda

if TYPE_CHECKING:
    from portal.context import Portal

REASONS = (
    "Que se entienda sin conocer las siglas (muestra).",
    "La comisión pidió nombrar a quién alcanza (muestra).",
    "Falta decir desde cuándo (muestra).",
)
_NOT_NOW = "La comisión prefirió la redacción anterior: ya dice lo mismo con menos palabras (muestra)."


def sample(portal: "Portal", session: Session, *, now: datetime, agenda: Agenda, people: Mapping[str, Person]) -> None:
    """Add a section to each dimension, and three suggestions: one accepted, one not, one to decide; tie demands to items. Once only."""
    if queries.sections(session, agenda.id):
        return
    writers = [people[role] for role in ("delegate", "staff", "coordinator") if role in people]
    decider = next((people[role] for role in ("coordinator", "staff", "administrator") if role in people), None)
    before = now - timedelta(days=20)
    for place, dimension in enumerate(agenda.dimensions):
        fit = {one.id for one in queries.candidates(session, agenda.id, dimension.name)}
        owners = [one.id for one in writers if one.id in fit][:1]
        made = sections.make_section(
            session, portal.registry, agenda, dimension=dimension.name, owners=owners, now=before, person_id=decider.id if decider else None
        )
        for step, state in enumerate(("writing", "review", "ready")[: place % 4]):
            moment = before + timedelta(days=3 * (step + 1))
            sections.change_state(
                session, agenda, made, state=state, revision=made.revision, now=moment, person_id=owners[0] if owners else None
            )
    _suggestions(portal, session, agenda, writers, decider, now=now)
    _demands(portal, session, agenda, decider, now=now)


def _suggestions(
    portal: "Portal", session: Session, agenda: Agenda, writers: list[Person], decider: Person | None, *, now: datetime
) -> None:
    items = agendas.items(session, agenda.id)[: len(REASONS)]
    made = []
    for place, item in enumerate(items):
        ending = (" Se informa cada seis meses.", " Alcanza también a las comunidades campesinas.", " Empieza en el primer año.")[place]
        content = {**item.content, "text": f"{item.content['text'].rstrip()}{ending}"}
        author = writers[place % len(writers)].id if writers else None
        made.append(
            suggesting.suggest(
                session,
                portal.registry,
                agenda,
                item.code,
                content=content,
                reason=REASONS[place],
                now=now - timedelta(days=5 - place),
                person_id=author,
            )
        )
    if decider is not None and len(made) == len(REASONS):
        first, second, _ = made
        suggesting.accept(
            session, portal.registry, agenda, first, revision=first.item.revision, now=now - timedelta(days=1), person_id=decider.id
        )
        suggesting.reject(session, agenda, second, reason=_NOT_NOW, now=now - timedelta(days=1), person_id=decider.id)


def _demands(portal: "Portal", session: Session, agenda: Agenda, decider: Person | None, *, now: datetime) -> None:
    if decider is None:
        return
    items = agendas.items(session, agenda.id)
    for one in feeding.demanded(session, portal.registry, agenda) or ():
        fitting = [item for item in items if item.dimension == one.dimension]
        if fitting and not one.items:
            feeding.feed(session, agenda, one.ref, fitting[sum(map(ord, one.code)) % len(fitting)].code, now=now, person_id=decider.id)
