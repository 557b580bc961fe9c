"""How organisations are found: by whoever may see them, with their names, code and territory, and without their people."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.extend.kinds import SearchEntry
from portal.i18n import N_
from portal.organisations.models import KINDS, Organisation, Territory
from portal.search import service as search

ORGANISATION = N_("Organización")


def keep(session: Session, organisation: Organisation) -> None:
    """Let an organisation be found, as it is now."""
    territory = session.get(Territory, organisation.territory_inei) if organisation.territory_inei else None
    search.put(session, entry(organisation, territory), source=search.CORE)


def entry(organisation: Organisation, territory: Territory | None) -> SearchEntry:
    """Return how an organisation is found."""
    about = (organisation.short_name, KINDS.get(organisation.kind, ""), organisation.jne_code, territory.name if territory else "")
    return SearchEntry(
        ref=f"organisation:{organisation.id}",
        kind=ORGANISATION,
        title=organisation.name,
        body=" · ".join(one for one in about if one),
        href=f"/gestion/organizaciones/{organisation.id}",
        at=organisation.created_at,
        action="organisation.read",
    )


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield every organisation, for making the index anew."""
    rows = select(Organisation).options(joinedload(Organisation.territory)).order_by(Organisation.id)
    for organisation in session.scalars(rows):
        yield entry(organisation, organisation.territory)
