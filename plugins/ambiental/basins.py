"""The hydrographic units of Apurímac that an environmental item can name."""

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
