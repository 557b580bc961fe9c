"""A sample library: the instruments that the founding plan names, as addresses and handings that are made up and say so."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups.instruments.models import Instrument
from plugins.groups.instruments.service import add_version, create_instrument, hand
from plugins.groups.instruments.words import GROUP, MEETING, ORGANISATION, PRINTED
from plugins.groups.models import Group, Meeting
from portal.agendas.models import Agenda
from portal.context import Portal

_SHELF = (
    ("Agenda Regional 2019-2022 (muestra)", "agenda", "Mesa de muestra", "2019-2022"),
    ("Plan de Desarrollo Regional Concertado, PDRC (muestra)", "plan", "Gobierno regional de muestra", "al 2030"),
    ("Reporte de seguimiento del gasto público 2021 (muestra)", "reporte", "Equipo de muestra", "cierre de 2021"),
)


def sample(portal: Portal, session: Session, *, now: datetime, agenda: Agenda, by: int | None) -> None:
    """Add three instruments with a version each, given to the first group and to an organisation; nothing where there are some."""
    if session.scalar(select(Instrument.id).where(Instrument.agenda_id == agenda.id).limit(1)) is not None:
        return
    group = session.scalar(select(Group.code).where(Group.agenda_id == agenda.id).order_by(Group.number).limit(1))
    meeting = session.scalar(select(Meeting.code).where(Meeting.agenda_id == agenda.id).order_by(Meeting.number).limit(1))
    day = (now - timedelta(days=15)).date()
    for place, (title, kind, issuer, label) in enumerate(_SHELF, 1):
        made = create_instrument(
            session, now=now, agenda=agenda, by=by, title=title, kind=kind, issuer=issuer, about="Documento de muestra."
        )
        address = f"https://muestra.example/instrumento-{place}.pdf"
        add_version(session, portal.store, made, now=now, label=label, link=address, given=None, by=by)
        common = {"now": now, "version": 1, "given_on": day, "today": now.date(), "by": by, "note": "Entrega de muestra."}
        if group and meeting:
            hand(session, made, to=GROUP, group=group, way=MEETING, meeting=meeting, copies=12, **common)  # type: ignore[arg-type]
        hand(session, made, to=ORGANISATION, name="Organización social (muestra)", way=PRINTED, copies=2, **common)  # type: ignore[arg-type]
