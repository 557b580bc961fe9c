"""What the paper page of a process shows: packs, each document and how much of it came back, sheets that need a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from plugins.commitments.models import Commitment, Process
from plugins.commitments.paper import packs, printed, readings
from plugins.commitments.paper.models import CONFIRMED, WAITING, PaperFile, PaperPack, PaperReading, PaperSheet
from portal.context import Portal

NEEDS_NOBODY = ("used", "blank", "unneeded")


@dataclass(frozen=True)
class Document:
    """One document on the list: what came back of it, and its reading under way."""

    commitment: Commitment
    desk: readings.Desk
    taken: int


def documents(portal: Portal, session: Session, chosen: Sequence[Commitment]) -> list[Document]:
    """Return the documents that may be signed, or of which paper came back. Three queries, however many there are."""
    ids = [one.id for one in chosen]
    found: dict[int, dict[int, PaperSheet]] = {}
    editions = {one.id: one.edition for one in chosen}
    rows = select(PaperSheet).where(
        PaperSheet.commitment_id.in_(ids), PaperSheet.problem.is_(None), PaperSheet.set_aside.is_(False), PaperSheet.page.is_not(None)
    )
    for sheet in session.scalars(rows.order_by(PaperSheet.id)):
        if sheet.commitment_id is not None and sheet.page is not None and sheet.edition == editions[sheet.commitment_id]:
            found.setdefault(sheet.commitment_id, {})[sheet.page] = sheet
    all_readings = session.scalars(select(PaperReading).where(PaperReading.commitment_id.in_(ids)).order_by(PaperReading.id)).all()
    under_way = {one.commitment_id: one for one in all_readings if one.open_for is not None}
    documents_ = []
    for one in chosen:
        if one.certified_sha256 is None or not (one.state in packs.SIGNABLE or one.id in found or one.id in under_way):
            continue
        sheets, mine = printed.sheets(portal, one.certified_sha256), found.get(one.id, {})
        missing = tuple(page for page in sheets.wanted if page not in mine)
        desk = readings.Desk(sheets.wanted, sheets.pages, mine, missing, under_way.get(one.id))
        documents_.append(Document(one, desk, sum(1 for other in all_readings if other.commitment_id == one.id and other.state == "taken")))
    return documents_


def files(session: Session, process: Process) -> list[PaperFile]:
    """Return the files of a process, the latest first."""
    return list(session.scalars(select(PaperFile).where(PaperFile.process_id == process.id).order_by(PaperFile.id.desc()).limit(100)))


def to_sort(session: Session, process: Process, *, most: int = 60) -> list[PaperSheet]:
    """Return the sheets of a process that a person should look at: with a problem and not put aside."""
    rows = (
        select(PaperSheet)
        .join(PaperFile, PaperFile.id == PaperSheet.file_id)
        .where(
            PaperFile.process_id == process.id,
            PaperSheet.set_aside.is_(False),
            PaperSheet.problem.is_not(None),
            PaperSheet.problem.not_in(NEEDS_NOBODY),
        )
    )
    return list(session.scalars(rows.options(joinedload(PaperSheet.file)).order_by(PaperSheet.id).limit(most)))


def left_out(session: Session, process: Process, *, most: int = 200) -> list[PaperSheet]:
    """Return the sheets that do not count: put aside, blank, or of pages that need not come back."""
    rows = (
        select(PaperSheet)
        .join(PaperFile, PaperFile.id == PaperSheet.file_id)
        .where(
            PaperFile.process_id == process.id,
            or_(PaperSheet.set_aside.is_(True), PaperSheet.problem == "unneeded"),
            or_(PaperSheet.problem.is_(None), PaperSheet.problem != "used"),
        )
    )
    return list(session.scalars(rows.options(joinedload(PaperSheet.file)).order_by(PaperSheet.id.desc()).limit(most)))


def stuck(session: Session, *, before: datetime) -> tuple[int, int]:
    """Return how many packs and files wait since `before`, and how many confirmed readings cannot be recorded."""
    late = select(func.count(PaperPack.id)).where(PaperPack.state == WAITING, PaperPack.created_at < before)
    unread = select(func.count(PaperFile.id)).where(PaperFile.state == WAITING, PaperFile.uploaded_at < before)
    refused = select(func.count(PaperReading.id)).where(
        PaperReading.state == CONFIRMED, PaperReading.problem.is_not(None) | (PaperReading.decided_at < before)
    )
    return (session.scalar(late) or 0) + (session.scalar(unread) or 0), session.scalar(refused) or 0
