"""The desk of an agenda: which numbers were given, whether the public form is open and whether the list is public."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.demands.models import Demand, Desk
from plugins.demands.words import READABLE
from portal.agendas.models import Agenda
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.search.models import SearchDocument
from portal.threads.words import ref

_AT_ONCE = 400  # names in one statement


def desk(session: Session, agenda_id: int) -> Desk:
    """Return an agenda's desk as it stands; one that nobody used yet is not in the database."""
    blank = Desk(agenda_id=agenda_id, public=False, form=False, intro="", next_demand=1, next_sheet=1, next_round=1, revision=1)
    return session.get(Desk, agenda_id) or blank


def locked(session: Session, agenda_id: int) -> Desk:
    """Return an agenda's desk, kept for this transaction alone."""
    if session.get(Desk, agenda_id) is None:
        try:
            with session.begin_nested():
                session.add(desk(session, agenda_id))
        except IntegrityError:  # somebody made it at the same instant
            pass
    return session.get_one(Desk, agenda_id, with_for_update=True, populate_existing=True)


def next_number(session: Session, agenda_id: int, of: Literal["demand", "sheet", "round"], many: int = 1) -> int:
    """Return the first of `many` numbers never given before."""
    held = locked(session, agenda_id)
    first: int = getattr(held, f"next_{of}")
    setattr(held, f"next_{of}", first + many)
    session.flush()
    return first


def form_open(held: Desk, now: datetime) -> bool:
    """Whether anybody may propose a demand now."""
    return held.form and (held.opens_at is None or held.opens_at <= now) and (held.closes_at is None or now < held.closes_at)


def change(
    session: Session,
    *,
    agenda: Agenda,
    revision: int,
    public: bool,
    form: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    intro: str,
) -> Desk:
    """Settle how demands are collected. Raises `Invalid`, `Stale`."""
    held = locked(session, agenda.id)
    if held.revision != revision:
        raise Stale(N_("Otra persona cambió estos ajustes mientras usted escribía. Revise lo que dejó y guarde otra vez."), theirs=held)
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise Invalid(fields={"closes_at": N_("El cierre tiene que ser después de la apertura.")})
    held.form, held.opens_at, held.closes_at, held.intro = form, opens_at, closes_at, intro.strip()
    held.revision += 1
    if held.public != public:
        held.public = public
        _found_by(session, agenda, public=public)
    session.flush()
    return held


def _found_by(session: Session, agenda: Agenda, *, public: bool) -> None:
    """Let everybody find the agenda's demands, or the staff alone."""
    codes = session.scalars(select(Demand.code).where(Demand.agenda_id == agenda.id, Demand.state.in_(READABLE)))
    refs = [ref("demand", agenda.code, code) for code in codes]
    for start in range(0, len(refs), _AT_ONCE):
        some = refs[start : start + _AT_ONCE]
        session.execute(update(SearchDocument).where(SearchDocument.ref.in_(some)).values(public=public))
