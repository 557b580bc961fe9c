"""The commitments plugin's table of contents: its statement and every hook it answers."""

from collections.abc import Iterable

from portal.extend import Permission, Plugin, hookimpl

PLUGIN = Plugin(
    name="commitments",
    label="Compromisos",
    version="0.1.0",
    summary="Revisión, posiciones, suscripción, registro y verificación de compromisos éticos.",
)


@hookimpl
def permissions() -> Iterable[Permission]:
    """Who prepares the signing, who follows it, who takes part."""
    mesa = ("administrator", "coordinator", "staff")
    return [
        Permission(action="commitments.manage", label="Preparar la suscripción, invitar y emitir", roles=mesa),
        Permission(action="commitments.board", label="Ver el tablero", roles=(*mesa, "reader")),
        Permission(action="commitment.review", label="Revisar y tomar posición", roles=("representative",)),
    ]
