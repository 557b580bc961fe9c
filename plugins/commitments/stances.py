"""What an organisation says of each item: saved page by page, by several people at once, until it is confirmed."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.commitments import states
from plugins.commitments.agenda_text import FrozenAgenda
from plugins.commitments.models import Commitment, Event, Stance, StanceWording
from portal.context import Portal
from portal.errors import Conflict, Expired, Invalid
from portal.i18n import N_

LONGEST = 4000  # characters of an observation
CLOSED = N_("Las posiciones ya se confirmaron. Reábralas para cambiarlas.")


@dataclass(frozen=True)
class Typed:
    """What somebody left in the form for one item. `revision`: the one they were shown, 0 for none."""

    stance: str | None
    observation: str
    revision: int


@dataclass(frozen=True)
class Saved:
    """What became of a page: codes saved; codes that somebody else changed meanwhile; sentences for what cannot be used."""

    saved: tuple[str, ...]
    stale: Mapping[str, Stance]
    wrong: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether everything typed was saved."""
        return not self.stale and not self.wrong


def stances_of(session: Session, commitment: Commitment) -> dict[str, Stance]:
    """Return what was said so far, by item code."""
    rows = select(Stance).where(Stance.commitment_id == commitment.id).execution_options(populate_existing=True)
    return {one.item_code: one for one in session.scalars(rows)}


def counts(agenda: FrozenAgenda, said: Mapping[str, Stance]) -> dict[str, tuple[int, int]]:
    """Return (answered, all) by dimension name."""
    return {
        dimension["name"]: (sum(1 for item in dimension["items"] if _answered(said.get(item["code"]))), len(dimension["items"]))
        for dimension in agenda.dimensions
    }


def totals(agenda: FrozenAgenda, said: Mapping[str, Stance]) -> dict[str, int]:
    """Return how many items have each stance, in the stances' order; "" counts the unanswered."""
    found = Counter((said[code].stance or "") if code in said else "" for code in agenda.codes)
    return {name: found[name] for name in (*states.STANCES, "")}


def unanswered(agenda: FrozenAgenda, said: Mapping[str, Stance]) -> list[str]:
    """Return the codes without a stance, in reading order."""
    return [code for code in agenda.codes if not _answered(said.get(code))]


def _answered(stance: Stance | None) -> bool:
    return stance is not None and stance.stance is not None


def check_open(commitment: Commitment, now: datetime) -> None:
    """Raise `Conflict` or `Expired` when positions cannot be changed now."""
    if commitment.state != states.OPEN:
        raise Conflict(N_("Este compromiso está «%(state)s»: ya no admite esa acción."), state=states.LABELS[commitment.state])
    if not commitment.stances_open:
        raise Conflict(CLOSED)
    if commitment.deadline <= now:
        raise Expired(N_("El plazo para tomar posición terminó. Escriba a la Mesa si necesita más tiempo."))


def _lock(session: Session, commitment: Commitment) -> None:
    """Hold the commitment's row, so that two people of one organisation save one after the other."""
    session.execute(select(Commitment).where(Commitment.id == commitment.id).with_for_update().execution_options(populate_existing=True))


def save_page(
    session: Session,
    *,
    now: datetime,
    person_id: int | None,
    commitment: Commitment,
    agenda: FrozenAgenda,
    dimension: str,
    typed: Mapping[str, Typed],
) -> Saved:
    """Save every item of one dimension that can be saved, and say what became of the rest.

    Never overwrites what somebody else saved since the page was drawn: that item is returned as stale, with their text.
    """
    _lock(session, commitment)
    check_open(commitment, now)
    said = stances_of(session, commitment)
    saved: list[str] = []
    stale: dict[str, Stance] = {}
    wrong: dict[str, str] = {}
    for item in agenda.dimension(dimension)["items"]:
        code = str(item["code"])
        given, stored = typed.get(code), said.get(code)
        if given is None or not _changes(given, stored):
            continue
        if stored is not None and given.revision != stored.revision:
            if not _untouched(session, given, stored):
                stale[code] = stored
            continue
        problem = _problem(given)
        if problem is not None:
            wrong[code] = problem
            if len(given.observation) > LONGEST:
                continue
            given = Typed(stored.stance if stored else None, given.observation, given.revision)  # the text is kept, the choice waits
        if _changes(given, stored):
            _write(session, commitment, stored, code, given, now=now, person_id=person_id)
            saved.append(code)
    if saved:
        _note_start(session, commitment, now=now, person_id=person_id)
    return Saved(tuple(saved), stale, wrong)


def _changes(given: Typed, stored: Stance | None) -> bool:
    if stored is None:
        return given.stance is not None or bool(given.observation)
    return (given.stance, given.observation) != (stored.stance, stored.observation)


def _untouched(session: Session, given: Typed, stored: Stance) -> bool:
    """Whether the form holds what its page showed: somebody else's change there is no clash."""
    shown = session.scalar(select(StanceWording).where(StanceWording.stance_id == stored.id, StanceWording.revision == given.revision))
    return (given.stance, given.observation) == ((shown.stance, shown.observation) if shown else (None, ""))


def _problem(given: Typed) -> str | None:
    if given.stance is not None and given.stance not in states.STANCES:
        return N_("Elija una de las cuatro posiciones.")
    if len(given.observation) > LONGEST:
        return N_("La observación pasa de 4000 caracteres. Acórtela: guardamos lo demás.")
    if given.stance == "con_observacion" and not given.observation.strip():
        return N_("Escriba la observación, o elija otra posición.")
    return None


def _write(
    session: Session,
    commitment: Commitment,
    stored: Stance | None,
    code: str,
    given: Typed,
    *,
    now: datetime,
    person_id: int | None,
    batch: str | None = None,
) -> None:
    if stored is None:
        stored = Stance(commitment_id=commitment.id, item_code=code, revision=0)
        session.add(stored)
    stored.stance, stored.observation, stored.batch, stored.carried = given.stance, given.observation, batch, False
    stored.revision += 1
    stored.saved_at, stored.saved_by_id = now, person_id
    session.flush()
    session.add(
        StanceWording(
            stance_id=stored.id,
            revision=stored.revision,
            stance=stored.stance,
            observation=stored.observation,
            saved_at=now,
            saved_by_id=person_id,
        )
    )
    session.flush()


def _note_start(session: Session, commitment: Commitment, *, now: datetime, person_id: int | None) -> None:
    if session.scalar(select(Event.id).where(Event.commitment_id == commitment.id, Event.kind == "review_started").limit(1)) is None:
        states.note(session, commitment.id, "review_started", now=now, person_id=person_id)


def apply_to_unanswered(
    session: Session,
    *,
    now: datetime,
    person_id: int | None,
    commitment: Commitment,
    agenda: FrozenAgenda,
    stance: str,
    dimension: str | None = None,
) -> tuple[str, int]:
    """Give `stance` to every item without one (of one dimension, or all); return a batch that `undo` takes back, and how many.

    Texts already written stay. `con_observacion` is refused for items without a text: its observation is what it says.
    """
    if stance not in states.STANCES:
        raise Invalid(N_("Elija una de las cuatro posiciones."))
    _lock(session, commitment)
    check_open(commitment, now)
    said = stances_of(session, commitment)
    wanted = set(agenda.codes if dimension is None else [item["code"] for item in agenda.dimension(dimension)["items"]])
    codes = [code for code in unanswered(agenda, said) if code in wanted]
    if stance == "con_observacion" and any(not (said[code].observation.strip() if code in said else "") for code in codes):
        raise Invalid(N_("«Suscribe con observación» necesita un texto en cada punto: escríbalos y elija esa posición uno por uno."))
    batch = secrets.token_hex(8)
    for code in codes:
        text = said[code].observation if code in said else ""
        _write(session, commitment, said.get(code), code, Typed(stance, text, 0), now=now, person_id=person_id, batch=batch)
    if codes:
        _note_start(session, commitment, now=now, person_id=person_id)
    return batch, len(codes)


def undo(session: Session, *, now: datetime, person_id: int | None, commitment: Commitment, batch: str) -> int:
    """Take back what `apply_to_unanswered` did, but for items that somebody changed since; return how many."""
    _lock(session, commitment)
    check_open(commitment, now)
    taken = [one for one in stances_of(session, commitment).values() if batch and one.batch == batch]
    for stored in taken:
        _write(session, commitment, stored, stored.item_code, Typed(None, stored.observation, 0), now=now, person_id=person_id)
    return len(taken)


def confirm(
    session: Session,
    *,
    now: datetime,
    person_id: int | None,
    portal: Portal,
    commitment: Commitment,
    agenda: FrozenAgenda | None = None,
    convert: bool = False,
    accept: bool = False,
) -> None:
    """Close the positions and ask for the document to be issued (job "commitments.issue", to be enqueued after commit).

    `convert`: the person agreed that unanswered items become "sin pronunciamiento"; without it they raise `Invalid`.
    `accept`: the person confirmed the positions brought from an earlier version; without it they raise `Invalid` too.
    Raises `Conflict` with the sentences of whatever objects to issuing.
    """
    from plugins.commitments.agenda_text import frozen_agenda  # noqa: PLC0415 - only when the caller did not read it already
    from plugins.commitments.objections import refuse_if_any  # noqa: PLC0415 - it asks the plugins; this module's readers do not

    _lock(session, commitment)
    check_open(commitment, now)
    agenda = agenda or frozen_agenda(portal.store, commitment.process.version)
    missing = unanswered(agenda, stances_of(session, commitment))
    said = stances_of(session, commitment)
    brought = [one for one in said.values() if one.carried]
    if brought and not accept:
        raise Invalid(N_("Confirme que mantiene las posiciones que vienen de la versión anterior, o cámbielas."))
    for one in brought:
        one.carried = False
    if missing and not convert:
        raise Invalid(N_("Faltan %(count)s puntos por responder."), count=len(missing))
    if missing:
        apply_to_unanswered(session, now=now, person_id=person_id, commitment=commitment, agenda=agenda, stance="sin_pronunciamiento")
    refuse_if_any(portal, session, commitment)
    commitment.stances_open, commitment.issue_requested_at, commitment.issue_problem = False, now, None
    states.note(session, commitment.id, "review_confirmed", now=now, person_id=person_id, converted=len(missing))
