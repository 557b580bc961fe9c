"""Compares the frozen versions with what the ledger recorded of them: rows, stored bytes, printed copies."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.agendas.freezing import FROZEN, PRINTED, row_digest, subject
from portal.agendas.models import AgendaVersion
from portal.documents.store import FileStore
from portal.errors import PortalError
from portal.extend.kinds import LedgerProblem
from portal.ledger.queries import entries_of_kind


def audit(session: Session, store: FileStore) -> list[LedgerProblem]:
    """Return every frozen version that was edited, deleted or added behind the ledger's back."""
    recorded = {entry.subject: entry.data for entry in entries_of_kind(session, FROZEN)}
    printed = {entry.subject: entry.data.get("pdf") for entry in entries_of_kind(session, PRINTED)}
    rows = session.scalars(
        select(AgendaVersion)
        .options(joinedload(AgendaVersion.agenda))
        .order_by(AgendaVersion.agenda_id, AgendaVersion.number)
        .execution_options(populate_existing=True)  # what is stored now, not what the session read earlier
    )
    found = {subject(row.agenda.code, row.number): row for row in rows}
    problems = [
        LedgerProblem(subject=name, sentence=f"Falta la versión {name}, que está en el registro.") for name in recorded if name not in found
    ]
    for name, row in found.items():
        sentence = _wrong(row, name, recorded, printed, store)
        if sentence:
            problems.append(LedgerProblem(subject=name, sentence=sentence))
    return problems


def _wrong(row: AgendaVersion, name: str, recorded: dict[str, dict[str, Any]], printed: dict[str, Any], store: FileStore) -> str:
    if name not in recorded:
        return f"La versión {name} no está en el registro: alguien la añadió."
    data = recorded[name]
    if row.sha256 != data.get("sha256") or row_digest(row, row.agenda.code) != data.get("row"):
        return f"Los datos de la versión {name} cambiaron después de congelarla."
    if row.pdf_sha256 != printed.get(name):
        return f"El PDF de la versión {name} no es el que se registró."
    try:
        document = json.loads(store.get(row.sha256))
    except PortalError as error:
        return f"El archivo de la versión {name}: {error.text}"
    if (document["code"], document["number"], document["previous"]) != (row.agenda.code, row.number, data.get("previous")):
        return f"El archivo de la versión {name} dice ser otra."
    return ""
