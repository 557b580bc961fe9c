"""What drafting calls things: the states of a section and of a suggestion, in people's words."""

from portal.i18n import N_

READ, SUGGEST, MANAGE = "drafting.read", "drafting.suggest", "drafting.manage"
READERS = ("administrator", "coordinator", "staff", "delegate", "reader")
MESA = ("administrator", "coordinator", "staff")

STATES = {"waiting": N_("Por redactar"), "writing": N_("En redacción"), "review": N_("En revisión"), "ready": N_("Lista")}
LOOKS = {"waiting": ("neutral", "hollow"), "writing": ("info", "half"), "review": ("warn", "half"), "ready": ("ok", "tick")}

OPEN, ACCEPTED, REJECTED, WITHDRAWN = "open", "accepted", "rejected", "withdrawn"
OUTCOMES = {OPEN: N_("Por decidir"), ACCEPTED: N_("Aceptada"), REJECTED: N_("No aceptada"), WITHDRAWN: N_("Retirada")}
OUTCOME_LOOKS = {OPEN: ("info", "half"), ACCEPTED: ("ok", "tick"), REJECTED: ("neutral", "cross"), WITHDRAWN: ("neutral", "bar")}

TOPIC_SECTION, TOPIC_SUGGESTION, TOPIC_DECIDED = "drafting.section", "drafting.suggestion", "drafting.decided"
STAGE = "drafting"
