"""The institutional dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable

from portal.extend import Dimension, Plugin, hookimpl

PLUGIN = Plugin(
    name="institucional", label="Dimensión institucional", version="0.1.0", summary="Gestión, participación, transparencia y seguridad."
)


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The institutional dimension."""
    return [
        Dimension(
            name="institucional",
            label="Institucional",
            prefix="INS",
            weight=40,
            icon="scales",
            summary="Gestión pública, participación, transparencia y seguridad ciudadana.",
            themes=("Gestión", "Participación", "Transparencia", "Seguridad ciudadana"),
        )
    ]
