"""The roles that tests sign in with, and the sets of them that pages are for."""

# "elsewhere": the same role, held in another agenda (a representative: of another organisation in the same agenda).
ROLES = (
    "nobody",
    "person",
    "reader",
    "witness",
    "delegate",
    "representative",
    "staff",
    "coordinator",
    "administrator",
    "reader elsewhere",
    "delegate elsewhere",
    "representative elsewhere",
    "staff elsewhere",
    "coordinator elsewhere",
)
ALL = frozenset(ROLES)
SIGNED_IN = ALL - {"nobody"}
ADMINISTRATOR = frozenset({"administrator"})
# In one agenda:
COORDINATION = ADMINISTRATOR | {"coordinator"}
MESA = COORDINATION | {"staff"}
EDITORS = MESA | {"delegate"}
DRAFT_READERS = EDITORS | {"reader"}
BOARD = MESA | {"reader"}
# Where no agenda is named, holding the role anywhere is enough:
ANY_COORDINATION = COORDINATION | {"coordinator elsewhere"}
ANY_MESA = MESA | {"staff elsewhere", "coordinator elsewhere"}
ANY_DRAFT_READER = DRAFT_READERS | {"staff elsewhere", "coordinator elsewhere", "delegate elsewhere", "reader elsewhere"}
ANY_BOARD = BOARD | {"staff elsewhere", "coordinator elsewhere", "reader elsewhere"}
REPRESENTATIVE = frozenset({"representative"})
SIGNATORIES = REPRESENTATIVE | {"coordinator", "witness"}  # the three who have a slot
