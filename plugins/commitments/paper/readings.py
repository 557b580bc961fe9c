"""Two people read a signed document: the first says who signed and when, a second, different one confirms or gives it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.paper import printed, receiving
from plugins.commitments.paper.models import CONFIRMED, READ, REJECTED, PaperFile, PaperReading, PaperSheet
from plugins.commitments.plan import allows
from portal.context import Portal
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.i18n import N_


@dataclass(frozen=True)
class Desk:
    """A commitment's document as it came back: its sheets by page, the pages that are missing, and the reading under way."""

    wanted: range
    pages: int
    sheets: dict[int, PaperSheet]
    missing: tuple[int, ...]
    reading: PaperReading | None

    @property
    def whole(self) -> bool:
        """Whether every page that must come back is there."""
        return not self.missing


def open_reading(session: Session, commitment_id: int) -> PaperReading | None:
    """Return the reading of a commitment that waits for its second person, or to be recorded."""
    return session.scalar(select(PaperReading).where(PaperReading.open_for == commitment_id))


def desk(portal: Portal, session: Session, commitment: Commitment) -> Desk:
    """Return what came back of a commitment. Raises `NotFound` while no document is issued."""
    if commitment.certified_sha256 is None:
        raise NotFound(N_("El documento de este compromiso todavía no se emite."))
    sheets = printed.sheets(portal, commitment.certified_sha256)
    found = {one.page: one for one in receiving.active(session, commitment) if one.page is not None}
    return Desk(
        sheets.wanted, sheets.pages, found, tuple(page for page in sheets.wanted if page not in found), open_reading(session, commitment.id)
    )


def on_paper(commitment: Commitment) -> list[Slot]:
    """Return the slots that may still be signed by hand."""
    return [slot for slot in commitment.slots if slot.signed_at is None and slot.signer is not None and allows(slot, "paper")]


def read(
    portal: Portal, session: Session, *, now: datetime, commitment: Commitment, slot_ids: Sequence[int], signed_on: date | None, by: int
) -> PaperReading:
    """Note who signed and on what day, for a second person to confirm. Raises `Invalid` (fields "slots", "signed_on"), `Conflict`."""
    found = desk(portal, session, commitment)
    if commitment.state not in {states.ISSUED, states.PARTLY}:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite firmas."), state=states.LABELS[commitment.state])
    if found.reading is not None:
        raise Conflict(N_("Otra persona ya leyó este documento. Vuelva a cargar la página."))
    if found.missing:
        raise Conflict(missing_sentence(found), **missing_values(found, commitment.code))
    chosen = [slot for slot in on_paper(commitment) if slot.id in set(slot_ids)]
    wrong: dict[str, str] = {}
    if not chosen or len(chosen) != len(set(slot_ids)):
        wrong["slots"] = N_("Marque a quienes firmaron en estas hojas.")
    zone = ZoneInfo(portal.settings.timezone)
    issued = commitment.issued_at.astimezone(zone).date() if commitment.issued_at else date.min
    if signed_on is None:
        wrong["signed_on"] = N_("Escriba el día en que firmaron.")
    elif not issued <= signed_on <= now.astimezone(zone).date():
        wrong["signed_on"] = N_("El día debe estar entre la emisión del documento y hoy.")
    if wrong or signed_on is None:
        raise Invalid(fields=wrong)
    files = {
        one.id: one.sha256
        for one in session.scalars(select(PaperFile).where(PaperFile.id.in_({sheet.file_id for sheet in found.sheets.values()})))
    }
    reading = PaperReading(
        commitment_id=commitment.id,
        open_for=commitment.id,
        edition=commitment.edition,
        signed_on=signed_on,
        slots=[{"id": slot.id, "field": slot.field, "signer": slot.signer.id if slot.signer else None} for slot in chosen],
        sheets=[
            {"id": sheet.id, "page": page, "picture_sha256": sheet.picture_sha256, "file_sha256": files[sheet.file_id]}
            for page, sheet in sorted(found.sheets.items())
        ],
        read_at=now,
        read_by_id=by,
    )
    try:
        with session.begin_nested():
            session.add(reading)
            session.flush()
    except IntegrityError as error:
        raise Conflict(N_("Otra persona ya leyó este documento. Vuelva a cargar la página.")) from error
    states.note(session, commitment.id, "paper_read", now=now, person_id=by)
    return reading


def missing_sentence(found: Desk) -> str:
    """Return the sentence that names the pages that did not come back; fill it with `missing_values`."""
    if len(found.missing) == 1:
        return N_("Falta la página %(missing)s de %(pages)s de %(code)s.")
    return N_("Faltan las páginas %(missing)s de %(pages)s de %(code)s.")


def missing_values(found: Desk, code: str) -> dict[str, Any]:
    """Return what fills `missing_sentence`."""
    return {"missing": ", ".join(str(page) for page in found.missing), "pages": found.pages, "code": code}


def confirm(session: Session, *, now: datetime, reading: PaperReading, by: int) -> None:
    """Agree, as a second person, with what the first one read; enqueue "commitments.paper_seal" after the commit.

    Raises `Forbidden` for the person who read it, `Conflict` when somebody decided at the same instant.
    """
    if reading.read_by_id == by:
        raise Forbidden(N_("Usted hizo la lectura: la confirma otra persona de la Mesa, con su propia cuenta."))
    pictures = {
        one.id: one.picture_sha256
        for one in session.scalars(select(PaperSheet).where(PaperSheet.id.in_([one["id"] for one in reading.sheets])))
    }
    if any(pictures.get(one["id"]) != one["picture_sha256"] for one in reading.sheets):
        raise Conflict(N_("Las hojas cambiaron después de la lectura. Devuélvala para que se lea de nuevo."))
    for one in reading.slots:
        check_signer(session.get(Slot, one["id"]), one)
    _decide(session, reading, PaperReading.state == READ, state=CONFIRMED, decided_at=now, decided_by_id=by)
    states.note(session, reading.commitment_id, "paper_confirmed", now=now, person_id=by)


def check_signer(slot: Slot | None, read: dict[str, Any]) -> None:
    """Raise `Conflict` unless the signature is still expected from the person whose hand was read: a delegation may have come since."""
    if slot is None or slot.signer is None or slot.signer.id != read["signer"]:
        raise Conflict(N_("Desde la lectura cambió quién firma. Devuélvala para que se lea de nuevo."))


def reject(session: Session, *, now: datetime, reading: PaperReading, by: int, reason: str) -> None:
    """Give a reading back, with the reason: one that waits for its second person, or one that cannot be recorded. Raises `Invalid`."""
    if not reason.strip():
        raise Invalid(fields={"reason": N_("Escriba por qué la devuelve: lo lee quien la hizo.")})
    stuck = (PaperReading.state == CONFIRMED) & PaperReading.problem.is_not(None)
    _decide(
        session,
        reading,
        or_(PaperReading.state == READ, stuck),
        state=REJECTED,
        decided_at=now,
        decided_by_id=by,
        reason=reason.strip()[:2000],
        open_for=None,
    )
    states.note(session, reading.commitment_id, "paper_returned", now=now, person_id=by, reason=reason.strip()[:2000])


def _decide(session: Session, reading: PaperReading, still: Any, **changes: Any) -> None:
    done = session.execute(
        update(PaperReading).where(PaperReading.id == reading.id, still).values(**changes).execution_options(synchronize_session=False)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise Conflict(N_("Otra persona decidió sobre esta lectura en el mismo instante. Vuelva a cargar la página."))
    session.refresh(reading)


def readings_of(session: Session, commitment: Commitment) -> list[PaperReading]:
    """Return every reading of a commitment, the latest first."""
    return list(session.scalars(select(PaperReading).where(PaperReading.commitment_id == commitment.id).order_by(PaperReading.id.desc())))


def reading_of(session: Session, commitment: Commitment, number: int) -> PaperReading:
    """Return a reading of this commitment. Raises `NotFound`."""
    found = session.get(PaperReading, number)
    if found is None or found.commitment_id != commitment.id:
        raise NotFound
    return found
