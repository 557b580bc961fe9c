"""The institutional dimension's indicators, with the figures that somebody on the project read, and its spending."""

from portal.extend import Figure, Indicator, spending

_MEF_2024 = {
    "source": (
        "MEF, Consulta Amigable 2024, suma de las 85 municipalidades de Apurímac (datos extraídos por "
        "MichaelSuarez0/Web-Scraping-Consulta-Amigable-MEF, licencia MIT)"
    ),
    "source_url": "https://github.com/MichaelSuarez0/Web-Scraping-Consulta-Amigable-MEF",
}
_STALLED = {
    "source": "Contraloría General de la República, informe de obras paralizadas; según Propuestas del Bicentenario y Chaski, 8 de noviembre de 2023",
    "source_url": "https://propuestasdelbicentenario.pe/blog/2023/11/08/obras-inconclusas-hasta-cuando",
}
_CORRUPTION = {
    "source": "Contraloría General de la República, estimación de la incidencia de la corrupción e inconducta funcional 2023; según Expreso",
    "source_url": "https://comprasestatales.org/region-callao-fue-la-mas-corrupta-en-2023-de-acuerdo-a-ranking-de-contraloria/",
}
_CONFLICTS = {
    "source": "Defensoría del Pueblo, reporte de conflictos sociales, noviembre de 2022; según Infomercado, 21 de diciembre de 2022",
    "source_url": "https://infomercado.pe/apurimac-acumula-17-conflictos-sociales-y-es-la-tercera-region-con-mas-casos-en-el-pais/",
}

INDICATORS = (
    Indicator(
        dimension="institucional",
        code="avance-gasto-municipal",
        name="Avance del gasto de las municipalidades del territorio (devengado entre PIM)",
        unit="%",
        direction="sube",
        source="MEF, Consulta Amigable",
        levels=("department", "province", "district"),
        series=(Figure(year=2024, value="73.98", territory="03", **_MEF_2024),),
        weight=10,
    ),
    Indicator(
        dimension="institucional",
        code="municipalidades-bajo-60",
        name="Municipalidades con avance del gasto menor a 60 %",
        unit="municipalidades",
        direction="baja",
        source="MEF, Consulta Amigable",
        levels=("department", "province"),
        series=(Figure(year=2024, value="29", territory="03", **_MEF_2024),),
        weight=20,
    ),
    Indicator(
        dimension="institucional",
        code="obras-paralizadas",
        name="Obras públicas paralizadas en el departamento",
        unit="obras",
        direction="baja",
        source="Contraloría General de la República, informe de obras paralizadas",
        levels=("country", "department"),
        series=(Figure(year=2023, value="100", territory="03", **_STALLED),),
        weight=30,
    ),
    Indicator(
        dimension="institucional",
        code="perdida-corrupcion",
        name="Pérdida estimada por corrupción e inconducta funcional respecto del presupuesto ejecutado",
        unit="%",
        direction="baja",
        source="Contraloría General de la República, estimación de la incidencia de la corrupción",
        levels=("country", "department"),
        series=(Figure(year=2023, value="14.4", territory="03", **_CORRUPTION),),
        weight=40,
    ),
    Indicator(
        dimension="institucional",
        code="conflictos-sociales",
        name="Conflictos sociales registrados en el departamento",
        unit="conflictos",
        direction="baja",
        source="Defensoría del Pueblo, reporte mensual de conflictos sociales",
        levels=("country", "department"),
        series=(Figure(year=2022, value="17", territory="03", **_CONFLICTS),),
        weight=50,
    ),
)

_MEF = "MEF, Consulta Amigable: códigos y nombres leídos en copias públicas de 2022 y 2026"
BUDGET_FILTERS = spending(
    "institucional",
    _MEF,
    functions={"03": "Planeamiento, gestión y reserva de contingencia", "05": "Orden público y seguridad"},
    programmes={"0030": "Reducción de delitos y faltas que afectan la seguridad ciudadana"},
)
