"""The institutional dimension: management, participation, transparency, citizen security."""
