"""The agendas' pages: importing this module fills the blueprint."""

from portal.agendas import freeze_views, item_views, public_views, staff_views
from portal.agendas.blueprint import blueprint

__all__ = ["blueprint", "freeze_views", "item_views", "public_views", "staff_views"]
