"""How the public pages call things: states with their mark, stances in a matrix, methods of signing, columns of the roll."""

from typing import Any, NamedTuple

from plugins.commitments import states
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
STATE_ORDER = tuple(STATE)
MARKS = {"suscribe": N_("S"), "con_observacion": N_("SO"), "no_suscribe": N_("N"), "sin_pronunciamiento": "–"}
METHODS = {
    "any": N_("A elección de quien firma"),
    "electronic": N_("Firma electrónica"),
    "digital": N_("Firma digital"),
    "paper": N_("Firma manuscrita (digitalizada)"),
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
