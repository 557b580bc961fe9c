"""When an instrument has the signatures that its plan asks for: required ones, and enough of each pool."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Protocol, TypeVar


class Expected(Protocol):
    """A slot, as the record and the database alike have it."""

    @property
    def field(self) -> str:
        """The PDF's reserved field."""
        ...

    @property
    def required(self) -> bool:
        """Whether the instrument is incomplete without it; says nothing of a slot in a pool."""
        ...

    @property
    def pool(self) -> str | None:
        """The slots that count together with it."""
        ...

    @property
    def needed(self) -> int | None:
        """How many of its pool are enough."""
        ...


Slot = TypeVar("Slot", bound=Expected)


def missing(slots: Iterable[Slot], signed: Collection[str]) -> list[Slot]:
    """Return the slots without which the instrument is not complete. `signed`: the fields that are signed."""
    slots = list(slots)
    given = Counter(one.pool for one in slots if one.pool and one.field in signed)
    return [one for one in slots if one.field not in signed and (given[one.pool] < (one.needed or 1) if one.pool else one.required)]


def counts(slots: Iterable[Expected], signed: Collection[str]) -> tuple[int, int]:
    """Return (signatures given, signatures expected): of a pool, no more than it needs; optional ones do not count."""
    slots = list(slots)
    needed = {one.pool: one.needed or 1 for one in slots if one.pool}
    given = Counter(one.pool for one in slots if one.pool and one.field in signed)
    alone = [one for one in slots if not one.pool and one.required]
    have = sum(one.field in signed for one in alone) + sum(min(given[pool], many) for pool, many in needed.items())
    return have, len(alone) + sum(needed.values())
