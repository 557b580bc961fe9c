"""What can be done with what a meeting leaves: write its relatoría, note agreements, close them, issue its acta."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.groups import story
from plugins.groups.models import Meeting
from plugins.groups.records import index
from plugins.groups.records.models import Agreement, AgreementChange, Report, Wording
from plugins.groups.records.printing import acta_html
from plugins.groups.records.queries import agreements_of, report_of
from plugins.groups.records.words import LONGEST_AGREEMENT, LONGEST_REPORT, OPEN, STATES, TOPIC
from plugins.groups.words import CANCELLED, HELD
from portal.accounts.models import Person
from portal.actas import service as actas
from portal.actas.models import Acta
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, Stale
from portal.formats import fecha
from portal.i18n import N_
from portal.notices.service import notify
from portal.threads.service import link

if TYPE_CHECKING:
    from portal.context import Portal


def write_report(session: Session, *, now: datetime, meeting: Meeting, text: str, revision: int, person_id: int | None) -> Report:
    """Save the relatoría that was edited from `revision` (0: there was none). The wording before it stays on record.

    Raises `Invalid` (field "text"), `Conflict` for a cancelled meeting, or `Stale` when somebody saved first: `theirs` is their `Report`.
    """
    if meeting.state == CANCELLED:
        raise Conflict(N_("La reunión se canceló: no hay relatoría que escribir."))
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(fields={"text": N_("Escriba la relatoría.")})
    if len(text) > LONGEST_REPORT:
        raise Invalid(fields={"text": N_("La relatoría admite hasta 100 000 caracteres.")})
    report = report_of(session, meeting)
    if report is None and revision == 0:
        report = _first(session, meeting, now=now)
    if report is None:
        raise Stale(_SAVED)
    session.refresh(report)
    if report.revision == revision and report.text == text:
        return report
    taken = session.execute(
        update(Report)
        .where(Report.id == report.id, Report.revision == revision)
        .values(text=text, revision=revision + 1, updated_at=now, updated_by_id=person_id),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        session.refresh(report)
        raise Stale(_SAVED, theirs=report)
    session.refresh(report)
    session.add(Wording(report_id=report.id, revision=report.revision, text=text, at=now, by_id=person_id))
    session.flush()
    index.tell_report(session, report)
    return report


_SAVED = N_("Otra persona guardó la relatoría mientras usted la escribía. Su texto sigue en el cuadro: compárelo, júntelos y guarde.")


def _first(session: Session, meeting: Meeting, *, now: datetime) -> Report | None:
    try:
        with session.begin_nested():
            made = Report(meeting_id=meeting.id, meeting=meeting, text="", revision=0, updated_at=now)
            session.add(made)
    except IntegrityError:  # two people began at one instant
        return report_of(session, meeting)
    return made


def add_agreement(
    session: Session,
    *,
    now: datetime,
    meeting: Meeting,
    text: str,
    person: Person | None = None,
    body: str = "",
    due_on: date | None = None,
    person_id: int | None,
) -> Agreement:
    """Note something that the meeting agreed on, with the agenda's next code. Raises `Invalid`, `Conflict` for a cancelled meeting."""
    if meeting.state == CANCELLED:
        raise Conflict(N_("La reunión se canceló: no hay acuerdos que anotar."))
    clean = _checked(text, person, body, due_on, since=meeting.starts_at.date())
    session.execute(select(Agenda.id).where(Agenda.id == meeting.agenda_id).with_for_update())  # two at one instant get two codes
    number = 1 + (session.scalar(select(func.max(Agreement.number)).where(Agreement.agenda_id == meeting.agenda_id)) or 0)
    made = Agreement(
        agenda_id=meeting.agenda_id,
        agenda=meeting.agenda,
        meeting_id=meeting.id,
        meeting=meeting,
        number=number,
        code=f"AC-{number:03}",
        state=OPEN,
        revision=1,
        created_at=now,
        created_by_id=person_id,
        person=person,
        person_id=person.id if person else None,
        **clean,
    )
    session.add(made)
    session.flush()
    link(
        session,
        now=now,
        agenda_id=meeting.agenda_id,
        source=index.agreement_ref(made),
        relation="came_from",
        target=story.meeting_ref(meeting),
        person_id=person_id,
    )
    index.tell_agreement(session, made)
    if person is not None:
        _tell(session, made, now=now, title=f"Queda a su cargo el acuerdo {made.code}")
    return made


def _checked(text: str, person: Person | None, body: str, due_on: date | None, *, since: date) -> dict[str, Any]:
    text, body = text.strip(), " ".join(body.split())
    bad: dict[str, str] = {}
    if not text or len(text) > LONGEST_AGREEMENT:
        bad["text"] = N_("Escriba qué se acordó, en hasta 2000 caracteres.")
    if person is None and not body:
        bad["body"] = N_("Elija una persona responsable o escriba el órgano que responde.")
    if len(body) > 200:  # noqa: PLR2004 - as the column
        bad["body"] = N_("El órgano responsable admite hasta 200 caracteres.")
    if due_on is not None and (due_on < since or due_on.year > since.year + 20):
        bad["due_on"] = N_("La fecha debe ser posterior a la reunión.")
    if bad:
        raise Invalid(fields=bad)
    return {"text": text, "body": body, "due_on": due_on}


def change_agreement(
    session: Session,
    *,
    now: datetime,
    agreement: Agreement,
    revision: int,
    text: str,
    person: Person | None,
    body: str,
    due_on: date | None,
    state: str,
    outcome: str,
    person_id: int | None,
) -> None:
    """Change an agreement, close it, or open it again; what it said before stays on record.

    Raises `Invalid`, or `Stale` when somebody changed it first (`theirs`: the agreement as it is now).
    """
    clean = _checked(text, person, body, due_on, since=agreement.meeting.starts_at.date())
    outcome = outcome.strip()
    if state not in STATES:
        raise Invalid(fields={"state": N_("Elija un estado.")})
    if state != OPEN and not outcome:
        raise Invalid(fields={"outcome": N_("Escriba cómo se cumplió, o por qué quedó sin efecto.")})
    session.refresh(agreement)
    before = AgreementChange(
        agreement_id=agreement.id, text=agreement.text, due_on=agreement.due_on, state=agreement.state, at=now, by_id=person_id
    )
    to = person.id if person else None
    values: dict[str, Any] = {**clean, "person_id": to, "state": state, "outcome": outcome, "revision": revision + 1}
    values["closed_at"] = None if state == OPEN else agreement.closed_at or now
    if agreement.due_on != due_on or agreement.person_id != to:
        values["reminded_on"] = None
    newly = to is not None and agreement.person_id != to and state == OPEN
    taken = session.execute(
        update(Agreement).where(Agreement.id == agreement.id, Agreement.revision == revision).values(**values),
        execution_options={"synchronize_session": False},
    )
    session.refresh(agreement)
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise Stale(N_("Otra persona cambió este acuerdo. Lo que usted escribió sigue en el formulario."), theirs=agreement)
    session.add(before)
    session.flush()
    index.tell_agreement(session, agreement)
    if newly:
        _tell(session, agreement, now=now, title=f"Queda a su cargo el acuerdo {agreement.code}")


def remind(session: Session, *, now: datetime, agreement_id: int) -> bool:
    """Remember an agreement to whoever answers for it; return whether this call did (another may have been quicker)."""
    agreement = session.get(Agreement, agreement_id)
    if agreement is None or agreement.state != OPEN or agreement.due_on is None:
        return False
    taken = session.execute(
        update(Agreement)
        .where(Agreement.id == agreement.id, Agreement.reminded_on.is_not_distinct_from(agreement.reminded_on))
        .values(reminded_on=now.date()),
        execution_options={"synchronize_session": False},
    )
    if not isinstance(taken, CursorResult) or taken.rowcount != 1:
        return False
    session.refresh(agreement)
    late = agreement.due_on < now.date()
    _tell(session, agreement, now=now, title=f"{'Venció' if late else 'Está por vencer'} el acuerdo {agreement.code}")
    return True


def _tell(session: Session, agreement: Agreement, *, now: datetime, title: str) -> None:
    if agreement.person_id is None:
        return
    due = f" Fecha: {fecha(agreement.due_on)}." if agreement.due_on else ""
    notify(
        session,
        now=now,
        topic=TOPIC,
        person_ids=[agreement.person_id],
        title=title,
        text=f"{agreement.text}{due}",
        href=f"/mis-acuerdos#{agreement.code}",
        agenda_id=agreement.agenda_id,
    )


def issue_acta(
    portal: "Portal",
    session: Session,
    *,
    now: datetime,
    meeting: Meeting,
    signers: Sequence[tuple[int, str, str]],
    public: bool,
    person_id: int | None,
) -> Acta:
    """Issue the acta of a meeting that was held; a second one replaces the first. After the commit: `portal.actas.service.announce`.

    Raises `Conflict` before the meeting was held or without a relatoría, `Invalid` (field "signers").
    """
    report = report_of(session, meeting)
    if meeting.state != HELD:
        raise Conflict(N_("El acta se emite cuando la reunión se realizó. Anótelo primero en la página de la reunión."))
    if report is None or not report.text:
        raise Conflict(N_("Escriba primero la relatoría: el acta la contiene."))
    session.execute(select(Report.id).where(Report.id == report.id).with_for_update())
    session.refresh(report)
    old = session.get(Acta, report.acta_id) if report.acta_id is not None else None
    html = acta_html(portal, session, meeting, report=report, agreements=agreements_of(session, meeting), public=public)
    title = f"Acta de la reunión {meeting.code}: {meeting.title}"[:250]
    common: Mapping[str, Any] = {"now": now, "title": title, "html": html, "signers": signers, "public": public, "person_id": person_id}
    if old is None:
        made = actas.issue(portal, session, agenda=meeting.agenda, about=story.meeting_ref(meeting), **common)
    else:
        made = actas.replace(portal, session, acta=old, **common)
    report.acta_id, report.acta_revision = made.id, report.revision
    report.acta = made
    session.flush()
    return made
