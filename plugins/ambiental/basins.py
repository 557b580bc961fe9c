"""The hydrographic units of Apurímac that an environmental item can name."""

# Main units of the department, all in the Autoridad Administrativa del Agua XI Pampas-Apurímac. Names as the Autoridad
# Nacional del Agua writes them in «Priorización de cuencas para la gestión de los recursos hídricos» (2016) and in its
# evaluations of water resources of 2019 (cuenca Pampas, intercuenca Alto Apurímac).
BASINS = (
    ("pampas", "Pampas"),
    ("pachachaca", "Pachachaca"),
    ("vilcabamba", "Vilcabamba"),
    ("santo-tomas", "Santo Tomás"),
    ("alto-apurimac", "Alto Apurímac"),
    ("varias", "Varias cuencas (el texto dice cuáles)"),
)
