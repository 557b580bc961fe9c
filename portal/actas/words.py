"""The words of actas: states, ways of signing, what a signer agrees to, and their names in the ledger."""

from typing import TYPE_CHECKING

from portal.i18n import N_

if TYPE_CHECKING:
    from portal.actas.models import Acta

OPEN, COMPLETE, REPLACED = "open", "complete", "replaced"
STATES = {OPEN: N_("Faltan firmas"), COMPLETE: N_("Completa"), REPLACED: N_("Reemplazada")}
LOOKS = {OPEN: ("info", "half"), COMPLETE: ("ok", "full"), REPLACED: ("neutral", "bar")}
ELECTRONIC, PAPER = "electronic", "paper"
METHODS = {ELECTRONIC: N_("Firma electrónica en el portal"), PAPER: N_("Firma manuscrita (copia escaneada)")}
ISSUED, SIGNED, DONE, REPLACING = "acta.issued", "acta.signed", "acta.complete", "acta.replaced"
PREFIX = "acta:"
TOPIC = "actas"  # of the notices


def subject(code: str) -> str:
    """Return an acta's name in the ledger."""
    return f"{PREFIX}{code}"


def consent_text(acta: "Acta", capacity: str) -> str:
    """Return what whoever signs agrees to, in Spanish: its bytes are kept with the signature."""
    return (
        f"He leído el acta {acta.code}, «{acta.title}», cuya huella SHA-256 es {acta.first_sha256}. "
        f"Declaro que su contenido corresponde a lo ocurrido y la firmo electrónicamente en calidad de «{capacity}». "
        "Acepto que mi nombre, mi calidad y la hora de mi firma figuren en ella."
    )
