"""How demands are found: by the words in them, and by the words that two of them share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands.models import Demand, Desk
from plugins.demands.words import OPEN, READABLE, UNDONE
from portal.agendas.models import Agenda
from portal.extend import SearchEntry
from portal.search import service as search
from portal.search.words import terms
from portal.threads.words import ref

SHORTEST = 4  # letters of a stem that tells a demand from another; "de", "los", "que" tell nothing
ENOUGH = 0.2  # share of words in common from which two demands are shown as perhaps the same
_COMMON = frozenset(
    terms("para como este esta sobre entre desde hasta donde cuando todos todas también nuestro nuestra solicitamos pedimos")
)


def stems(text: str) -> str:
    """Return the distinct stems of a text, each between spaces: what `Demand.terms` holds."""
    return " ".join(["", *dict.fromkeys(terms(text)), ""])


def telling(kept: str) -> frozenset[str]:
    """Return those of `Demand.terms` by which demands are compared."""
    return frozenset(one for one in kept.split() if len(one) >= SHORTEST and one not in _COMMON)


@dataclass(frozen=True)
class Similar:
    """A demand that may ask for the same, and how many words the two share, of how many different ones in both."""

    demand: Demand
    shared: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.shared / self.of if self.of else 0.0


def similar(session: Session, agenda_id: int, text: str, *, but: Iterable[int] = (), limit: int = 8) -> list[Similar]:
    """Return live demands that share words with `text`, the most alike first. One query; it helps people, it decides nothing."""
    mine, left = telling(stems(text)), set(but)
    if not mine:
        return []
    found = []
    rows = session.scalars(select(Demand).where(Demand.agenda_id == agenda_id, Demand.state == OPEN))
    for one in rows:
        theirs = telling(one.terms)
        both = len(mine & theirs)
        if one.id not in left and both and both / len(mine | theirs) >= ENOUGH:
            found.append(Similar(one, both, len(mine | theirs)))
    return sorted(found, key=lambda one: (-one.share, one.demand.number))[:limit]


def _instant(demand: Demand) -> datetime:
    return datetime.combine(demand.collected_on, time(12), UTC)


def entry(demand: Demand, agenda_code: str, *, public: bool) -> SearchEntry:
    """Return how a demand is found."""
    return SearchEntry(
        ref=ref("demand", agenda_code, demand.code),
        kind="Demanda",
        title=f"{demand.code} {demand.text}",
        href=f"/agendas/{agenda_code}/demandas/{demand.code}",
        at=_instant(demand),
        agenda_id=demand.agenda_id,
        body=demand.detail,
        public=public and demand.state in READABLE,
        action="demands.read",
    )


def index(session: Session, demand: Demand, agenda_code: str, *, public: bool) -> None:
    """Keep the index up with a demand; one that an undone split took back is not found."""
    if demand.state == UNDONE:
        search.remove(session, ref("demand", agenda_code, demand.code))
    else:
        search.put(session, entry(demand, agenda_code, public=public), source="demands")


def entries(session: Session) -> Iterable[SearchEntry]:
    """Yield every demand, for making the index anew. One query."""
    rows = (
        select(Demand, Agenda.code, Desk.public)
        .join(Agenda, Agenda.id == Demand.agenda_id)
        .outerjoin(Desk, Desk.agenda_id == Demand.agenda_id)
        .where(Demand.state != UNDONE)
        .order_by(Demand.id)
    )
    for demand, code, public in session.execute(rows):
        yield entry(demand, code, public=bool(public))
