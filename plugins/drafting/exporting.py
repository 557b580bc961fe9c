"""The draft, one of its dimensions, or a frozen version as a Word file."""

from datetime import datetime

from sqlalchemy.orm import Session

from plugins.drafting.bases import draft_bases, fields_of, frozen_bases
from plugins.drafting.word.writing import Sheet, write
from portal.agendas import queries
from portal.agendas.models import Agenda, AgendaVersion
from portal.documents.store import FileStore
from portal.errors import NotFound
from portal.extend.registry import Registry


def export(
    session: Session,
    registry: Registry,
    store: FileStore,
    agenda: Agenda,
    *,
    version: AgendaVersion | None = None,
    dimension: str | None = None,
    now: datetime,
    said: str,
) -> bytes:
    """Return the file. `said`: the line under the title. Raises `NotFound` for a dimension that there is not."""
    if version is None:
        items = draft_bases(session, registry, agenda)
        parts = [(one.name, one.label, items[one.name]) for one in agenda.dimensions]
    else:
        parts = frozen_bases(session, registry, agenda, queries.version_document(store, version), version.number)
    if dimension is not None:
        parts = [one for one in parts if one[0] == dimension]
        if not parts:
            raise NotFound
    return write(
        Sheet(
            code=agenda.code,
            title=version.title if version else agenda.title,
            version=version.number if version else None,
            at=version.frozen_at if version else now,
            said=said,
            dimensions=parts,
            fields={**fields_of(registry, agenda), **{name: registry.item_fields(name) for name, _, _ in parts}},
            whole=dimension is None,
        )
    )
