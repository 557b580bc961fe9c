"""The ceremony's pack: asked for by staff, laid out by a job one organisation after another, and kept as one PDF."""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from plugins.commitments import states
from plugins.commitments.models import Commitment, Process, Slot
from plugins.commitments.paper.models import DONE, FAILED, WAITING, PaperPack
from portal import db
from portal.context import Portal
from portal.errors import Invalid, NotFound, PortalError
from portal.i18n import N_
from portal.organisations.models import CAPACITIES, KINDS, Organisation

log = logging.getLogger(__name__)

SIGNABLE = (states.ISSUED, states.PARTLY)
INVITED = (states.OPEN, states.ISSUED, states.PARTLY, states.COMPLETE)
UNEXPECTED = N_("No se pudo preparar el paquete. La administración del portal puede ver el motivo; pídalo de nuevo.")


def guests(session: Session, process: Process) -> list[Commitment]:
    """Return the commitments that may go into a pack, in alphabetical order, with organisation and people."""
    rows = (
        select(Commitment)
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .where(Commitment.process_id == process.id, Commitment.state.in_(INVITED))
        .options(
            joinedload(Commitment.organisation),
            selectinload(Commitment.slots).joinedload(Slot.person),
            selectinload(Commitment.slots).joinedload(Slot.substitute),
        )
        .order_by(Organisation.sort_name, Organisation.id)
    )
    return list(session.scalars(rows))


def ask(
    session: Session,
    *,
    now: datetime,
    process: Process,
    commitment_ids: Sequence[int],
    parts: Sequence[str],
    place: str,
    held_on: date | None,
    by: int | None,
) -> PaperPack:
    """Ask for a pack; enqueue "commitments.paper_pack" after the commit. Raises `Invalid` (fields "commitments", "parts")."""
    from plugins.commitments.paper.printing import PARTS  # noqa: PLC0415 - layout is heavy to import

    chosen = [one for one in guests(session, process) if one.id in set(commitment_ids)]
    wanted = [one for one in PARTS if one in set(parts)]
    wrong = {}
    if not chosen:
        wrong["commitments"] = N_("Marque al menos una organización.")
    if not set(wanted) - {"annex"}:
        wrong["parts"] = N_("Marque qué quiere imprimir.")
    elif wanted in (["instruments"], ["instruments", "annex"]) and chosen and not any(one.state in SIGNABLE for one in chosen):
        wrong["commitments"] = N_("Ninguna de las organizaciones marcadas tiene un documento por firmar.")
    if wrong:
        raise Invalid(fields=wrong)
    pack = PaperPack(
        process_id=process.id,
        place=place.strip()[:200],
        held_on=held_on,
        parts=wanted,
        commitments=[one.id for one in chosen],
        created_at=now,
        created_by_id=by,
    )
    session.add(pack)
    session.flush()
    return pack


def packs_of(session: Session, process: Process) -> list[PaperPack]:
    """Return the packs of a process, the latest first."""
    return list(session.scalars(select(PaperPack).where(PaperPack.process_id == process.id).order_by(PaperPack.id.desc()).limit(20)))


def pack_of(session: Session, process: Process, number: int) -> PaperPack:
    """Return a pack of this process. Raises `NotFound`."""
    found = session.get(PaperPack, number)
    if found is None or found.process_id != process.id:
        raise NotFound
    return found


def unmade(session: Session, _now: datetime) -> Iterable[str]:
    """Return the ids of packs that are not made."""
    return [str(one) for one in session.scalars(select(PaperPack.id).where(PaperPack.state == WAITING).order_by(PaperPack.id))]


def make(portal: Portal, pack_id: int, *, now: datetime) -> None:
    """Lay a pack out and keep it. Killed anywhere and run again, there is one; what cannot be laid out is told on its row."""
    try:
        pdf = _pdf(portal, pack_id)
        if pdf is None:
            return
        with portal.sessions() as session:
            sha256 = portal.store.put(session, pdf, "application/pdf", now=now)
            _finish(session, pack_id, state=DONE, sha256=sha256, made_at=now)
            session.commit()
    except Exception as error:
        known = isinstance(error, PortalError) and error.status < 500  # noqa: PLR2004 - a sentence for staff
        if not known:
            log.exception("pack %s not made", pack_id)
        with portal.sessions() as session:
            _finish(session, pack_id, state=FAILED, problem=(error.text if known and isinstance(error, PortalError) else UNEXPECTED)[:300])
            session.commit()


def _finish(session: Session, pack_id: int, **changes: Any) -> bool:
    done = session.execute(update(PaperPack).where(PaperPack.id == pack_id, PaperPack.state == WAITING).values(**changes))
    return isinstance(done, CursorResult) and done.rowcount == 1


def _pdf(portal: Portal, pack_id: int) -> bytes | None:
    from plugins.commitments.paper import printing  # noqa: PLC0415 - layout is heavy to import

    token = db.writing.set(False)  # a reader while documents are laid out
    try:
        with portal.sessions() as session:
            pack = session.get(PaperPack, pack_id)
            if pack is None or pack.state != WAITING:
                return None
            process = session.get_one(Process, pack.process_id)
            parts, chosen = set(pack.parts), [one for one in guests(session, process) if one.id in set(pack.commitments)]
            about: dict[str, Any] = {
                "title": process.title,
                "agenda": process.version.title,
                "place": pack.place,
                "held_on": pack.held_on,
                "guests": [_guest(one) for one in chosen],
            }
            prints = [
                (one.id, one.organisation.name, one.code, one.edition, one.head_sha256)
                for one in chosen
                if one.state in SIGNABLE and one.head_sha256 is not None
            ]
    finally:
        db.writing.reset(token)
    pieces = [
        (str(printing.PARTS[part]), printing.ceremony(portal.templates, part, **about))
        for part in ("attendance", "signs", "acta")
        if part in parts
    ]
    for number, (_, name, code, edition, head) in enumerate(prints if "instruments" in parts else [], 1):
        copy = printing.print_copy(
            portal.templates,
            portal.store.get(head),
            code=code,
            edition=edition,
            public_url=portal.settings.public_url,
            annex="annex" in parts,
        )
        pieces.append((f"{name} ({code})", copy))
        with portal.sessions() as session:
            _finish(session, pack_id, done=number)
            session.commit()
    if not pieces:
        raise Invalid(N_("Ninguna de las organizaciones marcadas tiene un documento por firmar."))
    return printing.joined(pieces)


def _guest(commitment: Commitment) -> Any:
    from plugins.commitments.paper.printing import Guest  # noqa: PLC0415

    people = tuple(
        (slot.signer.full_name if slot.signer else "", CAPACITIES.get(slot.capacity, slot.capacity), slot.side) for slot in commitment.slots
    )
    return Guest(commitment.organisation.name, KINDS.get(commitment.organisation.kind, ""), commitment.code, people)
