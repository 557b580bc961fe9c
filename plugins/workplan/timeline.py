"""The plan over time: where each activity's bar begins and ends, in months of equal width."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plugins.workplan.dates import SHORT
from plugins.workplan.queries import Row
from plugins.workplan.words import COMPLETE, UNDER_WAY

UNIT = 30.0  # drawing units a month
MOST_MONTHS = 36


@dataclass(frozen=True)
class Bar:
    """An activity's bar, in drawing units from the left. `planned`: where it was before it was rescheduled. `look`: done, under, open."""

    x: float
    width: float
    look: str
    planned: tuple[float, float] | None = None


@dataclass(frozen=True)
class Chart:
    """The drawing: its months (label, year, whether the year begins here), the bar of each activity, today's place."""

    months: list[tuple[str, int, bool]]
    bars: dict[int, Bar]
    today: float | None
    outside: bool = False  # some days are further than the drawing goes

    @property
    def width(self) -> float:
        """Drawing units in all."""
        return UNIT * len(self.months)


def chart(rows: Sequence[Row], *, today: date) -> Chart:
    """Draw the rows that have days. Over 36 months, only the first 36."""
    spans = [(row, row.activity.due_from, row.activity.due_to) for row in rows]
    days = [
        day
        for row in rows
        for day in (row.activity.due_from, row.activity.due_to, row.activity.planned_from, row.activity.planned_to)
        if day
    ]
    if not days:
        return Chart([], {}, None)
    first = _index(min(days))
    count = _index(max(days)) - first + 1
    shown = min(count, MOST_MONTHS)
    months = [(SHORT[(first + place) % 12], (first + place) // 12, place == 0 or (first + place) % 12 == 0) for place in range(shown)]
    bars = {}
    for row, start, end in spans:
        if start is None or end is None:
            continue
        x, right = _place(start, first), min(_place(end, first, end=True), UNIT * shown)
        if x >= UNIT * shown:
            continue
        look = "done" if row.activity.state == COMPLETE else "under" if row.activity.state in UNDER_WAY else "open"
        before = None
        if row.rescheduled and row.activity.planned_from and row.activity.planned_to:
            left = _place(row.activity.planned_from, first)
            before = (left, max(2.0, min(_place(row.activity.planned_to, first, end=True), UNIT * shown) - left))
        bars[row.activity.id] = Bar(x, round(max(2.0, right - x), 1), look, before)
    now = _place(today, first)
    return Chart(months, bars, now if 0 <= now <= UNIT * shown else None, outside=count > shown)


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _place(day: date, first: int, *, end: bool = False) -> float:
    """Return where a day begins, or ends."""
    length = calendar.monthrange(day.year, day.month)[1]
    return round(UNIT * (_index(day) - first + (day.day - (0 if end else 1)) / length), 1)
