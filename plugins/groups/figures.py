"""Attendance in figures that protect people: a count of one or two is never shown, nor can it be worked out from what is.

What is shown of a meeting is a total and three tables: by sector, by sex, by organisation. A reader can subtract. So
after hiding every count under three, this module does what such a reader would do (narrow each hidden count by every
sum it is in, then try whether both one and two still fit) and hides more until every small count can be either.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

SMALL = 3
FEW, HIDDEN, SHOWN = "few", "hidden", "shown"  # under three; three or more, hidden to protect those; told
_MANY = 10**4
_ROUNDS = 1500  # of a reader's trial and error: enough for a meeting of a few dozen lines; of larger ones only the sums are narrowed
TOTAL = ("total", "")


class Attender(Protocol):
    """What is counted of a person."""

    sector: str
    sex: str | None
    organisation_id: int | None
    organisation_name: str


@dataclass(frozen=True)
class Cell:
    """One line of a table: `number` is None unless it is `shown`."""

    name: str
    state: str
    number: int | None = None


@dataclass(frozen=True)
class Figures:
    """What may be told. Lines are ordered by name, so that the order tells nothing of hidden counts."""

    total: Cell
    sectors: tuple[Cell, ...]
    sexes: tuple[Cell, ...]
    organisations: tuple[Cell, ...]

    @property
    def anything(self) -> bool:
        """Whether anybody came."""
        return self.total.state != SHOWN or bool(self.total.number)


Key = tuple[str, str]


@dataclass
class _Sums:
    """The true counts, which of them are hidden, and the sums that a reader knows to hold: whole = parts."""

    counts: dict[Key, int]
    sums: list[tuple[Key, tuple[Key, ...]]]
    hidden: dict[Key, str] = field(default_factory=dict)
    rounds: int = _ROUNDS

    def protect(self) -> bool:
        """Hide small counts, then more, until no small one can be worked out; return False when hiding all is not enough."""
        self.hidden = {key: FEW for key, count in self.counts.items() if 0 < count < SMALL}
        while True:
            known = self._attack()
            few = [key for key, state in self.hidden.items() if state == FEW]
            betrayed = [key for key in few if known[key][0] == known[key][1]] or self._settled(few, known)
            more = self._next(betrayed)
            if more is None:
                return not betrayed
            self.hidden[more] = HIDDEN

    def _next(self, betrayed: Iterable[Key]) -> Key | None:
        """Return the smallest count still shown that shares a sum with a betrayed one; wholes last."""
        wanted = set(betrayed)
        if not wanted:
            return None
        near = [key for whole, parts in self.sums if wanted & {whole, *parts} for key in (whole, *parts)]
        shown = {key for key in near if key not in self.hidden and self.counts[key] > 0}
        if not shown:  # what they could be worked out from is not beside them: go on with whatever is shown
            shown = {key for key, count in self.counts.items() if key not in self.hidden and count > 0}
        wholes = {whole for whole, _ in self.sums}
        return min(shown, key=lambda key: (key in wholes, self.counts[key], key), default=None)

    def _settled(self, few: Iterable[Key], known: dict[Key, tuple[int, int]]) -> list[Key]:
        """Return the small counts that can only be one of one and two: no other counts fit all the sums at once."""
        seen = {(key, self.counts[key]) for key in few}  # the true counts fit, and so do those of each answer found below
        found = []
        for key in few:
            other = SMALL - self.counts[key]
            if (key, other) in seen:
                continue
            answer = self._fit({**known, key: (other, other)})
            if self.rounds <= 0:
                break
            if answer is None:
                found.append(key)
            else:
                seen |= {(one, answer[one][0]) for one in few}
        return found

    def _fit(self, known: dict[Key, tuple[int, int]]) -> dict[Key, tuple[int, int]] | None:
        """Return a value for each count that fits what is known, None when there is none or no `rounds` are left."""
        if not self._tighten(known, counted=True):
            return None
        free = [key for key, (low, high) in known.items() if low < high]
        if not free:
            return known
        key = min(free, key=lambda one: (known[one][1] - known[one][0], one))
        low, high = known[key]
        half = (low + high) // 2
        return self._fit({**known, key: (low, half)}) or self._fit({**known, key: (half + 1, high)})

    def _attack(self) -> dict[Key, tuple[int, int]]:
        """Return the least and the most that each count can be to somebody who reads what is shown."""
        known = {key: self._range(key) for key in self.counts}
        self._tighten(known)
        return known

    def _tighten(self, known: dict[Key, tuple[int, int]], *, counted: bool = False) -> bool:
        """Narrow each range by every sum it is in; return False when nothing fits. `counted`: at the cost of `rounds`."""
        moved = True
        while moved:
            self.rounds -= counted
            if self.rounds <= 0 and counted:
                return False
            moved = False
            for whole, parts in self.sums:
                low, high = sum(known[one][0] for one in parts), sum(known[one][1] for one in parts)
                moved |= _narrow(known, whole, low, high)
                for one in parts:
                    others_low, others_high = low - known[one][0], high - known[one][1]
                    moved |= _narrow(known, one, known[whole][0] - others_high, known[whole][1] - others_low)
                    low, high = others_low + known[one][0], others_high + known[one][1]
                if any(known[one][0] > known[one][1] for one in (whole, *parts)):
                    return False
        return True

    def _range(self, key: Key) -> tuple[int, int]:
        state = self.hidden.get(key, SHOWN)
        if state == FEW:
            return 1, SMALL - 1
        return (SMALL, _MANY) if state == HIDDEN else (self.counts[key], self.counts[key])


def _narrow(known: dict[Key, tuple[int, int]], key: Key, low: int, high: int) -> bool:
    before = known[key]
    known[key] = max(before[0], low), min(before[1], high)
    return known[key] != before


def figures(people: Iterable[Attender], names: dict[int, str]) -> Figures:
    """Return what may be told of who was there. `names`: organisations' names by id."""
    rows = list(people)
    tables: dict[str, Counter[str]] = {"sector": Counter(), "sex": Counter(), "organisation": Counter()}
    inside: dict[str, set[str]] = {}  # the sectors that an organisation's people said they are of
    for one in rows:
        organisation = (names.get(one.organisation_id, "") if one.organisation_id else one.organisation_name).strip()
        tables["sector"][one.sector] += 1
        tables["sex"][one.sex or ""] += 1
        tables["organisation"][organisation] += 1
        inside.setdefault(organisation, set()).add(one.sector)
    counts: dict[Key, int] = {(table, name): number for table, found in tables.items() for name, number in found.items()}
    counts[TOTAL] = len(rows)
    sums = [(TOTAL, tuple((table, name) for name in found)) for table, found in tables.items() if found]
    sums += _linked(tables, inside)
    whole = _Sums(counts, sums)
    if not whole.protect():  # two people in two sectors: the tables themselves say it
        return Figures(Cell("", FEW) if len(rows) < SMALL else Cell("", SHOWN, len(rows)), (), (), ())

    def cell(key: Key) -> Cell:
        state = whole.hidden.get(key, SHOWN)
        return Cell(key[1], state, counts[key] if state == SHOWN else None)

    def lines(table: str) -> tuple[Cell, ...]:
        return tuple(cell((table, name)) for name in sorted(tables[table]))

    return Figures(cell(TOTAL), lines("sector"), lines("sex"), lines("organisation"))


def _linked(tables: dict[str, Counter[str]], inside: dict[str, set[str]]) -> list[tuple[Key, tuple[Key, ...]]]:
    """Return the sums of organisations that make up a sector: people know which sector an organisation is of."""
    found = []
    for sector in tables["sector"]:
        of_it = [name for name, sectors in inside.items() if sector in sectors]
        if all(inside[name] == {sector} for name in of_it):
            found.append((("sector", sector), tuple(("organisation", name) for name in of_it)))
    return found


def told(cell: Cell) -> dict[str, Any]:
    """Return a cell for JSON: never a hidden number."""
    return {"name": cell.name, "number": cell.number, "state": cell.state}
