"""The plugin's background work: issue a document, publish a complete one, close what is overdue."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from plugins.commitments import closing, evidence, issuing
from portal import clock
from portal.context import Portal
from portal.extend import JobKind


def kinds() -> Iterable[JobKind]:
    """Return every kind of work over commitments."""
    return [
        JobKind(name="commitments.issue", run=_issue, pending=issuing.waiting),
        JobKind(name="commitments.publish", run=_publish, pending=_unpublished),
        JobKind(name="commitments.expire", run=_expire, pending=closing.overdue),
    ]


def _issue(portal: Portal, identity: str) -> None:
    issuing.issue(portal, int(identity), now=clock.now())


def _publish(portal: Portal, identity: str) -> None:
    evidence.publish(portal, int(identity), now=clock.now())


def _unpublished(session: Session, _now: datetime) -> Iterable[str]:
    return evidence.unpublished(session)


def _expire(portal: Portal, identity: str) -> None:
    closing.expire(portal, int(identity), now=clock.now())
