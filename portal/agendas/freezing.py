"""Freezes the draft into a version: canonical JSON, stored by its hash, and vouched for by the ledger."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.agendas.drafting import draft_digest, draft_document, objections
from portal.agendas.finding import keep_version
from portal.agendas.models import Agenda, AgendaVersion, Item
from portal.documents.canonical import canonical, digest
from portal.documents.store import FileStore
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.extend.ask import Ask
from portal.i18n import N_
from portal.ledger.service import record

MEDIA_TYPE = "application/json"
FROZEN, PRINTED = "agenda.frozen", "agenda.printed"


def freeze(
    session: Session, store: FileStore, ask: Ask, *, agenda_id: int, expected: str, note: str = "", now: datetime, person_id: int | None
) -> AgendaVersion:
    """Freeze the draft and return the new version; record it in the ledger.

    `expected` is the `draft_digest` of what the person reviewed. Raises `Stale` when the draft changed since (also
    when somebody else froze it meanwhile), `Conflict` when nothing changed since the last version, `Invalid` with
    the objections while there are any.
    """
    agenda = session.scalar(select(Agenda).where(Agenda.id == agenda_id).with_for_update().execution_options(populate_existing=True))
    if agenda is None:
        raise NotFound
    document = draft_document(session, ask.registry, agenda)
    last = session.scalar(select(AgendaVersion).where(AgendaVersion.agenda_id == agenda_id).order_by(AgendaVersion.number.desc()).limit(1))
    found = draft_digest(document)
    if last is not None and found == draft_digest(_read(store, last)):
        raise Conflict(N_("Nada cambió desde la versión %(number)s, así que no hay nada que congelar."), number=last.number)
    if found != expected:
        raise Stale(N_("El borrador cambió después de que usted lo revisó. Revíselo otra vez y vuelva a congelar."))
    against = objections(ask, document)
    if against:
        raise Invalid(
            N_("El borrador tiene observaciones por resolver."), fields={one.subject or "agenda": one.sentence for one in against}
        )
    return _keep(session, store, agenda, document, last, note=note, now=now, person_id=person_id)


def _keep(
    session: Session,
    store: FileStore,
    agenda: Agenda,
    document: dict[str, Any],
    last: AgendaVersion | None,
    *,
    note: str,
    now: datetime,
    person_id: int | None,
) -> AgendaVersion:
    number, moment = (last.number if last else 0) + 1, now.astimezone(UTC).replace(microsecond=0)
    document |= {"number": number, "frozen_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "previous": last.sha256 if last else None}
    codes = [item["code"] for dimension in document["dimensions"] for item in dimension["items"]]
    version = AgendaVersion(
        agenda_id=agenda.id,
        number=number,
        sha256=store.put(session, canonical(document), MEDIA_TYPE, now=now),
        note=note.strip(),
        item_count=len(codes),
        title=agenda.title,
        summary=agenda.summary,
        period_start=agenda.period_start,
        period_end=agenda.period_end,
        territory_name=agenda.territory.name,
        frozen_at=moment,
        frozen_by_id=person_id,
    )
    session.add(version)
    try:
        session.flush()
    except IntegrityError as error:  # the lock above makes this unlikely; the constraint makes it impossible
        raise Stale(N_("Otra persona acaba de congelar esta agenda. Vuelva a cargar la página.")) from error
    session.execute(
        update(Item).where(Item.agenda_id == agenda.id, Item.retired.is_(False), Item.first_version.is_(None)).values(first_version=number)
    )
    record(
        session,
        now=now,
        kind=FROZEN,
        subject=subject(agenda.code, number),
        data={
            "agenda": agenda.code,
            "number": number,
            "sha256": version.sha256,
            "previous": document["previous"],
            "items": len(codes),
            "row": row_digest(version, agenda.code),
        },
    )
    keep_version(session, agenda, version, document)
    return version


def subject(code: str, number: int) -> str:
    """Return how the ledger calls a version."""
    return f"agenda:{code}/v{number}"


def row_digest(version: AgendaVersion, code: str) -> str:
    """Return the digest of what a version's row says, but who froze it (personal) and its PDF (made later)."""
    return digest(
        {
            "agenda": code,
            "number": version.number,
            "sha256": version.sha256,
            "note": version.note,
            "item_count": version.item_count,
            "title": version.title,
            "summary": version.summary,
            "period_start": version.period_start,
            "period_end": version.period_end,
            "territory_name": version.territory_name,
            "frozen_at": version.frozen_at.astimezone(UTC).isoformat(),
        }
    )


def _read(store: FileStore, version: AgendaVersion) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(store.get(version.sha256))
    return document


def latest_number(session: Session, agenda_id: int) -> int:
    """Return the number of the agenda's last version, or 0."""
    return session.scalar(select(func.max(AgendaVersion.number)).where(AgendaVersion.agenda_id == agenda_id)) or 0
