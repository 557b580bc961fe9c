"""The stories of an agenda's items on paper: a section of the agenda's PDF, and a document of its own."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.accounts.actor import NOBODY
from portal.agendas.models import Agenda, AgendaVersion
from portal.documents.canonical import sha256
from portal.documents.rendering import render_pdf
from portal.threads.queries import any_link
from portal.threads.stories import Story, frozen, tell

if TYPE_CHECKING:
    from portal.context import Portal

MOST_ROWS = 4  # stations of a stage that are printed; the others are counted
KEPT = 4  # documents that a process remembers: the same words are laid out once
_lock = threading.Lock()
_made: "OrderedDict[str, bytes]" = OrderedDict()

History = Sequence[tuple[AgendaVersion, dict[str, Any]]]


def section(portal: "Portal", session: Session, agenda: Agenda, document: dict[str, Any]) -> Markup:
    """Return "Historia de cada punto" for a document (`rubrica.agenda/1`), as anybody may know it; "" while nothing was ever tied."""
    if not any_link(session, agenda.id):
        return Markup("")
    return drawn(portal, tell(session, portal.ask, NOBODY, document, frozen(session, portal.store, agenda), wait=True), document)


def drawn(portal: "Portal", stories: dict[str, Story], document: dict[str, Any]) -> Markup:
    """Return the section of these stories."""
    template = portal.templates.get_template("threads/_stories_pdf.html")
    return Markup(template.render(stories=stories, agenda=document, most=MOST_ROWS))  # noqa: S704 - an autoescaped template


def document_html(portal: "Portal", session: Session, agenda: Agenda, document: dict[str, Any], history: History, *, now: datetime) -> str:
    """Return the document "Historia de cada punto" of one frozen version, as it is `now`."""
    stories = tell(session, portal.ask, NOBODY, document, history, wait=True)
    address = f"{portal.settings.public_url}/agendas/{agenda.code}/camino"
    return portal.templates.get_template("threads/pdf.html").render(
        agenda=document, stories=drawn(portal, stories, document), address=address, day=now, count=len(stories)
    )


def digest_of(html: str) -> str:
    """Return what names a document before it is laid out."""
    return sha256(html.encode())


def pdf(html: str) -> bytes:
    """Lay a document out, or return it as it was laid out before; one at a time in a process (a second or so for 20 pages)."""
    name = digest_of(html)
    with _lock:
        if name not in _made:
            _made[name] = render_pdf(html)
            while len(_made) > KEPT:
                _made.popitem(last=False)
        _made.move_to_end(name)
        return _made[name]
