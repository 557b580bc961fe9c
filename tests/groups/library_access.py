"""Who may enter the library's pages (tests/groups/access.py takes it in): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.groups.instruments.service import Given, add_version, create_instrument, hand
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL, DRAFT_READERS, MESA

TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("library.index", "library.handed", "library.instrument", "library.file"), DRAFT_READERS),
    **dict.fromkeys(("library.new", "library.edit", "library.add_version", "library.hand", "library.withdraw"), MESA),
    **dict.fromkeys(("library.public_index", "library.public_file"), ALL),
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make an instrument with a file and a handing, committed, and return the arguments of the addresses."""
    made = create_instrument(session, now=now, agenda=version.agenda, by=people.get("staff"), title="Plan de muestra", kind="plan")
    add_version(session, portal.store, made, now=now, label="2030", link="", given=Given("plan.pdf", b"%PDF-1.4 muestra"), by=None)
    given = hand(
        session,
        made,
        now=now,
        version=1,
        to="person",
        name="Persona de Muestra",
        way="printed",
        given_on=now.date(),
        today=now.date(),
        by=None,
    )
    session.commit()
    named = ("instrument", "edit", "add_version", "hand", "withdraw", "file", "public_file")
    return {
        **{f"library.{name}:instrument": made.code for name in named},
        "library.file:number": 1,
        "library.public_file:number": 1,
        "library.withdraw:handing_id": given.id,
    }
