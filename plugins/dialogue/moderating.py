"""Reading contributions and replies before they are shown: publish, or withhold with a reason that everybody reads."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from plugins.dialogue import indexing, letters
from plugins.dialogue.models import Contribution, Moderation, Reply
from plugins.dialogue.words import LONGEST, PUBLISHED, UNVERIFIED, WITHDRAWN, WITHHELD, WITHHELD_FOR
from portal.accounts.models import Grant
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.i18n import N_
from portal.mail import Mailer


def changed(session: Session, contribution: Contribution, revision: int, **values: Any) -> None:
    """Change a contribution if it still is what one saw. Raises `Stale`, nothing changed, when it is not."""
    here = update(Contribution).where(Contribution.id == contribution.id, Contribution.revision == revision)
    done = session.execute(here.values(revision=revision + 1, **values), execution_options={"synchronize_session": False})
    session.refresh(contribution)
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise Stale(
            N_("Otra persona atendió este aporte antes. Lea cómo quedó y decida: lo que usted escribió sigue aquí."), theirs=contribution
        )


def publish(
    session: Session,
    *,
    now: datetime,
    contribution: Contribution,
    revision: int,
    person_id: int | None,
    hidden_files: Collection[int] = (),
) -> None:
    """Show a contribution to everybody; `hidden_files`: positions of attachments that stay out. Raises `Conflict` for what was taken back."""
    _there(contribution)
    changed(session, contribution, revision, state=PUBLISHED, published_at=contribution.published_at or now, reason="", reason_kind=None)
    for one in contribution.attachments:
        one.withheld = one.position in hidden_files
    session.add(Moderation(contribution_id=contribution.id, act=PUBLISHED, at=now, by_id=person_id))
    session.flush()
    indexing.keep_up(session, contribution)


def withhold(
    session: Session,
    mailer: Mailer,
    *,
    now: datetime,
    contribution: Contribution,
    revision: int,
    kind: str,
    reason: str,
    person_id: int | None,
) -> int | None:
    """Keep a contribution from being shown; that it is there, and why it is not read, is. Return the mail's id. Raises `Invalid`."""
    _there(contribution)
    reason = reason_for(kind, reason)
    changed(session, contribution, revision, state=WITHHELD, reason_kind=kind, reason=reason)
    session.add(Moderation(contribution_id=contribution.id, act=WITHHELD, reason=reason, at=now, by_id=person_id))
    session.flush()
    indexing.keep_up(session, contribution)
    context = {"why": WITHHELD_FOR[kind], "reason": reason}
    sent = letters.told(mailer, session, now=now, contribution=contribution, what="withheld", context=context)
    return sent.id if sent else None


def reason_for(kind: str, reason: str) -> str:
    """Return the reason's words. Raises `Invalid` for no kind, and for no words."""
    if kind not in WITHHELD_FOR:
        raise _invalid("reason_kind", N_("Elija el motivo."))
    reason = reason.replace("\r\n", "\n").strip()
    if not reason:
        raise _invalid("reason", N_("Explique el motivo en una frase: la leerá cualquiera, también quien presentó el aporte."))
    if len(reason) > LONGEST:
        raise _invalid("reason", N_("El motivo es demasiado largo. Acórtelo."))
    return reason


def judge_reply(session: Session, *, now: datetime, contribution: Contribution, shown: bool, reason: str, person_id: int | None) -> None:
    """Show a reply, or keep it from being shown with a reason. Raises `NotFound` or `Invalid`."""
    found = session.scalar(select(Reply).where(Reply.contribution_id == contribution.id, Reply.state != WITHDRAWN))
    if found is None:
        raise NotFound
    reason = reason.replace("\r\n", "\n").strip()
    if not shown and not reason:
        raise _invalid("reason", N_("Explique por qué no se publica la réplica."))
    found.state, found.reason = (PUBLISHED, "") if shown else (WITHHELD, reason)
    act = "reply_published" if shown else "reply_withheld"
    session.add(Moderation(contribution_id=contribution.id, act=act, reason=found.reason, at=now, by_id=person_id))
    session.flush()


def assign(session: Session, *, contributions: Collection[Contribution], person_id: int | None) -> None:
    """Say who of the agenda's team answers. Raises `Invalid` for somebody who has no role there."""
    for one in contributions:
        if person_id is not None and person_id not in team(session, one.agenda_id):
            raise _invalid("person", N_("Esa persona no tiene un rol en esta agenda."))
        one.assigned_id = person_id
    session.flush()


def team(session: Session, agenda_id: int) -> set[int]:
    """Return the ids of the people who may be asked to answer."""
    rows = select(Grant.person_id).where(
        Grant.agenda_id == agenda_id, Grant.ended_at.is_(None), Grant.role.in_(["coordinator", "staff", "delegate"])
    )
    return set(session.scalars(rows))


def _there(contribution: Contribution) -> None:
    if contribution.state in {UNVERIFIED, WITHDRAWN}:
        raise Conflict(N_("Quien presentó el aporte lo retiró: no queda qué publicar."))


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
