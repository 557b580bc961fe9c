"""All that a plugin author may import: the hooks' names, the kinds of answers, and how to declare a plugin."""

from portal.extend.kinds import (
    Chapter,
    Command,
    Diagnosis,
    Dimension,
    Exporter,
    ItemField,
    ItemKind,
    JobKind,
    LedgerProblem,
    Objection,
    PageItem,
    Permission,
)
from portal.extend.plugin import Plugin, hookimpl

API_VERSION = "0.1"

__all__ = [
    "API_VERSION",
    "Chapter",
    "Command",
    "Diagnosis",
    "Dimension",
    "Exporter",
    "ItemField",
    "ItemKind",
    "JobKind",
    "LedgerProblem",
    "Objection",
    "PageItem",
    "Permission",
    "Plugin",
    "hookimpl",
]
