"""The economic items of the sample agenda: family farming, work, mining and its corridor, tourism and roads."""

from .alignments import acuerdo, ods
from .figures import (
    CHOQUEQUIRAO_2017,
    IPE_EMPLOYMENT_2021,
    IPE_INFORMALITY_2021,
    IPE_INVESTMENT_2021,
    MACROCONSULT_GDP_2022,
    Figure,
    measured,
    to_look_up,
)
from .shapes import DemoItem

ITEMS = (
    DemoItem(
        code="ECO-01",
        kind="lineamiento",
        parent=None,
        text=(
            "**Agricultura familiar con agua y mercado.** La chacra familiar da trabajo a la mayor parte de la "
            "población y recibe poca asistencia. Se apuesta por riego, semilla, asociatividad y compra pública de "
            "alimentos de la región."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional Agraria",
        alignments=(ods("2"), acuerdo("15")),
    ),
    DemoItem(
        code="ECO-01.1",
        kind="objetivo",
        parent="ECO-01",
        text=(
            "Consolidar cadenas de valor de papa nativa, maíz, menestras, palta, quinua, lácteos y fibra de alpaca,"
            " con planes por provincia y contratos justos."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional Agraria",
        fields=(
            ("cadena", "Papa nativa, maíz, menestras, palta, quinua, lácteos y fibra de alpaca"),
            ("territorio", "Las siete provincias"),
        ),
        alignments=(ods("2"), ods("8.2")),
        indicators=(
            measured(
                "Población ocupada que trabaja en el sector agropecuario",
                "%",
                Figure("63.9", 2021, IPE_EMPLOYMENT_2021),
                note=("Indicador de contexto, sin meta: muestra el peso de la agricultura familiar en el empleo."),
            ),
        ),
    ),
    DemoItem(
        code="ECO-01.2",
        kind="resultado",
        parent="ECO-01",
        text=("Más superficie agrícola con riego regulado y tecnificado, gestionado por las juntas y los comités de usuarios."),
        responsible="Gobierno Regional de Apurímac — Dirección Regional Agraria",
        alignments=(ods("2"), acuerdo("33")),
        indicators=(
            to_look_up(
                "Superficie agrícola bajo riego",
                "% de la superficie agrícola",
                "INEI, IV Censo Nacional Agropecuario 2012, y MIDAGRI, padrón de productores",
            ),
        ),
    ),
    DemoItem(
        code="ECO-01.3",
        kind="producto",
        parent="ECO-01",
        text=(
            "Escuelas de campo en quechua, con asistencia técnica por campaña completa, para mujeres y jóvenes "
            "productores de las siete provincias."
        ),
        responsible=("Gobierno Regional de Apurímac — Dirección Regional Agraria, con las agencias agrarias provinciales"),
        fields=(("territorio", "Las siete provincias"),),
        alignments=(ods("2"),),
    ),
    DemoItem(
        code="ECO-02",
        kind="lineamiento",
        parent=None,
        text=(
            "**Empleo digno y formalización posible.** Formalizarse debe convenir: trámites simples, crédito, "
            "capacitación y compras del Estado al alcance de la micro y pequeña empresa."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Económico",
        alignments=(ods("8.3"), ods("8.5")),
    ),
    DemoItem(
        code="ECO-02.1",
        kind="resultado",
        parent="ECO-02",
        text=(
            "Menos trabajadoras y trabajadores sin derechos laborales, empezando por la construcción, el comercio y"
            " los servicios de las ciudades."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Trabajo y Promoción del Empleo",
        alignments=(ods("8.5"),),
        indicators=(
            measured(
                "Población ocupada con empleo informal",
                "%",
                Figure("91.0", 2021, IPE_INFORMALITY_2021),
                target=("87.0", 2026),
                note="La misma fuente da 87.0 % en 2019: la meta propone volver a ese nivel.",
            ),
        ),
    ),
    DemoItem(
        code="ECO-02.2",
        kind="resultado",
        parent="ECO-02",
        text=("Más personas ocupadas con empleo adecuado, con servicios de orientación e inserción para jóvenes y mujeres."),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Trabajo y Promoción del Empleo",
        alignments=(ods("8.5"),),
        indicators=(
            measured(
                "Población ocupada con empleo adecuado",
                "%",
                Figure("36.0", 2021, IPE_EMPLOYMENT_2021),
                target=("41.7", 2026),
                note="La misma fuente da 41.7 % en 2019: la meta propone volver a ese nivel.",
            ),
        ),
    ),
    DemoItem(
        code="ECO-02.3",
        kind="producto",
        parent="ECO-02",
        text=(
            "Ventanilla única de formalización y crédito en cada capital provincial, con atención itinerante en los"
            " distritos en días de feria."
        ),
        responsible="Municipalidades provinciales, con la Dirección Regional de la Producción",
        alignments=(ods("8.3"),),
    ),
    DemoItem(
        code="ECO-03",
        kind="lineamiento",
        parent=None,
        text=(
            "**Minería que cumple y economía que no depende solo de ella.** Los compromisos del corredor minero se "
            "publican, se siguen y se cumplen; el canon y las regalías se convierten en servicios y en otras "
            "actividades económicas."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Económico",
        alignments=(ods("8.2"), ods("12.2")),
    ),
    DemoItem(
        code="ECO-03.1",
        kind="objetivo",
        parent="ECO-03",
        text=(
            "Diversificar la economía regional para que una paralización minera no detenga a toda la región, con "
            "agroindustria, turismo y servicios a lo largo del corredor."
        ),
        responsible="Gobierno Regional de Apurímac — Gerencia Regional de Desarrollo Económico",
        alignments=(ods("8.2"),),
        indicators=(
            measured(
                "Variación anual del producto bruto interno departamental",
                "%",
                Figure("-7.4", 2022, MACROCONSULT_GDP_2022),
                note=("Indicador de contexto, sin meta: año de la paralización temporal de la principal mina de la región."),
            ),
        ),
    ),
    DemoItem(
        code="ECO-03.2",
        kind="resultado",
        parent="ECO-03",
        text=(
            "Más inversión pública ejecutada dentro del año por los gobiernos locales, con expedientes técnicos "
            "completos antes de comprometer recursos del canon."
        ),
        responsible="Municipalidades provinciales y distritales",
        alignments=(ods("9.1"), ods("16.6")),
        indicators=(
            measured(
                "Presupuesto de inversión ejecutado por los gobiernos locales de Apurímac",
                "%",
                Figure("65.2", 2021, IPE_INVESTMENT_2021),
                target=("75.0", 2026),
            ),
            measured(
                "Presupuesto de inversión ejecutado por el Gobierno Regional de Apurímac",
                "%",
                Figure("78.2", 2021, IPE_INVESTMENT_2021),
                target=("85.0", 2026),
            ),
        ),
    ),
    DemoItem(
        code="ECO-03.3",
        kind="producto",
        parent="ECO-03",
        text=(
            "Observatorio público de los compromisos del corredor minero: cada acuerdo con su responsable, su "
            "plazo, su presupuesto y la evidencia de su avance."
        ),
        responsible="Gobierno Regional de Apurímac — Dirección Regional de Energía y Minas",
        fields=(("cadena", "Minería"), ("territorio", "Corredor minero")),
        alignments=(ods("16.10"),),
    ),
    DemoItem(
        code="ECO-04",
        kind="lineamiento",
        parent=None,
        text=(
            "**Turismo, cultura viva y caminos.** Apurímac se recorre a pie, en quechua y con buena mesa. El "
            "turismo comunitario necesita caminos transitables, señal y servicios de calidad."
        ),
        responsible="Gobierno Regional de Apurímac — DIRCETUR Apurímac",
        alignments=(ods("8.9"), ods("11.4")),
    ),
    DemoItem(
        code="ECO-04.1",
        kind="resultado",
        parent="ECO-04",
        text=(
            "Más visitas al Parque Arqueológico de Choquequirao por la ruta de San Pedro de Cachora y Huanipaca, "
            "con beneficio para las comunidades de acceso."
        ),
        responsible="Gobierno Regional de Apurímac — DIRCETUR Apurímac",
        fields=(("cadena", "Turismo"), ("territorio", "San Pedro de Cachora y Huanipaca")),
        alignments=(ods("8.9"),),
        indicators=(
            measured(
                "Visitantes al año en el Parque Arqueológico de Choquequirao",
                "visitantes",
                Figure("8000", 2017, CHOQUEQUIRAO_2017),
                target=("12000", 2026),
                note=("La fuente dice «alrededor de 8000». El parque está en Cusco; el acceso principal está en Apurímac."),
            ),
        ),
    ),
    DemoItem(
        code="ECO-04.2",
        kind="producto",
        parent="ECO-04",
        text=(
            "Rutas de turismo comunitario con estándares de calidad, guías locales formados y calendario regional "
            "de fiestas, ferias y danzas."
        ),
        responsible=("Gobierno Regional de Apurímac — DIRCETUR Apurímac, con municipalidades y comunidades campesinas"),
        fields=(("cadena", "Turismo"), ("territorio", "Rutas de turismo comunitario de la región")),
        alignments=(ods("8.9"), ods("11.4")),
    ),
    DemoItem(
        code="ECO-04.3",
        kind="producto",
        parent="ECO-04",
        text=("Caminos vecinales priorizados con mantenimiento rutinario todo el año, a cargo de microempresas y comités locales."),
        responsible=("Gobierno Regional de Apurímac — Dirección Regional de Transportes y Comunicaciones e institutos viales provinciales"),
        alignments=(ods("9.1"),),
        indicators=(
            to_look_up(
                "Red vial vecinal en buen estado",
                "%",
                "MTC, Provías Descentralizado, inventario vial",
            ),
        ),
    ),
)
