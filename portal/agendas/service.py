"""What can be done with agendas: make one, edit its settings, choose its dimensions; items and freezing by their modules."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.agendas.content import tidy
from portal.agendas.editing import add_item, edit_item, restore_item, retire_item
from portal.agendas.finding import keep_draft
from portal.agendas.freezing import freeze
from portal.agendas.models import Agenda, AgendaDimension, Item
from portal.agendas.ordering import move_item, place_item
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.i18n import N_
from portal.organisations.models import Territory

__all__ = [
    "Chosen",
    "add_item",
    "choose_dimensions",
    "close_dimension",
    "create_agenda",
    "edit_agenda",
    "edit_item",
    "freeze",
    "move_item",
    "place_item",
    "restore_item",
    "retire_item",
]

_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_LONGEST_CODE, _LONGEST_TITLE = 20, 250
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


class Chosen(NamedTuple):
    """A dimension as an agenda keeps it."""

    name: str
    label: str
    prefix: str


def create_agenda(
    session: Session,
    *,
    code: str,
    title: str,
    summary: str = "",
    period_start: int,
    period_end: int,
    territory_inei: str,
    is_sample: bool = False,
    now: datetime,
) -> Agenda:
    """Make an agenda without dimensions. Raises `Invalid` (also when the code is taken: it is an address for ever)."""
    code = code.strip().upper()
    wrong = _wrong_settings(session, title, period_start, period_end, territory_inei)
    if len(code) > _LONGEST_CODE or not _CODE.fullmatch(code):
        wrong["code"] = N_("Use mayúsculas, cifras y guiones, hasta 20 caracteres: APU-2027.")
    elif session.scalar(select(Agenda.id).where(Agenda.code == code)) is not None:
        wrong["code"] = N_("Ya hay una agenda con este código.")
    if wrong:
        raise Invalid(fields=wrong)
    agenda = Agenda(
        code=code,
        title=tidy(title),
        summary=tidy(summary),
        period_start=period_start,
        period_end=period_end,
        territory_inei=territory_inei,
        is_sample=is_sample,
        created_at=now,
        revision=1,
    )
    session.add(agenda)
    session.flush()
    keep_draft(session, agenda)
    return agenda


def edit_agenda(
    session: Session, agenda: Agenda, *, revision: int, title: str, summary: str, period_start: int, period_end: int, territory_inei: str
) -> Agenda:
    """Change the draft's settings. Raises `Invalid`, or `Stale` (`theirs`: what is there now) when `revision` is old."""
    wrong = _wrong_settings(session, title, period_start, period_end, territory_inei)
    if wrong:
        raise Invalid(fields=wrong)
    values = {
        "title": tidy(title),
        "summary": tidy(summary),
        "period_start": period_start,
        "period_end": period_end,
        "territory_inei": territory_inei,
    }
    done = session.execute(
        update(Agenda).where(Agenda.id == agenda.id, Agenda.revision == revision).values(revision=revision + 1, **values),
        execution_options={"synchronize_session": False},
    )
    session.refresh(agenda)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale(
            N_("Otra persona cambió estos datos mientras usted los editaba."),
            theirs={"revision": agenda.revision, **{name: getattr(agenda, name) for name in values}},
        )
    keep_draft(session, agenda)
    return agenda


def _wrong_settings(session: Session, title: str, start: int, end: int, territory: str) -> dict[str, str]:
    wrong = {}
    if not tidy(title) or len(tidy(title)) > _LONGEST_TITLE:
        wrong["title"] = N_("Escriba el título, de hasta 250 caracteres.")
    if not _FIRST_YEAR <= start <= _LAST_YEAR:
        wrong["period_start"] = N_("Escriba un año de cuatro cifras.")
    if not start <= end <= _LAST_YEAR:
        wrong["period_end"] = N_("El último año no puede ser anterior al primero.")
    if session.get(Territory, territory) is None:
        wrong["territory_inei"] = N_("Elija un territorio de la lista.")
    return wrong


def choose_dimensions(session: Session, agenda: Agenda, chosen: Sequence[Chosen]) -> None:
    """Make `chosen` the agenda's dimensions, in this order.

    Raises `Conflict` for one that cannot leave: it has items in a frozen version (close it instead), or live items.
    """
    names = [one.name for one in chosen]
    counts = {
        name: (int(live), int(frozen))
        for name, live, frozen in session.execute(
            select(Item.dimension, func.count().filter(Item.retired.is_(False)), func.count(Item.first_version))
            .where(Item.agenda_id == agenda.id)
            .group_by(Item.dimension)
        )
    }
    for present in list(agenda.dimensions):
        if present.name in names:
            continue
        live, frozen = counts.get(present.name, (0, 0))
        if frozen:
            raise Conflict(
                N_("La dimensión %(label)s tiene puntos en una versión congelada: no se puede quitar, solo cerrar."), label=present.label
            )
        if live:
            raise Conflict(N_("La dimensión %(label)s tiene %(live)s puntos. Retírelos antes de quitarla."), label=present.label, live=live)
        agenda.dimensions.remove(present)
    by_name = {one.name: one for one in agenda.dimensions}
    for place, one in enumerate(chosen):
        if one.name in by_name:
            by_name[one.name].position = place
        else:
            agenda.dimensions.append(AgendaDimension(name=one.name, label=one.label, prefix=one.prefix, position=place, closed=False))
    agenda.dimensions.sort(key=lambda one: one.position)
    session.flush()


def close_dimension(session: Session, agenda: Agenda, name: str, *, closed: bool) -> None:
    """Close a dimension for new items, or open it again; what it has can still be edited. Raises `NotFound`."""
    found = next((one for one in agenda.dimensions if one.name == name), None)
    if found is None:
        raise NotFound
    found.closed = closed
    session.flush()
