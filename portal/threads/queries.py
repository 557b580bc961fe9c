"""What can be read of stored links."""

from collections.abc import Iterable

from sqlalchemy import and_, false, or_, select
from sqlalchemy.orm import Session

from portal.threads.models import ThreadLink
from portal.threads.words import SOURCE_FIRST, SOURCE_LATER


def links_of(session: Session, refs: Iterable[str]) -> list[ThreadLink]:
    """Return the stored links that begin or end in any of `refs`, oldest first. One query."""
    wanted = sorted(set(refs))
    if not wanted:
        return []
    rows = (
        select(ThreadLink).where(or_(ThreadLink.source.in_(wanted), ThreadLink.target.in_(wanted))).order_by(ThreadLink.at, ThreadLink.id)
    )
    return list(session.scalars(rows))


def links_around(
    session: Session, *, later: Iterable[str] = (), earlier: Iterable[str] = (), answered: Iterable[str] = (), most: int
) -> list[tuple[str, str, str]]:
    """Return at most `most` links as (source, relation, target), oldest first. One query; none when nothing is asked.

    Those whose later end is in `later`, whose earlier end is in `earlier`, and the answers to those in `answered`.
    """
    lasts, firsts, asked = sorted(set(later)), sorted(set(earlier)), sorted(set(answered))
    if not (lasts or firsts or asked):
        return []
    wanted = or_(
        and_(ThreadLink.source.in_(lasts), ThreadLink.relation.in_(SOURCE_LATER)) if lasts else false(),
        and_(ThreadLink.target.in_(lasts), ThreadLink.relation.in_(SOURCE_FIRST)) if lasts else false(),
        and_(ThreadLink.target.in_(firsts), ThreadLink.relation.in_(SOURCE_LATER)) if firsts else false(),
        and_(ThreadLink.source.in_(firsts), ThreadLink.relation.in_(SOURCE_FIRST)) if firsts else false(),
        and_(ThreadLink.target.in_(asked), ThreadLink.relation == "answers") if asked else false(),
    )
    rows = (
        select(ThreadLink.source, ThreadLink.relation, ThreadLink.target).where(wanted).order_by(ThreadLink.at, ThreadLink.id).limit(most)
    )
    return [(source, relation, target) for source, relation, target in session.execute(rows)]


def any_link(session: Session, agenda_id: int) -> bool:
    """Tell whether anything of an agenda was ever tied."""
    return session.scalar(select(ThreadLink.id).where(ThreadLink.agenda_id == agenda_id).limit(1)) is not None
