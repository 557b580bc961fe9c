"""Makes the PDF of a frozen version, as a job, and the annex that other documents carry."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.agendas.charts import drawn
from portal.agendas.freezing import PRINTED, subject
from portal.agendas.models import AgendaVersion
from portal.agendas.own_fields import cells
from portal.agendas.queries import version_document
from portal.agendas.showing import alignment, citation_order, figure
from portal.db import writing
from portal.documents.rendering import Attached, render_markdown, render_pdf
from portal.errors import PortalError
from portal.extend.kinds import Chapter, JobKind
from portal.ledger.service import record
from portal.threads import printing as stories

if TYPE_CHECKING:
    from portal.context import Portal

PAUSE = timedelta(minutes=2)  # a version being printed is left alone for this long
MAX_TRIES = 10


def render_annex(portal: "Portal", agenda: dict[str, Any]) -> Markup:
    """Return an agenda (`rubrica.agenda/1`) as the HTML that goes into a PDF: every item, the plugins' panels and chapters."""
    shown = [
        {
            **one,
            "panels": drawn(portal.ask.panels(one, agenda, wait=True)),
            "chapters": [_chapter(portal, chapter, one, agenda) for chapter in portal.ask.agenda_chapter(one, agenda, wait=True)],
        }
        for one in agenda["dimensions"]
    ]
    links = {
        (one["scheme"], one["code"], one["label"]): one
        for dimension in agenda["dimensions"]
        for item in dimension["items"]
        for one in item["alignments"]
        if one["code"] and one["label"]
    }
    cited = sorted(links.values(), key=citation_order)
    template = portal.templates.get_template("agendas/_annex_pdf.html")
    html = template.render(
        agenda=agenda, dimensions=shown, markdown=render_markdown, figure=figure, alignment=alignment, cells=cells, cited=cited
    )
    return Markup(html)  # noqa: S704 - an autoescaped template


def _chapter(portal: "Portal", chapter: Chapter, dimension: dict[str, Any], agenda: dict[str, Any]) -> Markup:
    def render() -> str:
        return portal.templates.get_template(chapter.template).render(
            {**chapter.context, "agenda": agenda, "dimension": dimension, "medium": "pdf"}
        )

    return Markup(portal.ask.drawn(chapter, "agenda_chapter", render, wait=True))  # noqa: S704 - an autoescaped template


def version_pdf(portal: "Portal", version: AgendaVersion) -> bytes:
    """Return a frozen version as PDF/A-3a with its canonical JSON inside (about 1 s for 20 pages)."""
    data, document = portal.store.get(version.sha256), version_document(portal.store, version)
    html = portal.templates.get_template("agendas/pdf.html").render(
        agenda=document,
        annex=render_annex(portal, document),
        stories=_stories(portal, version, document),
        sha256=version.sha256,
        frozen_at=datetime.fromisoformat(document["frozen_at"]),
        address=f"{portal.settings.public_url}/agendas/{document['code']}/v{document['number']}",
        note=version.note,
        item_count=version.item_count,
    )
    attached = Attached(
        name="agenda.json",
        data=data,
        media_type="application/json",
        description=f"agenda.json, SHA-256 {version.sha256}",
        relationship="Source",
    )
    return render_pdf(html, attachments=[attached])


def _stories(portal: "Portal", version: AgendaVersion, document: dict[str, Any]) -> Markup:
    """Return where each item comes from, as far as anybody may know it at this moment; read without holding up whoever writes."""
    token = writing.set(False)
    try:
        with portal.sessions() as session:
            return stories.section(portal, session, session.get_one(AgendaVersion, version.id).agenda, document)
    finally:
        writing.reset(token)


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of versions without PDF that nobody works on."""
    rows = select(AgendaVersion.id).where(
        AgendaVersion.pdf_sha256.is_(None),
        AgendaVersion.pdf_tries < MAX_TRIES,
        or_(AgendaVersion.pdf_tried_at.is_(None), AgendaVersion.pdf_tried_at < now - PAUSE),
    )
    return [str(row) for row in session.scalars(rows.order_by(AgendaVersion.id).limit(50))]


def print_version(portal: "Portal", identity: str) -> None:
    """Make the PDF of version `identity` unless it has one; the ledger notes its hash. Safe to run twice at once."""
    with portal.sessions() as session:
        version = session.get(AgendaVersion, int(identity))
        if version is None or version.pdf_sha256 is not None:
            return
        version.pdf_tries, version.pdf_tried_at = version.pdf_tries + 1, clock.now()
        session.commit()
        try:
            data = version_pdf(portal, version)
        except Exception as error:
            version.pdf_problem = (error.text if isinstance(error, PortalError) else type(error).__name__)[:300]
            session.commit()
            raise
        now = clock.now()
        sha256 = portal.store.put(session, data, "application/pdf", now=now)
        done = session.execute(
            update(AgendaVersion)
            .where(AgendaVersion.id == version.id, AgendaVersion.pdf_sha256.is_(None))
            .values(pdf_sha256=sha256, pdf_problem=None),
            execution_options={"synchronize_session": False},
        )
        if done.rowcount != 1:  # type: ignore[attr-defined] # another worker was quicker: its copy stays
            session.rollback()
            return
        record(
            session,
            now=now,
            kind=PRINTED,
            subject=subject(version.agenda.code, version.number),
            data={"pdf": sha256, "sha256": version.sha256},
        )
        session.commit()


KIND = JobKind(name="agendas.pdf", run=print_version, pending=pending)
