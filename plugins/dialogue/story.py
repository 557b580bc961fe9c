"""The dialogue's part of the thread: its stage, what stands there, and which contributions spoke of an item."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from plugins.dialogue.models import Answer, Consultation, Contribution
from plugins.dialogue.words import KINDS, PUBLISHED, STATES, VERDICTS
from portal.accounts.actor import Actor, Permissions
from portal.agendas.models import Agenda
from portal.extend import ThreadStation, ThreadTie
from portal.threads.words import ref

STAGE = "dialogue"
READ = "dialogue.read"
_SHOWN = 160  # characters of a text in a story
MOST = 60  # contributions on one item that its story names; the list of contributions has them all


def ties(session: Session, refs: frozenset[str]) -> Iterator[ThreadTie]:
    """Yield which published contributions speak of the items among `refs`, those that were answered first; and where those among `refs` come from.

    A consultation has no ties of its own: an item's story goes to the consultation in which somebody spoke of it, and not on to all the others.
    """
    items, mine = _codes(refs, "item"), _codes(refs, "contribution")
    for agenda, codes in items.items():
        answered = case((Contribution.verdict.is_(None), 1), else_=0)
        rows = _spoken(agenda).where(Contribution.item_code.in_(codes)).order_by(answered, Contribution.number).limit(MOST * len(codes))
        for code, item, _ in session.execute(rows):
            yield ThreadTie(source=ref("contribution", agenda, code), relation="answers", target=ref("item", agenda, item))
    for agenda, codes in mine.items():
        for code, item, consultation in session.execute(_spoken(agenda).where(Contribution.code.in_(codes))):
            said = ref("contribution", agenda, code)
            yield ThreadTie(source=said, relation="came_from", target=ref("consultation", agenda, consultation))
            if item:
                yield ThreadTie(source=said, relation="answers", target=ref("item", agenda, item))


def _spoken(agenda: str) -> Any:
    rows = select(Contribution.code, Contribution.item_code, Consultation.code).join(Agenda, Agenda.id == Contribution.agenda_id)
    rows = rows.join(Consultation, Consultation.id == Contribution.consultation_id)
    return rows.where(Agenda.code == agenda, Contribution.state == PUBLISHED)


def stations(session: Session, actor: Actor, permissions: Permissions, refs: frozenset[str]) -> Iterator[ThreadStation]:
    """Yield the consultations, contributions and answers among `refs` that `actor` may know of: what waits to be read, only staff."""
    wanted = {kind: _codes(refs, kind) for kind in ("consultation", "contribution", "answer")}
    for agenda, codes in wanted["consultation"].items():
        rows = select(Consultation).join(Agenda, Agenda.id == Consultation.agenda_id)
        for one in session.scalars(rows.where(Agenda.code == agenda, Consultation.code.in_(codes))):
            yield ThreadStation(
                ref=ref("consultation", agenda, one.code),
                stage=STAGE,
                label=f"Consulta {one.code}",
                title=one.title,
                at=one.opens_at,
                href=f"/agendas/{agenda}/consultas/{one.code}",
            )
    agendas = {*wanted["contribution"], *wanted["answer"]}
    for agenda in agendas:
        spoken, replied = wanted["contribution"].get(agenda, set()), wanted["answer"].get(agenda, set())
        both = (
            select(Contribution, Answer)
            .join(Agenda, Agenda.id == Contribution.agenda_id)
            .outerjoin(Answer, (Answer.contribution_id == Contribution.id) & Answer.last.is_(True))
            .where(Agenda.code == agenda, Contribution.code.in_(spoken | replied))
        )
        for said, answer in session.execute(both):
            if said.state != PUBLISHED and not permissions.allows(actor, READ, agenda_id=said.agenda_id):
                continue
            href = f"/agendas/{agenda}/aportes/{said.code}"
            if said.code in spoken:
                yield ThreadStation(
                    ref=ref("contribution", agenda, said.code),
                    stage=STAGE,
                    label=f"Aporte {said.code}: {KINDS[said.kind].lower()}",
                    title=_beginning(said.text),
                    at=said.said_on or said.received_at,
                    href=href,
                    state=VERDICTS[said.verdict].label if said.verdict else STATES[said.state].label,
                )
            if answer is not None and said.code in replied:
                yield ThreadStation(
                    ref=ref("answer", agenda, said.code),
                    stage=STAGE,
                    label=f"Respuesta a {said.code}: {VERDICTS[answer.verdict].label.lower()}",
                    title=_beginning(answer.reason),
                    at=answer.at,
                    href=f"{href}#respuesta",
                    weight=110,
                )


def _beginning(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


def _codes(refs: frozenset[str], kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in refs:
        name, _, rest = one.partition(":")
        agenda, _, code = rest.partition("/")
        if name == kind and code:
            found.setdefault(agenda, set()).add(code)
    return found
