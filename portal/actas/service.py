"""What can be done with actas: issue one, replace it by a corrected one, attach a copy signed by hand. Signing: `portal.actas.signing`."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.service import fingerprint
from portal.actas import words
from portal.actas.letters import ask_to_sign, tell_complete, waiting_mails
from portal.actas.models import Acta, ActaSignature
from portal.actas.printing import Printed, print_after, print_html
from portal.agendas.models import Agenda
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from portal.extend.kinds import SigningDesk
from portal.i18n import N_
from portal.ledger.service import record

if TYPE_CHECKING:
    from portal.context import Portal

MOST_SIGNERS = 40
_NUMBER = re.compile(r"-ACTA-([0-9]+)$")
REASON = "Certifica el acta tal como se emitió"
Signer = tuple[int, str] | tuple[int, str, str]  # person, capacity, and the organisation if they sign for one
_SCANS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def issue(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    about: str,
    title: str,
    html: str = "",
    pdf: bytes = b"",
    signers: Sequence[Signer],
    public: bool,
    person_id: int | None,
) -> Acta:
    """Issue an acta and ask whoever must to sign it; after the commit call `announce`.

    `html` (extends pdf/base.html; `printing.MARK` where the signatures go, else at its end) or `pdf`, made by the portal. With a
    signing desk (hook) the file is certified with one field for each signer; without, it is printed and signed by hand.
    Lays out a document: about a second. Raises `Invalid` (field "signers"), `Unavailable` when a desk there is does not work.
    """
    return _issue(
        portal,
        session,
        now=now,
        agenda=agenda,
        about=about,
        title=title,
        html=html,
        pdf=pdf,
        signers=signers,
        public=public,
        person_id=person_id,
        old=None,
    )


def replace(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    acta: Acta,
    title: str,
    html: str = "",
    pdf: bytes = b"",
    signers: Sequence[Signer],
    public: bool,
    person_id: int | None,
) -> Acta:
    """Issue a corrected acta in the place of `acta`, which stays on record with its signatures. Raises `Conflict` when it was replaced already."""
    taken = session.execute(
        update(Acta).where(Acta.id == acta.id, Acta.state != words.REPLACED).values(state=words.REPLACED, replaced_at=now),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise Conflict(N_("Otra acta ya reemplazó a esta. Vuelva a cargar la página."))
    session.refresh(acta)
    return _issue(
        portal,
        session,
        now=now,
        agenda=acta.agenda,
        about=acta.about,
        title=title,
        html=html,
        pdf=pdf,
        signers=signers,
        public=public,
        person_id=person_id,
        old=acta,
    )


def _issue(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    about: str,
    title: str,
    html: str,
    pdf: bytes,
    signers: Sequence[Signer],
    public: bool,
    person_id: int | None,
    old: Acta | None,
) -> Acta:
    people = _people(session, signers)
    desk = desk_of(portal)
    acta = Acta(
        agenda_id=agenda.id,
        agenda=agenda,
        code=_next_code(session, agenda),
        about=about,
        title=title[:250],
        public=public,
        state=words.OPEN,
        issued_at=now,
        issued_by_id=person_id,
        replaces=old,
        signatures=[
            ActaSignature(
                position=place, person_id=person.id, name=person.full_name, capacity=capacity[:120], organisation=organisation[:250]
            )
            for place, (person, capacity, organisation) in enumerate(people, 1)
        ],
    )
    with session.no_autoflush:
        printed = print_html(portal, acta, html, by_hand=desk is None) if html else print_after(portal, acta, pdf, by_hand=desk is None)
        data = _certified(portal, acta, printed, desk, now=now)
    acta.first_sha256 = acta.sha256 = portal.store.put(session, data, "application/pdf", now=now)
    session.add(acta)
    session.flush()
    facts: dict[str, Any] = {
        "agenda": agenda.code,
        "about": about,
        "sha256": acta.sha256,
        "seal_sha256": acta.seal_sha256,
        "signatures_sha256": slots_digest(acta),
        "title_sha256": digest(acta.title),
        "signers": [fingerprint(person) for person, _, _ in people],
        "names": [name_digest(person, person.full_name) for person, _, _ in people],
    }
    if old is not None:
        facts["replaces"] = old.code
        record(session, now=now, kind=words.REPLACING, subject=words.subject(old.code), data={"by": acta.code})
    record(session, now=now, kind=words.ISSUED, subject=words.subject(acta.code), data=facts)
    ask_to_sign(portal, session, now=now, acta=acta)
    return acta


def desk_of(portal: "Portal") -> SigningDesk | None:
    """Return the desk that signs PDFs, None where there is none. Raises `Unavailable` for one that should be there and does not work."""
    desks = portal.ask.signing_desk()
    problem = next((one.problem for one in desks if one.problem), "")
    if problem:
        raise Unavailable(N_("Ahora no se puede firmar: %(problem)s Avise a la administración del portal."), problem=problem)
    return next((one for one in desks if one.certify is not None and one.sign is not None), None)


def announce(portal: "Portal", acta: Acta) -> None:
    """Hand the acta's waiting mails to the workers; after the commit (else they go with the next sweep)."""
    with portal.sessions() as session:
        mails = waiting_mails(session, acta)
    for identity in mails:
        portal.queue.enqueue("mail.send", identity)


def attach_paper(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    acta: Acta,
    data: bytes,
    positions: Sequence[int],
    signed_on: date | None,
    person_id: int,
) -> None:
    """Keep the scan of a copy signed by hand, as it was uploaded, for the signatures at `positions`.

    Raises `Invalid` (fields "scan", "positions", "signed_on"), `TooLarge`, `Conflict` for an acta or a signature that is no longer open.
    """
    kind = _scan_kind(data, portal.settings.upload_megabytes)
    lock(session, acta)
    chosen = [one for one in acta.signatures if one.position in set(positions)]
    wrong: dict[str, str] = {}
    if not chosen or len(chosen) != len(set(positions)):
        wrong["positions"] = N_("Marque de quién son las firmas que están en la copia.")
    if signed_on is None or not acta.issued_at.date() <= signed_on <= now.date():
        wrong["signed_on"] = N_("Escriba el día de la firma: desde que se emitió el acta hasta hoy.")
    if wrong:
        raise Invalid(fields=wrong)
    if any(one.method is not None for one in chosen):
        raise Conflict(N_("Una de esas firmas ya consta. Vuelva a cargar la página."))
    scan = portal.store.put(session, data, kind, now=now)
    for one in chosen:
        one.method, one.signed_at, one.signed_on = words.PAPER, now, signed_on
        one.scan_sha256, one.recorded_by_id = scan, person_id
    session.flush()
    facts = {
        "method": words.PAPER,
        "positions": sorted(one.position for one in chosen),
        "scan_sha256": scan,
        "signed_on": signed_on.isoformat() if signed_on else None,
        "by": fingerprint(session.get_one(Person, person_id)),
    }
    record(session, now=now, kind=words.SIGNED, subject=words.subject(acta.code), data=facts)
    settle(portal, session, now=now, acta=acta)


def lock(session: Session, acta: Acta) -> None:
    """Wait for whoever signs the same acta, then read it anew. Raises `Conflict` unless it still takes signatures."""
    session.execute(select(Acta.id).where(Acta.id == acta.id).with_for_update())
    session.refresh(acta)
    for one in acta.signatures:
        session.refresh(one)
    if acta.state != words.OPEN:
        raise Conflict(N_("Esta acta ya no admite firmas. Vuelva a cargar la página."))


def settle(portal: "Portal", session: Session, *, now: datetime, acta: Acta) -> bool:
    """Close the acta when no signature is missing; return whether this did."""
    if any(one.method is None for one in acta.signatures):
        return False
    acta.state, acta.completed_at = words.COMPLETE, now
    session.flush()
    record(session, now=now, kind=words.DONE, subject=words.subject(acta.code), data={"sha256": acta.sha256})
    tell_complete(portal, session, now=now, acta=acta)
    return True


def slots_digest(acta: Acta) -> str:
    """Return the SHA-256 of what was asked of signers, without names."""
    return digest([[one.position, one.field, one.capacity, one.organisation] for one in acta.signatures])


def name_digest(person: Person, name: str) -> str:
    """Return the SHA-256 of a name as an acta says it, with the person's salt: it means nothing once they are erased."""
    return digest([person.salt, name])


def _people(session: Session, signers: Sequence[Signer]) -> list[tuple[Person, str, str]]:
    if not signers or len(signers) > MOST_SIGNERS:
        raise Invalid(fields={"signers": N_("Elija quiénes firman: una persona al menos, cuarenta como máximo.")})
    found = []
    for identity, capacity, *rest in signers:
        person = session.get(Person, identity)
        if person is None or person.erased_at is not None:
            raise NotFound
        found.append((person, " ".join(str(capacity).split()) or "Asistente", rest[0] if rest else ""))
    if len({person.id for person, _, _ in found}) != len(found):
        raise Invalid(fields={"signers": N_("Una persona figura dos veces entre quienes firman.")})
    return found


def _next_code(session: Session, agenda: Agenda) -> str:
    session.execute(select(Agenda.id).where(Agenda.id == agenda.id).with_for_update())  # two actas at one instant get two codes
    taken = [
        int(match[1]) for code in session.scalars(select(Acta.code).where(Acta.agenda_id == agenda.id)) if (match := _NUMBER.search(code))
    ]
    return f"{agenda.code}-ACTA-{max(taken, default=0) + 1:03}"


def _certified(portal: "Portal", acta: Acta, printed: Printed, desk: SigningDesk | None, *, now: datetime) -> bytes:
    if desk is None or desk.certify is None:
        return printed.pdf
    sealed = desk.certify(
        portal, printed.pdf, places=printed.places, code=acta.code, reason=REASON, location=acta.agenda.territory.name, now=now
    )
    acta.seal_sha256 = sealed.certificate_sha256
    return sealed.pdf


def _scan_kind(data: bytes, megabytes: int) -> str:
    """Return the media type that the bytes themselves show: neither the name nor the browser's word counts."""
    if not data:
        raise Invalid(fields={"scan": N_("Elija la copia escaneada: PDF, JPG o PNG.")})
    if len(data) > megabytes * 1024 * 1024:
        raise TooLarge(megabytes=megabytes)
    kind = next((media for start, media in _SCANS.items() if data.startswith(start)), None)
    if kind is None:
        raise Invalid(fields={"scan": N_("El archivo no es un PDF, JPG ni PNG. Escanee o fotografíe la copia firmada y súbala otra vez.")})
    return kind
