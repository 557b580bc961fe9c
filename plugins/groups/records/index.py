"""What the rest of the portal may say of relatorías and agreements: their names, their stations, and what can be found of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from flask import has_request_context
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.groups.models import Meeting
from plugins.groups.records import queries
from plugins.groups.records.models import Agreement, Report
from plugins.groups.records.words import STATES
from plugins.groups.words import READ, READERS, may
from portal.accounts.actor import Actor
from portal.extend import SearchEntry, ThreadStation
from portal.search import service as search
from portal.threads.words import ref

SOURCE = "groups"


def agreement_ref(agreement: Agreement) -> str:
    """Return an agreement's stable name."""
    return ref("agreement", agreement.agenda.code, agreement.code)


def agreement_path(agreement: Agreement) -> str:
    """Return an agreement's address, for staff."""
    return f"/gestion/agendas/{agreement.agenda.code}/acuerdos/{agreement.code}"


def agreement_entry(agreement: Agreement) -> SearchEntry:
    """Return what can be found of an agreement, by whoever may see the agenda's meetings."""
    return SearchEntry(
        ref=agreement_ref(agreement),
        kind="Acuerdo",
        title=f"{agreement.code} {agreement.text}"[:300],
        body=f"{agreement.text}\n{agreement.body}\n{agreement.outcome}",
        href=agreement_path(agreement),
        at=agreement.created_at,
        agenda_id=agreement.agenda_id,
        action=READ,
    )


def report_entry(report: Report) -> SearchEntry:
    """Return what can be found of a relatoría, by whoever may see the agenda's meetings."""
    meeting = report.meeting
    return SearchEntry(
        ref=ref("report", meeting.agenda.code, meeting.code),
        kind="Relatoría",
        title=f"Relatoría de {meeting.code} {meeting.title}"[:300],
        body=report.text,
        href=f"/gestion/agendas/{meeting.agenda.code}/reuniones/{meeting.code}/relatoria",
        at=report.updated_at,
        agenda_id=meeting.agenda_id,
        action=READ,
    )


def tell_agreement(session: Session, agreement: Agreement) -> None:
    """Let the agreement be found as it is now."""
    search.put(session, agreement_entry(agreement), source=SOURCE)


def tell_report(session: Session, report: Report) -> None:
    """Let the relatoría be found as it is now."""
    search.put(session, report_entry(report), source=SOURCE)


def entries(session: Session) -> Iterator[SearchEntry]:
    """Yield everything that can be found, for making the index anew."""
    agreements = select(Agreement).options(joinedload(Agreement.agenda)).order_by(Agreement.id)
    yield from (agreement_entry(one) for one in session.scalars(agreements))
    reports = select(Report).options(joinedload(Report.meeting).joinedload(Meeting.agenda)).order_by(Report.id)
    yield from (report_entry(one) for one in session.scalars(reports))


def stations(session: Session, actor: Actor, refs: Iterable[str]) -> Iterator[ThreadStation]:
    """Yield the agreements among `refs` that `actor` may know of. One query."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for one in refs:
        kind, _, rest = one.partition(":")
        agenda, _, code = rest.rpartition("/")
        if kind == "agreement" and agenda:
            wanted[agenda].append(code)
    for found in queries.by_refs(session, wanted):
        if _reads(actor, found.agenda_id):
            yield ThreadStation(
                ref=agreement_ref(found),
                stage="meeting",
                label=f"Acuerdo {found.code}",
                title=found.text,
                at=found.created_at,
                href=agreement_path(found),
                state=STATES.get(found.state, found.state),
            )


def _reads(actor: Actor, agenda_id: int) -> bool:
    if has_request_context():
        from portal import web  # noqa: PLC0415 - commands do without Flask

        return web.permissions().allows(actor, READ, agenda_id=agenda_id)
    return may(actor, READERS, agenda_id)
