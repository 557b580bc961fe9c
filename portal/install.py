"""Makes an installation ready to serve: tables up to date, territories there, an index of what can be found."""

from portal import migrate
from portal.context import Portal, assemble
from portal.extend.registry import Refused
from portal.organisations.territories import load_territories
from portal.search import rebuilding
from portal.settings import Settings


def ready(settings: Settings) -> Portal:
    """Return the portal of `settings`, migrated and with its territories. Safe to run twice at once.

    A plugin whose tables cannot be brought up to date is refused: what it would read is not what its code expects.
    """
    portal, failed = assemble(settings), list[Refused]()
    migrate.upgrade(portal.engine, portal.registry, failed)
    if failed:
        portal.engine.dispose()
        portal = assemble(settings, unfit=failed)
    with portal.sessions() as session:
        if load_territories(session):
            session.commit()
        if rebuilding.lacking(session):  # an installation from before there was a search
            rebuilding.rebuild(portal, session)
            session.commit()
    return portal
