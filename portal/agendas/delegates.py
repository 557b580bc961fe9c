"""Who the delegates of a dimension are, and what its plugin lets them do with the draft's items."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor, Permissions
from portal.accounts.models import Grant, Person
from portal.extend.kinds import DELEGATE_ACTS
from portal.extend.registry import Registry
from portal.i18n import N_

ROLE = "delegate"
ACTS = {"add": N_("agregar puntos"), "edit": N_("editarlos"), "move": N_("cambiarlos de lugar"), "retire": N_("retirarlos y restaurarlos")}


def granted(registry: Registry, dimension: str) -> tuple[str, ...]:
    """Return what delegates of a dimension may do: what its plugin says; nothing while it is not in use."""
    found = registry.dimensions.get(dimension)
    return tuple(act for act in DELEGATE_ACTS if act in found.delegates) if found else ()


def acts(permissions: Permissions, registry: Registry, actor: Actor, agenda_id: int, dimension: str) -> tuple[str, ...]:
    """Return what `actor` may do with a dimension's items in a draft: everything, unless they only are its delegate."""
    others = Actor(actor.person_id, actor.full_name, tuple(one for one in actor.held if one.role != ROLE))
    if permissions.allows(others, "agenda.edit", agenda_id=agenda_id, dimension=dimension):
        return DELEGATE_ACTS
    if permissions.allows(actor, "agenda.edit", agenda_id=agenda_id, dimension=dimension):
        return granted(registry, dimension)
    return ()


def names(session: Session, agenda_id: int, dimension: str) -> list[str]:
    """Return the names of a dimension's delegates in an agenda."""
    rows = select(Person.full_name).join(Grant, Grant.person_id == Person.id)
    mine = rows.where(Grant.role == ROLE, Grant.agenda_id == agenda_id, Grant.dimension == dimension, Grant.ended_at.is_(None))
    return list(session.scalars(mine.distinct().order_by(Person.full_name)))
