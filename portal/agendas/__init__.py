"""Agendas: the working draft, and the frozen versions that are signed."""
