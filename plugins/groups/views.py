"""Gathers the plugin's pages into their blueprint."""

from plugins.groups import (  # noqa: F401 - their pages join the blueprint
    attendance_views,
    group_views,
    invitation_views,
    meeting_views,
    public_views,
)
from plugins.groups.blueprint import blueprint
from plugins.groups.records import views as records  # noqa: F401 - as above

__all__ = ["blueprint"]
