"""The first social items of the sample agenda: childhood and schooling."""

from .alignments import acuerdo, ods
from .figures import (
    IPE_ANAEMIA_2024,
    IPE_LEARNING_2024,
    Figure,
    measured,
    to_look_up,
)
from .shapes import DemoItem

ITEMS = (
    DemoItem(
        code="SOC-01",
        kind="lineamiento",
        parent=None,
        text=(
            "**Niñez sana y bien alimentada.** Poner a las niñas y los niños menores de cinco años en el centro de "
            "las decisiones de presupuesto y de gestión de los tres niveles de gobierno. La anemia y la "
            "desnutrición se enfrentan juntas: salud, agua segura, ingresos del hogar y alimentos de la zona."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Social",
        alignments=(ods("2.2"), ods("3"), acuerdo("15")),
    ),
    DemoItem(
        code="SOC-01.1",
        kind="objetivo",
        parent="SOC-01",
        text=(
            "Lograr que cada niña y cada niño reciba, desde la gestación y hasta los tres años, el paquete completo"
            " de control, vacunas, suplementación con hierro y acompañamiento a la familia en su propia lengua."
        ),
        responsible="Gobierno Regional de Apurímac — DIRESA Apurímac y DISA Chanka",
        alignments=(ods("3"),),
        indicators=(
            to_look_up(
                ("Niñas y niños menores de 36 meses con control de crecimiento y desarrollo completo para su edad"),
                "%",
                "INEI, ENDES, resultados por departamento (programas presupuestales)",
            ),
        ),
    ),
    DemoItem(
        code="SOC-01.2",
        kind="resultado",
        parent="SOC-01",
        text=("Menos niñas y niños de 6 a 35 meses con anemia en las siete provincias, con metas propias para los distritos altoandinos."),
        responsible="Gobierno Regional de Apurímac — DIRESA Apurímac y DISA Chanka",
        alignments=(ods("2.2"), acuerdo("15")),
        indicators=(
            measured(
                "Niñas y niños de 6 a 35 meses con anemia",
                "%",
                Figure("55.8", 2023, IPE_ANAEMIA_2024),
                target=("45.0", 2026),
                note=("Medición anterior al cambio de método de 2024: no se une en una misma serie con los años siguientes."),
            ),
        ),
    ),
    DemoItem(
        code="SOC-01.3",
        kind="resultado",
        parent="SOC-01",
        text=(
            "Menos niñas y niños menores de cinco años con desnutrición crónica, con seguimiento nominal entre el "
            "establecimiento de salud, la municipalidad y la comunidad."
        ),
        responsible="Gobierno Regional de Apurímac — DIRESA Apurímac y DISA Chanka",
        alignments=(ods("2.2"), acuerdo("15")),
        indicators=(
            measured(
                "Niñas y niños menores de 5 años con desnutrición crónica",
                "%",
                Figure("19", 2023, IPE_ANAEMIA_2024),
                target=("15", 2026),
                note="La fuente publica la cifra sin decimales.",
            ),
        ),
    ),
    DemoItem(
        code="SOC-01.4",
        kind="producto",
        parent="SOC-01",
        text=(
            "Padrón nominal distrital actualizado cada mes y usado para programar visitas domiciliarias, con "
            "actores sociales que hablan quechua y reciben formación cada año."
        ),
        responsible="Municipalidades distritales, con DIRESA Apurímac y DISA Chanka",
        alignments=(ods("3"),),
    ),
    DemoItem(
        code="SOC-02",
        kind="lineamiento",
        parent=None,
        text=(
            "**Educación que enseña y respeta.** Recuperar los aprendizajes perdidos y asegurar que cada estudiante"
            " aprenda en su lengua y en castellano. La escuela rural recibe primero a los mejores docentes, los "
            "materiales y la conectividad."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Educación y UGEL",
        alignments=(ods("4"),),
    ),
    DemoItem(
        code="SOC-02.1",
        kind="resultado",
        parent="SOC-02",
        text=(
            "Más estudiantes de segundo grado de primaria que comprenden lo que leen y resuelven problemas de "
            "matemática al nivel esperado para su grado."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Educación y UGEL",
        alignments=(ods("4"),),
        indicators=(
            measured(
                ("Estudiantes de segundo grado de primaria con nivel satisfactorio en lectura y matemática"),
                "%",
                Figure("13.4", 2022, IPE_LEARNING_2024),
                target=("20.0", 2026),
                note="La misma fuente da 19.0 % en 2019: la meta propone volver a ese nivel y superarlo.",
            ),
            measured(
                ("Estudiantes de segundo grado de secundaria con nivel satisfactorio en lectura y matemática"),
                "%",
                Figure("7.6", 2023, IPE_LEARNING_2024),
                target=("12.0", 2026),
            ),
        ),
    ),
    DemoItem(
        code="SOC-02.2",
        kind="resultado",
        parent="SOC-02",
        text=(
            "Menos personas de 15 años y más que no saben leer ni escribir, con programas de alfabetización en "
            "quechua y castellano pensados para mujeres rurales y personas adultas mayores."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Educación y UGEL",
        alignments=(ods("4"), ods("10.2")),
        indicators=(
            measured(
                "Analfabetismo de la población de 15 y más años",
                "%",
                Figure("11.2", 2023, IPE_LEARNING_2024),
                target=("9.0", 2026),
            ),
        ),
    ),
    DemoItem(
        code="SOC-02.3",
        kind="producto",
        parent="SOC-02",
        text=(
            "Plazas de educación intercultural bilingüe cubiertas por docentes con dominio acreditado de la lengua,"
            " antes del inicio de clases, y materiales entregados completos en la primera semana."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Educación y UGEL",
        alignments=(ods("4"),),
        indicators=(
            to_look_up(
                ("Plazas de educación intercultural bilingüe cubiertas con docentes que acreditan dominio de la lengua originaria"),
                "%",
                "MINEDU, registro de docentes bilingües y ESCALE",
            ),
        ),
    ),
)
