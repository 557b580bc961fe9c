"""What can be done with a meeting before and after the convocatoria: make it, change it, say who is invited, note that it was held."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from plugins.groups import story
from plugins.groups.groups import added, checked_person, find_organisation, person_like
from plugins.groups.instruments.service import fit_link
from plugins.groups.models import Group, Invitation, Meeting, MeetingEvent, Member
from plugins.groups.words import BILATERAL, CONVENED, DRAFT, HELD, MEETING_KINDS
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.i18n import N_
from portal.ledger.service import record
from portal.organisations.models import POLITICAL_KINDS, Membership, Organisation
from portal.organisations.queries import standing

FIELDS = ("kind", "group_id", "organisation_id", "title", "starts_at", "ends_at", "place", "link", "points", "public")
LONGEST = timedelta(days=5)
POINTS = 4000
TITLE, PLACE, LINK = 200, 250, 300


def create_meeting(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    kind: str,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    group: Group | None = None,
    organisation: Organisation | None = None,
    place: str = "",
    link: str = "",
    points: str = "",
    public: bool = True,
    person_id: int | None = None,
) -> Meeting:
    """Return a new meeting in draft with the agenda's next code (R-001, …), the group's members or the organisation's people invited.

    Raises `Invalid`.
    """
    values = _checked(
        session,
        agenda,
        {
            "kind": kind,
            "group_id": group.id if group else None,
            "organisation_id": organisation.id if organisation else None,
            "title": title,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "place": place,
            "link": link,
            "points": points,
            "public": public,
        },
    )
    number = 1 + (session.scalar(select(func.max(Meeting.number)).where(Meeting.agenda_id == agenda.id)) or 0)
    code = f"R-{number:03d}"
    meeting = Meeting(
        agenda_id=agenda.id,
        agenda=agenda,
        number=number,
        code=code,
        state=DRAFT,
        uid=f"{code}.{agenda.code}.{uuid4()}@rubrica".lower(),  # of no other portal either (RFC 5545, 3.8.4.7)
        sequence=0,
        checkin_edition=0,
        revision=1,
        created_at=now,
        created_by_id=person_id,
        **values,
    )
    added(session, meeting)
    note(session, meeting, "created", now=now, person_id=person_id)
    invite_group(session, meeting, now=now)
    story.tell_meeting(session, meeting)
    return meeting


def note(session: Session, meeting: Meeting, kind: str, *, now: datetime, person_id: int | None, **detail: Any) -> None:
    """Write down that something happened with a meeting."""
    session.add(MeetingEvent(meeting_id=meeting.id, kind=kind, at=now, person_id=person_id, detail=detail))
    session.flush()


def lock(session: Session, meeting: Meeting) -> None:
    """Hold the meeting's row until the commit, and read it anew."""
    session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    session.refresh(meeting)


def edit(session: Session, meeting: Meeting, *, revision: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change a meeting's data; return what each changed field was before. No mail: `convening.change` writes to those who were convened.

    Raises `Invalid`, `Conflict` once it was held or cancelled, or `Stale` (`theirs`: the meeting as it is now).
    """
    lock(session, meeting)
    if meeting.revision != revision:
        raise Stale(
            N_("Otra persona cambió esta reunión mientras usted la editaba. Lo que escribió sigue abajo: compárelo y guarde de nuevo."),
            theirs=meeting,
        )
    if meeting.state not in {DRAFT, CONVENED}:
        raise Conflict(N_("La reunión ya se realizó o se canceló: sus datos ya no cambian."))
    clean = _checked(session, meeting.agenda, {**{key: getattr(meeting, key) for key in FIELDS}, **values})
    before = {key: getattr(meeting, key) for key, value in clean.items() if getattr(meeting, key) != value}
    for key in before:
        setattr(meeting, key, clean[key])
    if before:
        meeting.revision += 1
        session.flush()
        session.refresh(meeting)
        story.tell_meeting(session, meeting)
    return before


def _checked(session: Session, agenda: Agenda, values: dict[str, Any]) -> dict[str, Any]:
    for key in ("title", "place", "link"):
        values[key] = " ".join(str(values[key] or "").split())
    values["points"] = "\n".join(line.strip() for line in str(values["points"] or "").splitlines() if line.strip())
    bad = _words(values)
    if values["starts_at"] is None or values["ends_at"] is None:
        bad["starts_at"] = N_("Elija cuándo empieza y cuándo termina.")
    elif values["ends_at"] <= values["starts_at"]:
        bad["ends_at"] = N_("La reunión debe terminar después de empezar.")
    elif values["ends_at"] - values["starts_at"] > LONGEST:
        bad["ends_at"] = N_("Una reunión dura hasta 5 días: revise las fechas.")
    bad |= _who(session, agenda, values)
    if bad:
        raise Invalid(fields=bad)
    return values


def _words(values: dict[str, Any]) -> dict[str, str]:
    bad: dict[str, str] = {}
    if values["kind"] not in MEETING_KINDS:
        bad["kind"] = N_("Elija qué clase de reunión es.")
    if not values["title"] or len(values["title"]) > TITLE:
        bad["title"] = N_("Escriba de qué es la reunión, en hasta 200 caracteres.")
    if len(values["place"]) > PLACE:
        bad["place"] = N_("El lugar admite hasta 250 caracteres.")
    if values["link"] and (len(values["link"]) > LINK or not fit_link(values["link"])):
        bad["link"] = N_("Escriba el enlace completo, por ejemplo https://ejemplo.pe/sala.")
    if len(values["points"]) > POINTS:
        bad["points"] = N_("Los puntos admiten hasta 4000 caracteres.")
    return bad


def _who(session: Session, agenda: Agenda, values: dict[str, Any]) -> dict[str, str]:
    bad: dict[str, str] = {}
    if values["group_id"] is not None:
        group = session.get(Group, values["group_id"])
        if group is None or group.agenda_id != agenda.id:
            bad["group"] = N_("Elija un grupo de esta agenda, o ninguno.")
    organisation = session.get(Organisation, values["organisation_id"]) if values["organisation_id"] is not None else None
    if values["kind"] != BILATERAL:
        values["organisation_id"] = None
    elif organisation is None or organisation.kind not in POLITICAL_KINDS:
        bad["organisation"] = N_("Elija la organización política con la que es el conversatorio bilateral.")
    return bad


def invite_group(session: Session, meeting: Meeting, *, now: datetime) -> list[Invitation]:
    """Invite the group's members of today, or of a bilateral the organisation's people, who are not invited yet; return the new invitations."""
    day = now.date()
    known = set(session.scalars(select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)))
    made: dict[int, Invitation] = {}
    for one in missing_members(session, meeting, now=now):
        made.setdefault(
            one.person_id,
            Invitation(
                meeting_id=meeting.id,
                person_id=one.person_id,
                organisation_id=one.organisation_id,
                organisation_name=one.organisation_name,
                sector=one.sector,
                sex=one.sex,
                added_at=now,
            ),
        )
    if meeting.organisation_id is not None:
        people = session.scalars(select(Membership).where(Membership.organisation_id == meeting.organisation_id)).all()
        for belongs in standing(people, day):
            made.setdefault(
                belongs.person_id,
                Invitation(
                    meeting_id=meeting.id,
                    person_id=belongs.person_id,
                    organisation_id=meeting.organisation_id,
                    organisation_name="",
                    sector="politico",
                    added_at=now,
                ),
            )
    new = [one for person, one in made.items() if person not in known]
    session.add_all(new)
    session.flush()
    return new


def missing_members(session: Session, meeting: Meeting, *, now: datetime) -> list[Member]:
    """Return the group's members of today who are not invited. One query."""
    if meeting.group_id is None:
        return []
    invited = select(Invitation.person_id).where(Invitation.meeting_id == meeting.id)
    rows = select(Member).where(
        Member.group_id == meeting.group_id, (Member.until.is_(None)) | (Member.until > now.date()), Member.person_id.not_in(invited)
    )
    return list(session.scalars(rows.order_by(Member.id)))


def invite_person(
    session: Session,
    meeting: Meeting,
    *,
    now: datetime,
    full_name: str,
    sector: str,
    organisation: str = "",
    email: str | None = None,
    sex: str | None = None,
    dimension: str | None = None,
) -> Invitation:
    """Invite one person more. `dimension`: which one they represent. Raises `Invalid`, `Conflict` when the meeting is over."""
    _open(meeting)
    bad = checked_person(sector, sex)
    if dimension and dimension not in {one.name for one in meeting.agenda.dimensions}:
        bad["dimension"] = N_("Elija una dimensión de esta agenda, o ninguna.")
    if bad:
        raise Invalid(fields=bad)
    person: Person = person_like(session, now=now, full_name=full_name, email=email, among={})
    if session.scalar(select(Invitation.id).where(Invitation.meeting_id == meeting.id, Invitation.person_id == person.id)) is not None:
        raise Invalid(fields={"full_name": N_("Esa persona ya está invitada.")})
    found, typed = find_organisation(session, organisation)
    made = Invitation(
        meeting_id=meeting.id,
        person=person,
        organisation=found,
        organisation_name=typed,
        sector=sector,
        sex=sex or None,
        dimension=dimension or None,
        added_at=now,
    )
    session.add(made)
    session.flush()
    return made


def uninvite(session: Session, meeting: Meeting, invitation: Invitation) -> None:
    """Take an invitation back that was not sent. Raises `Conflict` when it was (`convening.withdraw`) or the meeting is over."""
    _open(meeting)
    if invitation.sent_sequence is not None:
        raise Conflict(N_("A esa persona ya se le envió la convocatoria."))
    session.execute(delete(Invitation).where(Invitation.id == invitation.id))
    session.expire_all()


def _open(meeting: Meeting) -> None:
    if meeting.state not in {DRAFT, CONVENED}:
        raise Conflict(N_("La reunión ya se realizó o se canceló: la lista de invitados ya no cambia."))


def hold(session: Session, meeting: Meeting, *, now: datetime, person_id: int | None, presented: str = "", exchanged: str = "") -> None:
    """Note that the meeting was held; of a bilateral, how the agenda was presented and which proposals were exchanged.

    Again it changes those two texts. Side effect: a fact in the ledger. Raises `Conflict`.
    """
    lock(session, meeting)
    if meeting.state not in {CONVENED, DRAFT, HELD}:
        raise Conflict(N_("La reunión se canceló: no puede darse por realizada."))
    if meeting.starts_at > now:
        raise Conflict(N_("La reunión todavía no empieza: cámbiele la fecha o espere a que se realice."))
    first = meeting.state != HELD
    meeting.presented, meeting.exchanged = presented.strip(), exchanged.strip()
    if first:
        meeting.state, meeting.held_at, meeting.checkin_until = HELD, now, None
        note(session, meeting, "held", now=now, person_id=person_id)
        fact = {"kind": meeting.kind, "sequence": meeting.sequence}
        record(session, now=now, kind="meeting.held", subject=story.meeting_ref(meeting), data=fact)
    meeting.revision += 1
    session.flush()
    story.tell_meeting(session, meeting)


def people_of(invitations: Iterable[Invitation]) -> set[int]:
    """Return the ids of the people invited."""
    return {one.person_id for one in invitations}
