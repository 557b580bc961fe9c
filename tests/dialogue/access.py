"""Who may enter the pages of `dialogue` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.dialogue import answering, consulting, contributing, moderating
from plugins.dialogue.answering import Given
from plugins.dialogue.attachments import Clean
from plugins.dialogue.contributing import Said
from plugins.dialogue.places import Place
from portal.agendas.models import AgendaVersion, Item
from portal.context import Portal
from tests.roles import ALL, EDITORS, MESA, SIGNED_IN

TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "dialogue.consultations",
            "dialogue.consultation",
            "dialogue.matrix",
            "dialogue.matrix_table",
            "dialogue.contribution",
            "dialogue.attachment",
            "dialogue.contribute",
            "dialogue.sent",
            "dialogue.confirm",
            "dialogue.confirmed",
            "dialogue.own",
            "dialogue.own_act",
        ),
        ALL,
    ),
    "dialogue.my_act": SIGNED_IN,
    # Staff, and delegates as far as they read what waits and answer in their dimension
    **dict.fromkeys(
        ("dialogue.staff_index", "dialogue.staff_inbox", "dialogue.staff_contribution", "dialogue.staff_answer", "dialogue.staff_batch"),
        EDITORS,
    ),
    **dict.fromkeys(
        (
            "dialogue.staff_new",
            "dialogue.staff_edit",
            "dialogue.staff_typed",
            "dialogue.staff_moderate",
            "dialogue.staff_reply",
            "dialogue.staff_assign",
        ),
        MESA,
    ),
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    made = consulting.open_consultation(
        session,
        now=now,
        version=version,
        title="Consulta de muestra",
        purpose="Para probar.",
        opens_at=now - timedelta(hours=2),
        closes_at=now + timedelta(days=9),
        person_id=people["coordinator"],
    )
    item = session.scalars(select(Item).where(Item.agenda_id == version.agenda_id).order_by(Item.id)).first()  # the delegate's dimension
    assert item is not None
    one, _ = contributing.contribute(
        session,
        portal.store,
        portal.mailer,
        now=now,
        consultation=made,
        said=Said(
            "comment", Place(item.code, "item", item.dimension, "", item.code), "Aporte de muestra.", "", "Representative De Muestra"
        ),
        files=[Clean("nota.png", b"\x89PNG de muestra", "image/png")],
        person_id=people["representative"],
    )
    moderating.publish(session, now=now, contribution=one, revision=one.revision, person_id=people["staff"])
    answering.answer(
        session,
        portal.mailer,
        now=now,
        contributions=[(one, one.revision)],
        given=Given("rejected", "Motivo de muestra."),
        person_id=people["representative"],
    )
    session.commit()
    return {
        "consultation": made.code,
        "contribution": one.code,
        "dialogue.attachment:number": 1,
        "dialogue.my_act:act": "replica",
        "dialogue.own_act:act": "replica",
        "dialogue.staff_answer?": f"?aporte={one.code}",
    }
