"""What the thread may say of demands, to whoever asks."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands.models import Demand, Desk
from plugins.demands.words import KINDS, OPEN, OUTCOMES, READABLE, STATES
from portal.accounts.actor import Actor
from portal.agendas.models import Agenda
from portal.extend import ThreadStation
from portal.threads.words import codes_of, ref

READERS = ("administrator", "coordinator", "staff", "delegate", "reader")  # as the permission demands.read
_LONGEST = 180  # characters of a title


def may_read(actor: Actor, agenda_id: int) -> bool:
    """Whether `actor` may read what is not public, for hooks that run outside of pages too."""
    return any(one.role in READERS and one.agenda_id in {None, agenda_id} for one in actor.held)


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return `text`, cut at a word when it is longer."""
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"


def stations(session: Session, actor: Actor, refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Yield the demands among `refs` that `actor` may know of: one query."""
    wanted = codes_of(refs, "demand")
    if not wanted:
        return
    rows = (
        select(Demand, Agenda.code, Desk.public)
        .join(Agenda, Agenda.id == Demand.agenda_id)
        .outerjoin(Desk, Desk.agenda_id == Demand.agenda_id)
        .where(Agenda.code.in_(wanted), Demand.code.in_({code for codes in wanted.values() for code in codes}))
    )
    for demand, agenda, public in session.execute(rows):
        everybody = bool(public) and demand.state in READABLE
        if demand.code not in wanted[agenda] or not (everybody or may_read(actor, demand.agenda_id)):
            continue
        decided = OUTCOMES.get(demand.decision, "")
        yield ThreadStation(
            ref=ref("demand", agenda, demand.code),
            stage="demand",
            label=f"{KINDS.get(demand.kind, demand.kind)} {demand.code}",
            title=shortened(demand.text),
            at=demand.collected_on,
            href=f"{'' if everybody else '/gestion'}/agendas/{agenda}/demandas/{demand.code}",
            state=decided if demand.state == OPEN else STATES.get(demand.state, ""),
            weight=demand.number,
        )
