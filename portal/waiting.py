"""Remembers since when each piece of background work waits, so that what is stuck shows, whatever its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.db import Base, UtcDateTime

LATE = timedelta(minutes=15)  # work that is done at once, or tried again each minute
BEAT = ("", "sweep")  # the row that says when the sweep last looked


class JobWaiting(Base):
    """A row whose work was still to do when the sweep last looked, and when it was first seen so."""

    __tablename__ = "job_waiting"

    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    identity: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class Stuck:
    """How many rows of one kind wait for longer than `LATE`, and since when the oldest does."""

    kind: str
    rows: int
    since: datetime


def note(session: Session, found: Iterable[tuple[str, str]], *, now: datetime, unlisted: Iterable[str] = ()) -> None:
    """Keep what the sweep found: new rows from `now` on, and no row whose work is done. `unlisted`: kinds that could not be listed."""
    before = {(row.kind, row.identity) for row in session.execute(select(JobWaiting.kind, JobWaiting.identity))}
    wanted, left_alone = set(found), set(unlisted)
    for kind, identity in before - wanted - {BEAT}:
        if kind not in left_alone:
            session.execute(delete(JobWaiting).where(JobWaiting.kind == kind, JobWaiting.identity == identity))
    new = sorted(wanted - before)
    if new:
        session.execute(insert(JobWaiting), [{"kind": kind, "identity": identity, "since": now} for kind, identity in new])
    session.merge(JobWaiting(kind=BEAT[0], identity=BEAT[1], since=now))
    session.flush()


def stuck(session: Session, *, now: datetime) -> list[Stuck]:
    """Return the kinds of work with rows that wait too long, by name."""
    rows = (
        select(JobWaiting.kind, func.count(), func.min(JobWaiting.since))
        .where(JobWaiting.kind != BEAT[0], JobWaiting.since < now - LATE)
        .group_by(JobWaiting.kind)
        .order_by(JobWaiting.kind)
    )
    return [Stuck(kind, count, since) for kind, count, since in session.execute(rows)]


def last_sweep(session: Session) -> datetime | None:
    """Return when background work last looked for what is to do; None before the first time."""
    return session.scalar(select(JobWaiting.since).where(JobWaiting.kind == BEAT[0], JobWaiting.identity == BEAT[1]))
