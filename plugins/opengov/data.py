"""Peru's III open-government action plan as typed data: its 18 commitments by theme, with their SDG links.

The words are the plan's (`wording`). What is ours: the theme of each commitment, since the plan lists six themes and
assigns none; the SDG links, since it says only that the commitments were linked to the SDGs; and the values of the Open
Government Partnership, read off each commitment's own words (none where they speak of none). Problems and milestones are
in no commitment: the page that was read gives none.
"""

from dataclasses import dataclass

from .wording import WORDING

PLAN_CODE = "GA-2017"
PLAN_TITLE = "III Plan de Acción de Gobierno Abierto del Perú 2017-2019"
# The page gives no years. They are those of the IRM's reports on Peru's third plan, which also counts 18 commitments:
# https://www.opengovpartnership.org/documents/peru-design-report-2017-2019/
PLAN_PERIOD = (2017, 2019)
PLAN_TERRITORY = "00"
PLAN_SOURCE = "https://www.opengovpartnership.org/documents/peru-design-report-2017-2019/"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the plan: machine name, Spanish label, and the prefix of its commitments' codes."""

    name: str
    label: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment. `number` is the plan's own; `lead` is None where the text names no institution in charge."""

    number: int
    theme: Theme
    title: str
    text: str
    lead: str | None
    sdg: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def code(self) -> str:
        """Return the item's code: the theme's prefix and the plan's own number (OGE-05)."""
        return f"{self.theme.prefix}-{self.number:02d}"


SEGURIDAD = Theme("seguridad_ciudadana", "Seguridad ciudadana", "OGC")
EDUCACION = Theme("educacion", "Educación", "OGE")
INFRAESTRUCTURA = Theme("infraestructura", "Infraestructura", "OGI")
SALUD = Theme("salud", "Salud", "OGS")
SANEAMIENTO = Theme("saneamiento", "Saneamiento", "OGN")
AMBIENTE = Theme("ambiente", "Ambiente", "OGA")

# The six the plan names, in its order.
THEMES = (SEGURIDAD, EDUCACION, INFRAESTRUCTURA, SALUD, SANEAMIENTO, AMBIENTE)

# Commitment 1 sets up forums in all the priority sectors: under any one of the six it would say something the plan does
# not say. It stands beside them, under a heading that is ours.
TRANSVERSAL = Theme("transversal", "Transversal a los seis temas", "OGT")

KIND = "compromiso"

# The values of the Open Government Partnership (its IRM reads each commitment by them).
VALUES = (
    ("transparencia", "Transparencia y acceso a la información"),
    ("participacion", "Participación ciudadana"),
    ("rendicion", "Rendición de cuentas"),
    ("tecnologia", "Tecnología e innovación para la apertura"),
)

# Spanish text of resolution A/RES/70/1.
SDG = {
    "3": "Garantizar una vida sana y promover el bienestar de todos a todas las edades",
    "4": ("Garantizar una educación inclusiva y equitativa de calidad y promover oportunidades de aprendizaje permanente para todos"),
    "5.2": (
        "Eliminar todas las formas de violencia contra todas las mujeres y las niñas en los ámbitos público y "
        "privado, incluidas la trata y la explotación sexual y otros tipos de explotación"
    ),
    "6": "Garantizar la disponibilidad y la gestión sostenible del agua y el saneamiento para todos",
    "11.2": (
        "De aquí a 2030, proporcionar acceso a sistemas de transporte seguros, asequibles, accesibles y sostenibles "
        "para todos y mejorar la seguridad vial, en particular mediante la ampliación del transporte público, "
        "prestando especial atención a las necesidades de las personas en situación de vulnerabilidad, las mujeres, "
        "los niños, las personas con discapacidad y las personas de edad"
    ),
    "12.8": (
        "De aquí a 2030, asegurar que las personas de todo el mundo tengan la información y los conocimientos "
        "pertinentes para el desarrollo sostenible y los estilos de vida en armonía con la naturaleza"
    ),
    "16.1": ("Reducir significativamente todas las formas de violencia y las correspondientes tasas de mortalidad en todo el mundo"),
    "16.2": ("Poner fin al maltrato, la explotación, la trata y todas las formas de violencia y tortura contra los niños"),
    "16.6": "Crear a todos los niveles instituciones eficaces y transparentes que rindan cuentas",
    "16.7": (
        "Garantizar la adopción en todos los niveles de decisiones inclusivas, participativas y representativas que "
        "respondan a las necesidades"
    ),
    "16.10": (
        "Garantizar el acceso público a la información y proteger las libertades fundamentales, de conformidad con "
        "las leyes nacionales y los acuerdos internacionales"
    ),
    "17.17": (
        "Fomentar y promover la constitución de alianzas eficaces en las esferas pública, público-privada y de la "
        "sociedad civil, aprovechando la experiencia y las estrategias de obtención de recursos de las alianzas"
    ),
}

# Institutions that a commitment's text names as the one in charge (the ministry in its official form).
SGP = "Secretaría de Gestión Pública de la Presidencia del Consejo de Ministros"
MTC = "Ministerio de Transportes y Comunicaciones"
OGEI = "Oficina General de Estadística e Informática"
MININTER = "Ministerio del Interior"

_OPEN, _TAKING_PART, _TECHNOLOGY = "transparencia", "participacion", "tecnologia"
_OURS: tuple[tuple[int, Theme, str | None, tuple[str, ...], tuple[str, ...]], ...] = (
    (1, TRANSVERSAL, SGP, ("16.7", "17.17"), (_TAKING_PART,)),
    (2, AMBIENTE, None, ("12.8", "16.10"), (_OPEN, _TECHNOLOGY)),
    (3, AMBIENTE, None, ("16.7",), (_TAKING_PART,)),
    (4, AMBIENTE, None, ("16.6", "16.10"), (_OPEN,)),
    (5, EDUCACION, None, ("4",), (_TAKING_PART,)),
    (6, EDUCACION, None, ("4", "16.7"), (_TAKING_PART,)),
    (7, EDUCACION, None, ("4", "16.10"), (_OPEN, _TECHNOLOGY)),
    (8, EDUCACION, None, ("4", "17.17"), ()),
    (9, INFRAESTRUCTURA, MTC, ("11.2", "16.7"), (_TAKING_PART,)),
    (10, INFRAESTRUCTURA, MTC, ("11.2", "16.7"), (_TAKING_PART,)),
    (11, SALUD, None, ("3", "16.6"), (_OPEN, _TECHNOLOGY)),
    (12, SALUD, None, ("3", "16.10"), (_OPEN,)),
    (13, SALUD, None, ("3", "16.6"), (_OPEN,)),
    (14, SANEAMIENTO, OGEI, ("6", "16.10"), (_OPEN, _TECHNOLOGY)),
    (15, SANEAMIENTO, OGEI, ("6", "16.10"), (_OPEN, _TECHNOLOGY)),
    (16, SEGURIDAD, None, ("16.1", "16.6"), (_OPEN,)),
    (17, SEGURIDAD, None, ("16.1", "16.7"), (_TAKING_PART,)),
    (18, SEGURIDAD, MININTER, ("5.2", "16.2"), ()),
)

COMMITMENTS = tuple(
    Commitment(number, theme, *WORDING[number], lead=lead, sdg=sdg, values=values) for number, theme, lead, sdg, values in _OURS
)
