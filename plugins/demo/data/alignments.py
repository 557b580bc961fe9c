"""The frameworks that the sample agenda points to, with their names as published, typed once."""

from __future__ import annotations

from .shapes import DemoAlignment

# Resolution A/RES/70/1 in its Spanish version. Of goals 3, 4 and 5 only the goal (and 5.2) is typed: the texts of their
# other targets were not found in a faithful copy.
_ODS = {
    "1.2": (
        "De aquí a 2030, reducir al menos a la mitad la proporción de hombres, mujeres y niños de todas las "
        "edades que viven en la pobreza en todas sus dimensiones con arreglo a las definiciones nacionales"
    ),
    "1.3": (
        "Implementar a nivel nacional sistemas y medidas apropiados de protección social para todos, incluidos "
        "niveles mínimos, y, de aquí a 2030, lograr una amplia cobertura de las personas pobres y vulnerables"
    ),
    "2": ("Poner fin al hambre, lograr la seguridad alimentaria y la mejora de la nutrición y promover la agricultura sostenible"),
    "2.2": (
        "De aquí a 2030, poner fin a todas las formas de malnutrición, incluso logrando, a más tardar en 2025, "
        "las metas convenidas internacionalmente sobre el retraso del crecimiento y la emaciación de los niños "
        "menores de 5 años, y abordar las necesidades de nutrición de las adolescentes, las mujeres embarazadas y"
        " lactantes y las personas de edad"
    ),
    "3": "Garantizar una vida sana y promover el bienestar de todos a todas las edades",
    "4": ("Garantizar una educación inclusiva y equitativa de calidad y promover oportunidades de aprendizaje permanente para todos"),
    "5": "Lograr la igualdad de género y empoderar a todas las mujeres y las niñas",
    "5.2": (
        "Eliminar todas las formas de violencia contra todas las mujeres y las niñas en los ámbitos público y "
        "privado, incluidas la trata y la explotación sexual y otros tipos de explotación"
    ),
    "6.1": ("De aquí a 2030, lograr el acceso universal y equitativo al agua potable a un precio asequible para todos"),
    "6.5": (
        "De aquí a 2030, implementar la gestión integrada de los recursos hídricos a todos los niveles, incluso "
        "mediante la cooperación transfronteriza, según proceda"
    ),
    "6.b": ("Apoyar y fortalecer la participación de las comunidades locales en la mejora de la gestión del agua y el saneamiento"),
    "8.2": (
        "Lograr niveles más elevados de productividad económica mediante la diversificación, la modernización "
        "tecnológica y la innovación, entre otras cosas centrándose en los sectores con gran valor añadido y un "
        "uso intensivo de la mano de obra"
    ),
    "8.3": (
        "Promover políticas orientadas al desarrollo que apoyen las actividades productivas, la creación de "
        "puestos de trabajo decentes, el emprendimiento, la creatividad y la innovación, y fomentar la "
        "formalización y el crecimiento de las microempresas y las pequeñas y medianas empresas, incluso mediante"
        " el acceso a servicios financieros"
    ),
    "8.5": (
        "De aquí a 2030, lograr el empleo pleno y productivo y el trabajo decente para todas las mujeres y los "
        "hombres, incluidos los jóvenes y las personas con discapacidad, así como la igualdad de remuneración por"
        " trabajo de igual valor"
    ),
    "8.9": (
        "De aquí a 2030, elaborar y poner en práctica políticas encaminadas a promover un turismo sostenible que "
        "cree puestos de trabajo y promueva la cultura y los productos locales"
    ),
    "9.1": (
        "Desarrollar infraestructuras fiables, sostenibles, resilientes y de calidad, incluidas infraestructuras "
        "regionales y transfronterizas, para apoyar el desarrollo económico y el bienestar humano, haciendo "
        "especial hincapié en el acceso asequible y equitativo para todos"
    ),
    "10.2": (
        "De aquí a 2030, potenciar y promover la inclusión social, económica y política de todas las personas, "
        "independientemente de su edad, sexo, discapacidad, raza, etnia, origen, religión o situación económica u"
        " otra condición"
    ),
    "11.4": "Redoblar los esfuerzos para proteger y salvaguardar el patrimonio cultural y natural del mundo",
    "12.2": "De aquí a 2030, lograr la gestión sostenible y el uso eficiente de los recursos naturales",
    "12.5": (
        "De aquí a 2030, reducir considerablemente la generación de desechos mediante actividades de prevención, "
        "reducción, reciclado y reutilización"
    ),
    "13.1": (
        "Fortalecer la resiliencia y la capacidad de adaptación a los riesgos relacionados con el clima y los "
        "desastres naturales en todos los países"
    ),
    "13.2": ("Incorporar medidas relativas al cambio climático en las políticas, estrategias y planes nacionales"),
    "15.4": (
        "De aquí a 2030, asegurar la conservación de los ecosistemas montañosos, incluida su diversidad "
        "biológica, a fin de mejorar su capacidad de proporcionar beneficios esenciales para el desarrollo "
        "sostenible"
    ),
    "16.1": ("Reducir significativamente todas las formas de violencia y las correspondientes tasas de mortalidad en todo el mundo"),
    "16.5": "Reducir considerablemente la corrupción y el soborno en todas sus formas",
    "16.6": "Crear a todos los niveles instituciones eficaces y transparentes que rindan cuentas",
    "16.7": (
        "Garantizar la adopción en todos los niveles de decisiones inclusivas, participativas y representativas "
        "que respondan a las necesidades"
    ),
    "16.10": (
        "Garantizar el acceso público a la información y proteger las libertades fundamentales, de conformidad "
        "con las leyes nacionales y los acuerdos internacionales"
    ),
    "17.17": (
        "Fomentar y promover la constitución de alianzas eficaces en las esferas pública, público-privada y de la"
        " sociedad civil, aprovechando la experiencia y las estrategias de obtención de recursos de las alianzas"
    ),
}

# Only the policies whose name was read in a publication of the Acuerdo Nacional or in a decree that quotes it.
_ACUERDO_NACIONAL = {
    "15": "Promoción de la seguridad alimentaria y nutrición",
    "32": "Gestión del Riesgo de Desastres",
    "33": "Política de Estado sobre los recursos hídricos",
    "34": "Ordenamiento y gestión territorial",
}


def ods(code: str) -> DemoAlignment:
    """Return the Sustainable Development Goal ("4") or target ("16.6") of that code."""
    return DemoAlignment("ods", code, _ODS[code])


def acuerdo(code: str) -> DemoAlignment:
    """Return the State policy of the Acuerdo Nacional of that number."""
    return DemoAlignment("acuerdo-nacional", code, _ACUERDO_NACIONAL[code])
