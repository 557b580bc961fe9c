"""Who may enter the pages of `groups` (tests/test_authorization.py): the table, and what it needs to exist."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from plugins.groups import attending, calendars, convening
from plugins.groups.groups import add_member, create_group
from plugins.groups.meetings import create_meeting, invite_person
from plugins.groups.records import service as records
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from tests.groups import library_access as library
from tests.roles import ALL, DRAFT_READERS, MESA, SIGNED_IN

TABLE: dict[str, frozenset[str]] = {
    "groups.index": DRAFT_READERS,
    "groups.group": DRAFT_READERS,
    "groups.new_group": MESA,
    "groups.edit_group": MESA,
    "groups.add_member": MESA,
    "groups.end_member": MESA,
    "groups.renew_feed": MESA,
    "groups.meetings_page": DRAFT_READERS,
    "groups.meeting": DRAFT_READERS,
    "groups.new_meeting": MESA,
    "groups.edit_meeting": MESA,
    "groups.convene": MESA,
    "groups.cancel": MESA,
    "groups.hold": MESA,
    "groups.invite": MESA,
    "groups.invite_group": MESA,
    "groups.withdraw": MESA,
    "groups.observe": MESA,
    "groups.attendance": MESA,
    "groups.attendance_sheet": MESA,
    "groups.strike": MESA,
    "groups.open_checkin": MESA,
    "groups.close_checkin": MESA,
    "groups.show_code": MESA,
    "groups.report": DRAFT_READERS,
    "groups.write_report": MESA,
    "groups.wordings": DRAFT_READERS,
    "groups.meeting_agreements": DRAFT_READERS,
    "groups.add_agreement": MESA,
    "groups.agreements": DRAFT_READERS,
    "groups.agreement": DRAFT_READERS,
    "groups.change_agreement": MESA,
    "groups.my_agreements": SIGNED_IN,
    "groups.acta": MESA,
    "groups.issue_acta": MESA,
    "groups.acta_draft": MESA,
    "groups.checkin": ALL,
    "groups.checked_in": ALL,
    "groups.public_meetings": ALL,
    "groups.public_meeting": ALL,
    "groups.public_feed": ALL,
    "groups.group_feed": ALL,
    **library.TABLE,
}


def furnish(portal: Portal, session: Session, version: AgendaVersion, people: dict[str, int], now: datetime) -> dict[str, Any]:
    """Make what the addresses name, committed, and return their arguments: "endpoint:argument" → value."""
    agenda, by = version.agenda, people["coordinator"]
    group = create_group(session, now=now, agenda=agenda, name="Grupo de muestra", person_id=by)
    leaving = add_member(session, group, now=now, full_name="Persona que se va", sector="estado")
    add_member(session, group, now=now, full_name="Persona convocada", email="convocada@muestra.example", sector="estado")
    starts = now + timedelta(hours=1)
    meeting = create_meeting(
        session,
        now=now,
        agenda=agenda,
        kind="grupo",
        group=group,
        title="Muestra",
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        place="Aquí",
    )
    extra = invite_person(session, meeting, now=now, full_name="Persona de más", sector="empresa")
    convening.convene(portal, session, meeting, now=now, person_id=by)
    taken = attending.mark(session, meeting, now=now, by=by, way="screen", invited=[extra.id], others=[attending.Came("Otra", "", "otro")])
    attending.open_checkin(session, meeting, now=now, person_id=by)
    records.write_report(session, now=now, meeting=meeting, text="Muestra.", revision=0, person_id=by)
    agreement = records.add_agreement(session, now=now, meeting=meeting, text="Muestra.", body="Mesa de muestra", person_id=by)
    session.commit()
    found: dict[str, Any] = {
        "agreement": agreement.code,
        "groups.withdraw:invitation": extra.id,
        "groups.end_member:member": leaving.id,
        "groups.strike:row": taken.rows[-1].id,
        "groups.group_feed:token": calendars.feed_token(portal.settings, group),
    }
    for endpoint in TABLE:
        found[f"{endpoint}:code"] = agenda.code
        found[f"{endpoint}:group"] = group.code
        found[f"{endpoint}:meeting"] = meeting.code
    for endpoint in ("groups.checkin", "groups.checked_in"):
        found[f"{endpoint}:token"] = attending.checkin_code(portal.settings, meeting)
    return found | library.furnish(portal, session, version, people, now)
