"""The bundled plugins, one folder each; an outside plugin is an ordinary distribution instead."""

DIMENSIONS = ("social", "economica", "ambiental", "institucional", "opengov")
ROAD = ("workplan", "groups", "demands", "drafting", "dialogue", "validation")  # from a plan of work to a validated agenda
ENABLED = (*DIMENSIONS, *ROAD, "commitments")  # unless PORTAL_PLUGINS says otherwise
DEMO = ("demo",)  # added while PORTAL_DEMO is on
