"""Who may open the representative's pages, with the text of the agenda that they need."""

from plugins.commitments.agenda_text import FrozenAgenda, frozen_agenda
from plugins.commitments.participants import Part, part_of, reviewer_of
from portal import web


def entered(code: str) -> tuple[Part, FrozenAgenda]:
    """Return the acting person's part in a commitment and the agenda's text. Raises `NotFound`, `Forbidden`."""
    part = part_of(web.session, code=code, person_id=web.person_id())
    return part, frozen_agenda(web.portal().store, part.commitment.process.version)


def reviewing(code: str) -> tuple[Part, FrozenAgenda]:
    """As `entered`, for those who review on behalf of the organisation only."""
    part = reviewer_of(web.session, code=code, person_id=web.person_id())
    return part, frozen_agenda(web.portal().store, part.commitment.process.version)
