"""Invented political organisations, one for each stage of the funnel; no name, code or person of theirs can be real."""

from .shapes import DemoOrganisation, DemoPerson

# In the order an organisation lives them; after "publicada", the ways out. Two organisations decline: one tells
# everybody why, the other tells only the Mesa.
STAGES = (
    "no_contactada",
    "invitada",
    "en_revision",
    "reunion_realizada",
    "observada",
    "lista_para_firma",
    "firmada_parcialmente",
    "firmada",
    "publicada",
    "declina",
    "no_responde",
    "retirada",
)

_FULL = ("candidato_gobernador", "personero_titular", "personero_alterno")
_PAIR = ("candidato_gobernador", "personero_titular")
_WITH_REPRESENTATIVE = ("candidato_gobernador", "personero_titular", "representante")


def _people(first: int, capacities: tuple[str, ...]) -> tuple[DemoPerson, ...]:
    """Return people numbered from `first`, one for each capacity: a candidate is never personero (LOE, art. 141)."""
    return tuple(
        DemoPerson(f"Persona de muestra {number:02d}", f"persona{number:02d}@muestra.example", capacity)
        for number, capacity in enumerate(capacities, start=first)
    )


ORGANISATIONS = (
    DemoOrganisation(
        slug="qantu",
        name="Movimiento Regional Muestra Qantu (muestra)",
        short_name="Qantu (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-01",
        stage="publicada",
        people=_people(1, _FULL),
    ),
    DemoOrganisation(
        slug="chachacomo",
        name="Partido Político Muestra Chachacomo (muestra)",
        short_name="Chachacomo (muestra)",
        kind="partido_politico",
        jne_code="MUESTRA-02",
        stage="firmada",
        people=_people(4, _PAIR),
    ),
    DemoOrganisation(
        slug="intimpa",
        name="Alianza Electoral Muestra Intimpa (muestra)",
        short_name="Intimpa (muestra)",
        kind="alianza_electoral",
        jne_code="MUESTRA-03",
        stage="firmada_parcialmente",
        people=_people(6, _WITH_REPRESENTATIVE),
    ),
    DemoOrganisation(
        slug="pisonay",
        name="Movimiento Regional Muestra Pisonay (muestra)",
        short_name="Pisonay (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-04",
        stage="lista_para_firma",
        people=_people(9, _FULL),
    ),
    DemoOrganisation(
        slug="huallata",
        name="Partido Político Muestra Huallata (muestra)",
        short_name="Huallata (muestra)",
        kind="partido_politico",
        jne_code="MUESTRA-05",
        stage="observada",
        people=_people(12, _WITH_REPRESENTATIVE),
    ),
    DemoOrganisation(
        slug="waranway",
        name="Movimiento Regional Muestra Waranway (muestra)",
        short_name="Waranway (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-06",
        stage="reunion_realizada",
        people=_people(15, _PAIR),
    ),
    DemoOrganisation(
        slug="tankar",
        name="Partido Político Muestra Tankar (muestra)",
        short_name="Tankar (muestra)",
        kind="partido_politico",
        jne_code="MUESTRA-07",
        stage="en_revision",
        people=_people(17, _WITH_REPRESENTATIVE),
    ),
    DemoOrganisation(
        slug="suri",
        name="Movimiento Regional Muestra Suri (muestra)",
        short_name="Suri (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-08",
        stage="invitada",
        people=_people(20, _PAIR),
    ),
    DemoOrganisation(
        slug="puya",
        name="Partido Político Muestra Puya (muestra)",
        short_name="Puya (muestra)",
        kind="partido_politico",
        jne_code="MUESTRA-09",
        stage="no_contactada",
        people=_people(22, _PAIR),
    ),
    DemoOrganisation(
        slug="viscacha",
        name="Movimiento Regional Muestra Viscacha (muestra)",
        short_name="Viscacha (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-10",
        stage="declina",
        people=_people(24, _PAIR),
        reason=("La asamblea de la organización no llegó a un acuerdo dentro del plazo y prefiere no dar más detalles en público."),
    ),
    DemoOrganisation(
        slug="queuna",
        name="Alianza Electoral Muestra Queuña (muestra)",
        short_name="Queuña (muestra)",
        kind="alianza_electoral",
        jne_code="MUESTRA-11",
        stage="declina",
        people=_people(26, _FULL),
        reason=(
            "Compartimos buena parte de la agenda, pero nuestro plan de gobierno propone otras metas para minería y "
            "caminos. Preferimos no suscribir un texto que no cumpliríamos completo."
        ),
        reason_public=True,
    ),
    DemoOrganisation(
        slug="ichu",
        name="Partido Político Muestra Ichu (muestra)",
        short_name="Ichu (muestra)",
        kind="partido_politico",
        jne_code="MUESTRA-12",
        stage="no_responde",
        people=_people(29, _PAIR),
    ),
    DemoOrganisation(
        slug="lliclla",
        name="Movimiento Regional Muestra Lliclla (muestra)",
        short_name="Lliclla (muestra)",
        kind="movimiento_regional",
        jne_code="MUESTRA-13",
        stage="retirada",
        people=_people(31, _PAIR),
        reason="La organización dejó de participar en la elección y desiste del compromiso que había suscrito.",
        reason_public=True,
    ),
)
