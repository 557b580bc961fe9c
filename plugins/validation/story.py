"""What the rest of the portal may say of validation: its stations on the road, and what can be found of it."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.validation import queries
from plugins.validation.models import Act
from plugins.validation.words import ACT, SESSIONS, VALIDATED
from portal.agendas.models import Agenda, AgendaVersion
from portal.extend import SearchEntry, ThreadStage, ThreadStation, ThreadTie
from portal.threads.words import codes_of, ref

STAGE = ThreadStage(name="validation", label="Validación", gap="Sin validación", weight=65)


def name(act: Act) -> str:
    """Return an act's stable name."""
    return ref(ACT, act.agenda.code, act.code)


def path(act: Act) -> str:
    """Return where anybody reads of an act."""
    return f"/agendas/{act.agenda.code}/validacion#{act.code}"


def quorum(act: Act) -> str:
    """Return who was there, in numbers."""
    return f"{act.present} presentes de {act.convened} convocados; el quórum pedía {act.required}"


def state(act: Act) -> str:
    """Return how an act stands, in a few words."""
    if act.annulled_at is not None:
        return "Anulado"
    return f"Validó la versión {act.version.number}" if act.outcome == VALIDATED and act.version else "No se validó: sin quórum"


def ties(session: Session, refs: frozenset[str]) -> Iterator[ThreadTie]:
    """Yield what ties acts to the versions that they validate. Two queries at most."""
    versions, named = codes_of(refs, "version"), codes_of(refs, ACT)
    if not (versions or named):
        return
    rows = select(Act, Agenda.code, AgendaVersion.number).join(Agenda, Agenda.id == Act.agenda_id)
    rows = rows.join(AgendaVersion, AgendaVersion.id == Act.version_id).where(Agenda.code.in_({*versions, *named}))
    for act, agenda, number in session.execute(rows):
        if f"v{number}" in versions.get(agenda, ()) or act.code in named.get(agenda, ()):
            yield ThreadTie(source=ref(ACT, agenda, act.code), relation="came_from", target=ref("version", agenda, f"v{number}"))


def stations(session: Session, refs: frozenset[str]) -> Iterator[ThreadStation]:
    """Yield the acts among `refs`: acts are public. One query."""
    wanted = codes_of(refs, ACT)
    numbers = {int(code[2:]) for codes in wanted.values() for code in codes if code.startswith("V-") and code[2:].isdecimal()}
    if not numbers:
        return
    for act in queries.acts_named(session, numbers, wanted):
        if act.code in wanted[act.agenda.code]:
            yield ThreadStation(
                ref=name(act),
                stage=STAGE.name,
                label=f"Acto de validación {act.code}",
                title=f"{SESSIONS.get(act.session_kind, act.session_kind)}: {quorum(act)}.",
                state=state(act),
                at=act.held_at,
                href=path(act),
            )


def entry(act: Act) -> SearchEntry:
    """Return how an act is found, by everybody; nobody's name is in it."""
    return SearchEntry(
        ref=name(act),
        kind="Acto de validación",
        title=f"{act.code} · {state(act)}",
        body=f"{SESSIONS.get(act.session_kind, act.session_kind)}. {act.place}. {quorum(act)}. {act.agenda.title}",
        href=path(act),
        at=act.held_at,
        agenda_id=act.agenda_id,
        public=True,
    )


def entries(session: Session) -> Iterable[SearchEntry]:
    """Yield everything that can be found of validation."""
    rows = select(Act).options(joinedload(Act.agenda), joinedload(Act.version)).order_by(Act.id)
    return (entry(act) for act in session.scalars(rows))
