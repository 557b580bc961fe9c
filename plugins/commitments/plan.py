"""The signing plan: which signatures a commitment expects, in what order; the default one, and the check of one typed by staff."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from plugins.commitments.models import Slot
from plugins.commitments.signing import completeness
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
MOST_POOL = 20  # characters of the word that a pool is called by
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
    _check_pools(rows)
    if not any(row["side"] == ORGANISATION and (row["required"] or row["pool"]) for row in rows):
        raise _bad(N_("El plan necesita al menos una firma obligatoria de la organización."))
    named = [row["person_id"] for row in rows if row["person_id"] is not None]
    if len(named) != len(set(named)):
        raise _bad(N_("Una misma persona no puede ocupar dos firmas del plan."))
    return sorted(rows, key=lambda row: row["group"])


def _check_pools(rows: Sequence[dict[str, Any]]) -> None:
    """Raise `Invalid` unless the rows of each pool agree in side, order and how many are needed, and are enough."""
    pools: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["pool"] is not None:
            pools.setdefault(row["pool"], []).append(row)
    for pool, found in pools.items():
        needed = found[0]["needed"]
        if len({(row["side"], row["group"]) for row in found}) > 1:
            raise _bad(N_("El grupo «%(pool)s» debe tener un solo lado y un solo orden."), pool=pool)
        if any(row["needed"] != needed for row in found) or not isinstance(needed, int) or not 1 <= needed <= len(found):
            raise _bad(
                N_("El grupo «%(pool)s» debe decir, igual en cada fila, cuántas firmas bastan: entre 1 y %(most)s."),
                pool=pool,
                most=len(found),
            )


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
    pool, needed = " ".join(str(row.get("pool") or "").split()) or None, row.get("needed")
    if pool is not None and len(pool) > MOST_POOL:
        raise _bad(N_("Firma %(number)s: el nombre del grupo admite hasta %(most)s letras."), number=number, most=MOST_POOL)
    if pool is None and needed is not None:
        raise _bad(N_("Firma %(number)s: escriba en qué grupo cuenta, o borre cuántas bastan."), number=number)
    person_id = row.get("person_id") if side != ORGANISATION else None
    return entry(
        str(side),
        str(capacity),
        group=group,
        required=bool(row.get("required", True)) or pool is not None,
        method=row.get("method", "any"),
        person_id=person_id,
        pool=pool,
        needed=needed,
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
    return completeness.missing(slots, _signed(slots))


def counts(slots: Iterable[Slot]) -> tuple[int, int]:
    """Return (signatures given, signatures expected): of a pool, no more than it needs; optional ones do not count."""
    slots = list(slots)
    return completeness.counts(slots, _signed(slots))


def _signed(slots: Iterable[Slot]) -> set[str]:
    return {one.field for one in slots if one.signed_at is not None}


def next_group(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots whose turn it is: those not signed up to the lowest group that lacks one, optional ones included.

    A pool that has enough asks nobody else.
    """
    slots = list(slots)
    lacking = missing(slots)
    turn = min((one.group for one in lacking), default=0)
    optional = [one for one in slots if one.signed_at is None and not one.pool and not one.required]
    return [one for one in slots if one.group <= turn and (one in lacking or one in optional)]


def unnamed(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots that need a person before the document is issued; a pool with enough people needs no more."""
    slots = list(slots)
    return completeness.missing(slots, {one.field for one in slots if one.person_id is not None})


def pool_words(slots: Iterable[Any]) -> dict[str, tuple[int, int]]:
    """Return, of each pool of a plan's rows or slots, (how many are needed, how many there are)."""
    found: dict[str, tuple[int, int]] = {}
    for one in slots:
        pool, needed = (one.get("pool"), one.get("needed")) if isinstance(one, dict) else (one.pool, one.needed)
        if pool:
            found[pool] = (needed or 1, found.get(pool, (0, 0))[1] + 1)
    return found


def allows(slot: Slot, method: str) -> bool:
    """Return whether the plan lets this slot be signed in this way ("electronic", "digital", "paper")."""
    return slot.method in {"any", method}
