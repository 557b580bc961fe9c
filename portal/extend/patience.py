"""Times the plugins' answers: one that is slow three times in a place of a page is not asked there again for a while."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.clock import now

SLOW = 0.2  # seconds by the wall clock: half of what a reader notices as waiting
STRIKES = 3  # slow answers, none further from the last than REST
REST = timedelta(minutes=10)  # by process; a restart forgets

Place = tuple[str, str, str]  # plugin, hook, place of the page or ""


@dataclass(frozen=True)
class Slow:
    """A plugin that was slow lately, for administrators: `took` in milliseconds, newest last; `until` while it is not asked."""

    plugin: str
    hook: str
    place: str
    took: tuple[int, ...]
    until: datetime | None


@dataclass
class _Record:
    times: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=STRIKES))  # (when, milliseconds)
    fresh: int = 0  # slow answers since the last warning
    rests: tuple[float, datetime] | None = None  # until when, as the timer and as people read it


class Patience:
    """Remembers slow answers. Safe to use from several threads."""

    def __init__(self, slow: float = SLOW, timer: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.timer = slow, timer
        self._records: dict[Place, _Record] = {}
        self._lock = threading.Lock()

    def resting(self, place: Place) -> bool:
        """Tell whether the plugin is not to be asked there now."""
        record = self._records.get(place)
        return record is not None and record.rests is not None and self.timer() < record.rests[0]

    def note(self, place: Place, seconds: float, *, cut: bool) -> Slow | None:
        """Note how long an answer took; return what is to be told when it was the third slow one (and, if `cut`, the last for now)."""
        if seconds < self.limit:
            return None
        with self._lock:
            record = self._records.setdefault(place, _Record())
            moment = self.timer()
            if record.times and moment - record.times[-1][0] > REST.total_seconds():
                record.fresh = 0
            record.times.append((moment, round(seconds * 1000)))
            record.fresh += 1
            if record.fresh < STRIKES:
                return None
            record.fresh = 0
            if cut:
                record.rests = (moment + REST.total_seconds(), now() + REST)
            return self._told(place, record)

    def slow(self) -> list[Slow]:
        """Return who was slow lately, by name; what is long past is left out."""
        with self._lock:
            recent = self.timer() - 2 * REST.total_seconds()
            return [self._told(place, record) for place, record in sorted(self._records.items()) if record.times[-1][0] > recent]

    def _told(self, place: Place, record: _Record) -> Slow:
        rests = record.rests
        until = rests[1] if rests is not None and self.timer() < rests[0] else None
        return Slow(*place, tuple(took for _, took in record.times), until)
