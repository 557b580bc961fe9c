"""Gathers the plugin's pages into their blueprint."""

from plugins.groups.blueprint import blueprint

__all__ = ["blueprint"]
