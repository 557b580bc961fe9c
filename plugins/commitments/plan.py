"""The signing plan: which signatures a commitment expects, in what order; the default one, and the check of one typed by staff."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from plugins.commitments.models import Slot
from portal.errors import Invalid
from portal.i18n import N_
from portal.organisations.models import CAPACITIES, Membership
from portal.organisations.queries import standing

ORGANISATION, MESA, WITNESS = "organisation", "mesa", "witness"
SIDES = {ORGANISATION: N_("Organización"), MESA: N_("Mesa"), WITNESS: N_("Testigo")}
METHODS = {
    "any": N_("La forma que elija quien firma"),
    "electronic": N_("Firma electrónica en el portal"),
    "digital": N_("Firma digital con certificado propio"),
    "paper": N_("Firma manuscrita en papel"),
}
MOST_SLOTS = 30
CANDIDATES, PERSONEROS = frozenset({"candidato_gobernador"}), frozenset({"personero_titular", "personero_alterno"})


def default_plan(coordinator_id: int | None = None) -> list[dict[str, Any]]:
    """Return the usual plan: candidate and titular personero first, the regional coordinator after them."""
    return [
        entry(ORGANISATION, "candidato_gobernador"),
        entry(ORGANISATION, "personero_titular"),
        entry(MESA, "coordinador_regional", group=2, person_id=coordinator_id),
    ]


def entry(
    side: str,
    capacity: str,
    *,
    group: int = 1,
    required: bool = True,
    method: str = "any",
    person_id: int | None = None,
    pool: str | None = None,
    needed: int | None = None,
) -> dict[str, Any]:
    """Return one slot of a plan. `person_id` is for the Mesa and witnesses: the same person in every commitment.

    Slots with the same `pool` count together: `needed` of them complete it.
    """
    return {
        "side": side,
        "capacity": capacity,
        "group": group,
        "required": required,
        "method": method,
        "person_id": person_id,
        "pool": pool,
        "needed": needed,
    }


def checked_plan(plan: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return `plan` in signing order with every key there. Raises `Invalid` (field "plan") naming the row."""
    if not plan:
        raise _bad(N_("El plan de firmas necesita al menos una firma."))
    if len(plan) > MOST_SLOTS:
        raise _bad(N_("El plan de firmas admite hasta %(most)s firmas."), most=MOST_SLOTS)
    rows = [_checked_row(number, row) for number, row in enumerate(plan, 1)]
    if not any(row["side"] == ORGANISATION and row["required"] for row in rows):
        raise _bad(N_("El plan necesita al menos una firma obligatoria de la organización."))
    named = [row["person_id"] for row in rows if row["person_id"] is not None]
    if len(named) != len(set(named)):
        raise _bad(N_("Una misma persona no puede ocupar dos firmas del plan."))
    return sorted(rows, key=lambda row: row["group"])


def _checked_row(number: int, row: dict[str, Any]) -> dict[str, Any]:
    side, capacity, group = row.get("side"), row.get("capacity"), row.get("group", 1)
    if side not in SIDES:
        raise _bad(N_("Firma %(number)s: elija de qué lado firma."), number=number)
    if capacity not in CAPACITIES:
        raise _bad(N_("Firma %(number)s: elija la calidad en que firma."), number=number)
    if not isinstance(group, int) or not 1 <= group <= MOST_SLOTS:
        raise _bad(N_("Firma %(number)s: el orden es un número entre 1 y %(most)s."), number=number, most=MOST_SLOTS)
    if row.get("method", "any") not in METHODS:
        raise _bad(N_("Firma %(number)s: esa forma de firmar no existe."), number=number)
    person_id = row.get("person_id") if side != ORGANISATION else None
    return entry(
        str(side),
        str(capacity),
        group=group,
        required=bool(row.get("required", True)),
        method=row.get("method", "any"),
        person_id=person_id,
        pool=row.get("pool"),
        needed=row.get("needed"),
    )


def _bad(sentence: str, **params: Any) -> Invalid:
    filled = sentence % params if params else sentence
    return Invalid(sentence, fields={"plan": filled}, **params)


def slots_of(plan: Sequence[dict[str, Any]], memberships: Iterable[Membership], day: date) -> list[Slot]:
    """Return the slots of one organisation's commitment, filled with its members by capacity, each person once."""
    free = standing(memberships, day)
    taken = {row["person_id"] for row in plan if row.get("person_id") is not None}
    slots = []
    for position, row in enumerate(plan, 1):
        person_id = row.get("person_id")
        if row["side"] == ORGANISATION:
            person_id = next((one.person_id for one in free if one.capacity == row["capacity"] and one.person_id not in taken), None)
            taken.add(person_id)
        slots.append(
            Slot(
                position=position,
                group=row["group"],
                side=row["side"],
                capacity=row["capacity"],
                required=row["required"],
                method=row["method"],
                pool=row.get("pool"),
                needed=row.get("needed"),
                person_id=person_id,
                field=f"firma-{position}",
            )
        )
    return slots


def missing(slots: Iterable[Slot]) -> list[Slot]:
    """Return the signatures without which a commitment is not complete: required ones, and those of pools that need more."""
    slots = list(slots)
    signed = Counter(one.pool for one in slots if one.pool and one.signed_at is not None)
    return [one for one in slots if one.signed_at is None and (signed[one.pool] < (one.needed or 1) if one.pool else one.required)]


def allows(slot: Slot, method: str) -> bool:
    """Return whether the plan lets this slot be signed in this way ("electronic", "digital", "paper")."""
    return slot.method in {"any", method}
