"""Who may enter the pages of `workplan` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.workplan.models import Activity, Report
from plugins.workplan.sampling import founding
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.roles import ALL, DRAFT_READERS, EDITORS, MESA

TABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("workplan.plan", "workplan.activity", "workplan.evidence", "workplan.feed", "workplan.pdf"), ALL),
    **{f"workplan_staff.{name}": DRAFT_READERS for name in ("plan", "activity", "evidence", "pdf", "feed", "source")},
    **{f"workplan_staff.{name}": MESA for name in ("begin", "settings", "add", "edit", "reschedule", "people", "retire")},
    "workplan_staff.report": EDITORS,
    "workplan_import.import_table": MESA,
    "workplan_import.import_confirm": MESA,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    plan = founding(session, now=now, agenda=version.agenda)
    session.flush()
    activity = session.query(Activity).filter_by(plan_id=plan.id, number=1).one()
    sha256 = portal.store.put(session, b"%PDF-1.4 muestra", "application/pdf", now=now)
    report = Report(
        activity_id=activity.id, state="completo", done_on=now.date(), note="", link="", file_sha256=sha256, file_name="muestra.pdf",
        public=True, at=now, person_id=people.get("staff"),
    )  # fmt: skip
    session.add(report)
    session.commit()
    named = {f"workplan_staff.{name}:activity": "P-01" for name in ("activity", "edit", "report", "reschedule", "people", "retire")}
    return {
        **named,
        "workplan.activity:activity": "P-01",
        "workplan.evidence:report_id": report.id,
        "workplan_staff.evidence:report_id": report.id,
    }
