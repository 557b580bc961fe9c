"""Gathers the staff's pages into their blueprint."""

from plugins.commitments import board_views, bulk_views, case_views, process_views  # noqa: F401 - their pages join the blueprint
from plugins.commitments.staff import blueprint

__all__ = ["blueprint"]
