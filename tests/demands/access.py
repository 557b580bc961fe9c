"""Who may enter the pages of `demands` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.demands import api, desk, queries, rounds, sheets
from plugins.demands.desk import locked
from portal.accounts.models import Person
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL, DRAFT_READERS, EDITORS, MESA, SIGNED_IN

TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("demands.index", "demands.demand", "demands.round", "demands.propose", "demands.send", "demands.thanks"), ALL),
    "demands.score": SIGNED_IN,  # whoever has no ballot there finds nothing: tests/demands
    **{
        f"demands_staff.{name}": DRAFT_READERS
        for name in ("index", "demand", "sheet_pdf", "sheets_pdf", "scan", "round_list", "round", "ballots_pdf", "ballot_pdf")
    },
    **{
        f"demands_staff.{name}": EDITORS
        for name in ("new", "edit", "add_source", "remove_source", "merge", "split", "undo", "sheet_list", "sheet", "attach")
    },
    **{
        f"demands_staff.{name}": MESA
        for name in (
            "moderation",
            "moderate",
            "settings",
            "decide",
            "new_round",
            "edit_round",
            "add_ballots",
            "remove_ballot",
            "open_round",
            "close_round",
            "ballot",
        )
    },
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    agenda = version.agenda
    staff = session.get_one(Person, people["staff"])
    made = api.sample(portal, session, now=now, agenda=agenda, people={"staff": staff})
    locked(session, agenda.id).form = True
    open_ = made[0]  # of the delegate's dimension
    sheet = queries.sheet(session, agenda.id, "H-001")
    sheets.attach(session, now=now, store=portal.store, sheet=sheet, data=b"\x89PNG\r\n\x1a\n", megabytes=1)
    held = queries.round_(session, agenda.id, "RP-01")
    live = queries.live(session, agenda.id)
    plan = rounds.Plan(title="Otra ronda (muestra)", criteria=[rounds.Weighed(name="Urgencia", weight="1")], by="person")
    second = api.open_round(session, now=now, agenda=agenda, plan=plan, demands=live, people=list(people.values()), person_id=staff.id)
    session.commit()
    assert desk.desk(session, agenda.id).public
    fusion = queries.fusions(session, made[0].id)[0]
    mine = [name for name in TABLE if name.startswith("demands")]
    return {
        **{f"{name}:code": agenda.code for name in mine},
        **{f"{name}:demand": open_.code for name in mine},
        **{f"{name}:number": held.code for name in mine},
        "demands.score:number": second.code,
        **{f"{name}:ballot": "M-01" for name in mine},
        **{f"{name}:sheet": sheet.code for name in mine},
        "demands_staff.undo:fusion_id": fusion.id,
        "demands_staff.remove_source:source_id": open_.sources[0].id,
    }
