"""What can be done about validation: record an act, which freezes the draft or validates a frozen version, and annul one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.validation import queries, story
from plugins.validation.models import Act, Member
from plugins.validation.words import ANNULLED, MOST_MEMBERS, NO_QUORUM, OUTCOMES, RECORDED, SESSIONS, SOURCE, VALIDATED
from portal.accounts.models import Person
from portal.actas import service as actas
from portal.agendas import service as agendas
from portal.agendas.models import Agenda, AgendaVersion
from portal.documents.canonical import digest
from portal.documents.rendering import render_markdown
from portal.errors import Conflict, Invalid
from portal.i18n import N_
from portal.ledger.service import record
from portal.search import service as search

if TYPE_CHECKING:
    from portal.context import Portal

NO_QUORUM_SENTENCE = N_(
    "Sin quórum no hay validación: están presentes %(present)s y hacen falta %(required)s. Si la sesión no llegó a reunirlos, elija "
    "«No se validó: sin quórum» y quedará constancia."
)


@dataclass(frozen=True)
class Row:
    """A member as typed: somebody with an account (`person_id`), or a name."""

    name: str = ""
    person_id: int | None = None
    organisation: str = ""
    capacity: str = ""
    present: bool = False
    signs: bool = False


def record_act(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    held_at: datetime | None,
    place: str,
    session_kind: str,
    required: int | None,
    members: Sequence[Row],
    outcome: str,
    version: AgendaVersion | None = None,
    expected: str = "",
    note: str = "",
    public: bool = True,
    person_id: int | None,
) -> Act:
    """Record a formal act, issue its acta and note both in the ledger; after the commit call `portal.actas.service.announce`.

    An act that validates names a frozen `version`, or freezes the draft whose `draft_digest` is `expected`. Raises `Invalid`
    (fields held_at, place, session_kind, required, members, outcome, version) with everything that is wrong, an act without
    quorum among it; what `portal.agendas.freezing.freeze` raises; `Conflict` for a version that is validated already.
    """
    session.execute(select(Agenda.id).where(Agenda.id == agenda.id).with_for_update())  # two acts at once get two numbers
    rows, wrong = _members(session, members)
    wrong |= _about(held_at, place, session_kind, now)
    wrong |= _quorum(rows, required, outcome)
    if wrong or held_at is None or required is None:
        raise Invalid(fields=wrong)
    present = sum(one.present for one in rows)
    if outcome == VALIDATED and present < required:
        raise Invalid(NO_QUORUM_SENTENCE, present=present, required=required)
    froze = False
    if outcome == NO_QUORUM:
        version = None
    elif version is None:
        version = agendas.freeze(session, portal.store, portal.ask, agenda_id=agenda.id, expected=expected, now=now, person_id=person_id)
        froze = True
    elif (before := queries.validating(session, version.id)) is not None:
        raise Conflict(N_("La versión %(number)s ya fue validada por el acto %(act)s."), number=version.number, act=before.code)
    act = Act(
        agenda=agenda,
        number=(session.scalar(select(func.max(Act.number)).where(Act.agenda_id == agenda.id)) or 0) + 1,
        held_at=held_at,
        place=" ".join(place.split())[:200],
        session_kind=session_kind,
        required=required,
        convened=len(rows),
        present=present,
        outcome=outcome,
        version=version,
        froze=froze,
        note=note.strip(),
        public=public,
        recorded_at=now,
        recorded_by_id=person_id,
        members=rows,
    )
    session.add(act)
    session.flush()
    acta = _acta(portal, session, act, now=now, person_id=person_id)
    act.acta_code = acta.code
    session.flush()
    record(session, now=now, kind=RECORDED, subject=story.name(act), data=facts(act) | {"acta": acta.code})
    search.put(session, story.entry(act), source=SOURCE)
    return act


def annul(session: Session, *, now: datetime, act: Act, reason: str, person_id: int | None) -> None:
    """Annul an act that was recorded by mistake: its version is validated no more. Raises `Invalid`, or `Conflict` the second time."""
    if not reason.strip():
        raise Invalid(fields={"reason": N_("Escriba por qué se anula: se muestra junto al acto.")})
    session.execute(select(Act.id).where(Act.id == act.id).with_for_update())  # by itself: PostgreSQL locks no outer join
    session.refresh(act)
    if act.annulled_at is not None:
        raise Conflict(N_("Este acto ya estaba anulado."))
    act.annulled_at, act.annulled_by_id, act.annulled_reason = now, person_id, reason.strip()
    session.flush()
    record(session, now=now, kind=ANNULLED, subject=story.name(act), data={"reason_sha256": digest(act.annulled_reason)})
    search.put(session, story.entry(act), source=SOURCE)


def facts(act: Act) -> dict[str, Any]:
    """Return what the ledger keeps of an act: numbers and digests, nobody's name."""
    return {
        "act": act.code,
        "held_at": act.held_at.isoformat(),
        "session": act.session_kind,
        "required": act.required,
        "convened": act.convened,
        "present": act.present,
        "outcome": act.outcome,
        "version": act.version.number if act.version else None,
        "version_sha256": act.version.sha256 if act.version else None,
        "froze": act.froze,
    }


def _about(held_at: datetime | None, place: str, session_kind: str, now: datetime) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if held_at is None:
        wrong["held_at"] = N_("Elija cuándo fue el acto.")
    elif held_at > now + timedelta(minutes=5):
        wrong["held_at"] = N_("El acto todavía no ocurre: elija una fecha y hora que ya pasó.")
    if not place.strip():
        wrong["place"] = N_("Escriba dónde fue el acto.")
    if session_kind not in SESSIONS:
        wrong["session_kind"] = N_("Elija el tipo de sesión.")
    return wrong


def _quorum(rows: Sequence[Member], required: int | None, outcome: str) -> dict[str, str]:
    """Return what is wrong with the numbers; that a validation lacks its quorum is said by whoever asks, with the numbers in it."""
    if outcome not in OUTCOMES:
        return {"outcome": N_("Elija qué se decidió.")}
    if required is None or not 1 <= required <= MOST_MEMBERS:
        return {"required": N_("Escriba cuántas personas presentes pide el quórum.")}
    if rows and required > len(rows):
        return {"required": N_("El quórum pide más personas que las convocadas: revise el número o complete la lista.")}
    if outcome == NO_QUORUM and rows and sum(one.present for one in rows) >= required:
        return {
            "outcome": N_(
                "Hay quórum: están presentes las personas que hacen falta. Revise la asistencia o elija que la versión queda validada."
            )
        }
    if rows and not any(one.signs for one in rows):
        return {"members": N_("Marque quién firma el acta: al menos una persona presente y con cuenta en el portal.")}
    return {}


def _members(session: Session, typed: Sequence[Row]) -> tuple[list[Member], dict[str, str]]:
    named = [one for one in typed if one.person_id is not None or one.name.strip()]
    ids = [one.person_id for one in named if one.person_id is not None]
    known = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    wrong: dict[str, str] = {}
    if not named:
        wrong["members"] = N_("Escriba quiénes fueron convocados.")
    elif len(named) > MOST_MEMBERS:
        wrong["members"] = N_("La lista es demasiado larga: 80 personas como máximo.")
    elif _twice(named, ids, known):
        wrong["members"] = N_("Una persona está dos veces en la lista: cada presente cuenta una sola vez.")
    elif set(ids) - set(known):
        wrong["members"] = N_("Elija a personas que participan en esta agenda.")
    elif any(one.signs and one.person_id is None for one in named):
        wrong["members"] = N_("Quien firma el acta necesita una cuenta en el portal: elíjala en la lista de personas, o quite la marca.")
    elif any(one.signs and not one.present for one in named):
        wrong["members"] = N_("Solo firma el acta quien estuvo presente.")
    if wrong:
        return [], wrong
    return [
        Member(
            position=place,
            person_id=one.person_id,
            name=(known[one.person_id].full_name if one.person_id is not None else " ".join(one.name.split()))[:200],
            organisation=" ".join(one.organisation.split())[:250],
            capacity=" ".join(one.capacity.split())[:120],
            present=one.present,
            signs=one.signs,
        )
        for place, one in enumerate(named, 1)
    ], {}


def _twice(named: Sequence[Row], ids: Sequence[int], known: Mapping[int, Person]) -> bool:
    """Return whether somebody counts twice: by their account, by their name, or by both."""
    names = [_same(one.name) for one in named if one.person_id is None]
    accounts = {_same(one.full_name) for one in known.values()}
    return len(set(ids)) != len(ids) or len(set(names)) != len(names) or not accounts.isdisjoint(names)


def _same(name: str) -> str:
    return " ".join(name.lower().split())


def _acta(portal: "Portal", session: Session, act: Act, *, now: datetime, person_id: int | None) -> Any:
    signers = [
        (one.person_id, one.capacity or "Asistente", one.organisation) for one in act.members if one.signs and one.person_id is not None
    ]
    title = f"Acta de validación {act.code}"
    html = portal.templates.get_template("validation/acta.html").render(
        act=act, agenda=act.agenda, version=act.version, session=SESSIONS[act.session_kind], note=render_markdown(act.note), title=title
    )
    return actas.issue(
        portal,
        session,
        now=now,
        agenda=act.agenda,
        about=story.name(act),
        title=f"{title}: {act.agenda.title}"[:250],
        html=html,
        signers=signers,
        public=act.public,
        person_id=person_id,
    )
