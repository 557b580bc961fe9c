"""The other social items of the sample agenda: violence, protection and identity."""

from .alignments import ods
from .figures import (
    INEI_LANGUAGE_1993,
    IPE_POVERTY_2022,
    LACEA_VIOLENCE_2013,
    Figure,
    measured,
)
from .shapes import DemoItem

ITEMS = (
    DemoItem(
        code="SOC-03",
        kind="lineamiento",
        parent=None,
        text=(
            "**Una vida libre de violencia.** Prevenir, atender y sancionar la violencia contra las mujeres, las "
            "niñas y los niños con servicios cercanos, en quechua y con presupuesto propio."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Social",
        alignments=(ods("5"), ods("5.2")),
    ),
    DemoItem(
        code="SOC-03.1",
        kind="objetivo",
        parent="SOC-03",
        text=(
            "Articular a la Policía, la Fiscalía, el Poder Judicial, los centros de salud y las municipalidades en "
            "una ruta única de atención que la persona recorra una sola vez."
        ),
        responsible="Instancia Regional de Concertación para erradicar la violencia contra las mujeres",
        alignments=(ods("5.2"), ods("16.6")),
    ),
    DemoItem(
        code="SOC-03.2",
        kind="resultado",
        parent="SOC-03",
        text=(
            "Menos mujeres que viven violencia de parte de su pareja. La línea de base disponible es antigua: el "
            "primer paso es actualizarla con la encuesta más reciente."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Social",
        alignments=(ods("5.2"),),
        indicators=(
            measured(
                "Mujeres alguna vez unidas que sufrieron algún tipo de violencia de parte de su pareja",
                "%",
                Figure("85.1", 2013, LACEA_VIOLENCE_2013),
                note=("Cifra de 2013; fue la más alta entre los departamentos ese año. La meta se fija al actualizar la línea de base."),
            ),
        ),
    ),
    DemoItem(
        code="SOC-03.3",
        kind="producto",
        parent="SOC-03",
        text=(
            "Al menos un hogar de refugio temporal en funcionamiento continuo por cada dos provincias, con personal"
            " estable y atención en quechua."
        ),
        responsible="Municipalidades provinciales, con el Ministerio de la Mujer y Poblaciones Vulnerables",
        alignments=(ods("5.2"),),
    ),
    DemoItem(
        code="SOC-04",
        kind="lineamiento",
        parent=None,
        text=(
            "**Protección social e identidad.** Que nadie quede atrás por ser pobre, por su edad, por una "
            "discapacidad o por la lengua que habla. Los servicios públicos atienden en quechua como derecho, no "
            "como favor."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Social",
        alignments=(ods("1.3"), ods("10.2")),
    ),
    DemoItem(
        code="SOC-04.1",
        kind="resultado",
        parent="SOC-04",
        text=(
            "Menos personas en pobreza y en pobreza extrema, con prioridad en los hogares rurales con niñez y con personas adultas mayores."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Social",
        alignments=(ods("1.2"),),
        indicators=(
            measured(
                "Población en situación de pobreza monetaria",
                "%",
                Figure("28.3", 2021, IPE_POVERTY_2022),
                target=("23.0", 2026),
                note="Para 2023 el IPE informa 25.8 %.",
            ),
            measured(
                "Población en situación de pobreza monetaria extrema",
                "%",
                Figure("6.2", 2021, IPE_POVERTY_2022),
                target=("4.0", 2026),
            ),
        ),
    ),
    DemoItem(
        code="SOC-04.2",
        kind="objetivo",
        parent="SOC-04",
        text=(
            "Garantizar atención en quechua en los servicios de salud, educación, justicia y registro civil, con "
            "personal que acredite la lengua y señalización bilingüe."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia General Regional, con la Dirección Desconcentrada de Cultura"),
        alignments=(ods("10.2"), ods("16.6")),
        indicators=(
            measured(
                "Población de 5 y más años cuya lengua materna es el quechua",
                "%",
                Figure("77.0", 1993, INEI_LANGUAGE_1993),
                note=(
                    "Indicador de contexto, sin meta: es el último censo que leímos en su publicación original; el "
                    "de 2017 está por incorporar."
                ),
            ),
        ),
    ),
    DemoItem(
        code="SOC-04.3",
        kind="producto",
        parent="SOC-04",
        text=(
            "Centros integrales de atención a la persona adulta mayor y oficinas municipales de atención a la "
            "persona con discapacidad con profesionales asignados y metas públicas."
        ),
        responsible="Municipalidades provinciales y distritales",
        alignments=(ods("1.3"),),
    ),
)
