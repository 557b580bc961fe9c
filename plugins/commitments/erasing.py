"""This plugin's part of a person's rights over their data: the copy of it, and its erasure (docs/decisions/0011-erasure.md).

What was signed is a public act and stays, bytes and evidence; the rows that would let anybody find, list or write to
the person do not.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from plugins.commitments import delegating, letters, states
from plugins.commitments.digital import models as digital
from plugins.commitments.models import Commitment, Digest, Event, Override, Parked, Process, Question, Slot, Stance, StanceWording
from plugins.commitments.paper import models as paper
from portal.accounts import redacting
from portal.accounts.models import Grant, Person
from portal.accounts.service import fingerprint
from portal.agendas.models import AgendaVersion
from portal.db import Base
from portal.documents import forgetting
from portal.extend import PersonData
from portal.ledger.models import LedgerEntry
from portal.ledger.service import record
from portal.organisations.models import CAPACITIES

# Rows that say who signed what, by number: without them no signature could be told from another (see `audit`).
NUMBERED = (
    "commitments_slot.person_id",
    "commitments_slot.substitute_id",
    "commitments_handed_copy.person_id",
    "commitments_reception.person_id",
)
# Certificates of authorities; names and addresses of the Mesa, which are changed whole or not at all.
KEPT = (
    "commitments_slot.signed_name",
    "commitments_outside_authority.pem",
    "commitments_outside_authority.name",
    "commitments_process.contact_email",
    "commitments_process.contact_name",
)
PACK_GONE = "Se borró porque nombraba a una persona que pidió eliminar sus datos: prepárelo de nuevo."


def erase(session: Session, person_id: int, now: datetime) -> None:
    """Erase a person from this plugin's tables; again does no harm."""
    person = session.get_one(Person, person_id)
    words = redacting.words_of(person)
    mine = [one.id for one in session.scalars(select(Slot).where(_of(person_id)))]
    commitments = list(session.scalars(select(Slot.commitment_id).where(Slot.id.in_(mine)))) + _represented(session, person_id)
    _slots(session, person, now=now)
    _receptions(session, person_id, now=now)
    _papers(session, commitments, now=now)
    session.execute(delete(Digest).where(Digest.person_id == person_id))
    session.execute(delete(Parked).where(Parked.commitment_id.in_(commitments)))
    _contacts(session, person)
    _words(session, words)
    redacting.forget_author(session, _tables(), person_id, keep=NUMBERED)


def _of(person_id: int) -> Any:
    return or_(Slot.person_id == person_id, Slot.substitute_id == person_id)


def _tables() -> Iterator[Table]:
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith("plugins.commitments") and isinstance(mapper.local_table, Table):
            yield mapper.local_table


def _represented(session: Session, person_id: int) -> list[int]:
    """Return the commitments of organisations that the person spoke for, when the role has ended too."""
    rows = (
        select(Commitment.id)
        .join(Process, Process.id == Commitment.process_id)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .join(Grant, and_(Grant.organisation_id == Commitment.organisation_id, Grant.agenda_id == AgendaVersion.agenda_id))
        .where(Grant.person_id == person_id, Grant.role == "representative")
    )
    return list(session.scalars(rows))


def _slots(session: Session, person: Person, *, now: datetime) -> None:
    """What is signed keeps its number and loses its name; what is not signed loses its mandate, and without a document the person too."""
    session.execute(update(Slot).where(_of(person.id), Slot.signed_at.is_not(None)).values(signed_name=None))
    session.expire_all()
    for slot in session.scalars(select(Slot).where(_of(person.id), Slot.signed_at.is_(None)).order_by(Slot.id)).all():
        if slot.substitute_id is not None:
            slot.substitute_id = slot.mandate_sha256 = None
            fact = {"edition": slot.commitment.edition, "field": slot.field}
            record(session, now=now, kind=delegating.REVOKED, subject=letters.about(slot.commitment), data=fact)
        if slot.person_id == person.id and slot.commitment.state == states.OPEN:
            slot.person_id = None
    session.flush()
    mark = fingerprint(person)
    facts = session.scalars(select(LedgerEntry).where(LedgerEntry.kind == delegating.DELEGATED))
    mandates = [one.data.get("mandate_sha256") for one in facts if mark in {one.data.get("substitute"), one.data.get("principal")}]
    _forget(session, mandates, now=now)  # but those under which somebody signed


def _receptions(session: Session, person_id: int, *, now: datetime) -> None:
    """Files signed outside that did not become part of an instrument hold a certificate, and nothing else needs them."""
    rows = session.scalars(select(digital.Reception).where(digital.Reception.person_id == person_id)).all()
    for row in rows:
        row.holder = None
        if row.result == digital.ACCEPTED:
            continue
        files = [row.file_sha256, row.evidence_sha256]
        row.file_sha256 = row.evidence_sha256 = row.next_try_at = None
        row.person_id = None
        session.flush()
        _forget(session, files, now=now)


def _papers(session: Session, commitments: Iterable[int], *, now: datetime) -> None:
    """Packs to print name everybody who is expected: they are made again when somebody wants one."""
    wanted = set(commitments)
    for pack in session.scalars(select(paper.PaperPack).where(paper.PaperPack.sha256.is_not(None))).all():
        if wanted & set(pack.commitments):
            file, pack.sha256, pack.state, pack.problem = pack.sha256, None, paper.FAILED, PACK_GONE
            session.flush()
            _forget(session, [file], now=now)


def _forget(session: Session, files: Iterable[str | None], *, now: datetime) -> None:
    for sha256 in files:
        if sha256 is not None and not forgetting.references(session, sha256):
            forgetting.forget(session, now=now, sha256=sha256)


def _contacts(session: Session, person: Person) -> None:
    """Where the person was whom to write to, somebody else of the Mesa is; nobody when there is nobody."""
    if not person.email:
        return
    for process in session.scalars(select(Process).where(Process.contact_email == person.email)).all():
        agenda_id = session.scalar(select(AgendaVersion.agenda_id).where(AgendaVersion.id == process.version_id))
        others = select(Person).join(Grant, Grant.person_id == Person.id)
        other = session.scalar(
            others.where(
                Grant.ended_at.is_(None),
                or_(and_(Grant.role == "coordinator", Grant.agenda_id == agenda_id), Grant.role == "administrator"),
                Person.id != person.id,
                Person.active,
                Person.email.is_not(None),
            ).order_by(Grant.role.desc(), Grant.id)
        )
        process.contact_name, process.contact_email = (other.full_name, str(other.email)) if other else ("", "")
    session.flush()


def _words(session: Session, words: redacting.Words) -> None:
    """Take the person out of what others wrote. What a document to be signed says of an item stays as it was issued."""
    issued = set(session.scalars(select(Stance.id).join(Commitment).where(Commitment.record_sha256.is_not(None))))
    columns = list(redacting.columns_of(_tables(), keep=KEPT))
    said = [one for one in columns if one.table.name == Stance.__tablename__]
    redacting.redact(session, said, words, spare=lambda row: row[0] in issued)
    redacting.redact(session, [one for one in columns if one not in said], words)
    for process in session.scalars(select(Process)).all():
        if words.out_of(process.contact_name) != process.contact_name:
            process.contact_name = words.mark


def data(session: Session, person_id: int) -> list[PersonData]:
    """Return what this plugin keeps about a person, for their copy."""
    return [
        PersonData(label="Firmas esperadas y dadas", rows=tuple(_signatures(session, person_id)), weight=10),
        PersonData(label="Archivos firmados con certificado propio", rows=tuple(_uploads(session, person_id)), weight=20),
        PersonData(label="Posiciones escritas", rows=tuple(_wordings(session, person_id)), weight=30),
        PersonData(label="Preguntas y respuestas", rows=tuple(_questions(session, person_id)), weight=40),
        PersonData(label="Actos anotados", rows=tuple(_events(session, person_id)), weight=50),
        PersonData(label="Procesos que abrió pese a una objeción", rows=tuple(_overrides(session, person_id)), weight=60),
    ]


def _overrides(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    rows = select(Override, Process.code).join(Process, Process.id == Override.process_id).where(Override.by_id == person_id)
    for one, code in session.execute(rows.order_by(Override.at)):
        yield {"proceso": code, "motivo": one.reason, "fecha": one.at}


def _signatures(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    for slot, code in session.execute(select(Slot, Commitment.code).join(Commitment).where(_of(person_id)).order_by(Slot.id)):
        yield {
            "compromiso": code,
            "campo": slot.field,
            "calidad": CAPACITIES.get(slot.capacity, slot.capacity),
            "en reemplazo de otra persona": slot.substitute_id == person_id,
            "firmado": slot.signed_at,
            "nombre": slot.signed_name,
            "forma": slot.signed_method,
            "certificado (SHA-256)": slot.certificate_sha256,
            "consentimiento (SHA-256)": slot.consent_sha256,
            "mandato (SHA-256)": slot.mandate_sha256,
            "evidencia (SHA-256)": slot.evidence_sha256,
        }


def _uploads(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    rows = select(digital.Reception).where(digital.Reception.person_id == person_id).order_by(digital.Reception.id)
    for one in session.scalars(rows):
        yield {"recibido": one.received_at, "SHA-256": one.sha256, "resultado": one.result, "titular": one.holder, "emisor": one.issuer}


def _wordings(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    rows = (
        select(StanceWording, Stance.item_code, Commitment.code)
        .join(Stance, Stance.id == StanceWording.stance_id)
        .join(Commitment, Commitment.id == Stance.commitment_id)
        .where(StanceWording.saved_by_id == person_id)
        .order_by(StanceWording.id)
    )
    for wording, item, code in session.execute(rows):
        yield {
            "compromiso": code,
            "punto": item,
            "posición": wording.stance,
            "observación": wording.observation,
            "guardada": wording.saved_at,
        }


def _questions(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    rows = select(Question).where(or_(Question.asked_by_id == person_id, Question.answered_by_id == person_id)).order_by(Question.id)
    for one in session.scalars(rows):
        yield {"pregunta": one.text, "hecha": one.asked_at, "respuesta": one.answer, "respondida": one.answered_at}


def _events(session: Session, person_id: int) -> Iterator[Mapping[str, Any]]:
    rows = select(Event, Commitment.code).join(Commitment).where(Event.person_id == person_id).order_by(Event.id)
    for event, code in session.execute(rows):
        yield {"compromiso": code, "acto": states.EVENTS.get(event.kind, event.kind), "fecha": event.at, "detalle": event.detail}
