"""The agendas' pages: importing this module fills the blueprint."""

from portal.agendas import compare_views, freeze_views, item_views, public_views, staff_views
from portal.agendas.blueprint import blueprint

__all__ = ["blueprint", "compare_views", "freeze_views", "item_views", "public_views", "staff_views"]
