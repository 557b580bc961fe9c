"""Answering contributions, one or many alike, with a reason and the items that changed because of it."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.dialogue import letters
from plugins.dialogue.models import Answer, Change, Contribution
from plugins.dialogue.moderating import changed
from plugins.dialogue.words import LONGEST, PUBLISHED, REJECTED, VERDICTS
from portal.agendas.models import AgendaVersion, Item
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.mail import Mailer
from portal.threads.service import link, unlink
from portal.threads.words import ref

TOGETHER = 200  # contributions that one answer may go to at once
_CODE = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Given:
    """An answer as typed. `items`: codes of items that changed, between commas; `version`: the later version that has the change, None: the draft."""

    verdict: str
    reason: str
    items: str = ""
    version: int | None = None


def answer(
    session: Session,
    mailer: Mailer,
    *,
    now: datetime,
    contributions: Sequence[tuple[Contribution, int]],
    given: Given,
    person_id: int | None,
) -> list[int]:
    """Answer each of (contribution, the revision one saw) alike; return the ids of the mails. All or none.

    Raises `Invalid`, `Conflict` for one that is not published, `Stale` for one that somebody attended to meanwhile.
    """
    if not contributions:
        raise Invalid(N_("Marque al menos un aporte."))
    if len(contributions) > TOGETHER:
        raise Invalid(N_("Responda a %(limit)s aportes a la vez, no más."), limit=TOGETHER)
    agenda = contributions[0][0].consultation.agenda
    reason = _checked(given)
    items = changed_items(session, agenda.id, given)
    batch = secrets.token_hex(8) if len(contributions) > 1 else None
    mails = []
    for one, revision in contributions:
        if one.state != PUBLISHED:
            raise Conflict(N_("El aporte %(code)s no está publicado: primero léalo y decida si se publica."), code=one.code)
        changed(session, one, revision, verdict=given.verdict)
        me = ref("contribution", agenda.code, one.code or "")
        for code in _changed_before(session, one):  # what an earlier answer said that changed; the last one counts
            unlink(session, source=me, relation="changed", target=ref("item", agenda.code, code))
        session.execute(update(Answer).where(Answer.contribution_id == one.id).values(last=False))
        made = Answer(contribution_id=one.id, verdict=given.verdict, reason=reason, batch=batch, at=now, by_id=person_id)
        session.add(made)
        session.flush()
        reply = ref("answer", agenda.code, one.code or "")
        link(session, now=now, agenda_id=agenda.id, source=reply, relation="answers", target=me, person_id=person_id)
        for item in items:
            number = given.version
            session.add(Change(answer_id=made.id, item_code=item.code, revision=None if number else item.revision, version_number=number))
            target = ref("item", agenda.code, item.code)
            link(session, now=now, agenda_id=agenda.id, source=me, relation="changed", target=target, person_id=person_id)
        sent = letters.answered(mailer, session, now=now, contribution=one, given=made, changes=[item.code for item in items])
        mails += [sent.id] if sent else []
    session.flush()
    return mails


def _changed_before(session: Session, contribution: Contribution) -> set[str]:
    rows = select(Change.item_code).join(Answer, Answer.id == Change.answer_id).where(Answer.contribution_id == contribution.id)
    return set(session.scalars(rows))


def changed_items(session: Session, agenda_id: int, given: Given) -> list[Item]:
    """Return the items that an answer names as changed. Raises `Invalid` (field "items" or "version")."""
    codes = list(dict.fromkeys(one.upper() for one in _CODE.split(given.items.strip()) if one))
    found = (
        {one.code: one for one in session.scalars(select(Item).where(Item.agenda_id == agenda_id, Item.code.in_(codes)))} if codes else {}
    )
    unknown = [one for one in codes if one not in found]
    if unknown:
        sentence = N_("En la agenda no hay un punto %(code)s. Escriba los códigos separados por comas, por ejemplo SOC-01, SOC-02.")
        raise Invalid(sentence, fields={"items": sentence}, code=unknown[0])
    if codes and given.verdict == REJECTED:
        raise _invalid("items", N_("Un aporte que no se acepta no causa cambios. Quite los puntos o cambie la respuesta."))
    number = given.version
    if (
        number
        and session.scalar(select(AgendaVersion.id).where(AgendaVersion.agenda_id == agenda_id, AgendaVersion.number == number)) is None
    ):
        raise _invalid("version", N_("Esa versión no existe."))
    return [found[one] for one in codes]


def _checked(given: Given) -> str:
    if given.verdict not in VERDICTS:
        raise _invalid("verdict", N_("Elija la respuesta."))
    reason = given.reason.replace("\r\n", "\n").strip()
    if not reason:
        raise _invalid("reason", N_("Escriba el motivo de la respuesta."))
    if len(reason) > LONGEST:
        sentence = N_("El motivo tiene %(length)s caracteres y el límite es %(limit)s. Acórtelo.")
        raise Invalid(sentence, fields={"reason": sentence}, length=len(reason), limit=LONGEST)
    return reason


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
