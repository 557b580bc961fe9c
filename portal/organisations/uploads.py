"""Lets go of uploaded spreadsheets: they name people, and are of no use once confirmed or once their preview has lapsed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.documents import forgetting
from portal.documents.models import StoredFile
from portal.extend.kinds import JobKind
from portal.organisations.models import IMPORTED

if TYPE_CHECKING:
    from portal.context import Portal

KEPT_FOR = timedelta(hours=12)  # as long as a preview may be confirmed


def lapsed(session: Session, now: datetime) -> Iterable[str]:
    """Yield the SHA-256 of spreadsheets whose preview can no longer be confirmed."""
    rows = select(StoredFile.sha256).where(
        StoredFile.media_type == IMPORTED, StoredFile.forgotten_at.is_(None), StoredFile.stored_at < now - KEPT_FOR
    )
    return [one for one in session.scalars(rows.order_by(StoredFile.sha256).limit(100)) if not forgetting.references(session, one)]


def let_go(portal: "Portal", sha256: str) -> None:
    """Forget one; a file that something else came to need stays."""
    with portal.sessions() as session:
        if not forgetting.references(session, sha256):
            forgetting.forget(session, now=clock.now(), sha256=sha256)
        session.commit()
    portal.queue.enqueue(forgetting.KIND.name, sha256)


KIND = JobKind(name="organisations.imports", run=let_go, pending=lapsed)
