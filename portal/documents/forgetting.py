"""Removes stored files that hold only personal data: the ledger says that they were, the audit accepts it, nothing else may."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnClause, column, func, inspect, select, table
from sqlalchemy.orm import Session

from portal import clock
from portal.documents.models import StoredFile
from portal.errors import Conflict
from portal.extend.kinds import JobKind
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import MailMessage

if TYPE_CHECKING:
    from portal.context import Portal

FORGOTTEN = "file.forgotten"


class StillNeeded(Conflict):
    """Something on record points to the file."""

    code = "file_needed"
    default = N_("El archivo no se puede borrar: hay datos del portal que lo necesitan.")


def references(session: Session, sha256: str) -> list[str]:
    """Return "table.column" of whatever points to a file, in every table of the database, those of plugins not in use too."""
    found = []
    inspector = inspect(session.connection())
    for name in inspector.get_table_names():
        for key in inspector.get_foreign_keys(name):
            if key["referred_table"] == "stored_file":
                here: ColumnClause[str] = column(key["constrained_columns"][0])
                if session.scalar(select(func.count()).select_from(table(name)).where(here == sha256)):
                    found.append(f"{name}.{here.name}")
    if any(sha256 in str(files) for files in session.scalars(select(MailMessage.files).where(MailMessage.state == "queued"))):
        found.append("mail_message.files")
    return found


def forget(session: Session, *, now: datetime, sha256: str) -> bool:
    """Note that a file is to be removed, in the ledger too; the job removes the bytes after the commit. Return whether this call did.

    Raises `StillNeeded` while anything points to it.
    """
    row = session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256).with_for_update())
    if row is None or row.forgotten_at is not None:
        return False
    if references(session, sha256):
        raise StillNeeded
    row.forgotten_at = now
    record(session, now=now, kind=FORGOTTEN, subject=f"file:{sha256}", data={"sha256": sha256, "size": row.size})
    return True


def pending(session: Session, _now: datetime) -> Iterable[str]:
    """Yield the forgotten files whose bytes are still there."""
    rows = select(StoredFile.sha256).where(StoredFile.forgotten_at.is_not(None), StoredFile.removed_at.is_(None))
    return list(session.scalars(rows.order_by(StoredFile.sha256).limit(500)))


def remove(portal: "Portal", sha256: str) -> None:
    """Remove a forgotten file's bytes. The row is locked: whoever stores the same bytes again does so before or after."""
    with portal.sessions() as session:
        row = session.scalar(select(StoredFile).where(StoredFile.sha256 == sha256).with_for_update())
        if row is None or row.forgotten_at is None or row.removed_at is not None:
            return
        portal.store.remove(sha256)
        row.removed_at = clock.now()
        session.commit()


KIND = JobKind(name="files.remove", run=remove, pending=pending)
