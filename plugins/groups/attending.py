"""Who was at a meeting: marked on screen, registered by themselves with the QR, or typed in from the printed sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from plugins.groups import calendars, meetings
from plugins.groups.groups import checked_person, find_organisation
from plugins.groups.models import Attendance, Invitation, Meeting
from plugins.groups.words import CANCELLED, CONVENED, HELD, QR, SCREEN, SHEET, WAYS
from portal.errors import Conflict, Expired, Invalid, NotFound
from portal.i18n import N_
from portal.organisations.names import folded
from portal.settings import Settings

MOST = 500  # people who can register themselves in one meeting
LONGEST_OPEN = timedelta(hours=12)
NAME = 200
CLOSED = N_("El registro de asistencia está cerrado. Pida a la mesa que le anote.")


@dataclass(frozen=True)
class Came:
    """One line of a list, as typed."""

    name: str
    organisation: str = ""
    sector: str = ""
    sex: str = ""


@dataclass
class Taken:
    """What typing a list did: how many were written down, how many were there already."""

    new: int = 0
    known: int = 0
    rows: list[Attendance] = field(default_factory=list)


def present(session: Session, meeting: Meeting) -> list[Attendance]:
    """Return who was there, by name; those erased last. One query."""
    rows = session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id).options(joinedload(Attendance.organisation))).all()
    return sorted(rows, key=lambda one: (one.name is None, (one.name or "").casefold(), one.id))


def _takes(meeting: Meeting, now: datetime) -> None:
    if meeting.state == CANCELLED:
        raise Conflict(N_("La reunión se canceló: no hay asistencia que anotar."))
    if meeting.starts_at - timedelta(hours=3) > now:
        raise Conflict(N_("La asistencia se anota desde tres horas antes de que la reunión empiece."))


def mark(
    session: Session, meeting: Meeting, *, now: datetime, by: int, way: str, invited: Iterable[int], others: Sequence[Came] = ()
) -> Taken:
    """Write down the invited people who came (ids of invitations) and `others`, who were not invited. `way`: "screen" or "sheet".

    Who is there already stays as they were. Raises `Invalid`: `fields` has "others-<place>-<field>" for each wrong line;
    then nothing is written.
    """
    _takes(meeting, now)
    if way not in {SCREEN, SHEET}:
        raise Invalid(fields={"way": N_("Elija cómo se tomó la asistencia.")})
    lines = [(place, one) for place, one in enumerate(others) if any((one.name.strip(), one.organisation.strip()))]
    bad: dict[str, str] = {}
    for place, one in lines:
        bad |= {f"others-{place}-{name}": sentence for name, sentence in _wrong(one).items()}
    if bad:
        raise Invalid(fields=bad)
    meetings.lock(session, meeting)
    taken, here = Taken(), {_key(one.name, _said(one)): one for one in present(session, meeting)}
    by_person = {one.person_id for one in here.values() if one.person_id is not None}
    wanted = set(invited)
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.meeting_id == meeting.id, Invitation.id.in_(wanted))
        .options(joinedload(Invitation.person), joinedload(Invitation.organisation))
        .order_by(Invitation.id)
    ).all()
    for guest in rows:
        if guest.person_id in by_person:
            taken.known += 1
            continue
        taken.rows.append(
            Attendance(
                meeting_id=meeting.id,
                person_id=guest.person_id,
                name=guest.person.full_name,
                organisation_id=guest.organisation_id,
                organisation_name=guest.organisation_name,
                sector=guest.sector,
                sex=guest.sex,
                way=way,
                at=now,
                by_id=by,
            )
        )
    for _, line in lines:
        key = _key(line.name, line.organisation)
        if key in here:
            taken.known += 1
            continue
        row = _row(session, meeting, line, way=way, now=now, by=by)
        here[key] = row
        taken.rows.append(row)
    session.add_all(taken.rows)
    session.flush()
    taken.new = len(taken.rows)
    return taken


def _wrong(line: Came) -> dict[str, str]:
    bad = checked_person(line.sector, line.sex)
    name = " ".join(line.name.split())
    if not name or len(name) > NAME:
        bad["name"] = N_("Escriba nombres y apellidos, en hasta 200 caracteres.")
    if len(line.organisation) > NAME:
        bad["organisation"] = N_("El nombre de la organización admite hasta 200 caracteres.")
    return bad


def _said(row: Attendance) -> str:
    return row.organisation.name if row.organisation else row.organisation_name


def _key(name: str | None, organisation: str) -> tuple[str, str]:
    return folded(name or ""), folded(organisation)


def _row(session: Session, meeting: Meeting, line: Came, *, way: str, now: datetime, by: int | None) -> Attendance:
    found, typed = find_organisation(session, line.organisation)
    return Attendance(
        meeting_id=meeting.id,
        name=" ".join(line.name.split()),
        organisation=found,
        organisation_id=found.id if found else None,
        organisation_name=typed,
        sector=line.sector,
        sex=line.sex or None,
        way=way,
        at=now,
        by_id=by,
    )


def strike(session: Session, meeting: Meeting, attendance_id: int) -> None:
    """Take somebody off the list who was not there, or was written down twice; again does no harm. Raises `NotFound` for another meeting's."""
    row = session.get(Attendance, attendance_id)
    if row is None:
        return
    if row.meeting_id != meeting.id:
        raise NotFound
    session.execute(delete(Attendance).where(Attendance.id == row.id))
    session.expire_all()


def open_checkin(session: Session, meeting: Meeting, *, now: datetime, person_id: int | None, hours: int = 4) -> None:
    """Open the page where people present register themselves, at a new address, for `hours` (at most 12). Raises `Conflict`."""
    meetings.lock(session, meeting)
    if meeting.state not in {CONVENED, HELD}:
        raise Conflict(N_("El registro con QR se abre para una reunión convocada."))
    _takes(meeting, now)
    meeting.checkin_edition += 1
    meeting.checkin_until = now + min(LONGEST_OPEN, timedelta(hours=max(1, hours)))
    meetings.note(session, meeting, "checkin_opened", now=now, person_id=person_id)


def close_checkin(session: Session, meeting: Meeting, *, now: datetime, person_id: int | None) -> None:
    """Close that page; its address never works again."""
    meetings.lock(session, meeting)
    if meeting.checkin_until is not None:
        meeting.checkin_until = None
        meeting.checkin_edition += 1
        meetings.note(session, meeting, "checkin_closed", now=now, person_id=person_id)


def checkin_code(settings: Settings, meeting: Meeting) -> str:
    """Return the part of the page's address that says which meeting, and that one was there to read it."""
    return f"{meeting.id}-{calendars.token(settings, 'checkin', meeting.id, meeting.checkin_edition)}"


def by_code(session: Session, settings: Settings, code: str, *, now: datetime) -> Meeting:
    """Return the meeting behind an address. Raises `NotFound` for one that never was, `Expired` for one whose time is over."""
    identity, _, secret = code.partition("-")
    meeting = (
        session.get(Meeting, int(identity)) if identity.isascii() and identity.isdigit() and len(identity) < len(str(MAX_ID)) else None
    )
    if meeting is None or not secret:
        raise NotFound
    if meeting.state == CANCELLED or meeting.checkin_until is None or meeting.checkin_until <= now:
        raise Expired(CLOSED)
    if not calendars.same(secret, checkin_code(settings, meeting).partition("-")[2]):
        raise Expired(CLOSED)
    return meeting


MAX_ID = 2**31


def register(session: Session, meeting: Meeting, line: Came, *, now: datetime) -> bool:
    """Write down somebody who registers themselves; return False when they are on the list already (which is said to nobody else).

    Someone invited of the same name, if only one is, is that person. Raises `Invalid`, `Conflict` when the list is full.
    """
    bad = _wrong(line)
    if bad:
        raise Invalid(fields=bad)
    meetings.lock(session, meeting)
    if meeting.checkin_until is None or meeting.checkin_until <= now:
        raise Expired(CLOSED)
    name = folded(line.name)
    rows = present(session, meeting)
    if any(_key(one.name, _said(one)) == _key(line.name, line.organisation) for one in rows):
        return False
    if (session.scalar(select(func.count(Attendance.id)).where(Attendance.meeting_id == meeting.id, Attendance.way == QR)) or 0) >= MOST:
        raise Conflict(N_("Ya se registraron muchas personas por esta vía. Pida a la mesa que le anote."))
    invitations = session.scalars(
        select(Invitation).where(Invitation.meeting_id == meeting.id).options(joinedload(Invitation.person))
    ).all()
    same = [one for one in invitations if folded(one.person.full_name) == name]
    row = _row(session, meeting, line, way=QR, now=now, by=None)
    if len(same) == 1:
        if any(one.person_id == same[0].person_id for one in rows):
            return False
        row.person_id = same[0].person_id
    session.add(row)
    session.flush()
    return True


__all__ = ["WAYS", "Came", "Taken", "by_code", "checkin_code", "close_checkin", "mark", "open_checkin", "present", "register", "strike"]
