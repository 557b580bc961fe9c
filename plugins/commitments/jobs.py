"""The plugin's background work: issue a document, publish a complete one, close what is overdue, do bulk work.

The registry asks for these at every start, `portal --help` included, so what they need is imported when they run.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from plugins.commitments.paper.jobs import kinds as paper_kinds
from portal.extend import JobKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.context import Portal


def kinds() -> Iterable[JobKind]:
    """Return every kind of work over commitments."""
    return [
        JobKind(name="commitments.issue", run=_issue, pending=_to_issue),
        JobKind(name="commitments.publish", run=_publish, pending=_unpublished),
        JobKind(name="commitments.archive", run=_archive, pending=_to_archive),
        JobKind(name="commitments.expire", run=_expire, pending=_overdue),
        JobKind(name="commitments.digests", run=_digests, pending=_digests_due),
        JobKind(name="commitments.bulk", run=_bulk, pending=_bulk_due),
        *paper_kinds(),
        JobKind(name="commitments.outside", run=_outside, pending=_undecided),
    ]


def _issue(portal: "Portal", identity: str) -> None:
    from plugins.commitments import issuing  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    issuing.issue(portal, int(identity), now=clock.now())


def _to_issue(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments import issuing  # noqa: PLC0415

    return issuing.waiting(session, now)


def _publish(portal: "Portal", identity: str) -> None:
    from plugins.commitments import evidence  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    evidence.publish(portal, int(identity), now=clock.now())


def _unpublished(session: "Session", _now: datetime) -> Iterable[str]:
    from plugins.commitments import evidence  # noqa: PLC0415

    return evidence.unpublished(session)


def _archive(portal: "Portal", identity: str) -> None:
    from plugins.commitments.lasting import archive  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    archive.archive(portal, int(identity), now=clock.now())


def _to_archive(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments.lasting import archive  # noqa: PLC0415

    return archive.due(session, now)


def _expire(portal: "Portal", identity: str) -> None:
    from plugins.commitments import closing  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    closing.expire(portal, int(identity), now=clock.now())


def _overdue(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments import closing  # noqa: PLC0415

    return closing.overdue(session, now)


def _digests(portal: "Portal", identity: str) -> None:
    from plugins.commitments import reminding  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    reminding.run(portal, identity, now=clock.now())


def _digests_due(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments import reminding  # noqa: PLC0415

    return reminding.pending(session, now)


def _bulk(portal: "Portal", identity: str) -> None:
    from plugins.commitments import bulk  # noqa: PLC0415

    bulk.run(portal, identity)


def _bulk_due(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments import bulk  # noqa: PLC0415

    return bulk.pending(session, now)


def _outside(portal: "Portal", identity: str) -> None:
    from plugins.commitments.digital import rejudging  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    rejudging.judge_again(portal, int(identity), now=clock.now())


def _undecided(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments.digital import rejudging  # noqa: PLC0415

    return rejudging.due(session, now)
