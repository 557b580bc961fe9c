"""The workplan plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="workplan",
    label="Plan de trabajo",
    version="0.1.0",
    summary="Objetivos, acciones y fechas de la construcción de una agenda: lo previsto y lo hecho.",
)
