"""Revokes a certificate of the portal's authority: one act's, a seal's or an issuing authority's.

Signing is untouched; from then on verification says "revocado" of what the certificate signed, unless a trusted timestamp
proves that it was signed before.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.commitments import keys
from plugins.commitments.lasting import lists, rotation
from plugins.commitments.lasting.rotation import Generation, sha256_of
from plugins.commitments.models import Commitment, Revision, Slot
from plugins.commitments.signing.errors import AuthorityError
from plugins.commitments.signing.lists import REASONS, Revoked
from portal.context import Portal
from portal.errors import Conflict, Invalid, Misconfigured, NotFound
from portal.i18n import N_
from portal.ledger.queries import entries_of_kind
from portal.ledger.service import record

if TYPE_CHECKING:
    from plugins.commitments.signing.keyfiles import SigningKey

REVOKED = "keys.revoked"


@dataclass(frozen=True)
class Target:
    """A certificate of the portal's authority and what it is: "act", "seal" or "issuing"; `issuer` signed it, in `generation`."""

    what: str
    serial: int
    sha256: str
    issuer: x509.Certificate
    generation: Generation
    subject: str = ""
    """For an act: the code of the instrument and the field, as in RUB-XXXXX-XXXXX/firma-1."""


def revoke(portal: Portal, session: Session, *, now: datetime, which: str, reason: str) -> Target:
    """Revoke the certificate of this serial number (hexadecimal), or of the signature CODE/FIELD. Nothing is committed.

    Run again it changes nothing. Raises `NotFound`, `Invalid` for an unknown reason, `Conflict` for the certificate that
    issues now, `Misconfigured` when the key that signs the list is away.
    """
    if reason not in REASONS:
        raise Invalid(N_("Elija una razón: %(reasons)s."), reasons=", ".join(REASONS))
    found = find(portal, session, which)
    present = rotation.must_exist(portal)[0]
    if found.what != "act" and found.sha256 in {sha256_of(present.issuing), sha256_of(present.seal)}:
        raise Conflict(N_("Ese certificado firma ahora. Primero haga llaves nuevas con «portal keys rotate»."))
    lists.revoke(portal, found.issuer, _key(portal, found), now=now, line=Revoked(found.serial, now, reason))
    if not any(one.data["certificate_sha256"] == found.sha256 for one in entries_of_kind(session, REVOKED)):
        data = {
            "certificate_sha256": found.sha256,
            "serial": f"{found.serial:x}",
            "what": found.what,
            "signature": found.subject,
            "reason": reason,
            "revoked_at": now.isoformat(),
        }
        record(session, now=now, kind=REVOKED, subject=rotation.about(found.generation.number), data=data)
    return found


def find(portal: Portal, session: Session, which: str) -> Target:
    """Return what a serial number or CODE/FIELD names. Raises `NotFound`."""
    for one in rotation.must_exist(portal):
        for what, certificate, issuer in (("issuing", one.issuing, one.root), ("seal", one.seal, one.issuing)):
            if f"{certificate.serial_number:x}" == which.lower().removeprefix("0x").lstrip("0"):
                return Target(what, certificate.serial_number, sha256_of(certificate), issuer, one)
    code, _, field = which.partition("/")
    asked = select(Slot).join(Commitment).where(Slot.certificate_serial.is_not(None))
    if field:
        asked = asked.where(Commitment.code == code.upper(), Slot.field == field)
    else:
        asked = asked.where(func.lower(Slot.certificate_serial) == which.lower())
    slot = session.scalar(asked)
    mine = _certificate(portal, session, slot) if slot is not None else None
    if slot is None or mine is None:
        raise NotFound(N_("No hay ningún certificado del portal con ese número, ni una firma con ese código y campo."))
    for one in rotation.must_exist(portal):
        if _issued(mine, one.issuing):
            name = f"{slot.commitment.code}/{slot.field}"
            return Target("act", mine.serial_number, sha256_of(mine), one.issuing, one, name)
    raise NotFound(N_("Ese certificado no lo emitió el portal: solo puede revocarlo quien lo emitió."))


def _certificate(portal: Portal, session: Session, slot: Slot) -> x509.Certificate | None:
    """Return the certificate that signed a slot, read from the revision that it made."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - heavy to import

    sha256 = session.scalar(select(Revision.sha256).where(Revision.slot_id == slot.id).order_by(Revision.edition.desc()))
    if sha256 is None:
        return None
    for signature in PdfFileReader(io.BytesIO(portal.store.get(sha256))).embedded_signatures:
        if signature.signer_cert.sha256.hex() == slot.certificate_sha256:
            return x509.load_der_x509_certificate(signature.signer_cert.dump())
    return None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - several kinds; each means no
        return False
    return True


def _key(portal: Portal, found: Target) -> "SigningKey":
    if found.issuer == found.generation.root:
        return rotation.root_key(portal, found.issuer)
    try:
        return keys.opened(portal, found.generation.number).issuing_key
    except (AuthorityError, OSError) as error:
        raise Misconfigured(
            N_("No se puede abrir la llave que firma la lista (keys/%(number)s): %(reason)s."),
            number=found.generation.number,
            reason=error,
        ) from error


def revoked(portal: Portal) -> list[tuple[Generation, Revoked]]:
    """Return every line of every list, with the generation whose authority signed it."""
    found: list[tuple[Generation, Revoked]] = []
    seen: set[str] = set()
    for one in rotation.all_generations(portal):
        for issuer in (one.issuing, one.root):
            name = lists.name_of(issuer)
            if name not in seen:
                found += [(one, line) for line in lists.lines(portal, issuer)]
            seen.add(name)
    return found
