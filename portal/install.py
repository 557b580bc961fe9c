"""Makes an installation ready to serve: tables up to date, territories there."""

from portal import migrate
from portal.context import Portal, assemble
from portal.organisations.territories import load_territories
from portal.settings import Settings


def ready(settings: Settings) -> Portal:
    """Return the portal of `settings`, migrated and with its territories. Safe to run twice at once."""
    portal = assemble(settings)
    migrate.upgrade(portal.engine, portal.registry)
    with portal.sessions() as session:
        if load_territories(session):
            session.commit()
    return portal
