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
from portal.threads.stories import Part, Story, frozen, tell

if TYPE_CHECKING:
    from portal.context import Portal

FEW = 3  # items; with fewer, what they share is printed with each
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
    shared = common(stories)
    own = {code: without(story, {one.ref for part in shared for one in part.stations}) for code, story in stories.items()}
    html = template.render(stories=stories, rows=own, shared=shared, agenda=document, most=MOST_ROWS)
    return Markup(html)  # noqa: S704 - an autoescaped template


def common(stories: dict[str, Story]) -> list[Part]:
    """Return what stands in every item's story in the same words (the version, its validation…): it is printed once."""
    told = list(stories.values())
    if len(told) < FEW:
        return []
    same = set.intersection(*({(one.ref, one.label, one.title) for part in story.parts for one in part.stations} for story in told))
    parts = [Part(part.stage, tuple(one for one in part.stations if (one.ref, one.label, one.title) in same)) for part in told[0].parts]
    return [part for part in parts if part.stations]


def without(story: Story, refs: set[str]) -> list[Part]:
    """Return the parts of a story with something of the item's own, what is printed elsewhere left out."""
    parts = [Part(part.stage, tuple(one for one in part.stations if one.ref not in refs)) for part in story.parts]
    return [part for part in parts if part.stations]


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
