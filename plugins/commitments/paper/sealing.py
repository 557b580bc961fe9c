"""After the second person confirms: the digitised act is made and sealed once, and each signature on it is recorded in its turn.

A resumable job over the reading's row: killed anywhere and run again, there is one act, and each slot is signed once.
"""

import io
import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import keys, letters, states
from plugins.commitments.lasting import stamps
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.paper.models import CONFIRMED, TAKEN, PaperReading, PaperSheet
from plugins.commitments.paper.readings import check_signer
from plugins.commitments.signing.certificates import shorten
from plugins.commitments.taking import Outcome, Written, announce, expected, fresh_slot, take
from portal.accounts.actor import ROLES
from portal.accounts.models import Grant, Person
from portal.accounts.service import fingerprint
from portal.context import Portal
from portal.errors import NotFound, PortalError
from portal.i18n import N_
from portal.ledger.service import record

log = logging.getLogger(__name__)

ACT = "commitment.paper_act"
REASON = N_("Sella el acta digitalizada")
MANNER = "(firma manuscrita)"  # in the certificate's common name, after the person's
UNEXPECTED = N_(
    "No se pudo registrar lo leído. Se intentará de nuevo en unos minutos; la administración del portal ya puede ver el motivo."
)


def unsealed(session: Session, _now: datetime) -> Iterable[str]:
    """Return the ids of confirmed readings whose signatures are not all recorded."""
    rows = (
        select(PaperReading.id)
        .join(Commitment, Commitment.id == PaperReading.commitment_id)
        .where(PaperReading.state == CONFIRMED, Commitment.state.in_((states.ISSUED, states.PARTLY, states.COMPLETE)))
    )
    return [str(one) for one in session.scalars(rows.order_by(PaperReading.id).limit(100))]


def seal(portal: Portal, reading_id: int, *, now: datetime) -> None:
    """Make the act of a confirmed reading and record its signatures; what stands in the way is told on its row and tried again."""
    try:
        act = _act(portal, reading_id, now=now)
        if act is not None:
            _take_all(portal, reading_id, act, now=now)
    except PortalError as error:
        _note_problem(portal, reading_id, error.text)
    except Exception:
        log.exception("reading %s not recorded", reading_id)
        _note_problem(portal, reading_id, UNEXPECTED)


def _note_problem(portal: Portal, reading_id: int, sentence: str) -> None:
    with portal.sessions() as session:
        session.execute(
            update(PaperReading).where(PaperReading.id == reading_id, PaperReading.state == CONFIRMED).values(problem=sentence[:300])
        )
        session.commit()


def _act(portal: Portal, reading_id: int, *, now: datetime) -> str | None:
    """Return the SHA-256 of the reading's act, making and sealing it the first time; None when there is nothing to do."""
    with portal.sessions() as session:
        reading = session.get(PaperReading, reading_id)
        if reading is None or reading.state != CONFIRMED:
            return None
        if reading.act_sha256 is not None:
            return reading.act_sha256
        commitment = session.get_one(Commitment, reading.commitment_id)
        if commitment.edition != reading.edition:
            raise NotFound(N_("El documento que se leyó ya no es el vigente. Devuelva la lectura."))
        context, code = _described(portal, session, reading, commitment), commitment.code
        place = commitment.process.version.territory_name
        session.commit()
    pdf = _sealed(portal, context, code=code, place=place, now=now)
    with portal.sessions() as session:
        sha256 = portal.store.put(session, pdf, "application/pdf", now=now)
        done = session.execute(
            update(PaperReading)
            .where(PaperReading.id == reading_id, PaperReading.state == CONFIRMED, PaperReading.act_sha256.is_(None))
            .values(act_sha256=sha256)
            .execution_options(synchronize_session=False)
        )
        if not isinstance(done, CursorResult) or done.rowcount != 1:  # another worker made it
            session.rollback()
            return session.get_one(PaperReading, reading_id).act_sha256
        reading = session.get_one(PaperReading, reading_id)
        people = [session.get(Person, one) for one in (reading.read_by_id, reading.decided_by_id) if one is not None]
        record(
            session,
            now=now,
            kind=ACT,
            subject=letters.about(session.get_one(Commitment, reading.commitment_id)),
            data={
                "edition": reading.edition,
                "act_sha256": sha256,
                "signed_on": reading.signed_on.isoformat(),
                "fields": [one["field"] for one in reading.slots],
                "files": sorted({one["file_sha256"] for one in reading.sheets}),
                "sheets": [{"page": one["page"], "sha256": one["picture_sha256"]} for one in reading.sheets],
                "witnesses": [fingerprint(one) for one in people if one is not None],
            },
        )
        session.commit()
        return sha256


def _described(portal: Portal, session: Session, reading: PaperReading, commitment: Commitment) -> dict[str, Any]:
    """Return what the act's cover says, and its sheets as pictures."""
    slots = {slot.id: slot for slot in commitment.slots}
    for one in reading.slots:
        check_signer(slots.get(one["id"]), one)
    said = [expected(portal, slots[one["id"]]) for one in reading.slots]
    return {
        "code": commitment.code,
        "edition": reading.edition,
        "organisation": commitment.organisation.name,
        "process": commitment.process.title,
        "agenda": commitment.process.version,
        "document": commitment.certified_sha256,
        "signed_on": reading.signed_on,
        "signers": [(one["name"], one["capacity_label"], one["organisation"]) for one in said],
        "files": sorted({one["file_sha256"] for one in reading.sheets}),
        "sheets": [{**one, "picture": portal.store.get(one["picture_sha256"])} for one in reading.sheets],
        "read_at": reading.read_at,
        "read_role": _role(session, reading.read_by_id, commitment),
        "confirmed_at": reading.decided_at,
        "confirmed_role": _role(session, reading.decided_by_id, commitment),
        "contact": commitment.process.contact_name,
    }


def _role(session: Session, person_id: int | None, commitment: Commitment) -> str:
    """Return the role in which somebody read: what the act says of them, instead of a name."""
    held = set(
        session.scalars(
            select(Grant.role).where(
                Grant.person_id == person_id,
                Grant.ended_at.is_(None),
                (Grant.agenda_id == commitment.process.version.agenda_id) | Grant.agenda_id.is_(None),
            )
        )
    )
    return next((ROLES[one] for one in ("coordinator", "staff", "administrator") if one in held), N_("Equipo de la Mesa"))


def _sealed(portal: Portal, context: dict[str, Any], *, code: str, place: str, now: datetime) -> bytes:
    from base64 import b64encode  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415

    from plugins.commitments.instrument import qr  # noqa: PLC0415 - layout and signing are heavy to import
    from plugins.commitments.signing.certify import reserve_and_certify  # noqa: PLC0415
    from portal.documents.rendering import render_pdf  # noqa: PLC0415

    for one in context["sheets"]:
        picture = one.pop("picture")
        with Image.open(io.BytesIO(picture), formats=("JPEG",)) as opened:
            one["lying"] = opened.width > opened.height
        one["source"] = "data:image/jpeg;base64," + b64encode(picture).decode()
    address = f"{portal.settings.public_url}/v/{code}"
    html = portal.templates.get_template("commitments/paper/act.html").render(context, address=address, qr=qr(address), now=now)
    return reserve_and_certify(
        render_pdf(html),
        fields=(),
        authority=keys.authority(portal, now=now),
        code=code,
        reason=REASON,
        location=place,
        now=now,
        stamping=stamps.stamping(portal, now=now),
    )


def _take_all(portal: Portal, reading_id: int, act: str, *, now: datetime) -> None:
    with portal.sessions() as session:
        reading = session.get_one(PaperReading, reading_id)
        commitment_id = reading.commitment_id
        wanted, signed_on = {one["id"]: one for one in reading.slots}, reading.signed_on.isoformat()
        order = [one.id for one in sorted(session.get_one(Commitment, commitment_id).slots, key=lambda one: (one.group, one.position))]
        session.commit()
    refused: PortalError | None = None
    for slot_id in (one for one in order if one in wanted):
        try:
            outcome = _take(portal, wanted[slot_id], act, signed_on, now=now)
        except PortalError as error:  # the others are not held up: an earlier signature may be missing, a plan may want another way
            refused = refused or error
            continue
        if outcome is not None:
            announce(portal, commitment_id, outcome)
    if refused is not None:
        raise refused
    with portal.sessions() as session:
        done = session.execute(
            update(PaperReading)
            .where(PaperReading.id == reading_id, PaperReading.state == CONFIRMED)
            .values(state=TAKEN, open_for=None, taken_at=now, problem=None)
            .execution_options(synchronize_session=False)
        )
        if isinstance(done, CursorResult) and done.rowcount == 1:
            sheets = [one["id"] for one in session.get_one(PaperReading, reading_id).sheets]
            session.execute(update(PaperSheet).where(PaperSheet.id.in_(sheets)).values(problem="used"))
        session.commit()


def _take(portal: Portal, read: dict[str, Any], act: str, signed_on: str, *, now: datetime) -> Outcome | None:
    """Record one signature of a reading; None when there is one: of an earlier run of this job, or made on screen meanwhile."""

    def write(slot: Slot, before: bytes) -> Written:
        return _write(portal, slot, before, act=act, signed_on=signed_on, now=now)

    with portal.sessions() as session:
        slot = fresh_slot(session, read["id"])
        if slot.signed_at is not None:
            session.commit()
            return None
        check_signer(slot, read)  # and `take` refuses anybody else, should a delegation come in this instant
        outcome = take(portal, session, now=now, slot_id=slot.id, person_id=read["signer"], method="paper", write=write)
        session.commit()
        return outcome


def _write(portal: Portal, slot: Slot, before: bytes, *, act: str, signed_on: str, now: datetime) -> Written:
    from plugins.commitments.signing.appearance import Appearance  # noqa: PLC0415 - heavy to import
    from plugins.commitments.signing.sign import sign_field  # noqa: PLC0415

    stamping = stamps.stamping(portal, now=now)
    commitment, said = slot.commitment, expected(portal, slot)
    signer = keys.authority(portal, now=now).issue_for_act(
        full_name=common_name(said["name"]),
        capacity=said["capacity_label"],
        organisation=said["organisation"],
        act_code=commitment.code,
        slot=slot.field,
        now=now,
    )
    year, month, day = signed_on.split("-")
    appearance = Appearance(
        name=said["name"],
        capacity=said["capacity_label"],
        organisation=said["organisation"],
        method="Firma manuscrita, digitalizada",
        time=f"En papel el {day}/{month}/{year}; acta digitalizada {act[:12]}",
        code=commitment.code,
    )
    pdf = sign_field(
        before,
        field_name=slot.field,
        signer=signer,
        appearance=appearance,
        now=now,
        location=commitment.process.version.territory_name,
        reason=(
            f"Suscribe el compromiso {commitment.code} como {said['capacity_label']}. Firma manuscrita en papel del {signed_on}, "
            f"digitalizada; acta digitalizada SHA-256 {act}"
        ),
        stamping=stamping,
    )
    return Written(
        pdf=pdf,
        certificate_serial=signer.serial,
        certificate_sha256=signer.sha256,
        name=said["name"],
        level=stamping.level,
        stepped_down=stamping.stepped_down,
        evidence_sha256=act,
        facts={"act_sha256": act, "paper_signed_on": signed_on},
    )


def common_name(name: str) -> str:
    """Return the name that the certificate carries: the person's, and that they signed by hand; at most 64 bytes."""
    return f"{shorten(name, octets=True, most=64 - len(MANNER.encode()) - 1)} {MANNER}"
