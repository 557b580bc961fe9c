"""The plan's words: its columns, the scale of progress, and how each is shown."""

import re

from portal.i18n import N_

COLUMNS = {
    "objective": N_("Objetivo"),
    "action": N_("Acción"),
    "sub_activity": N_("Subactividad"),
    "strategy": N_("Estrategia"),
    "date_text": N_("Fecha"),
    "responsible": N_("Responsable"),
}
LEVELS = ("objective", "action", "sub_activity")  # an empty cell of these is that of the row above
HEADINGS = ["OBJETIVO", "ACCIONES", "SUB ACTIVIDADES", "ESTRATEGIAS", "FECHA", "RESPONSABLE"]

COMPLETE = "completo"
NONE = "sin_evidencia"
STATES = {
    NONE: N_("Sin evidencia"),
    "no_iniciado": N_("No iniciado"),
    "limitado": N_("Limitado"),
    "sustancial": N_("Sustancial"),
    COMPLETE: N_("Completo"),
}
UNDER_WAY = ("limitado", "sustancial")
LATE = N_("Vencido")
RESCHEDULED = N_("Reprogramado")
BADGES = {NONE: ("neutral", "hollow"), "no_iniciado": ("neutral", "dash"), "limitado": ("info", "half"), "sustancial": ("info", "half")}
BADGES[COMPLETE] = ("ok", "full")

ANSWERING = ("coordinator", "staff", "delegate")  # roles that may note progress in an agenda
KIND = "activity"  # of its name in threads: activity:APU-2027/P-03
_BETWEEN = re.compile(r"\s*(?:,\s*y\s+|,\s*e\s+|,|;|\s+[yY]\s+|\s+[eE]\s+(?=[iI]))\s*")


def bodies(text: str) -> tuple[str, ...]:
    """Return the bodies that a cell names: "Equipo MCLCP, y comisiones , medios" → three."""
    return tuple(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))
