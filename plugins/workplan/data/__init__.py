"""The founding plan of work, as its authors wrote it."""
