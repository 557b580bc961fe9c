"""All that a plugin author may import: the hooks' names, the kinds of answers, and how to declare a plugin."""

from portal.extend.building import aligned, only, spending
from portal.extend.catalogue import Alignment, BudgetFilter, Figure, Indicator
from portal.extend.kinds import (
    Chapter,
    Column,
    Command,
    Diagnosis,
    Dimension,
    Exporter,
    ItemField,
    ItemKind,
    JobKind,
    LedgerProblem,
    MailTopic,
    Objection,
    PageItem,
    Permission,
    PersonData,
    SearchEntry,
    ThreadStage,
    ThreadStation,
    ThreadTie,
)
from portal.extend.panels import Bar, Panel, counted, measured
from portal.extend.plugin import Plugin, hookimpl

API_VERSION = "0.1"

__all__ = [
    "API_VERSION",
    "Alignment",
    "Bar",
    "BudgetFilter",
    "Chapter",
    "Column",
    "Command",
    "Diagnosis",
    "Dimension",
    "Exporter",
    "Figure",
    "Indicator",
    "ItemField",
    "ItemKind",
    "JobKind",
    "LedgerProblem",
    "MailTopic",
    "Objection",
    "PageItem",
    "Panel",
    "Permission",
    "PersonData",
    "Plugin",
    "SearchEntry",
    "ThreadStage",
    "ThreadStation",
    "ThreadTie",
    "aligned",
    "counted",
    "hookimpl",
    "measured",
    "only",
    "spending",
]
