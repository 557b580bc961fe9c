"""The demands plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="demands",
    label="Demandas",
    version="0.1.0",
    summary="Demandas recogidas, su priorización con la aritmética a la vista, y la decisión sobre cada una.",
)
