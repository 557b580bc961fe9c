"""The attendance sheet to print, and the QR for the room."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from plugins.groups.models import Invitation, Meeting
from plugins.groups.story import meeting_path
from plugins.groups.words import MEETING_KINDS, SECTORS
from portal.context import Portal
from portal.documents.rendering import render_pdf

BLANK = 15  # lines for people who were not invited
FIRST, NEXT = 16, 17  # lines that fit on the first page and on the others: blank ones fill the last


def printed(portal: Portal, meeting: Meeting, invited: Sequence[Invitation], *, now: datetime) -> bytes:
    """Return the sheet as PDF, A4: the invited by name, then blank lines, each with a box to sign in."""
    html = portal.templates.get_template("groups/pdf/sheet.html").render(
        meeting=meeting,
        agenda=meeting.agenda,
        invited=invited,
        blank=blank_lines(len(invited)),
        kinds=MEETING_KINDS,
        sectors=SECTORS,
        address=portal.settings.public_url + meeting_path(meeting, public=True),
        now=now,
    )
    return render_pdf(html)


def blank_lines(invited: int) -> int:
    """Return how many blank lines follow the invited: enough, and so many that the last page is full."""
    lines = invited + BLANK
    pages = max(0, -(-(lines - FIRST) // NEXT))
    return FIRST + pages * NEXT - invited


def qr(address: str) -> Markup:
    """Return an address as an SVG to show large, with its quiet zone."""
    import segno  # noqa: PLC0415 - only wanted for the room

    drawn = segno.make(address, error="m", boost_error=False, micro=False).svg_inline(
        border=4, omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - segno's own drawing of an address of ours
