"""The relations between things, in people's words, and which of the two was there first."""

from dataclasses import dataclass

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


def ref(kind: str, agenda: str, code: str) -> str:
    """Return the stable name of a thing: ref("demand", "APU-2027", "D-014") → "demand:APU-2027/D-014"."""
    return f"{kind}:{agenda}/{code}"
