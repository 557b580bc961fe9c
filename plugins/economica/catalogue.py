"""The economic dimension's indicators, with the figures that somebody on the project read, and the spending that concerns it."""

from portal.extend import Figure, Indicator, spending

_EMPLOYMENT = {
    "source": "INEI, ENAHO 2021; según IPE y Chaski, «Apurímac: solo 3 de cada 10 trabajadores estuvo adecuadamente empleado en 2021»",
    "source_url": "https://chaski.pe/detalle/apurimac-solo-3-de-cada-10-trabajadores-estuvo-adecuadamente-empleado-en-2021-2458",
}
_INFORMALITY = {
    "source": "INEI, ENAHO 2021; según informe del IPE sobre la pobreza y el empleo en Apurímac (copia en Scribd)",
    "source_url": "https://es.scribd.com/document/595047975/Apurimac-desnutricion-y-anemia",
}
_GDP = {
    "source": "Macroconsult; según Desde Adentro, «PBI de Apurímac cayó 7.4% en 2022 por paralización temporal de Las Bambas», abril de 2023",
    "source_url": "https://desdeadentro.pe/2023/04/pbi-de-apurimac-cayo-7-4-en-2022-por-paralizacion-temporal-de-las-bambas",
}
_ENAHO = "INEI, Encuesta Nacional de Hogares (ENAHO)"

INDICATORS = (
    Indicator(
        dimension="economica",
        code="empleo-informal",
        name="Población ocupada con empleo informal",
        unit="%",
        direction="baja",
        source=_ENAHO,
        levels=("country", "department"),
        series=(
            Figure(year=2019, value="87.0", territory="03", **_INFORMALITY),
            Figure(year=2021, value="91.0", territory="03", **_INFORMALITY),
        ),
        weight=10,
    ),
    Indicator(
        dimension="economica",
        code="empleo-adecuado",
        name="Población ocupada con empleo adecuado",
        unit="%",
        direction="sube",
        source=_ENAHO,
        levels=("country", "department"),
        series=(
            Figure(year=2019, value="41.7", territory="03", **_EMPLOYMENT),
            Figure(year=2021, value="36.0", territory="03", **_EMPLOYMENT),
        ),
        weight=20,
    ),
    Indicator(
        dimension="economica",
        code="pbi-variacion",
        name="Variación anual del producto bruto interno departamental",
        unit="%",
        direction="sube",
        source="INEI, producto bruto interno por departamentos",
        levels=("country", "department"),
        series=(Figure(year=2022, value="-7.4", territory="03", **_GDP),),
        weight=40,
    ),
    # No figure was found: offered with where to look, and nothing is shown.
    Indicator(
        dimension="economica",
        code="superficie-riego",
        name="Superficie agrícola bajo riego",
        unit="% de la superficie agrícola",
        direction="sube",
        source="INEI, IV Censo Nacional Agropecuario 2012",
        levels=("country", "department", "province", "district"),
        weight=50,
    ),
)

_MEF = "MEF, Consulta Amigable: códigos y nombres leídos en copias públicas de 2022 y 2026"
BUDGET_FILTERS = spending(
    "economica",
    _MEF,
    functions={"08": "Comercio", "09": "Turismo", "10": "Agropecuaria", "13": "Minería", "15": "Transporte"},
    programmes={
        "0041": "Mejora de la inocuidad agroalimentaria",
        "0042": "Aprovechamiento de los recursos hídricos para uso agrario",
        "0121": "Mejora de la articulación de pequeños productores al mercado",
    },
)
