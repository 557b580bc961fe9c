"""What the items of this dimension may point to: goals and State policies, with the words that were read."""

from portal.extend import aligned

_SDG = "Asamblea General de las Naciones Unidas, resolución A/RES/70/1, texto en español"

_GOALS = {
    "9.1": (
        "Desarrollar infraestructuras fiables, sostenibles, resilientes y de calidad, incluidas "
        "infraestructuras regionales y transfronterizas, para apoyar el desarrollo económico y el bienestar "
        "humano, haciendo especial hincapié en el acceso asequible y equitativo para todos"
    ),
    "16.1": "Reducir significativamente todas las formas de violencia y las correspondientes tasas de mortalidad en todo el mundo",
    "16.5": "Reducir considerablemente la corrupción y el soborno en todas sus formas",
    "16.6": "Crear a todos los niveles instituciones eficaces y transparentes que rindan cuentas",
    "16.7": (
        "Garantizar la adopción en todos los niveles de decisiones inclusivas, participativas y "
        "representativas que respondan a las necesidades"
    ),
    "16.10": (
        "Garantizar el acceso público a la información y proteger las libertades fundamentales, de "
        "conformidad con las leyes nacionales y los acuerdos internacionales"
    ),
    "17.17": (
        "Fomentar y promover la constitución de alianzas eficaces en las esferas pública, público-privada y "
        "de la sociedad civil, aprovechando la experiencia y las estrategias de obtención de recursos de las "
        "alianzas"
    ),
}

ALIGNMENTS = aligned("institucional", "ods", _SDG, _GOALS)
