"""The convocatoria: duty mail with a calendar file, and again to everybody when the meeting changes or is cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from plugins.groups import calendars, clashes, meetings, story
from plugins.groups.models import Invitation, Meeting
from plugins.groups.records.queries import points_of
from plugins.groups.words import CANCELLED, CONVENED, DRAFT, MEETING_KINDS
from portal.context import Portal
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record

TOLD = ("title", "starts_at", "ends_at", "place", "link", "points")  # what a convened person is told of when it changes
WHEN_WHERE = ("starts_at", "ends_at", "place", "link")
CONVOCATORIA, UPDATE, CANCELLATION = "convocatoria", "update", "cancellation"


def invited(session: Session, meeting: Meeting) -> list[Invitation]:
    """Return a meeting's invitations with people and organisations, by name. One query."""
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id)
        .options(joinedload(Invitation.person), joinedload(Invitation.organisation))
    ).all()
    return sorted(rows, key=lambda one: (one.person.full_name.casefold(), one.id))


def convene(portal: Portal, session: Session, meeting: Meeting, *, now: datetime, person_id: int | None, accepted: str = "") -> list[int]:
    """Send the convocatoria to everybody invited; return the mails' ids, to be enqueued after the commit.

    `accepted`: the mark of the clashes that whoever convenes has seen (`clashes.mark`). Raises `clashes.Clashing` for
    others, `Invalid` when nobody is invited or there is no place, `Conflict` when it was convened already or is past.
    """
    meetings.lock(session, meeting)
    if meeting.state != DRAFT:
        raise Conflict(N_("Esta reunión ya se convocó, se realizó o se canceló."))
    if meeting.ends_at <= now:
        raise Conflict(N_("La fecha de la reunión ya pasó: cámbiela, o anote que se realizó."))
    people = invited(session, meeting)
    if not people:
        raise Invalid(N_("Todavía no hay personas invitadas: agregue a quienes desea convocar."))
    if not meeting.place and not meeting.link:
        raise Invalid(N_("Falta el lugar o el enlace: sin uno de los dos nadie sabría adónde ir."))
    clashes.agree(clashes.clashes(session, meeting), accepted)
    meeting.state, meeting.convened_at, meeting.revision = CONVENED, now, meeting.revision + 1
    meetings.note(session, meeting, "convened", now=now, person_id=person_id, sequence=meeting.sequence)
    _fact(session, meeting, "meeting.convened", now)
    story.tell_meeting(session, meeting)
    return _write(portal, session, meeting, people, letter=CONVOCATORIA, now=now)


def change(
    portal: Portal,
    session: Session,
    meeting: Meeting,
    *,
    now: datetime,
    person_id: int | None,
    revision: int,
    values: Mapping[str, Any],
    accepted: str = "",
) -> list[int]:
    """Change a meeting; once convened, send what changed to everybody invited (SEQUENCE + 1). Return the mails' ids.

    Raises as `meetings.edit`, and `clashes.Clashing` when times change and somebody is expected elsewhere at the new hour.
    """
    before = meetings.edit(session, meeting, revision=revision, values=values)
    if {"starts_at", "ends_at"} & set(before):
        clashes.agree(clashes.clashes(session, meeting), accepted)
    told = [name for name in TOLD if name in before]
    if meeting.state != CONVENED or not told:
        return []
    if meeting.ends_at <= now:
        raise Invalid(fields={"starts_at": N_("La reunión está convocada: la fecha nueva no puede haber pasado.")})
    meeting.sequence += 1
    moved = any(name in before for name in WHEN_WHERE)
    detail = {"sequence": meeting.sequence, "fields": told}
    if "starts_at" in before:
        detail |= {"before": before["starts_at"].isoformat(), "after": meeting.starts_at.isoformat()}
    meetings.note(session, meeting, "moved" if moved else "changed", now=now, person_id=person_id, **detail)
    _fact(session, meeting, "meeting.moved" if moved else "meeting.changed", now)
    return _write(portal, session, meeting, invited(session, meeting), letter=UPDATE, now=now, before=before)


def send_missing(portal: Portal, session: Session, meeting: Meeting, *, now: datetime, person_id: int | None) -> list[int]:
    """Send the convocatoria of a convened meeting to those who were invited since; return the mails' ids."""
    if meeting.state != CONVENED:
        return []
    waiting = [one for one in invited(session, meeting) if one.sent_sequence is None]
    if waiting:
        meetings.note(session, meeting, "invited", now=now, person_id=person_id, number=len(waiting))
    return _write(portal, session, meeting, waiting, letter=CONVOCATORIA, now=now)


def withdraw(
    portal: Portal, session: Session, meeting: Meeting, invitation: Invitation, *, now: datetime, person_id: int | None
) -> list[int]:
    """Take one person's invitation back; if it was sent, they get its cancellation. Return the mails' ids."""
    if invitation.sent_sequence is None:
        meetings.uninvite(session, meeting, invitation)
        return []
    if meeting.state != CONVENED:
        raise Conflict(N_("La reunión ya se realizó o se canceló: la lista de invitados ya no cambia."))
    meeting.sequence += 1  # above what they have; the others get it with the next change
    mails = _write(portal, session, meeting, [invitation], letter=CANCELLATION, now=now, alone=True)
    session.execute(delete(Invitation).where(Invitation.id == invitation.id))
    meetings.note(session, meeting, "uninvited", now=now, person_id=person_id)
    session.expire_all()
    return mails


def cancel(portal: Portal, session: Session, meeting: Meeting, *, now: datetime, person_id: int | None, reason: str) -> list[int]:
    """Cancel a meeting, with its reason; those convened get the cancellation (METHOD:CANCEL, SEQUENCE + 1). Return the mails' ids."""
    meetings.lock(session, meeting)
    if meeting.state not in {DRAFT, CONVENED}:
        raise Conflict(N_("La reunión ya se realizó o ya estaba cancelada."))
    if not reason.strip():
        raise Invalid(fields={"reason": N_("Escriba el motivo: se envía a las personas convocadas.")})
    convened = meeting.state == CONVENED
    meeting.state, meeting.cancelled_at, meeting.reason = CANCELLED, now, reason.strip()[:1000]
    meeting.public = meeting.public and convened  # what was never announced is not announced as cancelled
    meeting.checkin_until, meeting.revision = None, meeting.revision + 1
    meeting.sequence += 1
    meetings.note(session, meeting, "cancelled", now=now, person_id=person_id, sequence=meeting.sequence)
    _fact(session, meeting, "meeting.cancelled", now)
    story.tell_meeting(session, meeting)
    return _write(portal, session, meeting, invited(session, meeting), letter=CANCELLATION, now=now) if convened else []


def _fact(session: Session, meeting: Meeting, kind: str, now: datetime) -> None:
    data = {"kind": meeting.kind, "sequence": meeting.sequence, "starts_at": meeting.starts_at.isoformat()}
    record(session, now=now, kind=kind, subject=story.meeting_ref(meeting), data=data)


def _write(
    portal: Portal,
    session: Session,
    meeting: Meeting,
    people: Sequence[Invitation],
    *,
    letter: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    alone: bool = False,
) -> list[int]:
    """Queue a letter with its calendar file to each person who has an address. `alone`: only this person is no longer expected."""
    method = calendars.CANCEL if letter == CANCELLATION else calendars.REQUEST
    public = story.is_public(meeting)
    mails = []
    for one in people:
        one.sent_at, one.sent_sequence = now, meeting.sequence
        if not one.person.email or not one.person.active:
            continue  # they are told by other means: the page lists them
        name = one.person.full_name
        file = calendars.invitation(meeting, settings=portal.settings, now=now, name=name, address=one.person.email, method=method)
        kind = f"text/calendar; method={method}"
        sha256 = portal.store.put(session, file, "text/calendar", now=now)
        mail = portal.mailer.queue(
            session,
            now=now,
            to=one.person.email,
            name=name,
            template=f"groups/mail/{letter}",
            kind=f"groups.{letter}",
            about=story.meeting_ref(meeting),
            person_id=one.person_id,
            files=[("reunion.ics", sha256, kind)],
            context={
                "meeting": meeting,
                "agenda": meeting.agenda,
                "kind_label": MEETING_KINDS.get(meeting.kind, meeting.kind),
                "points": points_of(session, meeting),
                "before": dict(before or {}),
                "alone": alone,
                "page": portal.settings.public_url + story.meeting_path(meeting, public=True) if public else "",
            },
        )
        one.mail_id = mail.id
        mails.append(mail.id)
    session.flush()
    return mails
