"""Who may enter the pages of `drafting` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands.api import collect, decide
from plugins.drafting import exporting, returning, sections, suggesting
from portal.agendas.models import AgendaVersion, Item
from portal.context import Portal
from tests.roles import ALL, DRAFT_READERS, EDITORS, MESA

TABLE: dict[str, frozenset[str]] = {
    "agendas.compare": ALL,
    "drafting.desk": DRAFT_READERS,
    "drafting.new_section": MESA,
    "drafting.section": DRAFT_READERS,
    "drafting.section_state": EDITORS,
    "drafting.section_owner": MESA,
    "drafting.suggestions": DRAFT_READERS,
    "drafting.suggest": DRAFT_READERS,
    "drafting.suggestion": DRAFT_READERS,
    "drafting.accept": EDITORS,
    "drafting.reject": EDITORS,
    "drafting.withdraw": frozenset({"reader"}),  # its author
    "drafting.demands": DRAFT_READERS,
    "drafting.feed": EDITORS,
    "drafting.unfeed": EDITORS,
    "drafting.new_item": EDITORS,
    "drafting.word": DRAFT_READERS,
    "drafting.export": DRAFT_READERS,
    "drafting.upload": DRAFT_READERS,
    "drafting.returned": DRAFT_READERS,
    "drafting.save_return": DRAFT_READERS,
    "drafting.dismiss_return": DRAFT_READERS,
    "drafting.original": DRAFT_READERS,
    "drafting.compare": DRAFT_READERS,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    agenda, registry = version.agenda, portal.registry
    item = session.scalars(select(Item).where(Item.agenda_id == agenda.id).order_by(Item.id)).first()
    assert item is not None
    section = sections.make_section(
        session, registry, agenda, dimension=item.dimension, owners=[people["delegate"]], now=now, person_id=people["staff"]
    )

    def suggest(words: str) -> suggesting.Suggestion:
        content = {**item.content, "text": f"{item.content['text']} {words}"}
        return suggesting.suggest(
            session, registry, agenda, item.code, content=content, reason="Muestra.", now=now, person_id=people["reader"]
        )

    first, second = suggest("Uno."), suggest("Dos.")
    data = exporting.export(session, registry, portal.store, agenda, now=now, said="Borrador de muestra")
    returned = returning.receive(
        session, registry, portal.store, agenda, data=data, name="muestra.docx", note="", now=now, person_id=people["representative"]
    )
    demand = collect(session, now=now, agenda=agenda, text="Que el agua de riego alcance para todos.", dimension=item.dimension)
    decide(session, now=now, agenda=agenda, demand=demand, outcome="included", reason="Muestra.", place="Sesión", person_id=people["staff"])
    session.commit()
    return {
        **{f"drafting.{name}:section": section.code for name in ("section", "section_state", "section_owner")},
        **{f"drafting.{name}:suggestion": first.code for name in ("suggestion", "accept", "reject")},
        "drafting.withdraw:suggestion": second.code,
        **{f"drafting.{name}:returned": returned.code for name in ("returned", "save_return", "dismiss_return", "original")},
        **{f"drafting.{name}:demand": demand.code for name in ("feed", "unfeed")},
        "drafting.suggest:item": item.code,
        "drafting.new_item?": f"?demanda={demand.code}",
    }
