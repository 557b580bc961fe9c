"""The drafting plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="drafting",
    label="Redacción",
    version="0.1.0",
    summary="De las demandas a los puntos: secciones, sugerencias, comparación y documentos de Word.",
)
