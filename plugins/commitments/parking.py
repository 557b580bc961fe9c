"""Keeps what somebody typed after their session had ended, until they sign in again: nothing typed is lost."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Parked
from portal.documents.canonical import sha256

KEPT_FOR = timedelta(days=2)
MOST = 200  # a commitment: whoever is not signed in may send pages, so the oldest make room


def park(session: Session, *, now: datetime, commitment: Commitment, dimension: str, typed: dict[str, Any]) -> str:
    """Keep a form; return the secret that gives it back, which only the browser that sent it gets."""
    session.execute(delete(Parked).where(Parked.parked_at < now - KEPT_FOR))
    oldest = select(Parked.id).where(Parked.commitment_id == commitment.id).order_by(Parked.id.desc()).offset(MOST - 1)
    session.execute(delete(Parked).where(Parked.id.in_(list(session.scalars(oldest)))))
    token = secrets.token_urlsafe(32)
    session.add(Parked(token_sha256=sha256(token.encode()), commitment_id=commitment.id, dimension=dimension, typed=typed, parked_at=now))
    session.flush()
    return token


def parked(session: Session, *, now: datetime, commitment: Commitment, dimension: str, token: str) -> dict[str, Any] | None:
    """Return the form kept under `token` for this commitment and page, or None. The caller has checked that the reader may review it."""
    if not token:
        return None
    row = session.scalar(
        select(Parked).where(
            Parked.token_sha256 == sha256(token.encode()),
            Parked.commitment_id == commitment.id,
            Parked.dimension == dimension,
            Parked.parked_at >= now - KEPT_FOR,
        )
    )
    return row.typed if row else None


def forget(session: Session, *, token: str) -> None:
    """Drop a form that was saved since."""
    session.execute(delete(Parked).where(Parked.token_sha256 == sha256(token.encode())))
