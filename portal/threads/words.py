"""The relations between things, in people's words, and which of the two was there first."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from portal.i18n import N_


@dataclass(frozen=True)
class Relation:
    """`forth`: the source, said of the target; `back`: the target, said of the source. `source_first`: the source is the older of the two."""

    forth: str
    back: str
    source_first: bool = False


RELATIONS = {
    "came_from": Relation(N_("dio origen a"), N_("proviene de")),
    "answers": Relation(N_("fue respondido por"), N_("responde a")),
    "changed": Relation(N_("cambió por"), N_("causó un cambio en"), source_first=True),
    "merged_into": Relation(N_("reúne a"), N_("se unió a"), source_first=True),
}
SOURCE_LATER = frozenset(name for name, one in RELATIONS.items() if not one.source_first)
SOURCE_FIRST = frozenset(RELATIONS) - SOURCE_LATER


class Named(NamedTuple):
    """A stable name, taken apart."""

    kind: str
    agenda: str
    code: str


def ref(kind: str, agenda: str, code: str) -> str:
    """Return the stable name of a thing, such as "demand:APU-2027/D-014" of a demand with code D-014."""
    return f"{kind}:{agenda}/{code}"


def parse(name: str) -> Named | None:
    """Return the parts of a stable name; None when it is not one."""
    found = re.fullmatch(r"([a-z_]+):([^/]+)/(.+)", name)
    return Named(found[1], found[2], found[3]) if found else None


def codes_of(refs: frozenset[str], kind: str) -> dict[str, set[str]]:
    """Return the codes of those of `refs` that are of one kind, by their agenda's code: what a plugin asks its table for."""
    found: dict[str, set[str]] = {}
    for name in refs:
        parts = parse(name)
        if parts is not None and parts.kind == kind:
            found.setdefault(parts.agenda, set()).add(parts.code)
    return found
