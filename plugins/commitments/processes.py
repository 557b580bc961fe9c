"""What staff do with a signing process: open it for a frozen version, choose organisations, name signers, move deadlines."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from plugins.commitments import states
from plugins.commitments.contacts import invite, note_contact, record_meeting, remind
from plugins.commitments.models import Commitment, Event, Process, Slot
from plugins.commitments.plan import CANDIDATES, PERSONEROS, checked_plan, default_plan, slots_of
from plugins.commitments.signing.codes import new_code
from portal.accounts.models import Person
from portal.agendas.models import AgendaVersion
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record
from portal.organisations.models import Organisation

__all__ = [
    "CONSENT_TEXT",
    "assign",
    "choose",
    "create_process",
    "default_plan",
    "invite",
    "move_deadline",
    "note_contact",
    "record_meeting",
    "remind",
    "reopened_state",
    "supersede",
    "superseded_by",
]

CONSENT_TEXT = N_(
    "Autorizo de manera libre, previa, expresa, inequívoca, informada y por escrito que la Mesa de Concertación trate mis datos personales "
    "para este compromiso: mi nombre, la calidad en que firmo, la organización a la que represento, mi correo electrónico y la fecha de mi firma. "
    "Sé que firmar revela una opinión política, que la Ley N.° 29733 protege como dato sensible. Mi nombre, mi calidad, mi organización y la fecha "
    "serán públicos en el registro de compromisos y en el documento; mi correo electrónico y mi DNI no. Puedo revocar esta autorización y pedir "
    "acceso, rectificación, cancelación u oposición escribiendo al contacto que figura en esta página; revocarla no borra el documento que ya firmé."
)
GIVEN_TIME = "commitment.given_time"
RESERVED = {"nuevo"}  # words of the addresses beside a process's code
_OPEN_STATES = (states.OPEN, states.ISSUED, states.PARTLY)


def create_process(
    session: Session,
    *,
    now: datetime,
    version: AgendaVersion,
    code: str,
    title: str,
    plan: Sequence[dict[str, Any]],
    opens_at: datetime,
    deadline: datetime,
    consent_text: str,
    contact_name: str,
    contact_email: str,
    by: int | None,
    reminders: Sequence[int] = (),
) -> Process:
    """Open the signing of a frozen version. Raises `Invalid` with `fields`. The ledger keeps the plan's digest.

    `reminders`: days before each deadline on which people get a digest (`reminding.schedule`).
    """
    code = code.strip()
    bad: dict[str, str] = {}
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{1,28}[A-Za-z0-9]", code):
        bad["code"] = N_("Use de 3 a 30 letras sin tilde, cifras o guiones; por ejemplo APU-2023-v1.")
    elif code.lower() in RESERVED or session.scalar(select(Process.id).where(Process.code == code)) is not None:
        bad["code"] = N_("Ya hay un proceso con ese código. Elija otro.")
    if not title.strip():
        bad["title"] = N_("Escriba el título del proceso.")
    if deadline <= opens_at:
        bad["deadline"] = N_("El plazo debe terminar después de la apertura.")
    elif deadline <= now:
        bad["deadline"] = N_("El plazo ya pasó. Elija una fecha futura.")
    if not consent_text.strip():
        bad["consent_text"] = N_("Escriba el texto del consentimiento: la ley pide que conste por escrito.")
    if not contact_name.strip():
        bad["contact_name"] = N_("Escriba a quién pueden preguntar las organizaciones.")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", contact_email.strip()):
        bad["contact_email"] = N_("Escriba un correo con la forma nombre@dominio.")
    if bad:
        raise Invalid(fields=bad)
    process = Process(
        code=code,
        version_id=version.id,
        title=title.strip(),
        plan=checked_plan(plan),
        opens_at=opens_at,
        deadline=deadline,
        reminders=list(reminders),
        consent_text=consent_text.strip(),
        contact_name=contact_name.strip(),
        contact_email=contact_email.strip(),
        created_at=now,
        created_by_id=by,
    )
    process.version = version
    session.add(process)
    session.flush()
    record(
        session,
        now=now,
        kind="commitments.process_opened",
        subject=f"process:{code}",
        data={
            "version_sha256": version.sha256,
            "plan_sha256": digest(process.plan),
            "consent_sha256": digest(process.consent_text),
            "opens_at": opens_at.isoformat(),
            "deadline": deadline.isoformat(),
        },
    )
    return process


def choose(session: Session, *, now: datetime, process: Process, organisation_ids: Iterable[int], by: int | None) -> list[Commitment]:
    """Take organisations into the process and return the new commitments; those already in it are left as they are."""
    session.execute(
        select(Process.id).where(Process.id == process.id).with_for_update()
    )  # two who choose at once choose one after the other
    if process.closed_at is not None:
        raise Conflict(N_("Este proceso está cerrado: ya no admite organizaciones."))
    wanted = set(organisation_ids) - set(session.scalars(select(Commitment.organisation_id).where(Commitment.process_id == process.id)))
    found = (
        session.scalars(
            select(Organisation)
            .where(Organisation.id.in_(sorted(wanted)), Organisation.active)
            .options(selectinload(Organisation.memberships))
            .order_by(Organisation.sort_name)
        ).all()
        if wanted
        else []
    )
    made = [
        Commitment(
            process=process,
            organisation=organisation,
            code=new_code(),
            created_at=now,
            deadline=process.deadline,
            state=states.OPEN,
            slots=slots_of(process.plan, organisation.memberships, now.date()),
        )
        for organisation in found
    ]
    session.add_all(made)
    session.flush()
    session.add_all(Event(commitment_id=one.id, kind="chosen", at=now, person_id=by, detail={}) for one in made)
    session.flush()
    return made


def assign(session: Session, slot: Slot, person: Person | None) -> None:
    """Name who will sign in `slot`, until the document is issued. Raises `Conflict`, or `Invalid` for a person who cannot."""
    commitment = slot.commitment
    session.refresh(commitment, ["state"], with_for_update=True)  # the job that issues holds the same row while it records
    session.refresh(slot)
    if commitment.state != states.OPEN:
        raise Conflict(N_("El documento ya se emitió con sus firmantes: no se pueden cambiar."))
    if slot.substitute_id is not None and (person is None or person.id != slot.person_id):
        raise Conflict(N_("Esta firma está delegada. Revoque primero la delegación para elegir a otra persona."))
    if person is not None:
        others = [one for one in commitment.slots if one.id != slot.id and person.id in {one.person_id, one.substitute_id}]
        if any({one.capacity, slot.capacity} & CANDIDATES and {one.capacity, slot.capacity} & PERSONEROS for one in others):
            raise Invalid(
                N_("Quien es candidato/a no puede ser personero/a en la misma elección."), fields={"person": N_("Elija a otra persona.")}
            )
        if others:
            raise Invalid(N_("Esa persona ya ocupa otra firma de este compromiso."), fields={"person": N_("Elija a otra persona.")})
    slot.person = person
    slot.person_id = person.id if person else None
    session.flush()


def move_deadline(
    session: Session,
    *,
    now: datetime,
    process: Process,
    deadline: datetime,
    reason: str,
    by: int | None,
    commitment: Commitment | None = None,
) -> int:
    """Give a later (or earlier) deadline to everybody, or to one organisation; return how many commitments it touched.

    The reason is part of each history and of the equal-treatment table. What expired and now has time again is reopened.
    """
    bad: dict[str, str] = {}
    if deadline <= now:
        bad["deadline"] = N_("El plazo ya pasó. Elija una fecha futura.")
    if not reason.strip():
        bad["reason"] = N_("Escriba el motivo: se muestra en la tabla de trato igual.")
    if bad:
        raise Invalid(fields=bad)
    touched = (*_OPEN_STATES, states.EXPIRED)
    if commitment is None:
        process.deadline = deadline
        rows = session.scalars(select(Commitment).where(Commitment.process_id == process.id, Commitment.state.in_(touched))).all()
    elif commitment.state not in touched:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])
    else:
        rows = [commitment]
    for one in rows:
        before = one.deadline
        one.deadline = deadline
        session.flush()
        if one.state == states.EXPIRED:
            _give_time_again(session, now=now, commitment=one)
        states.note(
            session,
            one.id,
            "deadline_moved",
            now=now,
            person_id=by,
            before=before.isoformat(),
            after=deadline.isoformat(),
            reason=reason.strip(),
            alone=commitment is not None,
        )
    record(
        session,
        now=now,
        kind="commitments.deadline_moved",
        subject=f"commitment:{commitment.code}" if commitment else f"process:{process.code}",
        data={
            "deadline": deadline.isoformat(),
            "reason_sha256": digest(reason.strip()),
            "commitments": len(rows),
        },
    )
    return len(rows)


def _give_time_again(session: Session, *, now: datetime, commitment: Commitment) -> None:
    state = reopened_state(session, commitment)
    states.move(session, commitment, state, closed_at=None)
    record(
        session,
        now=now,
        kind=GIVEN_TIME,
        subject=f"commitment:{commitment.code}",
        data={"edition": commitment.edition, "state": state},
    )


def reopened_state(session: Session, commitment: Commitment) -> str:
    """Return the state that an expired commitment had: the document and signatures it has say so."""
    if commitment.certified_sha256 is None:
        return states.OPEN
    signed = session.scalar(select(Slot.id).where(Slot.commitment_id == commitment.id, Slot.signed_at.is_not(None)).limit(1))
    return states.ISSUED if signed is None else states.PARTLY


def superseded_by(session: Session, process: Process) -> list[Commitment]:
    """Return the unfinished commitments to earlier versions of the same agenda."""
    agenda_id, number = process.version.agenda_id, process.version.number
    return list(
        session.scalars(
            select(Commitment)
            .join(Process, Process.id == Commitment.process_id)
            .join(AgendaVersion, AgendaVersion.id == Process.version_id)
            .where(AgendaVersion.agenda_id == agenda_id, AgendaVersion.number < number, Commitment.state.in_(_OPEN_STATES))
            .order_by(Commitment.id)
        )
    )


def supersede(session: Session, *, now: datetime, process: Process, by: int | None) -> int:
    """Close what is unfinished of earlier versions, now that `process` asks for a later one; return how many.

    Complete commitments stay: what was signed was signed. The earlier processes are closed.
    """
    unfinished = superseded_by(session, process)
    for commitment in unfinished:
        states.move(session, commitment, states.SUPERSEDED, closed_at=now)
        states.note(session, commitment.id, "superseded", now=now, person_id=by, process=process.code)
        record(
            session,
            now=now,
            kind="commitment.superseded",
            subject=f"commitment:{commitment.code}",
            data={"process": process.code, "head_sha256": commitment.head_sha256},
        )
    for one in session.scalars(
        select(Process)
        .join(AgendaVersion, AgendaVersion.id == Process.version_id)
        .where(
            AgendaVersion.agenda_id == process.version.agenda_id, AgendaVersion.number < process.version.number, Process.closed_at.is_(None)
        )
    ):
        one.closed_at = now
    session.flush()
    return len(unfinished)
