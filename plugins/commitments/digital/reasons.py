"""Why an uploaded document was accepted, rejected or left undecided: a code, a sentence, and what to do next."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from plugins.commitments.digital.models import ACCEPTED, REJECTED, UNDECIDED
from portal.i18n import N_


class Telling(NamedTuple):
    """`result` that the reason leads to; `sentence` and `todo` are msgids with %(name)s places."""

    result: str
    sentence: str
    todo: str


_AGAIN = N_(
    "Descargue el documento de esta página, fírmelo sin abrirlo con otro programa y suba el archivo que devuelve su programa de firma."
)
_OTHER = N_("Firme con un certificado vigente de firma digital a su nombre, o elija otra forma de firmar.")
_MESA = N_("Guardamos el archivo. No tiene que hacer nada: lo resolverá la Mesa y le avisaremos.")
_ASK = N_("Si cree que es un error, escriba a la Mesa.")
_BOX = N_(
    "En su programa de firma, elija el recuadro de firma que lleva su nombre en la última parte del documento (en ReFirma o Adobe: pulse sobre él)."
)

TELLINGS: dict[str, Telling] = {
    # what came is not the document handed out
    "empty": Telling(REJECTED, N_("El archivo está vacío."), _AGAIN),
    "picture": Telling(REJECTED, N_("Subió una imagen, no el PDF firmado."), _AGAIN),
    "not_a_pdf": Telling(REJECTED, N_("El archivo no es un PDF."), _AGAIN),
    "encrypted": Telling(
        REJECTED,
        N_("El archivo está protegido con contraseña o cifrado."),
        N_("Quite la opción de proteger o cifrar en su programa y firme otra vez."),
    ),
    "unreadable": Telling(REJECTED, N_("El archivo está dañado o incompleto y no se puede leer con seguridad."), _AGAIN),
    "too_slow": Telling(REJECTED, N_("La revisión del archivo tomó demasiado tiempo y se detuvo."), _AGAIN),
    "scanned": Telling(
        REJECTED,
        N_("Parece el documento impreso y escaneado, o fotografiado: no lleva ninguna firma digital."),
        N_("La firma digital se hace sobre el archivo, sin imprimirlo. Si prefiere firmar en papel, pregunte a la Mesa."),
    ),
    "rewritten": Telling(
        REJECTED,
        N_("Su programa volvió a escribir el archivo en vez de añadirle la firma: ya no comienza con el documento que le entregamos."),
        N_("No use «Guardar como», «Imprimir a PDF» ni «Reducir tamaño» antes de firmar. Descargue el documento y fírmelo tal como llega."),
    ),
    "other_commitment": Telling(REJECTED, N_("Este archivo es otro compromiso: %(code)s."), _AGAIN),
    "other_edition": Telling(
        REJECTED, N_("Este archivo es una emisión anterior del compromiso, que se reemplazó antes de que alguien la firmara."), _AGAIN
    ),
    "other_document": Telling(REJECTED, N_("Este archivo no es el documento que le entregamos."), _AGAIN),
    "same_file": Telling(
        REJECTED,
        N_("Es el mismo archivo que descargó: todavía no lleva su firma."),
        N_("Fírmelo con su programa y suba el archivo que este guarda."),
    ),
    "unsigned": Telling(
        REJECTED, N_("El archivo no lleva una firma nueva."), N_("Fírmelo con su programa y suba el archivo que este guarda.")
    ),
    "moved": Telling(
        REJECTED,
        N_(
            "Otra persona firmó antes de que llegara su archivo, así que su firma quedó sobre una versión anterior del documento. No perdió nada: guardamos el archivo que subió."
        ),
        N_("Descargue la versión nueva, que ya lleva esa firma, y fírmela."),
    ),
    # what was added is not one signature in the right place
    "new_field": Telling(
        REJECTED, N_("Su programa creó una firma nueva (%(field)s) en vez de usar el recuadro reservado para usted."), _BOX
    ),
    "other_field": Telling(REJECTED, N_("Firmó en el recuadro %(field)s, que es de otra persona."), _BOX),
    "signed_twice": Telling(REJECTED, N_("El archivo lleva %(number)s firmas nuevas. Debe llevar solo la suya, una vez."), _AGAIN),
    "changed": Telling(REJECTED, N_("Además de la firma, el documento cambió en algo más."), _AGAIN),
    "locks": Telling(
        REJECTED,
        N_("Su firma cierra el documento y no dejaría firmar a las demás personas."),
        N_("Quite la opción «bloquear» o «certificar el documento» y firme otra vez."),
    ),
    "broken": Telling(REJECTED, N_("La firma no corresponde al contenido del archivo: está dañada o fue modificada."), _AGAIN),
    "format": Telling(
        REJECTED, N_("La firma usa un formato que el portal no acepta."), N_("Elija el formato PAdES o PKCS#7 separado (detached).")
    ),
    # the certificate
    "weak": Telling(
        REJECTED, N_("La firma usa un método que hoy se puede falsificar."), N_("Elija SHA-256 y una llave RSA de 2048 bits o más.")
    ),
    "expired": Telling(REJECTED, N_("Su certificado, o el de quien lo emitió, está vencido."), _OTHER),
    "not_yet_valid": Telling(REJECTED, N_("Su certificado todavía no está vigente."), _OTHER),
    "revoked": Telling(REJECTED, N_("El certificado fue revocado el %(since)s."), _OTHER),
    "wrong_purpose": Telling(
        REJECTED,
        N_("Ese certificado no es de firma (su uso permitido no incluye el no repudio)."),
        N_("El DNI electrónico tiene varios certificados: elija el de firma (FIR), no el de autenticación."),
    ),
    "untrusted": Telling(REJECTED, N_("El certificado lo emitió «%(issuer)s», que no está en las listas de confianza del portal."), _OTHER),
    "other_person": Telling(REJECTED, N_("El documento de identidad del certificado no es el de la persona prevista."), _ASK),
    # cannot be decided now
    "no_trust": Telling(UNDECIDED, N_("El portal todavía no tiene configurada ninguna lista de confianza."), _MESA),
    "no_chain": Telling(
        UNDECIDED,
        N_("Falta un certificado intermedio para llegar desde «%(issuer)s» hasta una autoridad de las listas de confianza."),
        _MESA,
    ),
    "stale_list": Telling(UNDECIDED, N_("La lista de confianza que reconoce a quien emitió su certificado venció el %(since)s."), _MESA),
    "no_revocation": Telling(UNDECIDED, N_("No se pudo comprobar si el certificado fue revocado."), _MESA),
    "no_timestamp_trust": Telling(UNDECIDED, N_("El archivo lleva un sello de tiempo de una autoridad que el portal no conoce."), _MESA),
    "dni_unknown": Telling(
        UNDECIDED, N_("El portal no conoce su documento de identidad, así que la Mesa debe confirmar que el certificado es suyo."), _MESA
    ),
    "no_dni": Telling(UNDECIDED, N_("El certificado no lleva un DNI peruano, así que la Mesa debe confirmar que es suyo."), _MESA),
    # afterwards
    "too_late": Telling(REJECTED, N_("Cuando se resolvió, el compromiso ya no admitía esta firma: %(why)s"), _ASK),
    "accepted": Telling(ACCEPTED, N_("La firma está íntegra, es suya y el certificado llega a una lista de confianza."), ""),
}


def reason(code: str, /, **values: str) -> dict[str, Any]:
    """Return a reason as it is kept. Raises KeyError for an unknown code."""
    return {"code": code, "result": TELLINGS[code].result, "values": values}


def result_of(reasons: Iterable[Mapping[str, Any]]) -> str:
    """Return what the reasons amount to: one that rejects decides, then one that leaves undecided."""
    results = {TELLINGS[one["code"]].result for one in reasons}
    return next((one for one in (REJECTED, UNDECIDED) if one in results), ACCEPTED)
