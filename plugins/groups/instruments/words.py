"""The library's words: kinds of instruments, to whom and how they are given."""

from portal.i18n import N_

KINDS = {
    "agenda": N_("Agenda o acuerdo anterior"),
    "plan": N_("Plan (PDRC, PDLC, sectorial)"),
    "reporte": N_("Reporte o diagnóstico"),
    "norma": N_("Norma"),
    "material": N_("Material de difusión"),
    "otro": N_("Otro documento"),
}
GROUP, ORGANISATION, PERSON = "group", "organisation", "person"
TO = {GROUP: N_("Un grupo"), ORGANISATION: N_("Una organización"), PERSON: N_("Una persona")}
MAIL, PRINTED, MEETING, OTHER = "mail", "printed", "meeting", "other"
WAYS = {MAIL: N_("Por correo"), PRINTED: N_("Impreso, en mano"), MEETING: N_("En una reunión"), OTHER: N_("De otra manera")}
REF = "instrument"
