"""Issues a commitment's instrument: rendered once, certified, stored as revision 0; killed anywhere and run again, one instrument.

The document is made outside any transaction (it takes a second or two), then recorded in one short transaction that
first checks that nothing it says changed meanwhile.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.commitments import keys, letters, states
from plugins.commitments.agenda_text import FrozenAgenda, frozen_agenda
from plugins.commitments.counting import lacks_people
from plugins.commitments.lasting import stamps
from plugins.commitments.models import Commitment, Revision, Slot
from plugins.commitments.objections import refuse_if_any, refuse_without_people
from plugins.commitments.plan import next_group
from plugins.commitments.record import commitment_record, stances_digest
from plugins.commitments.stances import stances_of, unanswered
from portal import db
from portal.context import Portal
from portal.documents.canonical import canonical, digest
from portal.errors import Conflict, NotFound, PortalError
from portal.i18n import N_
from portal.ledger.service import record as record_fact

log = logging.getLogger(__name__)

ISSUED, DISCARDED = "commitment.issued", "commitment.discarded"
REASON = N_("Certifica el compromiso tal como se emitió")
FAILED = N_("No se pudo emitir el documento. Se intentará de nuevo en unos minutos; la administración del portal ya puede ver el motivo.")
TRIES = 3


def waiting(session: Session, _now: datetime) -> Iterable[str]:
    """Return the ids of commitments whose document was asked for and is not there."""
    rows = select(Commitment.id).where(
        Commitment.state == states.OPEN,
        Commitment.issue_requested_at.is_not(None),
        Commitment.stances_open.is_(False),
        or_(Commitment.issue_problem.is_(None), ~lacks_people()),  # told once; then it waits until somebody is named
    )
    return [str(found) for found in session.scalars(rows.order_by(Commitment.issue_requested_at).limit(100))]


def request_issue(session: Session, *, now: datetime, commitment: Commitment) -> None:
    """Ask (again) for the document; enqueue "commitments.issue" after the commit. For staff's bulk work, positions must be confirmed."""
    if commitment.state != states.OPEN or commitment.stances_open:
        raise Conflict(N_("La organización todavía no confirmó sus posiciones."))
    commitment.issue_requested_at, commitment.issue_problem = now, None
    session.flush()


def issue(portal: Portal, commitment_id: int, *, now: datetime) -> bool:
    """Make the document of a commitment that asked for it; return whether this call did.

    A refusal (an objection, nobody chosen to sign) is written into `issue_problem` and raised as `Conflict`.
    """
    for _ in range(TRIES):
        try:
            made = _attempt(portal, commitment_id, now=now)
        except (_Changed, IntegrityError):  # the latter: another document stored the same file at the same instant
            continue
        except Exception as error:
            _write_problem(portal, commitment_id, error)
            raise
        if made:
            portal.ask.commitment_changed(portal, commitment_id, "issued")
            for identity in made:
                portal.queue.enqueue("mail.send", identity)
        return bool(made is not None)
    raise Conflict(N_("Los datos del compromiso cambiaron mientras se emitía. Se intentará de nuevo."))


class _Changed(Exception):
    """What the document says is no longer what the database says."""


def _attempt(portal: Portal, commitment_id: int, *, now: datetime) -> list[int] | None:
    from plugins.commitments.annexes import annex_of  # noqa: PLC0415 - layout and signing are heavy to import
    from plugins.commitments.instrument import render  # noqa: PLC0415
    from plugins.commitments.lasting.rotation import note_generations  # noqa: PLC0415
    from plugins.commitments.signing.certify import reserve_and_certify  # noqa: PLC0415

    authority = keys.authority(portal, now=now)
    token = db.writing.set(False)  # a reader: others may write while the document is laid out
    try:
        with portal.sessions() as session:
            commitment = _ready(session, portal, commitment_id)
            if commitment is None:
                return None
            agenda = frozen_agenda(portal.store, commitment.process.version)
            data = _checked_record(session, commitment, agenda, now=now)
    finally:
        db.writing.reset(token)
    instrument = render(portal.templates, data, agenda, annex=annex_of(portal, agenda, now=now), public_url=portal.settings.public_url)
    place = commitment.process.version.territory_name
    stamping = stamps.stamping(portal, now=now)
    pdf = reserve_and_certify(
        instrument.document,
        fields=instrument.fields,
        fonts=instrument.fonts,
        authority=authority,
        code=commitment.code,
        reason=REASON,
        location=place,
        now=now,
        stamping=stamping,
    )
    with portal.sessions() as session:
        fresh = _ready(session, portal, commitment_id, lock=True)
        if fresh is None:
            return None
        if canonical(_checked_record(session, fresh, agenda, now=now)) != instrument.record:
            raise _Changed
        head = portal.store.put(session, pdf, "application/pdf", now=now)
        kept = portal.store.put(session, instrument.record, "application/json", now=now)
        portal.store.put(session, commitment.process.consent_text.encode(), "text/plain; charset=utf-8", now=now)
        seal = authority.seal_signer().sha256
        states.move(
            session,
            fresh,
            states.ISSUED,
            head_sha256=head,
            certified_sha256=head,
            record_sha256=kept,
            issued_at=now,
            issue_problem=None,
            issue_requested_at=None,
        )
        session.add(
            Revision(
                commitment_id=fresh.id,
                edition=fresh.edition,
                number=0,
                kind="certified",
                level=stamping.level,
                stepped_down=stamping.stepped_down,
                sha256=head,
                size=len(pdf),
                certificate_sha256=seal,
                made_at=now,
            )
        )
        note_generations(portal, session, now=now)
        states.note(session, fresh.id, "issued", now=now, edition=fresh.edition)
        record_fact(
            session,
            now=now,
            kind=ISSUED,
            subject=letters.about(fresh),
            data={
                "edition": fresh.edition,
                "process": fresh.process.code,
                "organisation": fresh.organisation_id,
                "version_sha256": agenda.sha256,
                "revision_sha256": head,
                "record_sha256": kept,
                "seal_sha256": seal,
                "stances_sha256": stances_digest(data),
                "slots_sha256": slots_digest(fresh.slots),
                "consent_sha256": data["consent"]["sha256"],
            },
        )
        mails = [letters.issued(portal.mailer, session, now=now, commitment=fresh, slot=slot) for slot in next_group(fresh.slots)]
        session.commit()
        return [mail.id for mail in mails if mail is not None]


def slots_digest(slots: Iterable[Slot]) -> str:
    """Return the SHA-256 of what a plan of signatures says, without names: order, side, capacity, whether required."""
    return digest(
        [[one.position, one.field, one.group, one.side, one.capacity, one.required, one.method, one.pool, one.needed] for one in slots]
    )


def _ready(session: Session, portal: Portal, commitment_id: int, *, lock: bool = False) -> Commitment | None:
    """Return the commitment if its document is to be made, None if somebody made it already. Raises `Conflict`."""
    commitment = session.get(Commitment, commitment_id, with_for_update=lock or None)
    if commitment is None:
        raise NotFound
    if commitment.state != states.OPEN or commitment.issue_requested_at is None:
        return None
    if commitment.stances_open:
        raise Conflict(N_("La organización todavía no confirmó sus posiciones."))
    refuse_without_people(commitment)
    refuse_if_any(portal, session, commitment)
    return commitment


def _checked_record(session: Session, commitment: Commitment, agenda: FrozenAgenda, *, now: datetime) -> dict[str, Any]:
    if unanswered(agenda, stances_of(session, commitment)):
        raise Conflict(N_("Hay puntos sin respuesta: el documento no se puede emitir."))
    return commitment_record(session, commitment, agenda, now=now)


def _write_problem(portal: Portal, commitment_id: int, error: Exception) -> None:
    known = isinstance(error, PortalError) and error.status < 500  # noqa: PLR2004 - a sentence for the organisation and the Mesa
    if not known:
        log.error("instrument of commitment %s not issued", commitment_id, exc_info=error)
    with portal.sessions() as session:
        commitment = session.get(Commitment, commitment_id)
        if commitment is not None and commitment.state == states.OPEN:
            commitment.issue_problem = (error.text if known and isinstance(error, PortalError) else FAILED)[:300]
            session.commit()


def reopen(session: Session, *, now: datetime, person_id: int | None, commitment: Commitment) -> None:
    """Open the positions again. An issued document is discarded, visibly, and only while nobody has signed it.

    Its revision stays on record under its `edition`; the next document is a new edition with bytes of its own.
    """
    if commitment.state == states.OPEN:
        _cancel_request(session, commitment)
    else:
        _discard(session, now=now, commitment=commitment)
    states.note(session, commitment.id, "review_reopened", now=now, person_id=person_id)


def _cancel_request(session: Session, commitment: Commitment) -> None:
    session.refresh(commitment, with_for_update=True)  # the job that issues holds the same row while it records
    if commitment.state != states.OPEN:
        raise Conflict(N_("El documento se emitió en este instante. Vuelva a cargar la página."))
    if commitment.stances_open:
        raise Conflict(N_("Las posiciones ya están abiertas."))
    commitment.stances_open, commitment.issue_requested_at, commitment.issue_problem = True, None, None
    session.flush()


def _discard(session: Session, *, now: datetime, commitment: Commitment) -> None:
    if commitment.state != states.ISSUED or any(slot.signed_at for slot in commitment.slots):
        raise Conflict(N_("Ya hay firmas en el documento: las posiciones no se pueden reabrir."))
    discarded, edition = commitment.head_sha256, commitment.edition
    states.move(
        session,
        commitment,
        states.OPEN,
        stances_open=True,
        certified_sha256=None,
        record_sha256=None,
        issued_at=None,
        issue_requested_at=None,
        issue_problem=None,
        edition=edition + 1,
    )
    commitment.head_sha256 = None
    session.flush()
    record_fact(
        session, now=now, kind=DISCARDED, subject=letters.about(commitment), data={"edition": edition, "revision_sha256": discarded}
    )
