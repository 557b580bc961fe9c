"""Compares everything the ledger vouches for with what is stored now."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.actas.audit import audit as audit_actas
from portal.agendas.audit import audit as audit_agendas
from portal.context import Portal
from portal.documents.forgetting import FORGOTTEN
from portal.documents.models import StoredFile
from portal.errors import PortalError
from portal.extend.kinds import LedgerProblem
from portal.ledger.checking import verify_heads
from portal.ledger.models import LedgerEntry
from portal.ledger.service import verify_chain


def audit(portal: Portal, session: Session, saved: Sequence[Mapping[str, Any]] = ()) -> tuple[int, list[LedgerProblem]]:
    """Return how many entries there are, and every problem found. `saved`: heads kept elsewhere (`checking.verify_heads`)."""
    count = session.scalar(select(func.count()).select_from(LedgerEntry)) or 0
    problems: list[LedgerProblem] = []
    for part, look in (
        ("ledger", lambda: verify_chain(session)),
        ("heads", lambda: verify_heads(session, saved)),
        ("files", lambda: _files(portal, session)),
        ("agendas", lambda: audit_agendas(session, portal.store)),
        ("actas", lambda: audit_actas(session)),
        ("plugins", lambda: portal.ask.ledger_audits(portal, session)),
    ):
        try:
            problems += look()
        except Exception as error:  # noqa: BLE001 - a value so broken that it cannot be read is what an audit is for
            session.rollback()
            problems.append(LedgerProblem(subject=part, sentence=f"Hay datos que no se pueden leer ({type(error).__name__}: {error})."))
    return count, problems


def _files(portal: Portal, session: Session) -> list[LedgerProblem]:
    problems = []
    forgotten = set(session.scalars(select(LedgerEntry.subject).where(LedgerEntry.kind == FORGOTTEN)))
    rows = select(StoredFile.sha256, StoredFile.size, StoredFile.forgotten_at).order_by(StoredFile.sha256)
    for name, size, forgotten_at in session.execute(rows):
        if forgotten_at is not None:  # personal data only, removed on purpose: the ledger must say so
            if f"file:{name}" not in forgotten:
                problems.append(LedgerProblem(subject=f"file:{name}", sentence=f"El archivo {name} se borró y no consta en el registro."))
            continue
        try:
            if len(portal.store.get(name)) != size:
                problems.append(LedgerProblem(subject=f"file:{name}", sentence=f"El tamaño anotado del archivo {name} cambió."))
        except PortalError as error:
            problems.append(LedgerProblem(subject=f"file:{name}", sentence=f"{name}: {error.text}"))
    return problems
