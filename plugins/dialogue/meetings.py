"""Which meetings a contribution may come from, as far as the plugin that keeps them is in use and says so."""

from sqlalchemy.orm import Session

from portal.agendas.models import Agenda
from portal.extend.registry import Registry


def of_agenda(registry: Registry, session: Session, agenda: Agenda) -> list[tuple[str, str]]:
    """Return an agenda's meetings as (code, title), none without the plugin `groups`."""
    if not any(one.plugin.name == "groups" for one in registry.loaded):
        return []
    from plugins.groups import api  # noqa: PLC0415 - only where it is in use

    return [(name.rpartition("/")[2], title) for name, title in api.meeting_choices(session, agenda)]
