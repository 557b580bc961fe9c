"""Rúbrica's core: people, organisations, documents, agendas, the ledger, and the socket for plugins."""

__version__ = "0.1.0"
