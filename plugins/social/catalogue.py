"""The social dimension's indicators, with the figures that somebody on the project read, and the spending that concerns it."""

from portal.extend import Figure, Indicator, spending

_IPE_2020 = {
    "source": "INEI, ENDES; según IPE, «Apurímac: Anemia se reduce, pero aún afecta a casi la mitad de los menores de 3 años», 2 de julio de 2020",
    "source_url": "https://www.ipe.org.pe/portal/apurimac-anemia-se-reduce-pero-aun-afecta-a-casi-la-mitad-de-los-menores-de-3-anos/",
}
_IPE_2024 = {
    "source": "INEI, ENDES; según IPE, «Apurímac: más de la mitad de los niños menores de 3 años sufren de anemia»",
    "source_url": "https://incoreperu.pe/portal/index.php/noticias/item/280-apurimac-mas-de-la-mitad-de-los-ninos-menores-de-3-anos-sufren-de-anemia",
}
_RPP_2025 = {
    "source": "INEI, Indicadores de resultados de los programas presupuestales 2024 (preliminar); según RPP",
    "source_url": "https://rpp.pe/peru/actualidad/anemia-infantil-aumenta-y-afecta-a-casi-medio-millon-de-ninos-y-ninas-menores-de-3-anos-en-el-peru-noticia-1625642",
}
_LEARNING = {
    "source": "IPE y Chaski, «Cerca de 34 mil apurimeños no saben leer ni escribir», 31 de julio de 2024",
    "source_url": "https://www.ipe.org.pe/portal/cerca-de-34-mil-apurimenos-no-saben-leer-ni-escribir/",
}
_POVERTY = {
    "source": "INEI, ENAHO 2021; según IPE y Chaski, «1 de cada 16 apurimeños está en pobreza extrema en este 2021», 20 de mayo de 2022",
    "source_url": "https://chaski.pe/detalle/1-de-cada-16-apurimenos-esta-en-pobreza-extrema-en-este-2021-2196",
}
_ANAEMIA = "Niñas y niños de 6 a 35 meses con anemia"
_ENDES = "INEI, Encuesta Demográfica y de Salud Familiar (ENDES)"
_ENAHO = "INEI, Encuesta Nacional de Hogares (ENAHO)"

INDICATORS = (
    # Resolución Ministerial 251-2024-MINSA changed how haemoglobin is read: what was measured before and after does not compare.
    Indicator(
        dimension="social",
        code="anemia",
        name=_ANAEMIA,
        method="método anterior a 2024",
        unit="%",
        direction="baja",
        source=_ENDES,
        levels=("country", "department"),
        series=(
            Figure(year=2018, value="53.2", territory="03", **_IPE_2020),
            Figure(year=2019, value="47.9", territory="03", **_IPE_2020),
            Figure(year=2023, value="55.8", territory="03", **_IPE_2024),
        ),
        weight=10,
    ),
    Indicator(
        dimension="social",
        code="anemia",
        name=_ANAEMIA,
        method="método de 2024, RM 251-2024-MINSA",
        unit="%",
        direction="baja",
        source=_ENDES,
        levels=("country", "department"),
        series=(
            Figure(year=2023, value="34.6", territory="00", **_RPP_2025),
            Figure(year=2024, value="35.3", territory="00", **_RPP_2025),
        ),
        weight=11,
    ),
    Indicator(
        dimension="social",
        code="desnutricion-cronica",
        name="Niñas y niños menores de 5 años con desnutrición crónica",
        unit="%",
        direction="baja",
        source=_ENDES,
        levels=("country", "department"),
        series=(
            Figure(year=2019, value="16", territory="03", **_IPE_2024),
            Figure(year=2023, value="19", territory="03", **_IPE_2024),
        ),
        weight=20,
    ),
    Indicator(
        dimension="social",
        code="logro-2-primaria",
        name="Estudiantes de 2.º de primaria con nivel satisfactorio en lectura y matemática",
        unit="%",
        direction="sube",
        source="MINEDU, evaluaciones de logros de aprendizaje",
        levels=("country", "department"),
        series=(
            Figure(year=2019, value="19.0", territory="03", **_LEARNING),
            Figure(year=2022, value="13.4", territory="03", **_LEARNING),
        ),
        weight=30,
    ),
    Indicator(
        dimension="social",
        code="analfabetismo",
        name="Población de 15 años y más que no sabe leer ni escribir",
        unit="%",
        direction="baja",
        source=_ENAHO,
        levels=("country", "department"),
        series=(Figure(year=2023, value="11.2", territory="03", **_LEARNING),),
        weight=40,
    ),
    Indicator(
        dimension="social",
        code="pobreza-extrema",
        name="Población en pobreza extrema",
        unit="%",
        direction="baja",
        source=_ENAHO,
        levels=("country", "department"),
        series=(Figure(year=2021, value="6.2", territory="03", **_POVERTY),),
        weight=50,
    ),
    # No figure was found for CRED: the indicator is offered with where to look, and nothing is shown.
    Indicator(
        dimension="social",
        code="cred",
        name="Niñas y niños menores de 36 meses con controles de crecimiento y desarrollo completos para su edad",
        unit="%",
        direction="sube",
        source=_ENDES,
        levels=("country", "department"),
        weight=60,
    ),
)

_MEF = "MEF, Consulta Amigable: códigos y nombres leídos en copias públicas de 2022 y 2026"
BUDGET_FILTERS = spending(
    "social",
    _MEF,
    functions={"20": "Salud", "22": "Educación", "23": "Protección social"},
    programmes={
        "0001": "Programa Articulado Nutricional",
        "0002": "Salud Materno Neonatal",
        "0090": "Logros de aprendizaje de estudiantes de educación básica regular",
        "0117": "Atención oportuna de niñas, niños y adolescentes en presunto estado de abandono",
        "1001": "Productos específicos para desarrollo infantil temprano",
    },
)
