"""The bundled dimensions and the open-government profile."""
