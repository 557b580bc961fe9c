"""The founding plan as sample data: every row as its authors wrote it, with some progress that is made up and says so."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from plugins.workplan import finding, importing, reporting, service
from plugins.workplan.models import Plan
from plugins.workplan.table import read
from portal.accounts.models import Person
from portal.agendas.models import Agenda

if TYPE_CHECKING:
    from portal.context import Portal

SOURCE = Path(__file__).parent / "data" / "plan-2022-apurimac.tsv"
_DONE = {  # row → day; the link is to a page of this portal
    1: date(2022, 4, 28),
    2: date(2022, 5, 20),
    3: date(2022, 4, 29),
    4: date(2022, 5, 20),
    5: date(2022, 4, 22),
    6: date(2022, 4, 29),
}
_UNDER_WAY = {7: "sustancial", 8: "limitado", 9: "limitado"}


def founding(session: Session, *, now: datetime, agenda: Agenda, by: int | None = None) -> Plan:
    """Return the agenda's plan; if it has none, the founding one, of 2022, published."""
    there = importing.plan_of(session, agenda.id)
    if there is not None:
        return there
    table = read(SOURCE.read_bytes())
    prepared = importing.prepare(session, agenda, table, year=importing.likely_year(table, agenda))
    plan, _, _ = importing.apply(session, agenda, prepared, now=now, by=by)
    service.change_plan(session, plan, now=now, revision=plan.revision, title=plan.title, year=plan.year, public=True)
    return plan


def sample(portal: "Portal", session: Session, *, now: datetime, agenda: Agenda, people: dict[str, Person]) -> Plan:
    """Give an agenda the founding plan with progress noted by the staff; again does nothing. `people`: role → person."""
    there = importing.plan_of(session, agenda.id)
    if there is not None:
        return there
    by = next((people[role] for role in ("staff", "coordinator", "administrator") if role in people), None)
    if by is None:
        return founding(session, now=now, agenda=agenda)
    plan = founding(session, now=now, agenda=agenda, by=by.id)
    rows = {one.number: one for one in service.rows_of(session, plan)}
    for number, day in _DONE.items():
        reporting.report(
            session, portal.store, plan, rows[number], now=now, revision=rows[number].revision, state="completo", done_on=day,
            note="Avance de ejemplo (muestra).", link=f"/agendas/{agenda.code}/plan", given=None, public=True, by=by.id,
            today=finding.local_day(now, portal.settings.timezone),
        )  # fmt: skip
    for number, state in _UNDER_WAY.items():
        reporting.report(
            session, portal.store, plan, rows[number], now=now, revision=rows[number].revision, state=state, done_on=None,
            note="Avance de ejemplo (muestra).", link="", given=None, public=True, by=by.id,
            today=finding.local_day(now, portal.settings.timezone),
        )  # fmt: skip
    moved = rows[14]
    reporting.reschedule(
        session, plan, moved, now=now, revision=moved.revision, text="setiembre - octubre", days=None,
        reason="Cambio de ejemplo (muestra).", by=by.id,
    )  # fmt: skip
    if people.get("coordinator") and people["coordinator"].id in reporting.candidates(session, agenda.id):
        reporting.entrust(session, plan, rows[17], now=now, person_ids=[people["coordinator"].id])
    return plan
