"""Makes the index anew from everything that there is: after an upgrade from before it, or when an operator asks."""

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import Session

from portal.agendas import finding as agendas
from portal.agendas.models import Agenda
from portal.extend.ask import Fault
from portal.extend.kinds import SearchEntry
from portal.organisations import finding as organisations
from portal.organisations.models import Organisation
from portal.search import service
from portal.search.models import SearchDocument

if TYPE_CHECKING:
    from portal.context import Portal


def rebuild(portal: "Portal", session: Session) -> tuple[dict[str, int], list[Fault]]:
    """Put everything again; return how many entries each source has, and the faults of plugins that could not say.

    What such a plugin had, and what belongs to plugins that are not in use, stays as it is. Others wait to write meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE"))
    else:
        session.execute(text("INSERT INTO ft_search(ft_search) VALUES ('rebuild')"))  # else what is out of step would stay so
    failed: list[Fault] = []
    by_plugin: dict[str, list[SearchEntry]] = {one.plugin.name: [] for one in portal.registry.loaded}
    for entry in portal.ask.search_entries(session, failed, wait=True):
        by_plugin[entry.plugin].append(entry)
    for fault in failed:
        by_plugin.pop(fault.plugin, None)
    done = {}
    service.remove_all(session, source=service.CORE)
    done[service.CORE] = service.put_all(session, agendas.entries(session, portal.registry, portal.store), source=service.CORE)
    done[service.CORE] += service.put_all(session, organisations.entries(session), source=service.CORE)
    for name, found in by_plugin.items():
        service.remove_all(session, source=name)
        if found:
            done[name] = service.put_all(session, found, source=name)
    return done, failed


def lacking(session: Session) -> bool:
    """Tell whether nothing can be found though there is something: an installation from before the index."""
    if session.scalar(select(exists().where(SearchDocument.id.is_not(None)))):
        return False
    return bool(session.scalar(select(exists().where(Agenda.id.is_not(None)) | exists().where(Organisation.id.is_not(None)))))


def expected(session: Session) -> int:
    """Return how many entries the core should have."""
    return agendas.expected(session) + (session.scalar(select(func.count()).select_from(Organisation)) or 0)
