"""The values that the dialogue's rows hold, in people's words, and the limits of what can be typed."""

from dataclasses import dataclass

from portal.i18n import N_

LONGEST = 6000  # characters of a contribution, of a proposed wording, of a reason
MANY = 3  # files with one contribution

KINDS = {
    "comment": N_("Comentario"),
    "change": N_("Cambio de redacción"),
    "addition": N_("Punto o texto nuevo"),
    "opposition": N_("Oposición"),
}
SCOPES = {"whole": N_("Toda la agenda"), "dimension": N_("Una dimensión"), "item": N_("Un punto")}
SOURCES = {"person": N_("Por el portal"), "mail": N_("Por el portal, con correo verificado"), "forum": N_("En una reunión o foro")}

UNVERIFIED, RECEIVED, PUBLISHED, WITHHELD, WITHDRAWN = "unverified", "received", "published", "withheld", "withdrawn"


@dataclass(frozen=True)
class Word:
    """How a state or an answer is said, and drawn as a badge."""

    label: str
    tone: str
    shape: str


STATES = {
    RECEIVED: Word(N_("En moderación"), "info", "hollow"),
    PUBLISHED: Word(N_("Publicado"), "neutral", "full"),
    WITHHELD: Word(N_("No publicado"), "warn", "bar"),
    WITHDRAWN: Word(N_("Retirado por quien lo presentó"), "neutral", "bar"),
}
ACCEPTED, PARTIAL, REJECTED = "accepted", "partial", "rejected"
VERDICTS = {
    ACCEPTED: Word(N_("Aceptado"), "info", "full"),
    PARTIAL: Word(N_("Aceptado en parte"), "info", "half"),
    REJECTED: Word(N_("No aceptado"), "neutral", "hollow"),
}
WITHHELD_FOR = {
    "insult": N_("Insulta o amenaza a alguien"),
    "personal": N_("Contiene datos personales"),
    "elsewhere": N_("No trata de esta agenda"),
    "spam": N_("Es publicidad o un envío automático"),
    "repeated": N_("Repite otro aporte de la misma persona"),
    "other": N_("Otro motivo"),
}


def numbered(letter: str, number: int) -> str:
    """Return a stable code: C-01, A-0001."""
    return f"{letter}-{number:0{2 if letter == 'C' else 4}d}"
