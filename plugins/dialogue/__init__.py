"""A preliminary version goes out, contributions come in, each gets an answer."""
