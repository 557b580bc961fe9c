"""Gathers the staff's pages into their blueprint."""

from plugins.commitments import (  # noqa: F401 - their pages join the blueprint
    board_views,
    bulk_views,
    case_views,
    delegating_views,
    presence_views,
    process_views,
    withdrawing_views,
)
from plugins.commitments.digital import staff_views as _receptions  # noqa: F401 - as above
from plugins.commitments.staff import blueprint

__all__ = ["blueprint"]
