"""The groups plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="groups",
    label="Grupos y reuniones",
    version="0.1.0",
    summary="Grupos de trabajo, reuniones, asistencia, relatorías, acuerdos, actas e instrumentos.",
)
