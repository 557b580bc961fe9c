"""What the portal's search and threads know of the library."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.instruments.models import Instrument
from plugins.groups.instruments.words import KINDS, REF
from plugins.groups.words import READ, READERS, may
from portal.accounts.actor import Actor
from portal.agendas.models import Agenda
from portal.extend import SearchEntry, ThreadStation
from portal.search import service as search
from portal.threads.words import ref

STAGE = "evidence"  # the core's: what groups had before them when they spoke


def name(instrument: Instrument) -> str:
    """Return an instrument's stable name: instrument:APU-2027/I-01."""
    return ref(REF, instrument.agenda.code, instrument.code)


def entry(instrument: Instrument) -> SearchEntry:
    """Return what can be found of an instrument; by everybody where it is public."""
    code, public = instrument.agenda.code, instrument.public and instrument.active
    return SearchEntry(
        ref=name(instrument),
        kind="Instrumento",
        title=f"{instrument.code} {instrument.title}",
        body=f"{KINDS.get(instrument.kind, instrument.kind)}\n{instrument.issuer}\n{instrument.about}",
        href=f"/agendas/{code}/instrumentos#{instrument.code}" if public else f"/gestion/agendas/{code}/instrumentos/{instrument.code}",
        at=instrument.created_at,
        agenda_id=instrument.agenda_id,
        public=public,
        action=READ,
    )


def tell(session: Session, instrument: Instrument) -> None:
    """Let the instrument be found as it is now."""
    search.put(session, entry(instrument), source="groups")


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield everything of the library that can be found."""
    yield from (entry(one) for one in session.scalars(select(Instrument).options(joinedload(Instrument.agenda)).order_by(Instrument.id)))


def stations(session: Session, actor: Actor, refs: frozenset[str]) -> Iterator[ThreadStation]:
    """Yield the instruments among `refs` that `actor` may know of. One query."""
    wanted = {one for one in refs if one.startswith(f"{REF}:")}
    if not wanted:
        return
    agendas = {one.partition(":")[2].rpartition("/")[0] for one in wanted}
    codes = {one.rpartition("/")[2] for one in wanted}
    query = select(Instrument).join(Agenda, Agenda.id == Instrument.agenda_id).where(Agenda.code.in_(agendas), Instrument.code.in_(codes))
    for one in session.scalars(query.options(joinedload(Instrument.agenda)).order_by(Instrument.id)):
        public, reads = one.public and one.active, may(actor, READERS, one.agenda_id)
        if name(one) in wanted and (public or reads):
            base = f"/agendas/{one.agenda.code}/instrumentos"
            yield ThreadStation(
                ref=name(one),
                stage=STAGE,
                label=f"Instrumento {one.code}",
                title=one.title,
                at=one.created_at,
                href=f"/gestion{base}/{one.code}" if reads else f"{base}#{one.code}",
            )
