"""What can be read of stored links."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.threads.models import ThreadLink


def links_of(session: Session, refs: Iterable[str]) -> list[ThreadLink]:
    """Return the stored links that begin or end in any of `refs`, oldest first. One query."""
    wanted = sorted(set(refs))
    if not wanted:
        return []
    rows = select(ThreadLink).where(or_(ThreadLink.source.in_(wanted), ThreadLink.target.in_(wanted))).order_by(ThreadLink.at, ThreadLink.id)
    return list(session.scalars(rows))
