"""What the items of this dimension may point to: goals and State policies, with the words that were read."""

from portal.extend import aligned

_SDG = "Asamblea General de las Naciones Unidas, resolución A/RES/70/1, texto en español"

_GOALS = {
    "6.1": "De aquí a 2030, lograr el acceso universal y equitativo al agua potable a un precio asequible para todos",
    "6.5": (
        "De aquí a 2030, implementar la gestión integrada de los recursos hídricos a todos los niveles, "
        "incluso mediante la cooperación transfronteriza, según proceda"
    ),
    "6.b": "Apoyar y fortalecer la participación de las comunidades locales en la mejora de la gestión del agua y el saneamiento",
    "12.2": "De aquí a 2030, lograr la gestión sostenible y el uso eficiente de los recursos naturales",
    "12.5": (
        "De aquí a 2030, reducir considerablemente la generación de desechos mediante actividades de "
        "prevención, reducción, reciclado y reutilización"
    ),
    "13.1": (
        "Fortalecer la resiliencia y la capacidad de adaptación a los riesgos relacionados con el clima y los"
        " desastres naturales en todos los países"
    ),
    "13.2": "Incorporar medidas relativas al cambio climático en las políticas, estrategias y planes nacionales",
    "15.4": (
        "De aquí a 2030, asegurar la conservación de los ecosistemas montañosos, incluida su diversidad "
        "biológica, a fin de mejorar su capacidad de proporcionar beneficios esenciales para el desarrollo "
        "sostenible"
    ),
}

# Only the State policies whose name was read in the source named beside it.
_POLICIES = {
    "32": ("Gestión del Riesgo de Desastres", "Decreto Supremo 038-2021-PCM"),
    "33": ("Política de Estado sobre los recursos hídricos", "Acuerdo Nacional, cuaderno de 2014"),
    "34": ("Ordenamiento y gestión territorial", "Acuerdo Nacional, cuaderno de 2014"),
}

ALIGNMENTS = (
    *aligned("ambiental", "ods", _SDG, _GOALS),
    *(
        one
        for place, (code, (label, source)) in enumerate(_POLICIES.items())
        for one in aligned("ambiental", "acuerdo-nacional", source, {code: label}, weight=100 + place)
    ),
)
