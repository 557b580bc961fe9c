"""The funnel in SQL: an organisation's stage and whose turn it is follow from what was recorded, never from a column somebody sets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, literal, not_, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from plugins.commitments import counting, states
from plugins.commitments.models import Commitment, Event, Question, Slot, Stance
from plugins.commitments.renewing import renews_unfinished
from plugins.commitments.words import Word
from portal.i18n import N_
from portal.mail import ACCEPTED, QUEUED, REJECTED, MailMessage
from portal.organisations.models import Organisation

STAGES = {
    "no_contactada": Word(N_("No contactada"), "neutral", "hollow"),
    "invitada": Word(N_("Invitada"), "info", "hollow"),
    "en_revision": Word(N_("En revisión"), "info", "half"),
    "reunion_realizada": Word(N_("Reunión realizada"), "info", "half"),
    "observada": Word(N_("Observada"), "warn", "half"),
    "lista_para_firma": Word(N_("Lista para firma"), "info", "half"),
    "firmada": Word(N_("Firmada"), "ok", "full"),
    "publicada": Word(N_("Publicada"), "ok", "full"),
    "declina": Word(N_("Declina"), "neutral", "bar"),
    "no_responde": Word(N_("No responde"), "neutral", "bar"),
    "retirada": Word(N_("Retirada"), "neutral", "bar"),
    "anulada": Word(N_("Anulada"), "neutral", "bar"),
}
BESIDE = ("declina", "no_responde", "retirada", "anulada")
TURNS = {"mesa": N_("La Mesa"), "organizacion": N_("La organización"), "sistema": N_("El sistema")}
TASKS = {
    "publicar": N_("Publicar en el registro"),
    "problema": N_("Resolver por qué no se emitió el documento"),
    "emitiendo": N_("Emitir el documento"),
    "responder": N_("Responder preguntas"),
    "pedir_emision": N_("Emitir el documento"),
    "firma_organizacion": N_("Firmar"),
    "firma_mesa": N_("Firmar por la Mesa o como testigo"),
    "invitar": N_("Invitar"),
    "correo_rechazado": N_("Corregir un correo rechazado"),
    "entregar": N_("Entregar los correos en cola"),
    "revisar": N_("Revisar y tomar posición"),
}
LETTERS = ("commitment.invitation", "commitment.reminder")
_CONTACTS = ("invited", "reminded", "contacted", "meeting_held", "question_answered")
_OWN = ("entered", "review_started", "question_asked", "review_confirmed", "review_reopened")
_UNFINISHED = (states.OPEN, states.ISSUED, states.PARTLY)


@dataclass(frozen=True)
class Funnel:
    """A process's commitments as a table: one row each, with stage, task, whose turn, and since when."""

    rows: Subquery

    @classmethod
    def of(cls, process_id: int, now: datetime, met: Iterable[int] = ()) -> "Funnel":
        """Return the funnel of one process at `now`. `met`: organisations with whom another plugin says that a meeting was held."""
        return cls(_select(process_id, now, sorted(met)).subquery("funnel"))


def _events(process_id: int) -> Subquery:
    def at(*kinds: str) -> Any:
        return case((Event.kind.in_(kinds), Event.at))

    def number(kind: str) -> Any:
        return func.count(case((Event.kind == kind, 1)))

    return (
        select(
            Event.commitment_id,
            func.min(at("invited")).label("first_invited"),
            func.max(at("invited", "reminded")).label("last_letter"),
            number("invited").label("invitations"),
            number("reminded").label("reminders"),
            number("meeting_held").label("meetings"),
            func.max(at("meeting_held")).label("met_at"),
            func.max(at("entered", "review_started", "review_confirmed")).label("reviewed_at"),
            func.max(at("review_confirmed")).label("confirmed_at"),
            func.max(at(*_OWN)).label("own_at"),
            func.max(at(*_CONTACTS)).label("last_contact"),
        )
        .join(Commitment, Commitment.id == Event.commitment_id)
        .where(Commitment.process_id == process_id)
        .group_by(Event.commitment_id)
        .subquery("happened")
    )


def _select(process_id: int, now: datetime, met: list[int]) -> Any:
    happened = _events(process_id)
    stage = case(*((condition, literal(name)) for name, condition in _stages(happened, now, met)), else_=literal("no_contactada"))
    tasks = _tasks(happened)
    task = case(*((condition, literal(name)) for name, _, condition, _ in tasks), else_=null())
    turn = case(*((condition, literal(turn)) for _, turn, condition, _ in tasks), else_=null())
    since = case(*((condition, moment) for _, _, condition, moment in tasks), else_=null())
    return (
        select(
            Commitment.id,
            Commitment.code,
            Commitment.state,
            Commitment.deadline,
            Commitment.stances_open,
            Commitment.issue_requested_at,
            Commitment.issue_problem,
            Commitment.late,
            renews_unfinished().label("renews"),
            Organisation.id.label("organisation_id"),
            Organisation.name,
            Organisation.short_name,
            Organisation.kind,
            Organisation.sort_name,
            Organisation.territory_inei,
            stage.label("stage"),
            task.label("task"),
            turn.label("turn"),
            since.label("since"),
            and_(Commitment.state.in_((*_UNFINISHED, states.EXPIRED)), Commitment.deadline <= now).label("overdue"),
            happened.c.first_invited,
            happened.c.last_contact,
            happened.c.met_at,
            *(func.coalesce(happened.c[name], 0).label(name) for name in ("invitations", "reminders", "meetings")),
            counting.expected().label("expected"),
            counting.signed().label("signed"),
        )
        .join(Organisation, Organisation.id == Commitment.organisation_id)
        .outerjoin(happened, happened.c.commitment_id == Commitment.id)
        .where(Commitment.process_id == process_id)
    )


def _stages(happened: Subquery, now: datetime, met: list[int]) -> list[tuple[str, ColumnElement[bool]]]:
    """Return the stages from the last to the first: the first that applies is the organisation's."""
    observed = exists().where(
        Stance.commitment_id == Commitment.id, Stance.stance.in_(("con_observacion", "no_suscribe")), Stance.carried.is_(False)
    )
    spoken = or_(happened.c.met_at.is_not(None), Commitment.organisation_id.in_(met))
    silent = and_(happened.c.reviewed_at.is_(None), not_(spoken), happened.c.first_invited.is_not(None), Commitment.deadline <= now)
    return [
        ("retirada", Commitment.state == states.WITHDRAWN),
        ("declina", Commitment.state == states.DECLINED),
        ("anulada", Commitment.state == states.SUPERSEDED),
        ("publicada", and_(Commitment.state == states.COMPLETE, Commitment.published_at.is_not(None))),
        ("firmada", Commitment.state == states.COMPLETE),
        (
            "lista_para_firma",
            or_(
                Commitment.state.in_((states.ISSUED, states.PARTLY)),
                Commitment.stances_open.is_(False),
                Commitment.certified_sha256.is_not(None),
            ),
        ),
        ("no_responde", silent),
        ("observada", observed),
        ("reunion_realizada", spoken),
        ("en_revision", happened.c.reviewed_at.is_not(None)),
        ("invitada", happened.c.first_invited.is_not(None)),
    ]


def _tasks(happened: Subquery) -> list[tuple[str, str, ColumnElement[bool], Any]]:
    """Return (task, whose turn, when it applies, since when) by urgency: the first that applies is what is waited for."""
    open_, unsigned = Commitment.state == states.OPEN, and_(Slot.commitment_id == Commitment.id, counting.is_missing())
    signing = Commitment.state.in_((states.ISSUED, states.PARTLY))
    asked = (
        select(func.min(Question.asked_at))
        .where(Question.commitment_id == Commitment.id, Question.answer.is_(None))
        .correlate(Commitment)
        .scalar_subquery()
    )
    group = select(func.min(Slot.group)).where(unsigned).correlate(Commitment).scalar_subquery()
    theirs = exists().where(unsigned, Slot.group == group, Slot.side == "organisation").correlate(Commitment)
    signed = select(func.max(Slot.signed_at)).where(Slot.commitment_id == Commitment.id).correlate(Commitment).scalar_subquery()
    waiting_to_sign = func.coalesce(signed, Commitment.issued_at, type_=Commitment.issued_at.type)
    own, letter = happened.c.own_at, happened.c.last_letter
    return [
        ("publicar", "sistema", and_(Commitment.state == states.COMPLETE, Commitment.published_at.is_(None)), Commitment.completed_at),
        ("responder", "mesa", and_(or_(open_, signing), asked.is_not(None)), asked),
        (
            "problema",
            "mesa",
            and_(open_, Commitment.issue_problem.is_not(None)),
            func.coalesce(Commitment.issue_requested_at, Commitment.created_at, type_=Commitment.created_at.type),
        ),
        ("emitiendo", "sistema", and_(open_, Commitment.issue_requested_at.is_not(None)), Commitment.issue_requested_at),
        ("pedir_emision", "mesa", and_(open_, Commitment.stances_open.is_(False)), happened.c.confirmed_at),
        ("firma_organizacion", "organizacion", and_(signing, theirs), waiting_to_sign),
        ("firma_mesa", "mesa", signing, waiting_to_sign),
        ("invitar", "mesa", and_(open_, letter.is_(None)), Commitment.created_at),
        ("correo_rechazado", "mesa", and_(open_, _letter_in(REJECTED, letter), ~_letter_in(ACCEPTED, letter)), letter),
        ("entregar", "sistema", and_(open_, or_(own.is_(None), own < letter), _letter_in(QUEUED, letter)), letter),
        ("revisar", "organizacion", open_, case((own > letter, own), else_=letter)),
    ]


def _letter_in(state: str, since: Any) -> ColumnElement[bool]:
    """Whether a letter of the last round (from `since` on) is in a state of `portal.mail`."""
    about: InstrumentedAttribute[str] = MailMessage.about
    return (
        exists()
        .where(
            about == literal("commitment:") + Commitment.code,
            MailMessage.kind.in_(LETTERS),
            MailMessage.state == state,
            MailMessage.queued_at >= since,
        )
        .correlate_except(MailMessage)
    )
