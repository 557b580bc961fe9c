"""What the items of this dimension may point to: goals and State policies, with the words that were read."""

from portal.extend import aligned

_SDG = "Asamblea General de las Naciones Unidas, resolución A/RES/70/1, texto en español"

_GOALS = {
    "1.2": (
        "De aquí a 2030, reducir al menos a la mitad la proporción de hombres, mujeres y niños de todas las "
        "edades que viven en la pobreza en todas sus dimensiones con arreglo a las definiciones nacionales"
    ),
    "1.3": (
        "Implementar a nivel nacional sistemas y medidas apropiados de protección social para todos, "
        "incluidos niveles mínimos, y, de aquí a 2030, lograr una amplia cobertura de las personas pobres y "
        "vulnerables"
    ),
    "2": "Poner fin al hambre, lograr la seguridad alimentaria y la mejora de la nutrición y promover la agricultura sostenible",
    "2.2": (
        "De aquí a 2030, poner fin a todas las formas de malnutrición, incluso logrando, a más tardar en "
        "2025, las metas convenidas internacionalmente sobre el retraso del crecimiento y la emaciación de "
        "los niños menores de 5 años, y abordar las necesidades de nutrición de las adolescentes, las mujeres"
        " embarazadas y lactantes y las personas de edad"
    ),
    "3": "Garantizar una vida sana y promover el bienestar de todos a todas las edades",
    "4": "Garantizar una educación inclusiva y equitativa de calidad y promover oportunidades de aprendizaje permanente para todos",
    "5": "Lograr la igualdad de género y empoderar a todas las mujeres y las niñas",
    "5.2": (
        "Eliminar todas las formas de violencia contra todas las mujeres y las niñas en los ámbitos público y"
        " privado, incluidas la trata y la explotación sexual y otros tipos de explotación"
    ),
    "10.2": (
        "De aquí a 2030, potenciar y promover la inclusión social, económica y política de todas las "
        "personas, independientemente de su edad, sexo, discapacidad, raza, etnia, origen, religión o "
        "situación económica u otra condición"
    ),
}

# Only the State policies whose name was read in the source named beside it.
_POLICIES = {
    "15": ("Promoción de la seguridad alimentaria y nutrición", "Acuerdo Nacional, acuerdonacional.pe"),
}

ALIGNMENTS = (
    *aligned("social", "ods", _SDG, _GOALS),
    *(
        one
        for place, (code, (label, source)) in enumerate(_POLICIES.items())
        for one in aligned("social", "acuerdo-nacional", source, {code: label}, weight=100 + place)
    ),
)
