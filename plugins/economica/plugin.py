"""The economic dimension's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable

from portal.extend import Dimension, Plugin, hookimpl

PLUGIN = Plugin(name="economica", label="Dimensión económica", version="0.1.0", summary="Agro, empleo, minería y turismo.")


@hookimpl
def dimensions() -> Iterable[Dimension]:
    """The economic dimension."""
    return [
        Dimension(
            name="economica",
            label="Económica",
            prefix="ECO",
            weight=20,
            icon="coin",
            summary="Agro, empleo, minería y corredor vial, turismo.",
            themes=("Agropecuaria", "Empleo", "Minería y corredor", "Turismo"),
        )
    ]
