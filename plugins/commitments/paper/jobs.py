"""The background work of signing on paper: lay out packs, read files, record what two people confirmed."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from portal.extend import JobKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.context import Portal


def kinds() -> Iterable[JobKind]:
    """Return the kinds; what they need is imported when they run."""
    return [
        JobKind(name="commitments.paper_pack", run=_pack, pending=_packs),
        JobKind(name="commitments.paper_read", run=_read, pending=_unread),
        JobKind(name="commitments.paper_seal", run=_seal, pending=_unsealed),
    ]


def _pack(portal: "Portal", identity: str) -> None:
    from plugins.commitments.paper import packs  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    packs.make(portal, int(identity), now=clock.now())


def _packs(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments.paper import packs  # noqa: PLC0415

    return packs.unmade(session, now)


def _read(portal: "Portal", identity: str) -> None:
    from plugins.commitments.paper import receiving  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    receiving.read_file(portal, int(identity), now=clock.now())


def _unread(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments.paper import receiving  # noqa: PLC0415

    return receiving.unread(session, now)


def _seal(portal: "Portal", identity: str) -> None:
    from plugins.commitments.paper import sealing  # noqa: PLC0415
    from portal import clock  # noqa: PLC0415

    sealing.seal(portal, int(identity), now=clock.now())


def _unsealed(session: "Session", now: datetime) -> Iterable[str]:
    from plugins.commitments.paper import sealing  # noqa: PLC0415

    return sealing.unsealed(session, now)
