"""The commitment's state machine and its events: the only place that moves `Commitment.state`."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from plugins.commitments.models import Commitment, Event
from portal.errors import Conflict
from portal.i18n import N_

OPEN, ISSUED, PARTLY, COMPLETE = "open", "issued", "partly_signed", "complete"
DECLINED, WITHDRAWN, SUPERSEDED, EXPIRED = "declined", "withdrawn", "superseded", "expired"

TRANSITIONS: dict[str, frozenset[str]] = {
    OPEN: frozenset({ISSUED, DECLINED, EXPIRED, SUPERSEDED}),
    ISSUED: frozenset({PARTLY, COMPLETE, DECLINED, EXPIRED, SUPERSEDED, OPEN}),  # OPEN: reopened before anybody signed
    PARTLY: frozenset({PARTLY, COMPLETE, DECLINED, WITHDRAWN, EXPIRED, SUPERSEDED}),
    COMPLETE: frozenset({WITHDRAWN, SUPERSEDED}),
    EXPIRED: frozenset({OPEN, ISSUED, PARTLY}),  # a later deadline was given: back to what it was
    DECLINED: frozenset(),
    WITHDRAWN: frozenset(),
    SUPERSEDED: frozenset(),
}
LABELS = {
    OPEN: N_("En preparación"),
    ISSUED: N_("Emitido"),
    PARTLY: N_("Firmado en parte"),
    COMPLETE: N_("Completo"),
    DECLINED: N_("Declinado"),
    WITHDRAWN: N_("Retirado"),
    SUPERSEDED: N_("Reemplazado"),
    EXPIRED: N_("Vencido"),
}
STANCES = {
    "suscribe": N_("Suscribe"),
    "con_observacion": N_("Suscribe con observación"),
    "no_suscribe": N_("No suscribe"),
    "sin_pronunciamiento": N_("Sin pronunciamiento"),
}
EVENTS = {
    "chosen": N_("Organización incluida en el proceso"),
    "invited": N_("Invitación puesta en cola"),
    "reminded": N_("Recordatorio puesto en cola"),
    "contacted": N_("Contacto anotado"),
    "entered": N_("Una persona de la organización entró"),
    "review_started": N_("Primera posición guardada"),
    "meeting_held": N_("Reunión realizada"),
    "question_asked": N_("Pregunta a la Mesa"),
    "question_answered": N_("Respuesta de la Mesa"),
    "review_confirmed": N_("Posiciones confirmadas"),
    "review_reopened": N_("Posiciones reabiertas"),
    "issued": N_("Documento emitido"),
    "signed": N_("Firma registrada"),
    "outside_rejected": N_("Documento firmado fuera del portal: no se aceptó"),
    "outside_undecided": N_("Documento firmado fuera del portal: por resolver"),
    "outside_confirmed": N_("La Mesa confirmó de quién es un certificado"),
    "complete": N_("Todas las firmas previstas"),
    "published": N_("Publicado en el registro"),
    "declined": N_("Declinación"),
    "paper_read": N_("Lectura de firmas en papel"),
    "paper_confirmed": N_("Lectura de firmas en papel confirmada por otra persona"),
    "paper_returned": N_("Lectura de firmas en papel devuelta"),
    "withdrawn": N_("Desistimiento"),
    "superseded": N_("Reemplazado por otra versión"),
    "expired": N_("Plazo vencido"),
    "deadline_moved": N_("Plazo cambiado"),
    "delegated": N_("Firma delegada en otra persona"),
    "in_person": N_("Firma en persona, en un dispositivo de la Mesa"),
    "delegation_revoked": N_("Delegación revocada"),
    "digest": N_("Recordatorio automático puesto en cola"),
    "joined_late": N_("Adhesión posterior al plazo"),
    "carried": N_("Posiciones traídas de la versión anterior"),
}


def note(session: Session, commitment_id: int, kind: str, *, now: datetime, person_id: int | None = None, **detail: Any) -> Event:
    """Record that something happened (no state change)."""
    if kind not in EVENTS:
        raise KeyError(kind)
    event = Event(commitment_id=commitment_id, kind=kind, at=now, person_id=person_id, detail=detail)
    session.add(event)
    session.flush()
    return event


def move(session: Session, commitment: Commitment, to: str, *, head_sha256: str | None = None, **changes: Any) -> None:
    """Move `commitment` to state `to` if nobody moved it since it was read, setting `changes` in the same statement.

    Compares the state and the instrument's current bytes (`head_sha256` of the row as read). Raises `Conflict` when
    the move is not allowed, or when another signature, refusal or reissue came first.
    """
    if to not in TRANSITIONS[commitment.state]:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=LABELS[commitment.state])
    same_head = Commitment.head_sha256.is_(None) if commitment.head_sha256 is None else Commitment.head_sha256 == commitment.head_sha256
    if head_sha256 is not None:
        changes["head_sha256"] = head_sha256
    result = session.execute(
        update(Commitment)
        .where(Commitment.id == commitment.id, Commitment.state == commitment.state, same_head)
        .values(state=to, **changes)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Conflict(N_("Otra persona firmó o cerró este compromiso en el mismo instante. Vuelva a cargar la página."))
    session.refresh(commitment)
    from plugins.commitments import finding  # noqa: PLC0415 - it tells states apart by this module's names

    finding.keep(session, commitment.id)
