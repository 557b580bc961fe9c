"""What people ask about their own data (Ley 29733), the day it must be answered by, and the answers short of erasing."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.accounts import service
from portal.accounts.models import Grant, Person, PersonRequest
from portal.documents.canonical import digest
from portal.errors import Conflict, Invalid, NotFound
from portal.i18n import N_
from portal.ledger.service import record
from portal.mail import Mailer, MailMessage

RECTIFY, ERASE, OPPOSE = "rectificacion", "cancelacion", "oposicion"
KINDS = {
    RECTIFY: N_("Rectificación: corregir datos"),
    ERASE: N_("Cancelación: borrar datos"),
    OPPOSE: N_("Oposición: no usar datos para algo"),
}
OPEN, ACCEPTED, DONE, REFUSED = "open", "accepted", "done", "refused"
STATES = {
    OPEN: N_("Por responder"),
    ACCEPTED: N_("Borrado en curso"),
    DONE: N_("Atendida"),
    REFUSED: N_("Denegada"),
}
WORKING_DAYS = 10  # Reglamento de la Ley 29733 (DS 016-2024-JUS); access has 20, and is answered here at once
LONGEST = 4000
CORRECTED = ("full_name", "email", "phone", "dni")
_FRIDAY = 4


def due_on(day: date, working_days: int = WORKING_DAYS) -> date:
    """Return the last day to answer what was asked on `day`, Monday to Friday. Holidays, which would move it later, do not count here."""
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() <= _FRIDAY
    return day


def ask(
    session: Session,
    *,
    now: datetime,
    zone: str,
    mailer: Mailer,
    person_id: int,
    kind: str,
    text: str = "",
    proposed: Mapping[str, Any] | None = None,
) -> PersonRequest:
    """Keep a request and tell every administrator by mail (deliver it after the commit). Raises `Invalid`, or `Conflict` if one waits."""
    text = text.strip()
    bad: dict[str, str] = {}
    if kind not in KINDS:
        bad["kind"] = N_("Elija qué pide.")
    if len(text) > LONGEST:
        bad["text"] = N_("El texto pasa de 4000 caracteres. Acórtelo.")
    if kind == OPPOSE and not text:
        bad["text"] = N_("Escriba a qué uso de sus datos se opone, y por qué.")
    person = session.get_one(Person, person_id)
    changes = _changes(person, proposed or {}) if kind == RECTIFY else {}
    if kind == RECTIFY and not changes and not text:
        bad["text"] = N_("Cambie algún dato, o escriba qué hay que corregir.")
    if bad:
        raise Invalid(fields=bad)
    waiting = select(PersonRequest.id).where(
        PersonRequest.person_id == person_id, PersonRequest.kind == kind, PersonRequest.state.in_((OPEN, ACCEPTED))
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise Conflict(N_("Ya pidió esto y está por responderse."))
    made = PersonRequest(
        person_id=person_id,
        kind=kind,
        text=text,
        proposed=changes,
        asked_at=now,
        due_on=due_on(now.astimezone(ZoneInfo(zone)).date()),
        state=OPEN,
        pending=[],
    )
    session.add(made)
    session.flush()
    record(
        session,
        now=now,
        kind="request.made",
        subject=f"request:{made.id}",
        data={"person": service.fingerprint(person), "kind": kind, "due_on": made.due_on.isoformat()},
    )
    for one in administrators(session):
        mailer.queue(
            session,
            now=now,
            to=one.email or "",
            name=one.full_name,
            template="accounts/mail/request_made",
            kind="request",
            about=f"request:{made.id}",
            person_id=one.id,
            context={"path": f"/portal/solicitudes/{made.id}", "kind": KINDS[kind], "due_on": made.due_on},
        )
    return made


def _changes(person: Person, proposed: Mapping[str, Any]) -> dict[str, str]:
    clean = {key: " ".join(str(proposed.get(key) or "").split()) for key in CORRECTED if key in proposed}
    if clean.get("email"):
        clean["email"] = service.address(clean["email"])
    bad: dict[str, str] = {}
    if "full_name" in clean and not 0 < len(clean["full_name"]) <= service.NAME_LENGTH:
        bad["full_name"] = N_("Escriba el nombre y los apellidos.")
    if clean.get("email") == "" and person.email:
        bad["email"] = N_("Escriba un correo completo, por ejemplo nombre@ejemplo.pe.")
    if len(clean.get("phone", "")) > 40:  # noqa: PLR2004 - the column's
        bad["phone"] = N_("Escriba un número de teléfono.")
    if clean.get("dni") and not (clean["dni"].isalnum() and 8 <= len(clean["dni"]) <= 12):  # noqa: PLR2004 - DNI, carné de extranjería
        bad["dni"] = N_("El DNI tiene 8 cifras; el carné de extranjería, hasta 12.")
    if bad:
        raise Invalid(fields=bad)
    return {key: value for key, value in clean.items() if value != (getattr(person, key) or "")}


def administrators(session: Session) -> list[Person]:
    """Return the administrators who have an address and may sign in."""
    rows = select(Person).join(Grant, Grant.person_id == Person.id)
    found = session.scalars(rows.where(Grant.role == "administrator", Grant.ended_at.is_(None), Person.active, Person.email.is_not(None)))
    return list(dict.fromkeys(found))


def of_person(session: Session, person_id: int) -> list[PersonRequest]:
    """Return a person's requests, the latest first."""
    return list(session.scalars(select(PersonRequest).where(PersonRequest.person_id == person_id).order_by(PersonRequest.id.desc())))


def queue(session: Session, *, waiting: bool) -> list[PersonRequest]:
    """Return the requests that wait, the most urgent first; or the last hundred answered."""
    rows = select(PersonRequest).options(joinedload(PersonRequest.person))
    if waiting:
        return list(session.scalars(rows.where(PersonRequest.state.in_((OPEN, ACCEPTED))).order_by(PersonRequest.due_on, PersonRequest.id)))
    return list(session.scalars(rows.where(PersonRequest.state.in_((DONE, REFUSED))).order_by(PersonRequest.answered_at.desc()).limit(100)))


def open_request(session: Session, request_id: int) -> PersonRequest:
    """Return a request that waits for an answer, locked. Raises `NotFound`, or `Conflict` when it was answered."""
    found = session.get(PersonRequest, request_id, with_for_update=True)
    if found is None:
        raise NotFound
    if found.state != OPEN:
        raise Conflict(N_("Esta solicitud ya se respondió."))
    return found


def rectify(session: Session, *, now: datetime, mailer: Mailer, request_id: int, by_id: int) -> PersonRequest:
    """Write the data that the person proposed, and tell them. A new address ends their sessions and links; the old one is told too."""
    request = open_request(session, request_id)
    person = request.person
    old_address = person.email
    if request.kind != RECTIFY or not request.proposed:
        raise Conflict(N_("Esta solicitud no propone datos: respóndala con un texto."))
    email = request.proposed.get("email")
    if email and session.scalar(select(Person.id).where(Person.email == email, Person.id != person.id)) is not None:
        raise Conflict(N_("Ese correo es de otra persona del portal."))
    for key, value in request.proposed.items():
        if key in CORRECTED:
            setattr(person, key, value or None)
    if email:
        service.end_all_sessions(session, now=now, person_id=person.id)
        data = {"before": digest([person.salt, old_address]), "after": digest([person.salt, email])}
        record(session, now=now, kind="person.address_changed", subject=f"person:{person.id}", data=data)
    _settle(session, request, now=now, state=DONE, by_id=by_id)
    for address in dict.fromkeys((person.email, old_address)):
        if address:
            tell(session, now=now, mailer=mailer, request=request, to=address)
    request.proposed = {}
    return request


def answer(session: Session, *, now: datetime, mailer: Mailer, request_id: int, by_id: int, text: str, refuse: bool) -> PersonRequest:
    """Answer with a text, which the person gets by mail: attended, or refused. An erasure is attended only by erasing."""
    request = open_request(session, request_id)
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(fields={"text": N_("Escriba la respuesta, en no más de 4000 caracteres.")})
    if request.kind == ERASE and not refuse:
        raise Conflict(N_("Una cancelación se atiende borrando los datos."))
    request.answer = text
    _settle(session, request, now=now, state=REFUSED if refuse else DONE, by_id=by_id)
    if request.person.email:
        tell(session, now=now, mailer=mailer, request=request, to=request.person.email)
    return request


def _settle(session: Session, request: PersonRequest, *, now: datetime, state: str, by_id: int | None) -> None:
    request.state, request.answered_at, request.answered_by_id = state, now, by_id
    session.flush()
    record(session, now=now, kind="request.answered", subject=f"request:{request.id}", data={"state": state})


def tell(session: Session, *, now: datetime, mailer: Mailer, request: PersonRequest, to: str) -> MailMessage:
    """Queue the mail that says how a request was answered."""
    return mailer.queue(
        session,
        now=now,
        to=to,
        name=request.person.full_name,
        template="accounts/mail/request_answered",
        kind="request",
        about=f"request:{request.id}",
        person_id=request.person_id,
        context={"kind": KINDS[request.kind], "asked_at": request.asked_at, "refused": request.state == REFUSED, "answer": request.answer},
    )
