"""Keeps what a person consented to, word for word, and when they took it back (Ley 29733: written, express, revocable)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from portal.accounts.models import Consent, Person
from portal.accounts.service import fingerprint
from portal.documents.store import FileStore
from portal.errors import Conflict, NotFound
from portal.i18n import N_
from portal.ledger.service import record


class AlreadyRevoked(Conflict):
    """The consent was taken back before."""

    code = "consent_revoked"
    default = N_("Ya había retirado este consentimiento.")


def give_consent(session: Session, store: FileStore, *, now: datetime, person_id: int, purpose: str, text: str) -> Consent:
    """Keep that the person consented to exactly `text` (its bytes go to the store), and note its hash in the ledger.

    Consent to the same text for the same purpose that still stands is returned as it is.
    """
    person = session.get_one(Person, person_id)
    name = store.put(session, text.encode(), "text/plain; charset=utf-8", now=now)
    standing = session.scalar(
        select(Consent).where(
            Consent.person_id == person_id, Consent.purpose == purpose, Consent.text_sha256 == name, Consent.revoked_at.is_(None)
        )
    )
    if standing is not None:
        return standing
    consent = Consent(person_id=person_id, purpose=purpose, text_sha256=name, given_at=now)
    session.add(consent)
    session.flush()
    record(
        session,
        now=now,
        kind="consent.given",
        subject=f"consent:{consent.id}",
        data={"person": fingerprint(person), "purpose": purpose, "text_sha256": name},
    )
    return consent


def revoke_consent(session: Session, *, now: datetime, consent_id: int, person_id: int) -> Consent:
    """Take a consent back; only the person themselves can. Raises `NotFound` or `AlreadyRevoked`."""
    consent = session.get(Consent, consent_id)
    if consent is None or consent.person_id != person_id:
        raise NotFound
    live = update(Consent).where(Consent.id == consent_id, Consent.revoked_at.is_(None)).values(revoked_at=now)
    result = session.execute(live, execution_options={"synchronize_session": False})
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise AlreadyRevoked
    session.refresh(consent)
    person = session.get_one(Person, person_id)
    record(
        session,
        now=now,
        kind="consent.revoked",
        subject=f"consent:{consent.id}",
        data={"person": fingerprint(person), "purpose": consent.purpose, "text_sha256": consent.text_sha256},
    )
    return consent
