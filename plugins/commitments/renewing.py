"""What was signed to an earlier version of an agenda, when a later one is put to signature: it stays valid, and may be renewed.

An organisation's new commitment names the one it renews. Its positions on items whose text did not change are carried
over, marked, and count only once somebody of the organisation confirms them; changed items are unanswered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased, selectinload

from plugins.commitments import states
from plugins.commitments.agenda_text import frozen_agenda
from plugins.commitments.models import Commitment, Process, Stance, StanceWording
from plugins.commitments.processes import choose
from portal.agendas.comparing import Comparison, compare
from portal.agendas.models import AgendaVersion
from portal.documents.store import FileStore

UNFINISHED = (states.OPEN, states.ISSUED, states.PARTLY, states.EXPIRED)


@dataclass(frozen=True)
class Renewal:
    """The latest version put to signature after the one that an organisation signed, and what became of it there."""

    process: Process
    commitment: Commitment | None

    @property
    def pending(self) -> bool:
        """Whether the later version waits for the organisation ("re-suscripción pendiente")."""
        return self.commitment is None or self.commitment.state in UNFINISHED

    @property
    def done(self) -> bool:
        """Whether the organisation signed the later version."""
        return self.commitment is not None and self.commitment.state == states.COMPLETE


def signed_before(session: Session, process: Process) -> dict[int, Commitment]:
    """Return, by organisation, the complete commitment to the latest earlier version of the same agenda."""
    rows = (
        select(Commitment)
        .join(Process, Process.id == Commitment.process_id)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .where(
            AgendaVersion.agenda_id == process.version.agenda_id,
            AgendaVersion.number < process.version.number,
            Commitment.state == states.COMPLETE,
        )
        .options(selectinload(Commitment.stances), selectinload(Commitment.process).selectinload(Process.version))
        .order_by(AgendaVersion.number, Commitment.id)
    )
    return {one.organisation_id: one for one in session.scalars(rows)}


def open_renewals(session: Session, store: FileStore, *, now: datetime, process: Process, by: int | None) -> list[Commitment]:
    """Take into `process` every organisation that signed an earlier version, with what it said of the unchanged items."""
    made = choose(session, now=now, process=process, organisation_ids=list(signed_before(session, process)), by=by)
    carry_over(session, store, now=now, process=process, commitments=made)
    return made


def carry_over(session: Session, store: FileStore, *, now: datetime, process: Process, commitments: Iterable[Commitment]) -> int:
    """Join new commitments with those they renew and bring the positions on unchanged items; return how many commitments renew one."""
    before = signed_before(session, process)
    new = frozen_agenda(store, process.version)
    unchanged: dict[int, set[str]] = {}
    count = 0
    for one in commitments:
        old = before.get(one.organisation_id)
        if old is None or one.renews_id is not None:
            continue
        version = old.process.version
        if version.id not in unchanged:
            found = compare(frozen_agenda(store, version).data, new.data)
            unchanged[version.id] = set(new.codes) - {change.code for change in found.items if change.state in {"added", "changed"}}
        one.renews_id = old.id
        said = [stance for stance in old.stances if stance.stance and stance.item_code in unchanged[version.id]]
        for stance in said:
            _bring(session, one, stance, now)
        states.note(session, one.id, "carried", now=now, positions=len(said), number=version.number)
        count += 1
    session.flush()
    return count


def _bring(session: Session, commitment: Commitment, said: Stance, now: datetime) -> None:
    copy = Stance(
        commitment_id=commitment.id,
        item_code=said.item_code,
        stance=said.stance,
        observation=said.observation,
        revision=1,
        saved_at=now,
        carried=True,
    )
    session.add(copy)
    session.flush()
    session.add(StanceWording(stance_id=copy.id, revision=1, stance=copy.stance, observation=copy.observation, saved_at=now))


def carried(session: Session, commitment: Commitment) -> set[str]:
    """Return the items whose position was brought from an earlier version and that nobody confirmed yet."""
    return set(session.scalars(select(Stance.item_code).where(Stance.commitment_id == commitment.id, Stance.carried)))


def renewed(session: Session, commitment: Commitment) -> Commitment | None:
    """Return the commitment to an earlier version that this one renews."""
    return session.get(Commitment, commitment.renews_id) if commitment.renews_id is not None else None


def difference(store: FileStore, old: Commitment, new: Process) -> Comparison:
    """Return what changed between the version that was signed and the one put to signature."""
    return compare(frozen_agenda(store, old.process.version).data, frozen_agenda(store, new.version).data)


def renewal(session: Session, commitment: Commitment, now: datetime) -> Renewal | None:
    """Return what became of a complete commitment in the latest later process that has opened, or None when there is none."""
    return renewals(session, commitment.process, now, [commitment]).get(commitment.id) if commitment.state == states.COMPLETE else None


def renewals(session: Session, process: Process, now: datetime, commitments: Iterable[Commitment]) -> dict[int, Renewal]:
    """Return, by id, what became of complete commitments of `process` in the latest later process that has opened. Two queries."""
    later = session.scalar(
        select(Process)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .where(
            AgendaVersion.agenda_id == process.version.agenda_id,
            AgendaVersion.number > process.version.number,
            Process.opens_at <= now,
        )
        .order_by(AgendaVersion.number.desc(), Process.opens_at.desc(), Process.id.desc())
        .limit(1)
    )
    complete = {one.organisation_id: one.id for one in commitments if one.state == states.COMPLETE}
    if later is None or not complete:
        return {}
    rows = select(Commitment).where(Commitment.process_id == later.id, Commitment.organisation_id.in_(complete))
    found = {one.organisation_id: one for one in session.scalars(rows)}
    return {identity: Renewal(later, found.get(organisation)) for organisation, identity in complete.items()}


def renews_unfinished() -> ColumnElement[bool]:
    """Return whether a `Commitment` of the enclosing query renews one that is still in force and is not signed itself."""
    old = aliased(Commitment)
    in_force = select(old.id).where(old.id == Commitment.renews_id, old.state == states.COMPLETE).correlate(Commitment).exists()
    return Commitment.state.in_(UNFINISHED) & in_force
