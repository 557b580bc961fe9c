"""Every view of the dialogue, in one blueprint."""

from plugins.dialogue import (
    public_views,
    staff_contribution_views,
    staff_views,
    taking_part_views,
)
from plugins.dialogue.blueprint import blueprint

__all__ = ["blueprint", "public_views", "staff_contribution_views", "staff_views", "taking_part_views"]
