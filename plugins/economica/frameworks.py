"""What the items of this dimension may point to: goals and State policies, with the words that were read."""

from portal.extend import aligned

_SDG = "Asamblea General de las Naciones Unidas, resolución A/RES/70/1, texto en español"

_GOALS = {
    "2": "Poner fin al hambre, lograr la seguridad alimentaria y la mejora de la nutrición y promover la agricultura sostenible",
    "8.2": (
        "Lograr niveles más elevados de productividad económica mediante la diversificación, la modernización"
        " tecnológica y la innovación, entre otras cosas centrándose en los sectores con gran valor añadido y"
        " un uso intensivo de la mano de obra"
    ),
    "8.3": (
        "Promover políticas orientadas al desarrollo que apoyen las actividades productivas, la creación de "
        "puestos de trabajo decentes, el emprendimiento, la creatividad y la innovación, y fomentar la "
        "formalización y el crecimiento de las microempresas y las pequeñas y medianas empresas, incluso "
        "mediante el acceso a servicios financieros"
    ),
    "8.5": (
        "De aquí a 2030, lograr el empleo pleno y productivo y el trabajo decente para todas las mujeres y "
        "los hombres, incluidos los jóvenes y las personas con discapacidad, así como la igualdad de "
        "remuneración por trabajo de igual valor"
    ),
    "8.9": (
        "De aquí a 2030, elaborar y poner en práctica políticas encaminadas a promover un turismo sostenible "
        "que cree puestos de trabajo y promueva la cultura y los productos locales"
    ),
    "9.1": (
        "Desarrollar infraestructuras fiables, sostenibles, resilientes y de calidad, incluidas "
        "infraestructuras regionales y transfronterizas, para apoyar el desarrollo económico y el bienestar "
        "humano, haciendo especial hincapié en el acceso asequible y equitativo para todos"
    ),
    "11.4": "Redoblar los esfuerzos para proteger y salvaguardar el patrimonio cultural y natural del mundo",
    "12.2": "De aquí a 2030, lograr la gestión sostenible y el uso eficiente de los recursos naturales",
}

# Only the State policies whose name was read in the source named beside it.
_POLICIES = {
    "15": ("Promoción de la seguridad alimentaria y nutrición", "Acuerdo Nacional, acuerdonacional.pe"),
    "34": ("Ordenamiento y gestión territorial", "Acuerdo Nacional, cuaderno de 2014"),
}

ALIGNMENTS = (
    *aligned("economica", "ods", _SDG, _GOALS),
    *(
        one
        for place, (code, (label, source)) in enumerate(_POLICIES.items())
        for one in aligned("economica", "acuerdo-nacional", source, {code: label}, weight=100 + place)
    ),
)
