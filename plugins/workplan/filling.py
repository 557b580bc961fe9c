"""What each row's objective, action and sub-activity are, when an empty cell says "as above"."""

from collections.abc import Iterable, Sequence
from typing import Any

from plugins.workplan.words import LEVELS

Levels = tuple[str, str, str]


def filled(cells: Iterable[Sequence[str]]) -> list[Levels]:
    """Return the three levels of each row; a new objective begins without an action, a new action without a sub-activity."""
    made: list[Levels] = []
    now = ["", "", ""]
    for row in cells:
        for level in range(3):
            own = row[level].strip()
            if own:
                now[level:] = [own, *[""] * (2 - level)]
        made.append((now[0], now[1], now[2]))
    return made


def own_cells(row: Any) -> tuple[str, str, str]:
    """Return the three cells of an activity as they are written."""
    return row.objective, row.action, row.sub_activity


def settle(rows: Sequence[Any], before: dict[int, Levels]) -> None:
    """After rows were put in or taken out, write in the cells of the others what they inherited, where that would have changed."""
    now = ["", "", ""]
    for row in rows:
        meant = before.get(row.id)
        for level, name in enumerate(LEVELS):
            own = getattr(row, name).strip()
            if own:
                now[level:] = [own, *[""] * (2 - level)]
            elif meant is not None and now[level] != meant[level]:
                setattr(row, name, meant[level])
                now[level:] = [meant[level], *[""] * (2 - level)]
