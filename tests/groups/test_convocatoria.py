"""The convocatoria: what a real mail server takes, and what a second calendar parser reads in it."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from aiosmtpd.controller import Controller
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups import calendars, clashes, convening, meetings
from plugins.groups.groups import add_member, create_group
from plugins.groups.models import Group, Invitation, Meeting, MeetingEvent
from portal import mail
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Conflict, Invalid, Stale
from portal.settings import Settings

STARTS = datetime(2027, 5, 2, 14, 0, tzinfo=UTC)  # 9 in Lima


class Box:
    """A mail server's box."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def post(box: tuple[Box, str], portal: Portal, session: Session, now: datetime) -> Callable[[list[int]], list[EmailMessage]]:
    """Commit, deliver these mails, and return what the server took, by address."""
    handler, url = box

    def deliver(mails: list[int]) -> list[EmailMessage]:
        session.commit()
        handler.taken.clear()
        settings: Settings = replace(portal.settings, mail_url=url)
        for one in mails:
            mail.deliver(session, one, now=now, settings=settings, read=portal.store.get)
        return sorted(handler.taken, key=lambda one: str(one["To"]))

    return deliver


def calendar_of(message: EmailMessage) -> Any:
    """Return the invitation as mail programmes find it (the text/calendar alternative), read by a second parser."""
    [part] = [one for one in message.walk() if one.get_content_type() == "text/calendar" and not one.get_filename()]
    return vobject.readOne(part.get_content())


def test_invited_moved_and_cancelled_by_one_uid(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], post: Any, now: datetime
) -> None:
    meeting = meet(group=group, starts_at=STARTS)
    [two, one] = post(convening.convene(portal, session, meeting, now=now, person_id=None))
    assert [str(two["To"]), str(one["To"])] == ["Dos de Muestra <dos@muestra.example>", "Uno de Muestra <uno@muestra.example>"]
    assert str(one["Subject"]) == "Convocatoria: Recojo de demandas (muestra), 2 de mayo de 2027"
    text, html = (one.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for words in (text.get_content(), html.get_content()):
        assert ("2 de mayo de 2027, 09:00 (hora de Lima)" in words, "Local de muestra, Jr. Lima 123" in words) == (True, True)
    read = calendar_of(one)
    first = read.vevent
    assert (read.method.value, first.uid.value, first.sequence.value) == ("REQUEST", meeting.uid, "0")
    assert (first.dtstart.value, first.dtend.value) == (STARTS, STARTS + timedelta(hours=3))
    assert first.dtstart.value.utcoffset() == timedelta(hours=-5)
    assert read.vtimezone.tzid.value == "America/Lima"
    assert (first.attendee.value, first.attendee.params["CN"]) == ("mailto:uno@muestra.example", ["Uno de Muestra"])
    assert len(first.contents["attendee"]) == 1  # nobody learns the others' addresses
    assert first.organizer.value == "mailto:no-responder@localhost"
    assert (first.location.value, "con punto y coma" in first.description.value) == ("Local de muestra, Jr. Lima 123", True)
    [file] = one.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_param("method")) == ("reunion.ics", "text/calendar", "REQUEST")
    assert file.get_param("charset") == "utf-8"

    values = {"starts_at": STARTS + timedelta(days=1), "ends_at": STARTS + timedelta(days=1, hours=2), "place": "Otro local"}
    moved = post(convening.change(portal, session, meeting, now=now, person_id=None, revision=meeting.revision, values=values))
    assert len(moved) == 2
    words = moved[0].get_body(("plain",)).get_content()
    for sentence in (
        "Era el 2 de mayo de 2027, 09:00",
        "Ahora es el 3 de mayo de 2027, 09:00",
        "El lugar era: Local de muestra, Jr. Lima 123.",
    ):
        assert sentence in " ".join(words.split())
    update = calendar_of(moved[1])
    event = update.vevent
    assert (update.method.value, event.uid.value, event.sequence.value) == ("REQUEST", meeting.uid, "1")
    assert (event.dtstart.value, event.location.value) == (STARTS + timedelta(days=1), "Otro local")

    gone = post(convening.cancel(portal, session, meeting, now=now, person_id=None, reason="Llueve."))
    assert "Motivo: Llueve." in gone[0].get_body(("plain",)).get_content()
    cancelled = calendar_of(gone[1])
    last = cancelled.vevent
    assert (cancelled.method.value, last.uid.value, last.sequence.value, last.status.value) == ("CANCEL", meeting.uid, "2", "CANCELLED")
    kinds = session.scalars(select(MeetingEvent.kind).order_by(MeetingEvent.id)).all()
    assert kinds == ["created", "convened", "moved", "cancelled"]


def test_who_is_taken_off_gets_a_cancellation_and_the_others_nothing(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], post: Any, now: datetime
) -> None:
    meeting = meet(group=group, starts_at=STARTS)
    convening.convene(portal, session, meeting, now=now, person_id=None)
    invitation = next(one for one in convening.invited(session, meeting) if one.person.email == "dos@muestra.example")
    [message] = post(convening.withdraw(portal, session, meeting, invitation, now=now, person_id=None))
    read = calendar_of(message)
    assert (str(message["To"]), read.method.value) == ("Dos de Muestra <dos@muestra.example>", "CANCEL")
    assert read.vevent.sequence.value == "1"
    assert "status" not in read.vevent.contents  # RFC 5546, 3.2.5: the event itself is not cancelled
    assert "sigue en pie" in message.get_body(("plain",)).get_content()
    back = meetings.invite_person(session, meeting, now=now, full_name="Dos", email="dos@muestra.example", sector="estado")
    assert back.person.full_name == "Dos de Muestra"
    [again] = post(convening.send_missing(portal, session, meeting, now=now, person_id=None))
    assert (calendar_of(again).method.value, calendar_of(again).vevent.sequence.value) == ("REQUEST", "1")


def test_a_change_that_nobody_needs_to_know_writes_to_nobody(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meeting = meet(group=group)
    convening.convene(portal, session, meeting, now=now, person_id=None)
    assert convening.change(portal, session, meeting, now=now, person_id=None, revision=2, values={"public": False}) == []
    assert meeting.sequence == 0
    with pytest.raises(Stale):
        convening.change(portal, session, meeting, now=now, person_id=None, revision=2, values={"title": "Otra"})
    assert convening.change(portal, session, meeting, now=now, person_id=None, revision=3, values={"title": "Otra"}) != []
    assert meeting.sequence == 1


def test_what_cannot_be_convened(portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime) -> None:
    with pytest.raises(Invalid, match="Todavía no hay personas invitadas"):
        convening.convene(portal, session, meet(), now=now, person_id=None)
    with pytest.raises(Invalid, match="Falta el lugar o el enlace"):
        convening.convene(portal, session, meet(group=group, place=""), now=now, person_id=None)
    past = meet(group=group, starts_at=now - timedelta(days=3))
    with pytest.raises(Conflict, match="ya pasó"):
        convening.convene(portal, session, past, now=now, person_id=None)
    convened = meet(group=group, starts_at=now + timedelta(days=9))
    convening.convene(portal, session, convened, now=now, person_id=None)
    with pytest.raises(Conflict, match="ya se convocó"):
        convening.convene(portal, session, convened, now=now, person_id=None)
    with pytest.raises(Conflict, match="todavía no empieza"):
        meetings.hold(session, convened, now=now, person_id=None)


def test_a_member_of_two_groups_at_one_hour_is_found(
    portal: Portal, session: Session, agenda: Agenda, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    other = create_group(session, now=now, agenda=agenda, name="Otro grupo")
    add_member(session, other, now=now, full_name="Uno", email="uno@muestra.example", sector="estado")
    here, there = meet(group=group, starts_at=STARTS), meet(group=other, starts_at=STARTS + timedelta(hours=2))
    beside = meet(group=other, starts_at=STARTS + timedelta(hours=5))
    assert [(one.name, one.other.code) for one in clashes.clashes(session, here)] == [("Uno de Muestra", "R-002")]
    assert clashes.clashes(session, beside) == []  # it begins when the other ends
    with pytest.raises(clashes.Clashing):
        convening.convene(portal, session, here, now=now, person_id=None, accepted="otra cosa")
    accepted = clashes.mark(clashes.clashes(session, here))
    assert len(convening.convene(portal, session, here, now=now, person_id=None, accepted=accepted)) == 2
    convening.cancel(portal, session, there, now=now, person_id=None, reason="No va.")
    assert clashes.clashes(session, here) == []


def test_without_an_address_nothing_is_sent_and_the_page_says_so(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meeting = meet(group=group)
    mails = convening.convene(portal, session, meeting, now=now, person_id=None)
    rows = session.scalars(select(Invitation).where(Invitation.meeting_id == meeting.id)).all()
    assert (len(mails), len(rows), sum(one.mail_id is None for one in rows)) == (2, 3, 1)


@pytest.mark.once
def test_feeds_are_read_by_a_second_parser(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime, client: Any
) -> None:
    shown = meet(group=group, starts_at=STARTS, link="https://sala.example/secreta")
    meet(group=group, starts_at=STARTS + timedelta(days=4), public=False, title="Reservada")
    for one in session.scalars(select(Meeting)).all():
        convening.convene(portal, session, one, now=now, person_id=None)
    draft = meet(group=group, starts_at=STARTS + timedelta(days=8), title="En borrador")
    token = calendars.feed_token(portal.settings, group)
    session.commit()
    public = client.get("/agendas/APU-T/reuniones.ics")
    assert public.content_type == "text/calendar; charset=utf-8"
    read = vobject.readOne(public.get_data(as_text=True))
    assert [one.uid.value for one in read.vevent_list] == [shown.uid]
    assert "sala.example" not in public.get_data(as_text=True)
    mine = client.get(f"/agendas/APU-T/grupos/G-01/{token}.ics").get_data(as_text=True)
    events = Calendar.from_ical(mine).walk("VEVENT")
    assert [str(one["SUMMARY"]) for one in events] == [shown.title, "Reservada"]
    assert draft.uid not in mine
    assert events[0]["DTSTART"].dt == STARTS.astimezone(ZoneInfo("America/Lima"))
    assert client.get(f"/agendas/APU-T/grupos/G-01/{'0' * 32}.ics").status_code == 404
    group.feed_edition += 1
    session.commit()
    assert client.get(f"/agendas/APU-T/grupos/G-01/{token}.ics").status_code == 404


def test_two_portals_name_their_meetings_differently(session: Session, meet: Callable[..., Meeting]) -> None:
    first = meet()
    code, name = first.code, first.uid
    session.delete(first)
    session.commit()
    again = meet()
    assert (again.code, again.uid == name) == (code, False)
