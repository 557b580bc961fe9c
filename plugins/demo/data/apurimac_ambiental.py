"""The environmental items of the sample agenda; each names its basin."""

from .alignments import acuerdo, ods
from .figures import (
    FIRES_2022,
    INEI_CHLORINE_2012,
    Figure,
    measured,
    to_look_up,
)
from .shapes import DemoItem

ITEMS = (
    DemoItem(
        code="AMB-01",
        kind="lineamiento",
        parent=None,
        text=(
            "**Agua segura y cuencas vivas.** Cuidar el agua desde la cabecera de cuenca hasta el caño. Las "
            "decisiones se toman por cuenca —Pampas, Pachachaca, Vilcabamba, Santo Tomás y Alto Apurímac— y no por "
            "límite político."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Recursos Naturales y Gestión del Medio Ambiente"),
        alignments=(ods("6.5"), acuerdo("33")),
    ),
    DemoItem(
        code="AMB-01.1",
        kind="resultado",
        parent="AMB-01",
        text=(
            "Más hogares que reciben agua con cloro residual adecuado, empezando por los sistemas rurales de las "
            "cuencas del Pachachaca y del Pampas."
        ),
        responsible=(
            "Gobierno Regional de Apurímac — Dirección Regional de Vivienda, Construcción y Saneamiento, con las áreas técnicas municipales"
        ),
        alignments=(ods("6.1"), acuerdo("33")),
        indicators=(
            measured(
                "Hogares que consumen agua con cloro residual libre igual o mayor a 0.5 mg/l",
                "%",
                Figure("2.4", 2012, INEI_CHLORINE_2012),
                target=("20.0", 2026),
                note=("Línea de base de 2012, por actualizar con la ENAPRES más reciente; ese año 10.6 % tuvo algún nivel de cloro."),
            ),
        ),
    ),
    DemoItem(
        code="AMB-01.2",
        kind="producto",
        parent="AMB-01",
        text=(
            "Siembra y cosecha de agua en las cabeceras de las cuencas del Pachachaca, el Vilcabamba y el Santo "
            "Tomás: qochas, zanjas de infiltración y pastos recuperados, con acuerdos comunales escritos."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Recursos Naturales y Gestión del Medio Ambiente"),
        alignments=(ods("6.b"), acuerdo("33")),
    ),
    DemoItem(
        code="AMB-01.3",
        kind="producto",
        parent="AMB-01",
        text=(
            "Consejo de recursos hídricos de la cuenca del Pampas fortalecido y comités de subcuenca instalados en "
            "el Chumbao y el Pachachaca, con actas y acuerdos publicados."
        ),
        responsible="Autoridad Nacional del Agua — administraciones locales de agua de la región",
        alignments=(ods("6.5"), ods("6.b")),
    ),
    DemoItem(
        code="AMB-02",
        kind="lineamiento",
        parent=None,
        text=(
            "**Montañas, bosques y biodiversidad.** Proteger los bosques de intimpa y queñual, los pastos "
            "altoandinos y la agrobiodiversidad que las familias conservan en sus chacras, en particular en las "
            "cuencas del Pachachaca y del Pampas."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Recursos Naturales y Gestión del Medio Ambiente"),
        alignments=(ods("15.4"), acuerdo("34")),
    ),
    DemoItem(
        code="AMB-02.1",
        kind="objetivo",
        parent="AMB-02",
        text=(
            "Restaurar ecosistemas degradados con especies nativas y asegurar el manejo efectivo del Santuario "
            "Nacional de Ampay y su zona de amortiguamiento, en la cuenca del Pachachaca."
        ),
        responsible="SERNANP — Santuario Nacional de Ampay, con el Gobierno Regional de Apurímac",
        alignments=(ods("15.4"),),
    ),
    DemoItem(
        code="AMB-02.2",
        kind="resultado",
        parent="AMB-02",
        text=(
            "Menos incendios forestales en las cuencas del Pampas, el Pachachaca y el Vilcabamba, con alerta "
            "temprana y respuesta en las primeras horas."
        ),
        responsible=("Gobierno Regional de Apurímac — Oficina Regional de Gestión del Riesgo de Desastres y Defensa Nacional"),
        alignments=(ods("15.4"), acuerdo("32")),
        indicators=(
            measured(
                "Incendios forestales reportados por los bomberos de Apurímac en un mismo corte",
                "incendios",
                Figure("25", 2022, FIRES_2022),
                note=("Corte del 15 de noviembre de 2022; no es el total del año. Indicador de contexto, sin meta."),
            ),
            to_look_up(
                "Superficie afectada por incendios forestales en el año",
                "hectáreas",
                "INDECI, compendio estadístico, y SERFOR",
            ),
        ),
    ),
    DemoItem(
        code="AMB-02.3",
        kind="producto",
        parent="AMB-02",
        text=(
            "Brigadas comunales contra incendios equipadas y acreditadas en los distritos con más focos de calor de"
            " las cuencas del Pampas y el Pachachaca, y calendario de quemas consensuado con las comunidades."
        ),
        responsible="Municipalidades provinciales y distritales",
        alignments=(ods("13.1"), acuerdo("32")),
    ),
    DemoItem(
        code="AMB-03",
        kind="lineamiento",
        parent=None,
        text=(
            "**Residuos y calidad ambiental.** Terminar con los botaderos a orillas de los ríos y vigilar, con "
            "datos abiertos, la calidad del agua, el suelo y el aire donde hay actividad minera, en especial en la "
            "cuenca del Santo Tomás."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Recursos Naturales y Gestión del Medio Ambiente"),
        alignments=(ods("12.5"), ods("12.2")),
    ),
    DemoItem(
        code="AMB-03.1",
        kind="resultado",
        parent="AMB-03",
        text=(
            "Menos residuos municipales dispuestos en botaderos en las cuencas del Chumbao y del Pachachaca, con "
            "plantas de valorización y rellenos sanitarios compartidos entre municipalidades."
        ),
        responsible="Municipalidades provinciales",
        alignments=(ods("12.5"),),
        indicators=(
            to_look_up(
                "Residuos sólidos municipales dispuestos en infraestructura autorizada",
                "%",
                "MINAM, SIGERSOL municipal, y OEFA, inventario de áreas degradadas por residuos sólidos",
            ),
        ),
    ),
    DemoItem(
        code="AMB-03.2",
        kind="producto",
        parent="AMB-03",
        text=(
            "Programa de segregación en la fuente y compostaje en las siete capitales provinciales, con "
            "recicladoras y recicladores formalizados, para aliviar a los ríos Mariño y Chumbao."
        ),
        responsible="Municipalidades provinciales",
        alignments=(ods("12.5"),),
    ),
    DemoItem(
        code="AMB-03.3",
        kind="producto",
        parent="AMB-03",
        text=(
            "Monitoreo ambiental participativo en la cuenca del Santo Tomás y el Alto Apurímac, con resultados en "
            "lenguaje claro, en castellano y quechua, a los treinta días de cada muestreo."
        ),
        responsible="OEFA y Autoridad Nacional del Agua, con el Gobierno Regional de Apurímac",
        alignments=(ods("12.2"), ods("16.10")),
    ),
    DemoItem(
        code="AMB-04",
        kind="lineamiento",
        parent=None,
        text=(
            "**Riesgo de desastres y cambio climático.** Prepararse para heladas, sequías, huaicos y lluvias "
            "intensas en todas las cuencas de la región, antes de que ocurran y con presupuesto asignado desde "
            "enero."
        ),
        responsible=("Gobierno Regional de Apurímac — Oficina Regional de Gestión del Riesgo de Desastres y Defensa Nacional"),
        alignments=(ods("13.1"), acuerdo("32")),
    ),
    DemoItem(
        code="AMB-04.1",
        kind="objetivo",
        parent="AMB-04",
        text=(
            "Incorporar la gestión del riesgo y el cambio climático en los planes, la zonificación y los proyectos "
            "de inversión de las municipalidades de las cuencas del Pampas y el Pachachaca."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Planeamiento, Presupuesto y Acondicionamiento Territorial"),
        alignments=(ods("13.2"), acuerdo("34")),
    ),
    DemoItem(
        code="AMB-04.2",
        kind="producto",
        parent="AMB-04",
        text=(
            "Sistemas de alerta temprana comunitarios ante lluvias intensas y sequía en las cuencas del Pampas y el"
            " Vilcabamba, con protocolos en quechua y simulacros dos veces al año."
        ),
        responsible=("Gobierno Regional de Apurímac — Oficina Regional de Gestión del Riesgo de Desastres y Defensa Nacional, con SENAMHI"),
        alignments=(ods("13.1"), acuerdo("32")),
    ),
)
