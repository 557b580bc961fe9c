"""What of the dialogue can be found by searching: consultations, and contributions as far as each may be read."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.dialogue.models import Consultation, Contribution
from plugins.dialogue.words import PUBLISHED, RECEIVED
from portal.extend import SearchEntry
from portal.search import service as search
from portal.threads.words import ref

SOURCE = "dialogue"
READ = "dialogue.read"


def of_consultation(one: Consultation, agenda: str) -> SearchEntry:
    """Return how a consultation is found; its dates are public from the day it is announced."""
    return SearchEntry(
        ref=ref("consultation", agenda, one.code),
        kind="Consulta",
        title=f"{one.code}: {one.title}",
        body=one.purpose,
        href=f"/agendas/{agenda}/consultas/{one.code}",
        at=one.created_at,
        agenda_id=one.agenda_id,
        public=True,
    )


def of_contribution(one: Contribution, agenda: str, consultation: str) -> SearchEntry | None:
    """Return how a contribution is found: by everybody once published, by staff while it waits, by nobody otherwise. Never by its author."""
    if one.code is None or one.state not in {PUBLISHED, RECEIVED}:
        return None
    public = one.state == PUBLISHED
    place = one.item_code or one.dimension or "toda la agenda"
    return SearchEntry(
        ref=ref("contribution", agenda, one.code),
        kind="Aporte",
        title=f"Aporte {one.code} sobre {place}",
        body="\n".join(filter(None, (one.text, one.wording))),
        href=f"/agendas/{agenda}/aportes/{one.code}"
        if public
        else f"/gestion/agendas/{agenda}/consultas/{consultation}/aportes/{one.code}",
        at=one.published_at or one.received_at or one.sent_at,
        agenda_id=one.agenda_id,
        public=public,
        action="" if public else READ,
    )


def keep_up(session: Session, one: Contribution) -> None:
    """Let a contribution be found as far as it may now."""
    if one.code is None:
        return
    agenda = one.consultation.agenda.code
    entry = of_contribution(one, agenda, one.consultation.code)
    if entry is None:
        search.remove(session, ref("contribution", agenda, one.code))
    else:
        search.put(session, entry, source=SOURCE)


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield everything of the dialogue that can be found."""
    consultations = {one.id: one for one in session.scalars(select(Consultation).options(joinedload(Consultation.agenda)))}
    for one in consultations.values():
        yield of_consultation(one, one.agenda.code)
    for row in session.scalars(select(Contribution).where(Contribution.state.in_([PUBLISHED, RECEIVED]))):
        around = consultations[row.consultation_id]
        entry = of_contribution(row, around.agenda.code, around.code)
        if entry is not None:
            yield entry
