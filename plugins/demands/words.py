"""The fixed words of demands: kinds, states, channels, sources and outcomes, as people read them."""

from portal.i18n import N_

KINDS = {
    "demand": N_("Demanda"),
    "product": N_("Producto"),
    "result": N_("Resultado"),
    "policy": N_("Política"),
}
PENDING, OPEN, MERGED, SPLIT, REJECTED, UNDONE = "pending", "open", "merged", "split", "rejected", "undone"
STATES = {
    PENDING: N_("Por moderar"),
    OPEN: N_("Vigente"),
    MERGED: N_("Unida a otra"),
    SPLIT: N_("Dividida"),
    REJECTED: N_("No publicada"),
    UNDONE: N_("Retirada al deshacer"),
}
READABLE = (OPEN, MERGED, SPLIT)  # what the public may read where the list is public
CHANNELS = {
    "desk": N_("Registrada por la Mesa"),
    "meeting": N_("Recogida en una reunión"),
    "form": N_("Formulario público"),
    "paper": N_("Hoja de papel"),
}
SOURCES = {
    "organisation": N_("Organización"),
    "group": N_("Grupo o colectivo"),
    "meeting": N_("Reunión"),
    "person": N_("Persona, sin nombre"),
}
INCLUDED, MERGED_WITH, POSTPONED, NOT_INCLUDED = "included", "merged", "postponed", "not_included"
OUTCOMES = {
    INCLUDED: N_("Incluida"),
    MERGED_WITH: N_("Unida con otra"),
    POSTPONED: N_("Postergada"),
    NOT_INCLUDED: N_("No incluida"),
}
UNDECIDED = N_("Sin decisión")
ROUND_STATES = {"draft": N_("En preparación"), "open": N_("Abierta"), "closed": N_("Cerrada")}
BY = {"table": N_("Por mesa: un puntaje acordado en cada mesa"), "person": N_("Por persona: un puntaje de cada una")}
METHODS = {"": N_("Falta"), "screen": N_("En pantalla"), "paper": N_("En papel")}

MOST_TEXT, MOST_DETAIL = 1_000, 8_000  # characters
TOPIC, SCORING = "demands.decided", "demands.scoring"
