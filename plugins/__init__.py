"""The bundled plugins, one folder each; an outside plugin is an ordinary distribution instead."""

ENABLED = ("social", "economica", "ambiental", "institucional", "opengov", "commitments")  # unless PORTAL_PLUGINS says otherwise
DEMO = ("demo",)  # added while PORTAL_DEMO is on
