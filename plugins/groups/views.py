"""Gathers the plugin's pages into their blueprint."""

from plugins.groups import attendance_views, group_views, meeting_views, public_views  # noqa: F401 - their pages join the blueprint
from plugins.groups.blueprint import blueprint
from plugins.groups.records import views as records  # noqa: F401 - as above

__all__ = ["blueprint"]
