"""Somebody else signs for the person named, under a written mandate: recorded with the mandate's digest, revocable until they sign."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, letters, states
from plugins.commitments.models import Commitment, Slot
from plugins.commitments.names import delegated_name, plain
from plugins.commitments.plan import CANDIDATES, ORGANISATION, PERSONEROS, next_group
from plugins.commitments.taking import fresh_slot
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.documents.store import FileStore
from portal.errors import Conflict, Invalid, NotFound
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import Mailer
from portal.organisations.models import Membership
from portal.organisations.queries import standing

DELEGATED, REVOKED = "commitment.delegated", "commitment.delegation_revoked"
LARGEST = 5 * 1024 * 1024  # bytes of a mandate
TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_UNSIGNED = (states.OPEN, states.ISSUED, states.PARTLY)
INCOMPATIBLE = N_("Quien es candidato/a no puede ser personero/a en la misma elección.")


def signed_as(slot: Slot) -> str:
    """Return the name under which a slot is or will be signed, as people read it."""
    if slot.signed_name:
        return slot.signed_name
    principal = slot.person.full_name if slot.person else ""
    return delegated_name(slot.substitute.full_name, principal) if slot.substitute else principal


def candidates(session: Session, commitment: Commitment, day: date) -> dict[str, list[Person]]:
    """Return who may be chosen to sign on each side: the organisation's members, and the people of the Mesa."""
    members = {one.person_id: one.person for one in standing(commitment.organisation.memberships, day)}
    mesa = list(board_queries.people_of_the_mesa(session, commitment.process.version.agenda_id))
    return {"organisation": list(members.values()), "mesa": mesa, "witness": mesa}


def media_type(mandate: bytes) -> str:
    """Return what a mandate is, by its first bytes; it is stored and handed back as it came, never opened. Raises `Invalid`."""
    if not mandate:
        raise Invalid(fields={"mandate": N_("Adjunte el documento que autoriza la delegación.")})
    if len(mandate) > LARGEST:
        raise Invalid(fields={"mandate": N_("El archivo pesa más de 5 MB. Suba uno más liviano.")})
    for beginning, found in TYPES.items():
        if mandate.startswith(beginning):
            return found
    raise Invalid(fields={"mandate": N_("El archivo debe ser un PDF o una imagen JPG o PNG.")})


def substitute_of(session: Session, *, now: datetime, known: Sequence[Person], person_id: str, full_name: str, email: str) -> Person:
    """Return the person chosen from `known`, or the one typed by name and address, added if need be. Raises `Invalid`, `NotFound`."""
    if person_id:
        chosen = next((one for one in known if str(one.id) == person_id), None)
        if chosen is None:
            raise NotFound
        return chosen
    if not full_name.strip() or not email.strip():
        raise Invalid(fields={"full_name": N_("Elija a la persona, o escriba su nombre completo y su correo.")})
    found = accounts.add_person(session, now=now, full_name=full_name, email=email)
    if plain(found.full_name) != plain(full_name):
        raise Invalid(
            fields={"email": N_("Ese correo no corresponde a ese nombre. Revise ambos, o pida a la Mesa que registre a la persona.")}
        )
    return found


def delegate(
    session: Session,
    *,
    now: datetime,
    store: FileStore,
    mailer: Mailer,
    slot: Slot,
    substitute: Person,
    mandate: bytes,
    by: int,
) -> list[int]:
    """Let `substitute` sign in `slot` for the person named, under `mandate`; return the mails to enqueue: both of them hear of it.

    From here on the person named cannot sign, whatever code they hold, until the delegation is revoked.
    """
    kind = media_type(mandate)
    _hold(session, slot)
    check_may_change(slot)
    _check_substitute(session, slot, substitute)
    sha256 = store.put(session, mandate, kind, now=now)
    _set(session, slot, substitute_id=substitute.id, mandate_sha256=sha256)
    commitment = slot.commitment
    states.note(session, commitment.id, "delegated", now=now, person_id=by, field=slot.field)
    facts: dict[str, Any] = {"field": slot.field, "mandate_sha256": sha256, "substitute": accounts.fingerprint(substitute)}
    if slot.person is not None:
        facts["principal"] = accounts.fingerprint(slot.person)
    record(session, now=now, kind=DELEGATED, subject=letters.about(commitment), data={"edition": commitment.edition, **facts})
    return _tell(session, now=now, mailer=mailer, slot=slot, substitute=substitute, revoked=False)


def revoke(session: Session, *, now: datetime, mailer: Mailer, slot: Slot, by: int) -> list[int]:
    """Take the delegation back while nobody has signed; return the mails to enqueue. The mandate stays on record."""
    _hold(session, slot)
    check_may_change(slot)
    substitute = slot.substitute
    if substitute is None:
        raise Conflict(N_("Esta firma no está delegada."))
    _set(session, slot, substitute_id=None, mandate_sha256=None)
    commitment = slot.commitment
    states.note(session, commitment.id, "delegation_revoked", now=now, person_id=by, field=slot.field)
    data = {"edition": commitment.edition, "field": slot.field}
    record(session, now=now, kind=REVOKED, subject=letters.about(commitment), data=data)
    return _tell(session, now=now, mailer=mailer, slot=slot, substitute=substitute, revoked=True)


def check_may_change(slot: Slot) -> None:
    """Raise `Conflict` once the slot is signed or the commitment closed, or when it is nobody's yet."""
    if slot.signed_at is not None:
        raise Conflict(N_("Esta firma ya se registró: no se puede delegar."))
    if slot.commitment.state not in _UNSIGNED:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[slot.commitment.state])
    if slot.person_id is None:
        raise Conflict(N_("Elija primero quién firma; después esa persona puede delegar."))


def _check_substitute(session: Session, slot: Slot, substitute: Person) -> None:
    if substitute.id == slot.person_id:
        raise Invalid(fields={"full_name": N_("La persona sustituta debe ser otra.")})
    if not substitute.active or not substitute.email:
        raise Invalid(fields={"full_name": N_("Esa persona no tiene un correo al que enviarle el código para firmar.")})
    others = [one for one in slot.commitment.slots if one.id != slot.id and substitute.id in {one.person_id, one.substitute_id}]
    held = {one.capacity for one in others}
    if slot.side == ORGANISATION:
        rows = select(Membership.capacity).where(
            Membership.organisation_id == slot.commitment.organisation_id, Membership.person_id == substitute.id
        )
        held |= set(session.scalars(rows))
    if (slot.capacity in CANDIDATES and held & PERSONEROS) or (slot.capacity in PERSONEROS and held & CANDIDATES):
        raise Invalid(INCOMPATIBLE, fields={"full_name": INCOMPATIBLE})
    if others:
        raise Invalid(fields={"full_name": N_("Esa persona ya ocupa otra firma de este compromiso.")})


def _hold(session: Session, slot: Slot) -> None:
    """Hold the commitment's row, as whoever signs does first, and read all its slots as they are now: one after the other."""
    session.execute(select(Commitment.id).where(Commitment.id == slot.commitment_id).with_for_update())
    fresh_slot(session, slot.id)


def _set(session: Session, slot: Slot, **values: Any) -> None:
    """Change the slot if nobody signed in it, nor changed its substitute, since it was read."""
    same = Slot.substitute_id.is_not_distinct_from(slot.substitute_id)
    done = session.execute(
        update(Slot).where(Slot.id == slot.id, Slot.signed_at.is_(None), same).values(**values).execution_options(synchronize_session=False)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise Conflict(N_("Otra persona firmó o cambió la delegación en este instante. Vuelva a cargar la página."))
    session.refresh(slot)


def _tell(session: Session, *, now: datetime, mailer: Mailer, slot: Slot, substitute: Person, revoked: bool) -> list[int]:
    turn = slot.commitment.state in {states.ISSUED, states.PARTLY} and slot in next_group(slot.commitment.slots)
    people = [(substitute, False), *([(slot.person, True)] if slot.person else [])]
    mails = [
        letters.delegated(
            mailer,
            session,
            now=now,
            commitment=slot.commitment,
            slot=slot,
            person=person,
            substitute=substitute,
            principal=principal,
            revoked=revoked,
            turn=turn,
        )
        for person, principal in people
    ]
    return [mail.id for mail in mails if mail is not None]
