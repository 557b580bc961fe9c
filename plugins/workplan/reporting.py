"""What is noted of an activity: how far it is, with its evidence; new dates, with the reason; who answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugins.workplan import finding
from plugins.workplan.dates import understand
from plugins.workplan.models import Activity, Plan, Report, Reschedule, Responsible
from plugins.workplan.service import claim
from plugins.workplan.words import ANSWERING, COMPLETE, STATES
from portal.accounts.models import Grant
from portal.documents.sniffing import kind_of, safe_name
from portal.documents.store import FileStore
from portal.errors import Invalid
from portal.i18n import N_

MOST_BYTES = 10_000_000
LONGEST_NOTE = 5_000


@dataclass(frozen=True)
class Given:
    """A file as it was sent: its name and its bytes."""

    name: str
    data: bytes


def report(
    session: Session,
    store: FileStore,
    plan: Plan,
    activity: Activity,
    *,
    now: datetime,
    revision: int,
    state: str,
    done_on: date | None,
    note: str,
    link: str,
    given: Given | None,
    public: bool,
    by: int,
    today: date,
) -> Report:
    """Note how far an activity is. "completo" needs the day and a link or file that show it. Raises `Invalid`, `Stale`."""
    note, link = note.strip(), link.strip()
    wrong: dict[str, str] = {}
    if state not in STATES:
        wrong["state"] = N_("Elija un estado.")
    if len(note) > LONGEST_NOTE:
        wrong["note"] = N_("Escriba menos de 5000 caracteres.")
    if link and not fit_link(link):
        wrong["link"] = N_("Escriba una dirección completa (https://…) o una de este portal (/…).")
    media = kind_of(given.data) if given else None
    if given and len(given.data) > MOST_BYTES:
        wrong["file"] = N_("El archivo debe pesar menos de 10 MB.")
    elif given and media is None:
        wrong["file"] = N_("Suba un PDF, una imagen PNG o JPEG, o un documento de Word, Excel o PowerPoint.")
    if state == COMPLETE and not (link or given):
        wrong.setdefault("link", N_("Para «completo» agregue la evidencia: un enlace o un archivo."))
    if state == COMPLETE and done_on is None:
        wrong["done_on"] = N_("Diga qué día se completó.")
    if done_on is not None and done_on > today:
        wrong["done_on"] = N_("El día no puede ser posterior a hoy.")
    if wrong:
        raise Invalid(fields=wrong)
    claim(session, activity, revision=revision, now=now, by=by)
    sha256 = store.put(session, given.data, media, now=now) if given and media else None
    made = Report(
        activity_id=activity.id,
        state=state,
        done_on=done_on,
        note=note,
        link=link,
        file_sha256=sha256,
        file_name=safe_name(given.name, str(media)) if given else "",
        public=public,
        at=now,
        person_id=by,
    )
    session.add(made)
    activity.state = state
    activity.done_on = done_on if state == COMPLETE else None
    session.flush()
    finding.put_all(session, plan, now=now)
    return made


def fit_link(link: str) -> bool:
    """Tell whether an address is of the web, or a path of this portal."""
    if len(link) > 500 or any(one.isspace() for one in link):  # noqa: PLR2004 - the column's length
        return False
    if link.startswith("/"):
        return not link.startswith(("//", "/\\"))
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def reschedule(
    session: Session,
    plan: Plan,
    activity: Activity,
    *,
    now: datetime,
    revision: int,
    text: str,
    days: tuple[date, date] | None,
    reason: str,
    by: int,
) -> Reschedule:
    """Move an activity's dates, by a text that is understood or by days. The plan's own text stays. Raises `Invalid`, `Stale`."""
    text, reason = " ".join(text.split())[:200], reason.strip()
    wrong: dict[str, str] = {}
    span = understand(text, plan.year) if text else None
    start, end = (span.start, span.end) if span else days or (None, None)
    if start is None or end is None:
        wrong["text"] = N_("Escriba la fecha nueva («junio - julio», «15/08/2022»), o los dos días.")
    elif end < start:
        wrong["ends_on"] = N_("El fin no puede ser anterior al comienzo.")
    if not reason:
        wrong["reason"] = N_("Diga por qué se reprograma.")
    elif len(reason) > LONGEST_NOTE:
        wrong["reason"] = N_("Escriba menos de 5000 caracteres.")
    if wrong or start is None or end is None:
        raise Invalid(fields=wrong)
    claim(session, activity, revision=revision, now=now, by=by)
    text = text or (f"{start:%d/%m/%Y}" if start == end else f"{start:%d/%m/%Y} - {end:%d/%m/%Y}")
    made = Reschedule(
        activity_id=activity.id,
        before_text=activity.due_text or activity.date_text,
        before_from=activity.due_from,
        before_to=activity.due_to,
        after_text=text,
        after_from=start,
        after_to=end,
        reason=reason,
        at=now,
        person_id=by,
    )
    session.add(made)
    activity.due_text, activity.due_from, activity.due_to = text, start, end
    session.flush()
    finding.put_all(session, plan, now=now)
    return made


def candidates(session: Session, agenda_id: int) -> set[int]:
    """Return the ids of people who may answer for the agenda's activities: those who may note how far one is."""
    rows = select(Grant.person_id).where(Grant.agenda_id == agenda_id, Grant.ended_at.is_(None), Grant.role.in_(ANSWERING))
    return set(session.scalars(rows))


def entrust(session: Session, plan: Plan, activity: Activity, *, now: datetime, person_ids: Iterable[int]) -> None:
    """Say who answers for an activity: these people and nobody else. Raises `Invalid` for people without part in the agenda."""
    wanted = set(person_ids)
    there = {one.person_id: one for one in session.scalars(select(Responsible).where(Responsible.activity_id == activity.id))}
    if wanted - candidates(session, plan.agenda_id) - set(there):
        raise Invalid(fields={"people": N_("Elija a personas que participan en esta agenda.")})
    gone = set(there) - wanted
    if gone:
        session.execute(delete(Responsible).where(Responsible.activity_id == activity.id, Responsible.person_id.in_(gone)))
    for identity in sorted(wanted - set(there)):
        session.add(Responsible(activity_id=activity.id, person_id=identity, since=now))
        activity.late_told = None  # somebody new has to be told
    session.flush()
