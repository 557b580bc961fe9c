"""Opening a consultation on a frozen version, and moving its dates with a reason that everybody reads."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from plugins.dialogue import indexing
from plugins.dialogue.models import Consultation, DateChange
from plugins.dialogue.words import LONGEST, numbered
from portal.agendas.models import Agenda, AgendaVersion
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.search import service as search

SHORTEST = timedelta(hours=1)


def open_consultation(
    session: Session,
    *,
    now: datetime,
    version: AgendaVersion,
    title: str,
    purpose: str,
    opens_at: datetime,
    closes_at: datetime,
    person_id: int | None,
) -> Consultation:
    """Announce a consultation on `version`; the next round is another one. Raises `Invalid`."""
    title, purpose = _texts(title, purpose)
    _dates(opens_at, closes_at)
    if closes_at <= now:
        raise _invalid("closes_at", N_("El cierre ya pasó: elija una fecha por venir."))
    agenda = session.get_one(Agenda, version.agenda_id, with_for_update={"key_share": True})  # two at once get two numbers
    last = session.scalar(select(func.max(Consultation.number)).where(Consultation.agenda_id == agenda.id)) or 0
    made = Consultation(
        agenda=agenda,
        version=version,
        number=last + 1,
        code=numbered("C", last + 1),
        title=title,
        purpose=purpose,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=now,
        created_by_id=person_id,
    )
    session.add(made)
    session.flush()
    search.put(session, indexing.of_consultation(made, agenda.code), source=indexing.SOURCE)
    return made


def edit(
    session: Session,
    *,
    now: datetime,
    consultation: Consultation,
    revision: int,
    title: str,
    purpose: str,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    person_id: int | None,
) -> None:
    """Change a consultation's words, and its dates if there is a reason. Raises `Invalid`, or `Stale` when somebody else saved first."""
    title, purpose = _texts(title, purpose)
    _dates(opens_at, closes_at)
    opened, closed = consultation.opens_at, consultation.closes_at
    moved = (opens_at, closes_at) != (opened, closed)
    reason = _tidy(reason)
    if moved and not reason:
        raise _invalid("reason", N_("Escriba por qué cambian las fechas: se muestra a todas las personas."))
    if moved and opens_at != opened and opened <= now:
        raise _invalid("opens_at", N_("La consulta ya se abrió: su apertura no puede cambiar."))
    if len(reason) > LONGEST:
        raise _invalid("reason", N_("El motivo es demasiado largo. Acórtelo."))
    here = update(Consultation).where(Consultation.id == consultation.id, Consultation.revision == revision)
    done = session.execute(
        here.values(title=title, purpose=purpose, opens_at=opens_at, closes_at=closes_at, revision=revision + 1),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        session.refresh(consultation)
        raise Stale(
            N_("Otra persona guardó esta consulta antes. Compare y vuelva a guardar: lo que usted escribió sigue aquí."),
            theirs=consultation,
        )
    session.refresh(consultation)
    if moved:
        session.add(DateChange(consultation_id=consultation.id, opened_at=opened, closed_at=closed, reason=reason, at=now, by_id=person_id))
    search.put(session, indexing.of_consultation(consultation, consultation.agenda.code), source=indexing.SOURCE)
    session.flush()


def is_open(consultation: Consultation, now: datetime) -> bool:
    """Tell whether people may contribute now."""
    return consultation.opens_at <= now < consultation.closes_at


def _texts(title: str, purpose: str) -> tuple[str, str]:
    title, purpose = " ".join(title.split()), _tidy(purpose)
    if not 1 <= len(title) <= 200:  # noqa: PLR2004 - the column's width
        raise _invalid("title", N_("Escriba un título de hasta 200 caracteres."))
    if not purpose:
        raise _invalid("purpose", N_("Escriba para qué se consulta y qué pasará con los aportes."))
    if len(purpose) > 2 * LONGEST:
        raise _invalid("purpose", N_("El propósito es demasiado largo. Acórtelo."))
    return title, purpose


def _dates(opens_at: datetime, closes_at: datetime) -> None:
    if closes_at < opens_at + SHORTEST:
        raise _invalid("closes_at", N_("El cierre debe venir después de la apertura."))


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: sentence})
