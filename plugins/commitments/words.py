"""How the public pages call things: states with their mark, stances in a matrix, methods of signing, columns of the roll."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from plugins.commitments import states
from plugins.commitments.models import Slot
from plugins.commitments.plan import missing
from portal.i18n import N_
from portal.organisations.models import CAPACITIES


class Word(NamedTuple):
    """A state as people read it: the word, and the badge's tone and shape."""

    label: str
    tone: str
    shape: str


STATE = {
    states.OPEN: Word(N_("En proceso"), "neutral", "hollow"),
    states.ISSUED: Word(N_("Listo para firmar"), "info", "half"),
    states.PARTLY: Word(N_("Firmado en parte"), "info", "half"),
    states.COMPLETE: Word(N_("Firmado"), "ok", "full"),
    states.DECLINED: Word(N_("Declinó"), "neutral", "bar"),
    states.WITHDRAWN: Word(N_("Se retiró"), "neutral", "bar"),
    states.SUPERSEDED: Word(N_("Reemplazado"), "neutral", "bar"),
    states.EXPIRED: Word(N_("Plazo vencido"), "neutral", "bar"),
}
MARKS = {"suscribe": N_("S"), "con_observacion": N_("SO"), "no_suscribe": N_("N"), "sin_pronunciamiento": "–"}
METHODS = {
    "any": N_("A elección de quien firma"),
    "electronic": N_("Firma electrónica"),
    "digital": N_("Firma digital"),
    "paper": N_("Firma manuscrita (digitalizada)"),
}
METHOD_NOTES = {
    "electronic": N_(
        "Firma electrónica: se hizo en el portal, con un código de un solo uso y un certificado emitido para ese acto. La Ley 27269 (artículo 1) la equipara a la firma manuscrita."
    ),
    "digital": N_(
        "Firma digital: se hizo fuera del portal con un certificado propio que llega a una lista de confianza configurada. En la Ley 27269 es la que se hace con un certificado acreditado en la Infraestructura Oficial de Firma Electrónica (IOFE)."
    ),
    "paper": N_("Firma manuscrita: se hizo en papel; el acta se digitalizó y dos personas de la Mesa la leyeron."),
}
SIDES = {"organisation": N_("Organización"), "mesa": N_("Mesa"), "witness": N_("Testigo")}
EVENTS = {
    "issued": N_("Se emitió el documento"),
    "signed": N_("Se registró una firma"),
    "complete": N_("Firmaron todas las personas previstas"),
    "published": N_("Se publicó en el registro"),
    "declined": N_("La organización declinó"),
    "withdrawn": N_("La organización se retiró"),
    "superseded": N_("Lo reemplazó otra versión"),
    "expired": N_("Venció el plazo"),
}
ROLL_HEADING = ("proceso", "codigo", "organizacion", "estado", "nombre", "calidad", "parte", "metodo", "fecha_utc")


class Lacking(NamedTuple):
    """A signature, or some of a pool, still to come."""

    capacity: str
    many: int
    optional: bool


def lacking(slots: Sequence[Slot]) -> list[Lacking]:
    """Return what is still to be signed, in order: of a pool, only as many as it needs."""
    waiting = missing(slots)
    found: list[Lacking] = []
    pools: set[str] = set()
    for slot in slots:
        if slot.signed_at is not None or slot.pool in pools:
            continue
        if slot.pool and slot in waiting:
            pools.add(slot.pool)
            given = sum(one.pool == slot.pool and one.signed_at is not None for one in slots)
            found.append(Lacking(slot.capacity, (slot.needed or 1) - given, optional=False))
        elif not slot.pool:
            found.append(Lacking(slot.capacity, 1, optional=slot not in waiting))
    return found


def capacity(name: str) -> str:
    """Return the Spanish label of a capacity."""
    return CAPACITIES.get(name, name)


def roll_row(process: str, row: Any) -> tuple[str, ...]:
    """Return one signatory as the public export writes it (`registry_queries.signatories`)."""
    signed_at = row.signed_at.isoformat(timespec="seconds") if row.signed_at else ""
    return (
        process,
        row.code,
        row.organisation,
        STATE[row.state].label,
        row.signed_name or "",
        capacity(row.capacity),
        SIDES.get(row.side, row.side),
        METHODS.get(row.signed_method or "", row.signed_method or ""),
        signed_at,
    )
