"""Work on many commitments at once: previewed, held in an outbox for ten minutes, then done row by row, each row once."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, exists, or_, select, update
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, issuing, states
from plugins.commitments.contacts import invite, remind
from plugins.commitments.models import Bulk, BulkRow, Commitment, Process
from portal import clock
from portal.accounts.models import Person
from portal.errors import Conflict, Invalid, PortalError
from portal.i18n import N_
from portal.organisations.models import Membership

if TYPE_CHECKING:
    from portal.context import Portal

log = logging.getLogger(__name__)

OUTBOX = timedelta(minutes=10)
WAITING, DONE, FAILED = "waiting", "done", "failed"
ACTS = {"invite": N_("Invitar"), "remind": N_("Recordar"), "issue": N_("Emitir el documento")}
UNEXPECTED = N_("Algo falló. La administración del portal puede ver el motivo; vuelva a intentarlo.")


@dataclass(frozen=True)
class Preview:
    """What a piece of bulk work would do: rows to act on, and those left out with the reason (a sentence in Spanish)."""

    ready: Sequence[Any]
    left_out: Sequence[tuple[Any, str]]


def preview(session: Session, *, now: datetime, process: Process, act: str, ids: Sequence[int]) -> Preview:
    """Sort the chosen commitments into those that `act` can be done on and those it cannot. Two queries."""
    if act not in ACTS:
        raise Invalid(N_("Elija qué hacer con las organizaciones marcadas."))
    rows = board_queries.every_row(session, process.id, now=now, ids=ids)
    reachable = (
        set(
            session.scalars(
                select(Membership.organisation_id)
                .join(Person, Person.id == Membership.person_id)
                .where(
                    Person.email.is_not(None),
                    Person.active,
                    or_(Membership.since.is_(None), Membership.since <= now.date()),
                    or_(Membership.until.is_(None), Membership.until >= now.date()),
                )
                .distinct()
            )
        )
        if act != "issue"
        else set()
    )
    ready, left_out = [], []
    for row in rows:
        why = (
            _why_no_document(row)
            if act == "issue"
            else _why_no_letter(row, act, begun=process.opens_at <= now, reachable=row.organisation_id in reachable)
        )
        if why is None:
            ready.append(row)
        else:
            left_out.append((row, why))
    return Preview(ready, left_out)


def _why_no_document(row: Any) -> str | None:
    if row.state != states.OPEN:
        return N_("Su documento ya se emitió o el compromiso se cerró.")
    if row.stances_open:
        return N_("Todavía no confirmó sus posiciones.")
    return N_("Su documento ya se está emitiendo.") if row.issue_requested_at and not row.issue_problem else None


def _why_no_letter(row: Any, act: str, *, begun: bool, reachable: bool) -> str | None:
    if row.state not in {states.OPEN, states.ISSUED, states.PARTLY}:
        return N_("Su compromiso está cerrado.")
    if not begun:
        return N_("El proceso todavía no se abre.")
    if not reachable:
        return N_("Ninguna de sus personas tiene correo.")
    return N_("Todavía no se le invitó.") if act == "remind" and not row.invitations else None


def start(session: Session, *, now: datetime, process: Process, act: str, ids: Sequence[int], by: int | None) -> Bulk:
    """Put the work in the outbox: it begins ten minutes from now unless it is cancelled. Raises `Invalid` when nothing can be done."""
    ready = preview(session, now=now, process=process, act=act, ids=ids).ready
    if not ready:
        raise Invalid(N_("No hay ninguna organización con la que se pueda hacer eso."))
    bulk = Bulk(process_id=process.id, act=act, created_at=now, created_by_id=by, starts_at=now + OUTBOX)
    session.add(bulk)
    session.flush()
    session.add_all(BulkRow(bulk_id=bulk.id, commitment_id=row.id, state=WAITING) for row in ready)
    session.flush()
    return bulk


def cancel(session: Session, *, now: datetime, bulk: Bulk) -> None:
    """Take the work out of the outbox. Raises `Conflict` once it has begun."""
    result = session.execute(
        update(Bulk).where(Bulk.id == bulk.id, Bulk.cancelled_at.is_(None), Bulk.starts_at > now).values(cancelled_at=now)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Conflict(N_("El trabajo ya empezó o ya se había cancelado."))
    session.refresh(bulk)


def begin(session: Session, *, now: datetime, bulk: Bulk) -> None:
    """End the wait in the outbox: the work may begin now."""
    result = session.execute(
        update(Bulk).where(Bulk.id == bulk.id, Bulk.cancelled_at.is_(None), Bulk.starts_at > now).values(starts_at=now)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Conflict(N_("El trabajo ya empezó o ya se había cancelado."))
    session.refresh(bulk)


def retry(session: Session, *, bulk: Bulk) -> int:
    """Let the rows that failed be tried again, and no other; return how many."""
    result = session.execute(
        update(BulkRow).where(BulkRow.bulk_id == bulk.id, BulkRow.state == FAILED).values(state=WAITING, problem=None, done_at=None)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0


def pending(session: Session, now: datetime) -> Iterable[str]:
    """Return the ids of work that is due and not finished."""
    left = exists().where(BulkRow.bulk_id == Bulk.id, BulkRow.state == WAITING)
    return [
        str(found)
        for found in session.scalars(select(Bulk.id).where(Bulk.cancelled_at.is_(None), Bulk.starts_at <= now, left).order_by(Bulk.id))
    ]


def run(portal: "Portal", identity: str) -> None:
    """Do what is left of a piece of work. Killed anywhere and run again, or run twice at once, each row is done once."""
    with portal.sessions() as session:
        bulk = session.get(Bulk, int(identity))
        if bulk is None or bulk.cancelled_at is not None or bulk.starts_at > clock.now():
            return
        rows = list(session.scalars(select(BulkRow.id).where(BulkRow.bulk_id == bulk.id, BulkRow.state == WAITING).order_by(BulkRow.id)))
        act, by = bulk.act, bulk.created_by_id
    for row_id in rows:
        try:
            wanted = _one(portal, row_id, act, by)
        except Exception as error:  # noqa: BLE001 - one row's fault stops no other
            _failed(portal, row_id, error)
        else:
            for kind, found in wanted:
                portal.queue.enqueue(kind, found)


def _one(portal: "Portal", row_id: int, act: str, by: int | None) -> list[tuple[str, int]]:
    """Claim a row and do its work in one transaction; return what to enqueue after it."""
    now = clock.now()
    with portal.sessions() as session:
        claimed = session.execute(update(BulkRow).where(BulkRow.id == row_id, BulkRow.state == WAITING).values(state=DONE, done_at=now))
        if not isinstance(claimed, CursorResult) or claimed.rowcount != 1:
            return []
        commitment = session.scalars(
            select(Commitment).join(BulkRow, BulkRow.commitment_id == Commitment.id).where(BulkRow.id == row_id)
        ).one()
        wanted = _DOING[act](session, portal, commitment, now, by)
        session.commit()
        return wanted


def _failed(portal: "Portal", row_id: int, error: Exception) -> None:
    known = isinstance(error, PortalError) and error.status < 500  # noqa: PLR2004 - a sentence for staff
    if not known:
        log.error("bulk row %s failed", row_id, exc_info=error)
    with portal.sessions() as session:
        sentence = error.text if known and isinstance(error, PortalError) else UNEXPECTED
        session.execute(
            update(BulkRow)
            .where(BulkRow.id == row_id, BulkRow.state == WAITING)
            .values(state=FAILED, problem=sentence[:300], done_at=clock.now())
        )
        session.commit()


def _invite(session: Session, portal: "Portal", commitment: Commitment, now: datetime, by: int | None) -> list[tuple[str, int]]:
    return [("mail.send", one) for one in invite(session, now=now, mailer=portal.mailer, commitment=commitment, by=by)]


def _remind(session: Session, portal: "Portal", commitment: Commitment, now: datetime, by: int | None) -> list[tuple[str, int]]:
    return [("mail.send", one) for one in remind(session, now=now, mailer=portal.mailer, commitment=commitment, by=by)]


def _issue(session: Session, _portal: "Portal", commitment: Commitment, now: datetime, _by: int | None) -> list[tuple[str, int]]:
    issuing.request_issue(session, now=now, commitment=commitment)
    return [("commitments.issue", commitment.id)]


_DOING: dict[str, Callable[[Session, "Portal", Commitment, datetime, int | None], list[tuple[str, int]]]] = {
    "invite": _invite,
    "remind": _remind,
    "issue": _issue,
}
