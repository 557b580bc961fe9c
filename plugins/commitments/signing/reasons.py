"""Why a verdict is what it is: a code for programs, a Spanish sentence for people, a detail in English for experts."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final


def N_(message: str) -> str:  # noqa: N802 - gettext's name for "translate later"
    """Mark a sentence for translation; it is translated when it is shown."""
    return message


# weight decides: the heaviest reason is the verdict
ALTERED: Final = "altered"
UNVERIFIABLE: Final = "unverifiable"
UNTRUSTED: Final = "untrusted"
UNSIGNED: Final = "unsigned"
NOTE: Final = "note"
_WEIGHTS: Final = (ALTERED, UNVERIFIABLE, UNTRUSTED, UNSIGNED)

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # what cannot be read
    "not_a_pdf": (UNVERIFIABLE, N_("El archivo no es un PDF.")),
    "damaged": (UNVERIFIABLE, N_("El archivo está dañado o mal formado y no se puede leer con seguridad.")),
    "encrypted": (UNVERIFIABLE, N_("El archivo está cifrado o protegido con contraseña.")),
    "hybrid": (UNVERIFIABLE, N_("El archivo tiene dos índices que pueden mostrar contenidos distintos según el programa.")),
    "too_large": (UNVERIFIABLE, N_("El archivo es demasiado grande para revisarlo.")),
    "too_complex": (UNVERIFIABLE, N_("El archivo es demasiado complejo para revisarlo.")),
    "too_slow": (UNVERIFIABLE, N_("La revisión del archivo tomó demasiado tiempo y se detuvo.")),
    "no_memory": (UNVERIFIABLE, N_("La revisión del archivo necesitaba demasiada memoria y se detuvo.")),
    "crashed": (UNVERIFIABLE, N_("La revisión del archivo se interrumpió.")),
    "broken_signature_data": (UNVERIFIABLE, N_("Los datos de la firma del campo %(field)s están dañados.")),
    "unknown_format": (UNVERIFIABLE, N_("La firma del campo %(field)s usa un formato que no se puede verificar.")),
    # what is missing
    "no_signature": (UNSIGNED, N_("El archivo no tiene firmas electrónicas.")),
    "only_timestamps": (UNSIGNED, N_("El archivo tiene un sello de tiempo, pero ninguna persona lo firmó.")),
    # what changed
    "content_changed": (ALTERED, N_("El contenido no es el que se firmó: cambió después de la firma de %(signer)s.")),
    "signature_broken": (ALTERED, N_("La firma de %(signer)s no corresponde a su certificado: fue modificada.")),
    "certificates_changed": (ALTERED, N_("Los certificados que acompañan la firma de %(signer)s fueron modificados.")),
    "partial_cover": (ALTERED, N_("La firma de %(signer)s no cubre todo lo que muestra el documento.")),
    "hidden_in_gap": (ALTERED, N_("El espacio de la firma de %(signer)s esconde datos que nadie firmó.")),
    "counted_twice": (ALTERED, N_("La misma firma aparece en más de un campo: %(fields)s.")),
    "changed_after": (ALTERED, N_("Después de firmado, alguien cambió el documento en algo más que añadir firmas.")),
    "appended": (ALTERED, N_("Al final del archivo hay contenido añadido que ninguna firma cubre.")),
    "overlay": (ALTERED, N_("La firma del campo %(field)s, añadida después, tapa contenido que otras personas ya habían firmado.")),
    "signature_removed": (ALTERED, N_("El archivo conserva restos de una firma que fue retirada.")),
    "timestamp_broken": (ALTERED, N_("El sello de tiempo de la firma de %(signer)s no corresponde a esa firma.")),
    # whom to believe
    "unknown_issuer": (UNTRUSTED, N_("No se reconoce a quien emitió el certificado de %(signer)s.")),
    "expired": (UNTRUSTED, N_("El certificado de %(signer)s está vencido y ningún sello de tiempo prueba que firmó antes.")),
    "not_yet_valid": (UNTRUSTED, N_("El certificado de %(signer)s todavía no estaba vigente.")),
    "revoked": (UNTRUSTED, N_("El certificado de %(signer)s fue revocado.")),
    "weak_algorithm": (UNTRUSTED, N_("La firma de %(signer)s usa un método que hoy se puede falsificar.")),
    "wrong_purpose": (UNTRUSTED, N_("El certificado de %(signer)s no sirve para firmar documentos.")),
    "timestamp_untrusted": (NOTE, N_("No se reconoce a quien emitió el sello de tiempo de la firma de %(signer)s.")),
    "claimed_before_certificate": (NOTE, N_("La hora que declara la firma de %(signer)s es anterior a su certificado.")),
    "covers_some_text": (NOTE, N_("La firma visible del campo %(field)s se superpone a parte del texto.")),
    "all_valid": (NOTE, N_("Todas las firmas son válidas y el documento no cambió después.")),
    # an offline bundle
    "bundle_malformed": (UNVERIFIABLE, N_("El paquete no se puede leer o está incompleto.")),
    "bundle_file_changed": (ALTERED, N_("El archivo %(name)s no es el que el paquete declara.")),
    "bundle_disagrees": (ALTERED, N_("Los archivos del paquete no concuerdan: %(what)s.")),
    "ledger_entry_false": (ALTERED, N_("La entrada %(seq)s no está en el registro con la cabeza publicada.")),
    "bundle_complete": (NOTE, N_("El paquete está completo y concuerda: firmaron las %(signed)s personas previstas.")),
    "root_unconfirmed": (
        NOTE,
        N_("La raíz vino en el mismo paquete: compare su huella con la que el portal publica por otro medio (%(sha256)s)."),
    ),
    "root_confirmed": (NOTE, N_("Las firmas llegan a la raíz que usted indicó.")),
    "root_differs": (UNTRUSTED, N_("Ninguna raíz del paquete tiene la huella que usted indicó.")),
    "head_confirmed": (NOTE, N_("La cabeza del registro es la que usted guardó.")),
    "head_differs": (ALTERED, N_("La cabeza del registro no es la que usted guardó.")),
    "head_stamped": (NOTE, N_("La cabeza del registro tiene un sello de tiempo de %(authority)s.")),
    "head_unstamped": (NOTE, N_("La cabeza del registro no tiene sello de tiempo.")),
    "head_stamp_untrusted": (NOTE, N_("No se reconoce a quien emitió el sello de tiempo de la cabeza del registro.")),
    "head_stamp_broken": (ALTERED, N_("El sello de tiempo no corresponde a la cabeza del registro.")),
    # the portal's lane
    "complete": (NOTE, N_("Auténtico y completo: lo firmaron las %(signed)s personas previstas y no cambió después.")),
    "incomplete": (NOTE, N_("Auténtico, faltan firmas: firmaron %(signed)s de %(expected)s.")),
    "earlier": (NOTE, N_("Auténtico, revisión anterior: después se añadieron firmas. Descargue la versión vigente.")),
    "archived_since": (
        NOTE,
        N_("Después se le añadió evidencia de larga duración, sin cambiar nada de lo firmado: prefiera la versión vigente."),
    ),
    "constancia": (NOTE, N_("Es la constancia que el portal selló y envió a quienes firmaron, tal como salió.")),
    "declined": (NOTE, N_("Este compromiso fue declinado: no se añadirán más firmas.")),
    "withdrawn": (NOTE, N_("Quien firmó desistió después de este compromiso; el documento es auténtico.")),
    "superseded": (NOTE, N_("Este compromiso fue reemplazado por otro posterior.")),
    "expired_instrument": (NOTE, N_("Venció el plazo para firmar este compromiso.")),
    "truncated": (ALTERED, N_("Al archivo le falta una parte: está incompleto respecto del original.")),
    "extended": (ALTERED, N_("Al archivo le añadieron contenido que no está en el original.")),
    "bytes_differ": (ALTERED, N_("El archivo no es igual al original: cambió después de emitirse.")),
    "rewritten": (ALTERED, N_("El archivo usa partes del original, pero fue rehecho.")),
    "wrong_certificate": (ALTERED, N_("La firma del campo %(field)s no es de la persona para quien se reservó.")),
    "unexpected_field": (ALTERED, N_("Hay una firma en un campo que el portal no reservó: %(field)s.")),
    "missing_signature": (ALTERED, N_("Falta la firma registrada en el campo %(field)s.")),
    "mentions_code": ("unrecognised", N_("El archivo menciona el código %(code)s, pero no es el documento registrado con ese código.")),
    "not_registered": ("unrecognised", N_("Este archivo no está entre los compromisos registrados en el portal.")),
    "portal_signed_unknown": (ALTERED, N_("El archivo lleva firmas del portal, pero el portal no emitió este archivo.")),
}


@dataclass(frozen=True)
class Reason:
    """One reason of a verdict."""

    code: str
    detail: str = ""
    """For an expert, in English."""
    values: dict[str, str] = field(default_factory=dict)
    """Fills the placeholders of the sentence."""

    @property
    def template(self) -> str:
        """The Spanish sentence before its placeholders are filled: the key for translation."""
        return SENTENCES[self.code][1]

    @property
    def sentence(self) -> str:
        """The Spanish sentence that a layperson understands."""
        return self.template % self.values if self.values else self.template

    @property
    def weight(self) -> str:
        """The verdict that this reason leads to, or "note"."""
        return SENTENCES[self.code][0]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"code": self.code, "sentence": self.sentence, "detail": self.detail, "values": self.values}


def heaviest(reasons: "list[Reason]") -> str | None:
    """The verdict that the reasons amount to; None when all are notes."""
    weights = {reason.weight for reason in reasons}
    return next((weight for weight in _WEIGHTS if weight in weights), None)


_DOCUMENT_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d{8,9}(?![0-9A-Za-z])")


def hide_numbers(text: str) -> str:
    """Blot out the document number that the certificate of a DNIe puts into its holder's name."""
    return _DOCUMENT_NUMBER.sub("········", text)


def without_numbers(reason: Reason) -> Reason:
    """Return a reason about a signer without document numbers."""
    if "signer" not in reason.values:
        return reason
    return replace(reason, detail=hide_numbers(reason.detail), values={name: hide_numbers(text) for name, text in reason.values.items()})
