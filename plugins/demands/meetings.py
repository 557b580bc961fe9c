"""What this plugin asks of the plugin of groups and meetings, when it is in use."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.extend.registry import Registry
from portal.search.models import SearchDocument

_MOST = 300  # meetings in a list to choose from


def offered(registry: Registry, session: Session, agenda_id: int) -> list[tuple[str, str]]:
    """Return the agenda's meetings to choose from, as (ref, words), the last first; none without the plugin of groups. One query."""
    if "groups" not in registry:
        return []
    rows = select(SearchDocument.ref, SearchDocument.title).where(
        SearchDocument.agenda_id == agenda_id, SearchDocument.source == "groups", SearchDocument.ref.startswith("meeting:")
    )
    return [(ref, title) for ref, title in session.execute(rows.order_by(SearchDocument.at.desc()).limit(_MOST))]


def members(registry: Registry, session: Session, refs: Iterable[str]) -> set[int]:  # noqa: ARG001 - until groups tell who is in them
    """Return the ids of the people in the groups that `refs` name."""
    return set()
