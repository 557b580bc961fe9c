"""The sample regional agenda: four dimensions, our own text, real figures where one was read, sample targets."""

from __future__ import annotations

from . import apurimac_ambiental, apurimac_economica, apurimac_institucional, apurimac_proteccion, apurimac_social
from .shapes import DemoAgenda, DemoDimension

DIMENSIONS = (
    DemoDimension("social", "SOC", "Social"),
    DemoDimension("economica", "ECO", "Económica"),
    DemoDimension("ambiental", "AMB", "Ambiental"),
    DemoDimension("institucional", "INS", "Institucional"),
)

AGENDA = DemoAgenda(
    code="APU-2023",
    title="Agenda Regional para la Gobernabilidad de Apurímac 2023-2026 (muestra)",
    summary=(
        "Contenido de muestra: los textos y las metas fueron escritos para probar el portal y no son los de la agenda "
        "aprobada por la Mesa. Las líneas de base son cifras publicadas, cada una con su fuente."
    ),
    period_start=2023,
    period_end=2026,
    territory="03",
    dimensions=DIMENSIONS,
    items=(
        *apurimac_social.ITEMS,
        *apurimac_proteccion.ITEMS,
        *apurimac_economica.ITEMS,
        *apurimac_ambiental.ITEMS,
        *apurimac_institucional.ITEMS,
    ),
)
