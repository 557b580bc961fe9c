"""Walks links from a thing towards what was earlier and towards what is later, never from one to the other: no siblings come in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.extend.ask import Ask
from portal.threads.queries import links_around
from portal.threads.words import RELATIONS, parse

DEPTH = 7  # links in a row; a longer road is cut, and says so
MOST_LINKS = 10_000  # a level
MOST_REFS = 10_000  # in all


class Edge(NamedTuple):
    """A link by which of its two ends was there first."""

    earlier: str
    later: str
    relation: str


def edge(source: str, relation: str, target: str) -> Edge:
    """Return a link as an edge. Raises `KeyError` for an unknown relation."""
    return Edge(source, target, relation) if RELATIONS[relation].source_first else Edge(target, source, relation)


def kind(ref: str) -> str:
    """Return what a stable name names, such as "item" or "demand"."""
    parts = parse(ref)
    return parts.kind if parts else ""


@dataclass
class Walk:
    """Where a walk from `roots` has come, and where it goes on: `back` and `forth` fully, `answered` only to answers.

    Towards the past, another item is passed only from an item (one was split from another), and a version is an end. Towards
    the future, another item is an end, and what is reached through a version is followed only to its answers: all the agenda
    hangs from a version. What changed the root is followed to its answers too, though they came after it.
    """

    roots: frozenset[str]
    back: set[str] = field(default_factory=set)
    forth: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    seen_back: set[str] = field(default_factory=set)
    seen_forth: set[str] = field(default_factory=set)
    seen_answered: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)  # everything met, nearest first

    def __post_init__(self) -> None:
        """Stand at the roots."""
        self.back, self.forth = set(self.roots), set(self.roots)
        self.seen_back, self.seen_forth = set(self.roots), set(self.roots)
        self.found = sorted(self.roots)
        self._met = set(self.roots)

    def advance(self, edges: Iterable[Edge]) -> None:
        """Take one step along `edges`, which touch the places where the walk goes on."""
        back: set[str] = set()
        forth: set[str] = set()
        answered: set[str] = set()
        for one in edges:
            if one.later in self.back:
                self._meet(one.earlier)
                if self._passes_back(one):
                    back.add(one.earlier)
                if one.relation == "changed":
                    answered.add(one.earlier)
            if one.earlier in self.forth:
                self._meet(one.later)
                if kind(one.later) == "item":
                    pass
                elif kind(one.earlier) == "version":
                    answered.add(one.later)
                else:
                    forth.add(one.later)
            if one.earlier in self.answered and one.relation == "answers":
                self._meet(one.later)
                answered.add(one.later)
        self.back, self.forth, self.answered = back - self.seen_back, forth - self.seen_forth, answered - self.seen_answered
        self.seen_back |= self.back
        self.seen_forth |= self.forth
        self.seen_answered |= self.answered

    def __bool__(self) -> bool:
        """Whether it goes on anywhere."""
        return bool(self.back or self.forth or self.answered)

    def _meet(self, ref: str) -> None:
        if ref not in self._met:
            self._met.add(ref)
            self.found.append(ref)

    @staticmethod
    def _passes_back(one: Edge) -> bool:
        what = kind(one.earlier)
        return what != "version" and (what != "item" or kind(one.later) == "item")


@dataclass(frozen=True)
class Map:
    """All the links around some roots. `cut`: there are more than were read."""

    edges: Mapping[str, tuple[Edge, ...]]  # by each of their ends
    found: tuple[str, ...]
    cut: bool

    def around(self, root: str) -> list[str]:
        """Return what one root's own walk meets, nearest first, the root left out."""
        walk = Walk(frozenset((root,)))
        for _ in range(DEPTH):
            if not walk:
                break
            touched = walk.back | walk.forth | walk.answered
            walk.advance({one: None for ref in sorted(touched) for one in self.edges.get(ref, ())})
        return walk.found[1:]


def survey(session: Session, ask: Ask, roots: Iterable[str], known: Iterable[Edge] = (), *, wait: bool = False) -> Map:
    """Return the links around `roots`: stored ones, those that follow from plugins' rows, and those `known` already.

    One query and one question to the plugins a level, however many roots. `wait`: for a document.
    """
    walk = Walk(frozenset(roots))
    given: defaultdict[str, list[Edge]] = defaultdict(list)
    for one in known:
        given[one.earlier].append(one)
        given[one.later].append(one)
    edges: dict[str, dict[Edge, None]] = defaultdict(dict)
    cut = False
    for _ in range(DEPTH):
        if not walk or len(walk.found) > MOST_REFS:
            break
        touched = frozenset(walk.back | walk.forth | walk.answered)
        rows = links_around(session, later=walk.back, earlier=walk.forth, answered=walk.answered, most=MOST_LINKS + 1)
        cut = cut or len(rows) > MOST_LINKS
        rows = rows[:MOST_LINKS]
        rows += [
            (tie.source, tie.relation, tie.target) for tie in ask.thread_ties(session, touched, wait=wait) if tie.relation in RELATIONS
        ]
        step = dict.fromkeys(edge(*row) for row in rows if row[0] != row[2]) | dict.fromkeys(
            one for ref in sorted(touched) for one in given.get(ref, ())
        )
        for one in step:
            edges[one.earlier][one] = None
            edges[one.later][one] = None
        walk.advance(step)
    cut = cut or bool(walk) or len(walk.found) > MOST_REFS
    return Map({ref: tuple(ones) for ref, ones in edges.items()}, tuple(walk.found[:MOST_REFS]), cut)
