"""Where the sample agenda's figures were read, and how to write an indicator: measured, or still to be looked up."""

from __future__ import annotations

from dataclasses import dataclass

from .shapes import DemoIndicator


@dataclass(frozen=True, slots=True)
class Source:
    """Institution and publication, as shown beside the figure, and where it was read (None: nobody did)."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as published (plain decimal), the year it speaks of, and where it was read."""

    value: str
    year: int
    source: Source


IPE_ANAEMIA_2024 = Source(
    "INEI, ENDES; según IPE, «Apurímac: más de la mitad de los niños menores de 3 años sufren de anemia»",
    "https://incoreperu.pe/portal/index.php/noticias/item/280-apurimac-mas-de-la-mitad-de-los-ninos-menores-de-3-anos-sufren-de-anemia",
)
IPE_LEARNING_2024 = Source(
    "IPE y Chaski, «Cerca de 34 mil apurimeños no saben leer ni escribir», 31 de julio de 2024",
    "https://www.ipe.org.pe/portal/cerca-de-34-mil-apurimenos-no-saben-leer-ni-escribir/",
)
LACEA_VIOLENCE_2013 = Source(
    (
        "INEI, ENDES 2013; según LACEA, «Consecuencias de la violencia doméstica contra la mujer en el progreso "
        "escolar de los niños y niñas del Perú»"
    ),
    "http://www.lacea.org/vox/?q=abstract/consecuencias_violencia_domestica",
)
IPE_POVERTY_2022 = Source(
    ("INEI, ENAHO 2021; según IPE y Chaski, «1 de cada 16 apurimeños está en pobreza extrema en este 2021», 20 de mayo de 2022"),
    "https://chaski.pe/detalle/1-de-cada-16-apurimenos-esta-en-pobreza-extrema-en-este-2021-2196",
)
INEI_LANGUAGE_1993 = Source(
    "INEI, Censos Nacionales 1993, departamento de Apurímac, cuadro 2.35",
    "http://proyectos.inei.gob.pe/web/biblioineipub/bancopub/Est/Lib0204/caP0209.htm",
)
IPE_INFORMALITY_2021 = Source(
    "INEI, ENAHO 2021; según informe del IPE sobre la pobreza y el empleo en Apurímac (copia en Scribd)",
    "https://es.scribd.com/document/595047975/Apurimac-desnutricion-y-anemia",
)
IPE_EMPLOYMENT_2021 = Source(
    ("INEI, ENAHO 2021; según IPE y Chaski, «Apurímac: solo 3 de cada 10 trabajadores estuvo adecuadamente empleado en 2021»"),
    "https://chaski.pe/detalle/apurimac-solo-3-de-cada-10-trabajadores-estuvo-adecuadamente-empleado-en-2021-2458",
)
MACROCONSULT_GDP_2022 = Source(
    ("Macroconsult; según Desde Adentro, «PBI de Apurímac cayó 7.4% en 2022 por paralización temporal de Las Bambas», abril de 2023"),
    "https://desdeadentro.pe/2023/04/pbi-de-apurimac-cayo-7-4-en-2022-por-paralizacion-temporal-de-las-bambas",
)
IPE_INVESTMENT_2021 = Source(
    "IPE y Chaski, «Apurímac: inversión pública durante el 2021», 14 de enero de 2022",
    "https://chaski.pe/detalle/apurimac-inversion-publica-durante-el-2021-763",
)
CHOQUEQUIRAO_2017 = Source(
    "Estación 21, nota sobre el Parque Arqueológico de Choquequirao (visitas de 2017)",
    "https://fmestacion21.com.ar/articulo/articulo.php?cod=1543",
)
INEI_CHLORINE_2012 = Source(
    "INEI, ENAPRES 2012, cuadro 2.24 «Medición del cloro residual libre del agua para consumo humano»",
    "https://ru.scribd.com/document/370490870/Cap-02024",
)
FIRES_2022 = Source(
    "Compañía de Bomberos de Apurímac; según La República, 15 de noviembre de 2022",
    "https://larepublica.pe/amp/sociedad/2022/11/15/incendios-en-apurimac-y-cusco-cobran-la-vida-de-3-personas-y-amenazan-especies-en-peligro-de-extincion-lrsd",
)
MEF_2024 = Source(
    (
        "MEF, Consulta Amigable 2024, suma de las 85 municipalidades de Apurímac (datos extraídos por "
        "MichaelSuarez0/Web-Scraping-Consulta-Amigable-MEF, licencia MIT)"
    ),
    "https://github.com/MichaelSuarez0/Web-Scraping-Consulta-Amigable-MEF",
)
CGR_STALLED_2023 = Source(
    (
        "Contraloría General de la República, informe de obras paralizadas; según Propuestas del Bicentenario y "
        "Chaski, 8 de noviembre de 2023"
    ),
    "https://propuestasdelbicentenario.pe/blog/2023/11/08/obras-inconclusas-hasta-cuando",
)
CGR_CORRUPTION_2023 = Source(
    ("Contraloría General de la República, estimación de la incidencia de la corrupción e inconducta funcional 2023; según Expreso"),
    "https://comprasestatales.org/region-callao-fue-la-mas-corrupta-en-2023-de-acuerdo-a-ranking-de-contraloria/",
)
CGR_CONTROL_2022 = Source(
    "Contraloría General de la República, balance del control gubernamental 2022 en Apurímac; según Chaski",
    "https://chaski.pe/detalle/contraloria-identifico-a-200-funcionarios-y-servidores-con-presunta-responsabilidad-de-hechos-irregulares-4925",
)
OMBUDSMAN_2022 = Source(
    ("Defensoría del Pueblo, reporte de conflictos sociales, noviembre de 2022; según Infomercado, 21 de diciembre de 2022"),
    "https://infomercado.pe/apurimac-acumula-17-conflictos-sociales-y-es-la-tercera-region-con-mas-casos-en-el-pais/",
)


def measured(name: str, unit: str, figure: Figure, *, target: tuple[str, int] | None = None, note: str = "") -> DemoIndicator:
    """Write an indicator whose baseline was read in the figure's source; `target` is a value and its year, ours."""
    value, year = target or (None, None)
    return DemoIndicator(name, unit, figure.value, figure.year, value, year, figure.source.text, figure.source.url, note=note)


def to_look_up(name: str, unit: str, source: str) -> DemoIndicator:
    """Write an indicator without a figure: nobody here read one, so none is shown; `source` says where to look."""
    return DemoIndicator(name, unit, None, None, None, None, source, None, note="Línea de base por consultar en la fuente indicada.")
