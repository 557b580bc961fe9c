"""The validation plugin's table of contents: its statement and every hook it answers."""

from portal.extend import Plugin

PLUGIN = Plugin(
    name="validation",
    label="Validación",
    version="0.1.0",
    summary="El acto formal que valida la versión que después se suscribe.",
)
