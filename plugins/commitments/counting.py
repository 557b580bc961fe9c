"""How many signatures a commitment has and expects, in SQL, by the rule of `signing.completeness`: pools count together."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import aliased

from plugins.commitments.models import Commitment, Slot


def expected() -> Any:
    """Return the signatures expected of a `Commitment` of the enclosing query: required ones, and what each pool needs."""
    return _sum(needed=True)


def signed() -> Any:
    """Return how many of the expected signatures a `Commitment` of the enclosing query has: of a pool, no more than it needs."""
    return _sum(needed=False)


def _sum(*, needed: bool) -> Any:
    enough = func.coalesce(func.max(Slot.needed), 1)
    given = func.count(Slot.signed_at)
    of_pool = enough if needed else case((given < enough, given), else_=enough)
    alone = case((and_(Slot.required, true() if needed else Slot.signed_at.is_not(None)), 1), else_=0)
    each = (
        select(case((Slot.pool.is_(None), func.sum(alone)), else_=of_pool).label("many"))
        .where(Slot.commitment_id == Commitment.id)
        .group_by(Slot.pool)
        .correlate(Commitment)
        .subquery()
    )
    return select(cast(func.coalesce(func.sum(each.c.many), 0), Integer)).scalar_subquery()  # PostgreSQL's sums are decimals


def is_missing() -> ColumnElement[bool]:
    """Return whether a `Slot` of the enclosing query is not signed and the commitment is not complete without it."""
    mate = aliased(Slot)
    given = (
        select(func.count(mate.id))
        .where(mate.commitment_id == Slot.commitment_id, mate.pool == Slot.pool, mate.signed_at.is_not(None))
        .correlate(Slot)
        .scalar_subquery()
    )
    in_pool = and_(Slot.pool.is_not(None), given < func.coalesce(Slot.needed, 1))
    return and_(Slot.signed_at.is_(None), or_(and_(Slot.pool.is_(None), Slot.required), in_pool))


def lacks_people() -> ColumnElement[bool]:
    """Return whether a `Commitment` of the enclosing query cannot be issued yet: too few of the people who must sign are named."""
    mate = aliased(Slot)
    named = (
        select(func.count(mate.person_id))
        .where(mate.commitment_id == Slot.commitment_id, mate.pool == Slot.pool)
        .correlate(Slot)
        .scalar_subquery()
    )
    in_pool = and_(Slot.pool.is_not(None), named < func.coalesce(Slot.needed, 1))
    nobody = and_(Slot.person_id.is_(None), or_(and_(Slot.pool.is_(None), Slot.required), in_pool))
    return select(Slot.id).where(Slot.commitment_id == Commitment.id, nobody).correlate(Commitment).exists()
