"""The pages of people: entering, links, one's account, and the people's pages of the staff."""

from portal.accounts import account_views, data_views, entering_views, link_views, people_views, renewal_views, request_views  # noqa: F401 - each registers its pages
from portal.accounts.blueprint import blueprint

__all__ = ["blueprint"]
