"""The hydrographic units of Apurímac that an environmental item can name, and its items by them."""

from collections.abc import Iterable, Mapping
from typing import Any

# Pampas, Pachachaca, Santo Tomás and Alto Apurímac are named by the Autoridad Nacional del Agua in «Priorización de cuencas
# para la gestión de los recursos hídricos», chapter «AAA XI Pampas-Apurímac» (98 % of the department lies in it). That list
# has Oropesa and no Vilcabamba, which is the name in the sample agenda: to be confirmed with the authority.
BASINS = (
    ("pampas", "Pampas"),
    ("pachachaca", "Pachachaca"),
    ("vilcabamba", "Vilcabamba"),
    ("santo-tomas", "Santo Tomás"),
    ("alto-apurimac", "Alto Apurímac"),
    ("varias", "Varias cuencas (el texto dice cuáles)"),
)


def by_basin(items: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Return (basin, codes of its items, water bodies they name), basins by name; from the frozen fields alone."""
    codes: dict[str, list[str]] = {}
    waters: dict[str, list[str]] = {}
    for item in items:
        if "cuenca" in item["fields"]:
            basin = item["fields"]["cuenca"]["value"]
            codes.setdefault(basin, []).append(item["code"])
            waters.setdefault(basin, []).extend([item["fields"]["agua"]["value"]] if "agua" in item["fields"] else [])
    return [[basin, ", ".join(codes[basin]), "; ".join(dict.fromkeys(waters[basin])) or "–"] for basin in sorted(codes)]
