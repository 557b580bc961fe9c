"""The institutional items of the sample agenda: public spending, integrity, dialogue, safety."""

from .alignments import ods
from .figures import (
    CGR_CONTROL_2022,
    CGR_CORRUPTION_2023,
    CGR_STALLED_2023,
    MEF_2024,
    OMBUDSMAN_2022,
    Figure,
    measured,
    to_look_up,
)
from .shapes import DemoItem

ITEMS = (
    DemoItem(
        code="INS-01",
        kind="lineamiento",
        parent=None,
        text=(
            "**Gestión pública que cumple.** Gastar a tiempo y gastar bien: menos obras paralizadas, más servicios "
            "funcionando. La ciudadanía puede ver, cada mes y en una página, cuánto se planificó, cuánto se cambió "
            "y cuánto se hizo."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia General Regional",
        alignments=(ods("16.6"),),
    ),
    DemoItem(
        code="INS-01.1",
        kind="resultado",
        parent="INS-01",
        text=(
            "Las municipalidades de Apurímac ejecutan dentro del año la mayor parte de su presupuesto y ninguna queda por debajo del 60 %."
        ),
        responsible="Municipalidades provinciales y distritales",
        alignments=(ods("16.6"),),
        indicators=(
            measured(
                "Avance del gasto de las 85 municipalidades de Apurímac (devengado entre PIM)",
                "%",
                Figure("73.98", 2024, MEF_2024),
                target=("85.00", 2026),
                note=("976,409,395 soles devengados de un PIM de 1,319,830,096; el PIA fue de 889,263,683 soles."),
            ),
            measured(
                "Municipalidades de Apurímac con avance del gasto menor a 60 %",
                "municipalidades",
                Figure("29", 2024, MEF_2024),
                target=("0", 2026),
                note="Cálculo propio sobre la misma fuente, de un total de 85.",
            ),
        ),
    ),
    DemoItem(
        code="INS-01.2",
        kind="resultado",
        parent="INS-01",
        text=("Menos obras públicas paralizadas, con un responsable y una fecha de reinicio o cierre publicados para cada una."),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Infraestructura, y municipalidades",
        alignments=(ods("9.1"), ods("16.6")),
        indicators=(
            measured(
                "Obras públicas paralizadas en el departamento",
                "obras",
                Figure("100", 2023, CGR_STALLED_2023),
                target=("50", 2026),
                note="El saldo por ejecutar superaba los 250 millones de soles.",
            ),
        ),
    ),
    DemoItem(
        code="INS-01.3",
        kind="producto",
        parent="INS-01",
        text=(
            "Tablero público de seguimiento del presupuesto y de las inversiones de la región, con datos "
            "descargables y una explicación de cada modificación mayor al 10 %."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Planeamiento, Presupuesto y Acondicionamiento Territorial"),
        alignments=(ods("16.10"),),
        indicators=(
            measured(
                "Presupuesto modificado respecto del inicial en las 85 municipalidades (PIM entre PIA)",
                "%",
                Figure("148.4", 2024, MEF_2024),
                note="Indicador de contexto, sin meta: cálculo propio sobre la misma fuente.",
            ),
        ),
    ),
    DemoItem(
        code="INS-02",
        kind="lineamiento",
        parent=None,
        text=(
            "**Integridad y transparencia.** Quien administra recursos públicos rinde cuentas en audiencias que se "
            "entienden, y responde a lo que el control advierte."
        ),
        responsible="Gobierno Regional de Apurímac — Oficina de Integridad",
        alignments=(ods("16.5"), ods("16.6")),
    ),
    DemoItem(
        code="INS-02.1",
        kind="resultado",
        parent="INS-02",
        text="Menor pérdida de recursos públicos por corrupción e inconducta funcional en el departamento.",
        responsible="Gobierno Regional de Apurímac y municipalidades, con la Contraloría General de la República",
        alignments=(ods("16.5"),),
        indicators=(
            measured(
                ("Pérdida estimada por corrupción e inconducta funcional respecto del presupuesto ejecutado"),
                "%",
                Figure("14.4", 2023, CGR_CORRUPTION_2023),
                target=("12.0", 2026),
            ),
        ),
    ),
    DemoItem(
        code="INS-02.2",
        kind="resultado",
        parent="INS-02",
        text=("Más situaciones adversas advertidas por el control simultáneo que se corrigen a tiempo, antes de que el daño ocurra."),
        responsible="Gobierno Regional de Apurímac y municipalidades",
        alignments=(ods("16.6"),),
        indicators=(
            measured(
                "Situaciones adversas resueltas o en proceso de resolverse",
                "%",
                Figure("14.4", 2022, CGR_CONTROL_2022),
                target=("50.0", 2026),
                note="193 de 1339 situaciones identificadas en 2022.",
            ),
        ),
    ),
    DemoItem(
        code="INS-02.3",
        kind="producto",
        parent="INS-02",
        text=(
            "Portal regional de datos abiertos con contrataciones, obras, planillas y agenda de autoridades, "
            "actualizado cada mes y en formatos reutilizables."
        ),
        responsible="Gobierno Regional de Apurímac — Oficina de Tecnologías de la Información",
        alignments=(ods("16.10"),),
    ),
    DemoItem(
        code="INS-03",
        kind="lineamiento",
        parent=None,
        text=(
            "**Participación y diálogo.** Las decisiones importantes se conversan antes de tomarse. Los acuerdos de"
            " las mesas de diálogo se escriben, se publican y se cumplen."
        ),
        responsible="Gobierno Regional de Apurímac — Consejo de Coordinación Regional",
        alignments=(ods("16.7"), ods("17.17")),
    ),
    DemoItem(
        code="INS-03.1",
        kind="resultado",
        parent="INS-03",
        text=("Menos conflictos sociales abiertos, porque los acuerdos tienen responsables, plazos y seguimiento público."),
        responsible=(
            "Gobierno Regional de Apurímac — unidad de diálogo y prevención de conflictos, con la Presidencia del Consejo de Ministros"
        ),
        alignments=(ods("16.1"), ods("16.7")),
        indicators=(
            measured(
                "Conflictos sociales registrados en el departamento",
                "conflictos",
                Figure("17", 2022, OMBUDSMAN_2022),
                target=("10", 2026),
                note="Corte de noviembre de 2022: 14 activos y 3 latentes.",
            ),
        ),
    ),
    DemoItem(
        code="INS-03.2",
        kind="producto",
        parent="INS-03",
        text=(
            "Presupuesto participativo regional y provincial con proyectos que efectivamente se ejecutan, comités "
            "de vigilancia con información mensual y participación paritaria de mujeres."
        ),
        responsible=("Gobierno Regional de Apurímac — Gerencia Regional de Planeamiento, Presupuesto y Acondicionamiento Territorial"),
        fields=(("instrumento", "presupuesto"),),
        alignments=(ods("16.7"),),
    ),
    DemoItem(
        code="INS-04",
        kind="lineamiento",
        parent=None,
        text=(
            "**Seguridad ciudadana y justicia cercana.** Prevenir el delito con barrios iluminados y organizados, "
            "juventud con oportunidades y coordinación efectiva entre Policía, municipalidades, rondas campesinas y"
            " justicia."
        ),
        responsible="Comité Regional de Seguridad Ciudadana de Apurímac (CORESEC)",
        alignments=(ods("16.1"),),
    ),
    DemoItem(
        code="INS-04.1",
        kind="objetivo",
        parent="INS-04",
        text=(
            "Poner en marcha planes provinciales de seguridad ciudadana con presupuesto, metas y rendición de "
            "cuentas cada semestre ante la población."
        ),
        responsible="Comités provinciales de seguridad ciudadana (COPROSEC)",
        fields=(("instrumento", "plan"),),
        alignments=(ods("16.1"), ods("16.6")),
    ),
    DemoItem(
        code="INS-04.2",
        kind="resultado",
        parent="INS-04",
        text="Menos personas víctimas de algún hecho delictivo en las ciudades de Abancay y Andahuaylas.",
        responsible="Comité Regional de Seguridad Ciudadana de Apurímac (CORESEC)",
        alignments=(ods("16.1"),),
        indicators=(
            to_look_up(
                "Población urbana de 15 y más años víctima de algún hecho delictivo",
                "%",
                "INEI, ENAPRES, informe técnico de seguridad ciudadana",
            ),
        ),
    ),
    DemoItem(
        code="INS-04.3",
        kind="producto",
        parent="INS-04",
        text=(
            "Convenios de coordinación entre la justicia ordinaria, las rondas campesinas y las comunidades, con "
            "capacitación mutua y respeto de los derechos humanos."
        ),
        responsible="Corte Superior de Justicia de Apurímac, con rondas y comunidades campesinas",
        alignments=(ods("16.1"), ods("16.7")),
    ),
)
