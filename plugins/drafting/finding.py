"""How suggestions are found by the portal's search, and what a thread says of them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.drafting.models import Suggestion
from plugins.drafting.words import OUTCOMES, READ, READERS, STAGE
from portal.accounts.actor import Actor
from portal.agendas.models import Agenda
from portal.extend import SearchEntry, ThreadStation
from portal.search.service import put
from portal.threads.words import codes_of, ref

SOURCE = "drafting"


def address(agenda: Agenda, one: Suggestion) -> str:
    """Return a suggestion's path."""
    return f"/gestion/agendas/{agenda.code}/redaccion/sugerencias/{one.code}"


def entry(agenda: Agenda, one: Suggestion) -> SearchEntry:
    """Return how a suggestion is found: by its reason and its words, by those who may read the draft."""
    return SearchEntry(
        ref=ref("suggestion", agenda.code, one.code),
        kind="Sugerencia",
        title=f"Sugerencia {one.code} sobre {one.item.code}",
        href=address(agenda, one),
        at=one.made_at,
        agenda_id=agenda.id,
        body=f"{one.reason}\n\n{one.proposed.get('text', '')}",
        public=False,
        action=READ,
    )


def index(session: Session, agenda: Agenda, one: Suggestion) -> None:
    """Let a suggestion be found as it is now."""
    put(session, entry(agenda, one), source=SOURCE)


def entries(session: Session) -> Iterable[SearchEntry]:
    """Yield everything that can be found, for making the index anew."""
    rows = select(Suggestion, Agenda).join(Agenda, Agenda.id == Suggestion.agenda_id).options(joinedload(Suggestion.item))
    for one, agenda in session.execute(rows.order_by(Suggestion.id)):
        yield entry(agenda, one)


def stations(session: Session, actor: Actor, refs: frozenset[str]) -> Iterable[ThreadStation]:
    """Yield the suggestions among `refs` to who may read the draft: one query."""
    wanted = codes_of(refs, "suggestion")
    if not wanted:
        return
    rows = (
        select(Suggestion, Agenda)
        .join(Agenda, Agenda.id == Suggestion.agenda_id)
        .options(joinedload(Suggestion.item))
        .where(Agenda.code.in_(wanted), Suggestion.code.in_({code for codes in wanted.values() for code in codes}))
    )
    for one, agenda in session.execute(rows):
        if one.code in wanted[agenda.code] and may_read(actor, agenda.id):
            yield ThreadStation(
                ref=ref("suggestion", agenda.code, one.code),
                stage=STAGE,
                label=f"Sugerencia {one.code}",
                title=one.reason[:180],
                at=one.decided_at or one.made_at,
                href=address(agenda, one),
                state=OUTCOMES.get(one.state, ""),
            )


def may_read(actor: Actor, agenda_id: int) -> bool:
    """Whether `actor` may read the draft, for hooks that run outside of pages too."""
    return any(one.role in READERS and one.agenda_id in {None, agenda_id} for one in actor.held)
