"""Outside signatures come in: the revision handed out, the file received and judged, the signature taken, or kept until it can be decided.

Reading a stranger's file takes a second or two, so it is done between two short transactions: `prepare` reads,
`judging.judge` needs none, `settle` writes. Whatever happened meanwhile is found by `taking.take`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments import keys, states
from plugins.commitments.digital import authorities, evidence
from plugins.commitments.digital.isolated import examine_isolated
from plugins.commitments.digital.judging import Expected, Handed, Judgement, dni, judge, keeps_file, signed_certificate, without_number
from plugins.commitments.digital.models import ACCEPTED, REJECTED, UNDECIDED, HandedCopy, Reception
from plugins.commitments.digital.reasons import reason
from plugins.commitments.digital.trust_folder import read_folder
from plugins.commitments.models import Slot
from plugins.commitments.taking import Outcome, Written, check_turn, expected, fresh_slot, take
from portal import timestamps
from portal.context import Portal
from portal.documents.canonical import sha256
from portal.errors import Conflict, Forbidden, NotFound, PortalError, TooMany
from portal.i18n import N_

METHOD = "digital"
MOST_A_DAY = 20
_FIRST_WAIT, _LONGEST_WAIT = timedelta(hours=1), timedelta(hours=24)


class HeadMoved(PortalError):
    """The file was signed on top of a revision that is no longer the last one."""

    status = 409
    code = "head_moved"
    default = N_("Otra persona firmó antes. Descargue la versión nueva y fírmela.")


@dataclass(frozen=True)
class Received:
    """What became of an upload; `outcome` when it signed (announce it after the commit)."""

    reception: Reception
    outcome: Outcome | None = None


def hand_out(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int) -> bytes:
    """Return the document as it stands, noting which revision was given to whom. Raises what `check_turn` does."""
    slot = fresh_slot(session, slot_id)
    check_turn(portal, session, now=now, slot=slot, person_id=person_id, method=METHOD)
    head = slot.commitment.head_sha256 or ""
    session.add(HandedCopy(slot_id=slot.id, person_id=person_id, sha256=head, handed_at=now))
    session.flush()
    return portal.store.get(head)


def prepare(portal: Portal, session: Session, *, now: datetime, slot_id: int, person_id: int) -> Expected:
    """Return what an upload of this person must be. Raises what `check_turn` does, and `TooMany`."""
    slot = fresh_slot(session, slot_id)
    check_turn(portal, session, now=now, slot=slot, person_id=person_id, method=METHOD)
    lately = select(func.count()).where(Reception.slot_id == slot.id, Reception.received_at > now - timedelta(days=1))
    if (session.scalar(lately) or 0) >= MOST_A_DAY:
        raise TooMany(N_("Subió muchos archivos en un día. Escriba a la Mesa: puede ayudarle a firmar."))
    return expected_of(portal, slot)


def expected_of(portal: Portal, slot: Slot, *, confirmed: bool = False) -> Expected:
    """Return what an upload for this slot must be, as the database has it now."""
    commitment = slot.commitment
    return Expected(
        slot_id=slot.id,
        code=commitment.code,
        edition=commitment.edition,
        field=slot.field,
        name=expected(portal, slot)["name"],
        dni=dni(slot.signer.dni) if slot.signer else None,
        head_sha256=commitment.head_sha256 or "",
        revisions=tuple(Handed(one.edition, one.number, one.sha256, one.size) for one in commitment.revisions),
        confirmed=confirmed,
    )


def look(
    portal: Portal, data: bytes, wanted: Expected, *, now: datetime, examine: Callable[..., dict[str, Any]] = examine_isolated
) -> Judgement:
    """Judge an upload with the trust of today. No transaction should be open: it takes a second or two."""
    trust = read_folder(portal.settings.home, now=now)
    roots, time_roots = _der(keys.trusted_roots(portal)), _der(timestamps.trusted_pem(portal))
    return judge(data, expected=wanted, trust=trust, roots=roots, time_roots=time_roots, now=now, examine=examine)


def _der(pems: Iterable[bytes]) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for pem in pems for one in x509.load_pem_x509_certificates(pem)]


def settle(
    portal: Portal, session: Session, *, now: datetime, person_id: int, data: bytes, wanted: Expected, judgement: Judgement, publish: bool
) -> Received:
    """Record an upload and its judgement; take the signature if it was accepted and nobody came first. Nothing is committed."""
    digest = sha256(data)
    kept = portal.store.put(session, data, "application/pdf", now=now) if keeps_file(judgement) else None
    reception = Reception(
        slot_id=wanted.slot_id,
        person_id=person_id,
        sha256=digest,
        size=len(data),
        file_sha256=kept,
        publish=publish,
        received_at=now,
        result=UNDECIDED,
        judged_at=now,
    )
    session.add(reception)
    session.flush()
    return conclude(portal, session, now=now, reception=reception, data=data, wanted=wanted, judgement=judgement)


def conclude(
    portal: Portal, session: Session, *, now: datetime, reception: Reception, data: bytes, wanted: Expected, judgement: Judgement
) -> Received:
    """Write a judgement into its reception, taking the signature if it was accepted. Nothing is committed."""
    outcome = None
    if judgement.result == ACCEPTED:
        try:
            outcome = _take(portal, session, now=now, reception=reception, data=data, wanted=wanted, judgement=judgement)
        except HeadMoved:
            judgement = replace(judgement, result=REJECTED, reasons=(reason("moved"),))
        except PortalError as error:
            judgement = replace(judgement, result=REJECTED, reasons=(reason("too_late", why=error.text),))
    _write(portal, session, now=now, reception=reception, wanted=wanted, judgement=judgement)
    return Received(reception, outcome)


def _write(portal: Portal, session: Session, *, now: datetime, reception: Reception, wanted: Expected, judgement: Judgement) -> None:
    certificate = judgement.certificate
    reception.result, reception.reasons = judgement.result, list(judgement.reasons)
    reception.base_sha256 = judgement.base_sha256
    reception.judged_at = now
    reception.issuer = certificate["issuer"][:300] if certificate else None
    reception.holder = without_number(certificate["holder"])[:300] if certificate else None
    reception.next_try_at = None
    if judgement.result == UNDECIDED:
        reception.next_try_at = now + min(_FIRST_WAIT * 2 ** (reception.tries - 1), _LONGEST_WAIT)
    if reception.file_sha256 is not None:
        reception.evidence_sha256 = _keep_evidence(portal, session, now=now, reception=reception, wanted=wanted, judgement=judgement)
    if judgement.result != ACCEPTED:  # an accepted one is noted as the signature that it is
        slot, codes = session.get_one(Slot, reception.slot_id), [one["code"] for one in judgement.reasons]
        kind = f"outside_{judgement.result}"
        states.note(session, slot.commitment_id, kind, now=now, person_id=reception.person_id, field=wanted.field, codes=codes)
    session.flush()


def _keep_evidence(portal: Portal, session: Session, *, now: datetime, reception: Reception, wanted: Expected, judgement: Judgement) -> str:
    captured = evidence.capture(
        expected=wanted, judgement=judgement, upload_sha256=reception.sha256, received_at=reception.received_at, now=now
    )
    return portal.store.put(session, captured, evidence.MEDIA_TYPE, now=now)


def _take(
    portal: Portal, session: Session, *, now: datetime, reception: Reception, data: bytes, wanted: Expected, judgement: Judgement
) -> Outcome:
    certificate = signed_certificate(judgement)
    captured = _keep_evidence(portal, session, now=now, reception=reception, wanted=wanted, judgement=judgement)
    authorities.remember(session, now=now, certificates=evidence.authorities(judgement))

    def write(slot: Slot, before: bytes) -> Written:
        if sha256(before) != judgement.base_sha256 or slot.field != wanted.field:
            raise HeadMoved
        return Written(
            pdf=data,
            certificate_serial=f"{certificate.serial_number:x}",
            certificate_sha256=judgement.seen["people"][0]["certificate_sha256"],
            name=wanted.name,
            level=evidence.level(judgement),
            evidence_sha256=captured,
            facts={"received_at": reception.received_at.isoformat()},
        )

    return take(portal, session, now=now, slot_id=reception.slot_id, person_id=reception.person_id or 0, method=METHOD, write=write)


def of_slot(session: Session, slot_id: int) -> list[Reception]:
    """Return what was received for a slot, newest first."""
    return list(session.scalars(select(Reception).where(Reception.slot_id == slot_id).order_by(Reception.id.desc()).limit(MOST_A_DAY)))


def handed_last(session: Session, slot_id: int) -> HandedCopy | None:
    """Return the copy handed out last for a slot."""
    return session.scalar(select(HandedCopy).where(HandedCopy.slot_id == slot_id).order_by(HandedCopy.id.desc()).limit(1))


def confirm(session: Session, *, now: datetime, reception_id: int, person_id: int) -> Reception:
    """The Mesa says that a certificate is the expected person's; nobody says it of their own upload, nor of their own signature.

    Raises `NotFound`, `Forbidden`, `Conflict`; judge it again after the commit.
    """
    reception = session.get(Reception, reception_id, with_for_update=True, populate_existing=True)
    if reception is None:
        raise NotFound
    slot = session.get_one(Slot, reception.slot_id)
    if person_id in {reception.person_id, slot.person_id, slot.substitute_id}:
        raise Forbidden(N_("Esta firma es suya: la confirma otra persona de la Mesa."))
    if reception.result != UNDECIDED:
        raise Conflict(N_("Este documento ya se resolvió."))
    reception.confirmed_at, reception.confirmed_by_id = now, person_id
    reception.next_try_at = now
    states.note(session, slot.commitment_id, "outside_confirmed", now=now, person_id=person_id)
    session.flush()
    return reception
