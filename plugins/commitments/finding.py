"""How commitments are found: what the public registry says of them, from the day that it links to their page."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments import registry_queries, states
from plugins.commitments.models import Commitment, Process
from portal.agendas.models import AgendaVersion
from portal.extend import SearchEntry
from portal.i18n import N_
from portal.search import service as search
from portal.threads.words import ref

SOURCE, KIND = "commitments", N_("Compromiso")
_WHOLE = (
    joinedload(Commitment.organisation),
    joinedload(Commitment.process).joinedload(Process.version).joinedload(AgendaVersion.agenda),
    selectinload(Commitment.stances),
)


def keep(session: Session, commitment_id: int) -> None:
    """Let a commitment be found as it is now, or not at all while the registry does not link to it."""
    commitment = session.scalar(select(Commitment).where(Commitment.id == commitment_id).options(*_WHOLE))
    if commitment is None:
        return
    if registry_queries.has_page(commitment):
        search.put(session, entry(commitment), source=SOURCE)
    else:
        search.remove(session, _ref(commitment))


def _ref(commitment: Commitment) -> str:
    return ref("signature", commitment.process.version.agenda.code, commitment.code)


def entry(commitment: Commitment) -> SearchEntry:
    """Return how a commitment is found. Who signed is on its page: a name that must be forgotten stands in one place fewer."""
    process = commitment.process
    lines = [f"{process.title}. {states.LABELS[commitment.state]}. {process.version.title}"]
    if registry_queries.is_public(commitment):
        said = sorted((one.item_code, one.observation) for one in commitment.stances if one.observation)
        lines += [f"{item}: {observation}" for item, observation in said]
    return SearchEntry(
        ref=_ref(commitment),
        kind=KIND,
        title=f"{commitment.code} · {commitment.organisation.name}",
        body="\n".join(lines),
        href=f"/compromisos/{commitment.code}",
        at=commitment.closed_at or commitment.completed_at or process.opens_at,
        agenda_id=process.version.agenda_id,
        public=True,
    )


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield every commitment that the registry links to, for making the index anew."""
    for commitment in session.scalars(select(Commitment).options(*_WHOLE).order_by(Commitment.id)):
        if registry_queries.has_page(commitment):
            yield entry(commitment)
