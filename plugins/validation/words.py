"""Words and names of the validation plugin: kinds of session, outcomes, acts that need leave."""

from portal.i18n import N_

READ, RECORD = "validation.read", "validation.record"
SESSIONS = {
    "ordinaria": N_("Sesión ordinaria"),
    "extraordinaria": N_("Sesión extraordinaria"),
    "ampliada": N_("Sesión ampliada"),
    "asamblea": N_("Asamblea"),
}
VALIDATED, NO_QUORUM = "validated", "no_quorum"
OUTCOMES = {
    VALIDATED: N_("La versión queda validada"),
    NO_QUORUM: N_("No se validó: sin quórum"),
}
MOST_MEMBERS = 80
ACT = "validation"  # the kind of an act's stable name
SOURCE = "validation"
RECORDED, ANNULLED = "validation.recorded", "validation.annulled"
