"""The words of relatorías and agreements."""

from portal.i18n import N_

OPEN, DONE, DROPPED = "open", "done", "dropped"
STATES = {OPEN: N_("Pendiente"), DONE: N_("Cumplido"), DROPPED: N_("Sin efecto")}
LOOKS = {OPEN: ("info", "half"), DONE: ("ok", "full"), DROPPED: ("neutral", "bar")}
CAPACITIES = {"coordinator": N_("Coordinación del grupo"), "secretary": N_("Relatoría del grupo")}
TOPIC = "groups.agreements"
LONGEST_REPORT, LONGEST_AGREEMENT = 100_000, 2_000
