"""What one thing came from and gave rise to, a link away: for the thing's own page."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.extend.ask import Ask
from portal.extend.kinds import ThreadStation
from portal.threads.queries import links_around
from portal.threads.stations import stations
from portal.threads.stories import when
from portal.threads.walking import MOST_LINKS, edge
from portal.threads.words import RELATIONS

MOST_SHOWN = 12  # under each heading; the others are counted


@dataclass(frozen=True)
class Beside:
    """Things tied to one thing in the same way: a heading (Spanish msgid), the first of them, and how many more there are."""

    heading: str
    earlier: bool
    stations: tuple[ThreadStation, ...]
    more: int


def beside(session: Session, ask: Ask, actor: Actor, name: str) -> list[Beside]:
    """Return what is tied to the thing called `name`, as `actor` may know it: what was earlier first. One query and two questions."""
    rows = links_around(session, later=(name,), earlier=(name,), most=MOST_LINKS)
    rows += [
        (tie.source, tie.relation, tie.target)
        for tie in ask.thread_ties(session, frozenset((name,)))
        if tie.relation in RELATIONS and name in (tie.source, tie.target)
    ]
    found: dict[tuple[bool, str], dict[str, None]] = {}
    for source, relation, target in rows:
        if source == target:
            continue
        one, words = edge(source, relation, target), RELATIONS[relation]
        other, heading = (target, words.back) if source == name else (source, words.forth)
        found.setdefault((one.earlier == name, heading), {})[other] = None
    standing = stations(session, ask, actor, sorted({other for ones in found.values() for other in ones}))
    return [
        Beside(heading, not later, tuple(known[:MOST_SHOWN]), max(0, len(known) - MOST_SHOWN))
        for (later, heading), others in sorted(found.items())
        if (known := in_order(standing[other] for other in others if other in standing))
    ]


def in_order(found: Iterable[ThreadStation]) -> list[ThreadStation]:
    """Return stations oldest first."""
    return sorted(found, key=lambda one: (when(one.at), one.label))
