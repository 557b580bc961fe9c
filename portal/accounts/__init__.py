"""People, the roles they hold in an agenda, and how they sign in."""
