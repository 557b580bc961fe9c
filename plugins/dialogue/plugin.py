"""The dialogue plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="dialogue",
    label="Diálogo social",
    version="0.1.0",
    summary="Consulta pública de una versión preliminar: aportes, respuestas y cambios que causaron.",
)
