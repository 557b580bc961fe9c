"""What another plugin may use of drafting: make sections, suggest, decide; samples."""

from plugins.drafting.exporting import export
from plugins.drafting.feeding import feed, item_from
from plugins.drafting.models import Section, Suggestion
from plugins.drafting.sampling import sample
from plugins.drafting.sections import change_state, make_section
from plugins.drafting.suggesting import accept, reject, suggest

__all__ = [
    "Section",
    "Suggestion",
    "accept",
    "change_state",
    "export",
    "feed",
    "item_from",
    "make_section",
    "reject",
    "sample",
    "suggest",
]
