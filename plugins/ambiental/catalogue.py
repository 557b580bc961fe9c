"""The environmental dimension's indicators, with the figures that somebody on the project read, and its spending."""

from portal.extend import Figure, Indicator, spending

_CHLORINE = {
    "source": "INEI, ENAPRES 2012, cuadro 2.24 «Medición del cloro residual libre del agua para consumo humano»",
    "source_url": "https://ru.scribd.com/document/370490870/Cap-02024",
}
_ENAPRES = "INEI, Encuesta Nacional de Programas Presupuestales (ENAPRES)"

INDICATORS = (
    Indicator(
        dimension="ambiental",
        code="cloro-adecuado",
        name="Hogares que consumen agua con cloro residual libre igual o mayor a 0.5 mg/l",
        unit="%",
        direction="sube",
        source=_ENAPRES,
        levels=("country", "department"),
        series=(Figure(year=2012, value="2.4", territory="03", **_CHLORINE),),
        weight=10,
    ),
    Indicator(
        dimension="ambiental",
        code="cloro-alguno",
        name="Hogares que consumen agua con algún nivel de cloro residual libre",
        unit="%",
        direction="sube",
        source=_ENAPRES,
        levels=("country", "department"),
        series=(Figure(year=2012, value="10.6", territory="03", **_CHLORINE),),
        weight=20,
    ),
    # No figure was found for these two: offered with where to look, and nothing is shown.
    Indicator(
        dimension="ambiental",
        code="residuos-autorizados",
        name="Residuos sólidos municipales dispuestos en infraestructura autorizada",
        unit="%",
        direction="sube",
        source="MINAM, SIGERSOL municipal, y OEFA, inventario de áreas degradadas por residuos sólidos",
        levels=("department", "province", "district"),
        weight=30,
    ),
    Indicator(
        dimension="ambiental",
        code="superficie-incendios",
        name="Superficie afectada por incendios forestales en el año",
        unit="hectáreas",
        direction="baja",
        source="INDECI, compendio estadístico, y SERFOR",
        levels=("department", "province", "district"),
        weight=40,
    ),
)

_MEF = "MEF, Consulta Amigable: códigos y nombres leídos en copias públicas de 2022 y 2026"
BUDGET_FILTERS = spending(
    "ambiental",
    _MEF,
    functions={"17": "Ambiente", "18": "Saneamiento"},
    programmes={
        "0036": "Gestión integral de residuos sólidos",
        "0048": "Prevención y atención de incendios, emergencias y urgencias",
        "0068": "Reducción de vulnerabilidad y atención de emergencias por desastres",
        "0083": "Programa Nacional de Saneamiento Rural",
    },
)
