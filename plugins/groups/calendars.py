"""Meetings as calendar files: invitations that programmes answer, update and cancel by UID, and feeds to subscribe to (RFC 5545, 5546)."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from plugins.groups import story
from plugins.groups.models import Group, Meeting
from plugins.groups.words import CANCELLED, MEETING_KINDS
from portal.settings import Settings

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
PRODID = "-//Rubrica//Grupos y reuniones//ES"
TOKEN = 32  # hexadecimal digits


def invitation(meeting: Meeting, *, settings: Settings, now: datetime, name: str, address: str, method: str = REQUEST) -> bytes:
    """Return the file that asks one person to come (REQUEST: also each change of it) or tells them not to (CANCEL). Nobody else is in it."""
    event = _event(meeting, settings=settings, now=now, public=story.is_public(meeting))
    sender, organizer_address = parseaddr(settings.mail_from)
    organizer = vCalAddress(f"mailto:{organizer_address}")
    organizer.params["CN"] = vText(sender or "Rúbrica")
    event["ORGANIZER"] = organizer
    attendee = vCalAddress(f"mailto:{address}")
    for key, value in (("CN", name), ("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "FALSE")):
        attendee.params[key] = vText(value)
    event.add("ATTENDEE", attendee, encode=False)
    if method == CANCEL and meeting.state != CANCELLED:
        del event["STATUS"]  # RFC 5546, 3.2.5: who alone is taken off must not read that the whole event is
    return _calendar([event], method=method, settings=settings)


def feed(meetings: Iterable[Meeting], *, settings: Settings, now: datetime, title: str, public: bool) -> bytes:
    """Return a calendar to subscribe to. `public`: for everybody, so links to rooms are left out."""
    events = [_event(one, settings=settings, now=now, public=public, link=not public) for one in meetings]
    return _calendar(events, method=PUBLISH, settings=settings, title=title)


def _calendar(events: list[Event], *, method: str, settings: Settings, title: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODID)
    calendar.add("METHOD", method)
    if title:
        calendar.add("X-WR-CALNAME", title)
        calendar.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
    for event in events:
        calendar.add_component(event)
    if events and settings.timezone != "UTC":
        first = min(event.start for event in events)
        calendar.add_missing_timezones(first_date=date(first.year, 1, 1), last_date=date(first.year + 10, 1, 1))
    return bytes(calendar.to_ical())


def _event(meeting: Meeting, *, settings: Settings, now: datetime, public: bool, link: bool = True) -> Event:
    zone = ZoneInfo(settings.timezone)
    event = Event()
    event.add("UID", meeting.uid)
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", now)
    event.add("DTSTART", meeting.starts_at.astimezone(zone))
    event.add("DTEND", meeting.ends_at.astimezone(zone))
    event.add("SUMMARY", meeting.title)
    event.add("DESCRIPTION", description(meeting, settings=settings, public=public, link=link))
    if meeting.place or (link and meeting.link):
        event.add("LOCATION", meeting.place or meeting.link)
    if public:
        event.add("URL", settings.public_url + story.meeting_path(meeting, public=True))
    event.add("STATUS", "CANCELLED" if meeting.state == CANCELLED else "CONFIRMED")
    return event


def description(meeting: Meeting, *, settings: Settings, public: bool, link: bool = True) -> str:
    """Return the text that calendars show: kind, points, link."""
    lines = [f"{MEETING_KINDS.get(meeting.kind, meeting.kind)} {meeting.code}, {meeting.agenda.title}"]
    if meeting.points:
        lines += ["", *(f"{place}. {point}" for place, point in enumerate(meeting.points.splitlines(), 1))]
    if link and meeting.link:
        lines += ["", meeting.link]
    if public:
        lines += ["", settings.public_url + story.meeting_path(meeting, public=True)]
    return "\n".join(lines)


def token(settings: Settings, purpose: str, identity: int, edition: int) -> str:
    """Return the secret part of an address: it needs no storing, and ends when the edition goes on."""
    text = f"groups:{purpose}:{identity}:{edition}".encode()
    return hmac.new(settings.secret_key.encode(), text, hashlib.sha256).hexdigest()[:TOKEN]


def feed_token(settings: Settings, group: Group) -> str:
    """Return the secret of a group's calendar."""
    return token(settings, "feed", group.id, group.feed_edition)


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), wanted.encode())


RECENT = timedelta(days=366)  # feeds go this far back
