"""What another plugin may use of this one: groups, their members, meetings to choose from, and a meeting's acts in order."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups.attending import Came, mark
from plugins.groups.bilaterals import observe
from plugins.groups.convening import cancel, change, convene
from plugins.groups.groups import add_member, create_group
from plugins.groups.meetings import create_meeting, hold, invite_person
from plugins.groups.models import Attendance, Group, Meeting, Member
from plugins.groups.queries import MOST_OFFERED, meeting_of, members
from plugins.groups.sampling import sample
from plugins.groups.story import group_ref, meeting_path, meeting_ref
from plugins.groups.words import CANCELLED
from portal.agendas.models import Agenda
from portal.threads.words import ref

__all__ = [
    "Attendance",
    "Came",
    "Group",
    "Meeting",
    "Member",
    "add_member",
    "cancel",
    "change",
    "convene",
    "create_group",
    "create_meeting",
    "group_choices",
    "group_ref",
    "hold",
    "invite_person",
    "mark",
    "meeting_choices",
    "meeting_of",
    "meeting_path",
    "meeting_ref",
    "members",
    "observe",
    "sample",
]


def meeting_choices(session: Session, agenda: Agenda) -> list[tuple[str, str]]:
    """Return (ref, "R-003 Foro de agua (4/5/2026)") of an agenda's meetings that were not cancelled, the latest first. One query."""
    rows = select(Meeting).where(Meeting.agenda_id == agenda.id, Meeting.state != CANCELLED)
    found = session.scalars(rows.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(MOST_OFFERED))
    return [
        (ref("meeting", agenda.code, one.code), f"{one.code} {one.title} ({one.starts_at.day}/{one.starts_at.month}/{one.starts_at.year})")
        for one in found
    ]


def group_choices(session: Session, agenda: Agenda) -> list[tuple[str, str]]:
    """Return (ref, "G-01 Grupo social") of an agenda's groups at work. One query."""
    rows = select(Group).where(Group.agenda_id == agenda.id, Group.active).order_by(Group.number).limit(MOST_OFFERED)
    return [(ref("group", agenda.code, one.code), f"{one.code} {one.name}") for one in session.scalars(rows)]
