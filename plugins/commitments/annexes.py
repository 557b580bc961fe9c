"""Keeps the annex of instruments, the agenda's full text as a PDF: laid out once, the same for every organisation.

It is found by its recipe: the digest of all that decides how it looks. A plugin that shows something else from now on, a
new style sheet or a new WeasyPrint make another recipe; what was kept under the old one stays with the instruments that have it.
"""

import io
import logging
from datetime import datetime
from functools import cache
from importlib.metadata import version

import pikepdf
from sqlalchemy.exc import IntegrityError

from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.models import Annex
from plugins.commitments.typesetting.joining import attach, prepared, saved
from portal import db
from portal.agendas.printing import render_annex
from portal.context import Portal
from portal.documents.canonical import digest, sha256
from portal.documents.rendering import Attached, layout
from portal.documents.store import Damaged
from portal.errors import NotFound
from portal.paths import STATIC

log = logging.getLogger(__name__)

FORMAT = 1
"""Raised when `_laid_out` or what it calls changes what it makes."""


def annex_of(portal: Portal, agenda: FrozenAgenda, *, now: datetime) -> bytes:
    """Return the annex, laid out if nobody did yet (seconds), else as kept (20 ms, to know that nothing in it changed).

    Writes in a transaction of its own. Killed anywhere and called again, or called twice at once, it keeps one.
    """
    html = annex_html(portal, agenda)
    recipe = digest([FORMAT, agenda.sha256, sha256(html.encode()), *_means()])
    kept, lost = _kept(portal, recipe)
    if kept is not None:
        return kept
    data = _laid_out(html, agenda)
    if lost:
        portal.store.restore(data)
    try:
        with portal.sessions() as session:
            name = portal.store.put(session, data, "application/pdf", now=now)
            session.merge(Annex(recipe=recipe, version_sha256=agenda.sha256, sha256=name, made_at=now))
            session.commit()
    except IntegrityError:  # somebody else was quicker: all instruments carry theirs
        return _kept(portal, recipe)[0] or data
    return data


def annex_html(portal: Portal, agenda: FrozenAgenda) -> str:
    """Return the annex as HTML, with what the plugins show of each dimension."""
    template = portal.templates.get_template("commitments/pdf/annex.html")
    text = render_annex(portal, agenda.data)
    return template.render(agenda=agenda.data, sha256=agenda.sha256, annex=text, when=datetime.fromisoformat)


def _kept(portal: Portal, recipe: str) -> tuple[bytes | None, bool]:
    """Return the annex kept under `recipe`, and whether its bytes were lost."""
    token = db.writing.set(False)
    try:
        with portal.sessions() as session:
            row = session.get(Annex, recipe)
            name = row.sha256 if row else None
    finally:
        db.writing.reset(token)
    if name is None:
        return None, False
    try:
        return portal.store.get(name), False
    except (NotFound, Damaged):
        log.warning("the annex %s is missing or damaged: laid out again", name)
        return None, True


def _laid_out(html: str, agenda: FrozenAgenda) -> bytes:
    with pikepdf.open(io.BytesIO(prepared(layout(html).write(), "a-"))) as document:
        attached = Attached("agenda.json", agenda.raw, "application/json", "La agenda, byte por byte como se calculó su huella", "Source")
        attach(document, attached, made=datetime.fromisoformat(agenda.data["frozen_at"]))
        return saved(document)


@cache
def _means() -> tuple[str, ...]:
    packages = ("weasyprint", "pydyf", "pikepdf", "font-source-serif-pro", "font-source-sans-pro")
    return (sha256((STATIC / "pdf.css").read_bytes()), *(version(name) for name in packages))
