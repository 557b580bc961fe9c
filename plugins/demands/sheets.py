"""Paper sheets on which demands are collected: made with a code, typed in by somebody who is named, kept with their scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands.collecting import Said, checked, collect
from plugins.demands.desk import locked, next_number
from plugins.demands.models import Demand, Sheet, Source
from plugins.demands.words import MOST_TEXT
from portal.agendas.models import Agenda
from portal.documents.store import FileStore
from portal.errors import Invalid, TooLarge
from portal.i18n import N_

LINES, MOST_SHEETS = 8, 50  # lines of an A4 page; sheets made at once
SCANS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a sheet as typed. `who`: the organisation or group that said it, "" for a person without a name."""

    line: int
    text: str = ""
    kind: str = "demand"
    dimension: str = ""
    who: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed on it."""
        return not self.text.strip() and not self.who.strip()


def make(
    session: Session,
    *,
    now: datetime,
    agenda: Agenda,
    many: int,
    dimension: str = "",
    meeting: str = "",
    place: str = "",
    held_on: date | None = None,
    lines: int = LINES,
    person_id: int | None,
) -> list[Sheet]:
    """Make sheets to print, each with a code of its own. Raises `Invalid`."""
    if not 1 <= many <= MOST_SHEETS:
        raise Invalid(fields={"many": N_("Escriba un número entre 1 y 50.")})
    if dimension and dimension not in {one.name for one in agenda.dimensions}:
        raise Invalid(fields={"dimension": N_("Elija una dimensión de la agenda.")})
    number = next_number(session, agenda.id, "sheet", many)
    made = [
        Sheet(
            agenda_id=agenda.id,
            number=number + step,
            code=f"H-{number + step:03d}",
            dimension=dimension,
            meeting=meeting,
            place=" ".join(place.split())[:200],
            held_on=held_on,
            lines=lines,
            made_at=now,
            made_by_id=person_id,
            scan_type="",
        )
        for step in range(many)
    ]
    session.add_all(made)
    session.flush()
    return made


def typed_lines(session: Session, sheet: Sheet) -> dict[int, Demand]:
    """Return the demands that came from a sheet, by line."""
    rows = (
        select(Source.line, Demand)
        .join(Demand, Demand.id == Source.demand_id)
        .where(Source.sheet_id == sheet.id, Source.fusion_id.is_(None))
        .order_by(Source.line)
    )
    return {line: demand for line, demand in session.execute(rows) if line is not None}


def type_in(session: Session, *, now: datetime, agenda: Agenda, sheet: Sheet, rows: Sequence[Row], person_id: int) -> list[Demand]:
    """Register the lines typed from a sheet; blank ones are left out. Raises `Invalid` with a sentence for each bad line; then none is kept.

    A line that somebody else typed meanwhile is refused, and said which demand it became.
    """
    locked(session, agenda.id)  # two people who type the same sheet come one after the other
    done, wrong = typed_lines(session, sheet), {}
    wanted = [row for row in rows if not row.blank]
    for row in wanted:
        if row.line in done:
            wrong[f"l{row.line}-text"] = N_(
                "Otra persona ya escribió esta línea. Borre lo suyo si es lo mismo, o páselo a una línea libre."
            )
            continue
        try:
            checked(session, agenda, text=row.text, kind=row.kind, dimension=row.dimension, territory="", detail="")
        except Invalid as error:
            wrong |= {f"l{row.line}-{name}": sentence for name, sentence in error.fields.items()}
    if wrong:
        raise Invalid(fields=wrong)
    if not wanted:
        raise Invalid(N_("No hay ninguna línea escrita."))
    made = []
    for row in wanted:
        who = " ".join(row.who.split())[:MOST_TEXT]
        said = [Said(kind="organisation", name=who, said_on=sheet.held_on)] if who else [Said(said_on=sheet.held_on)]
        if sheet.meeting or sheet.place:
            said.append(Said(kind="meeting", ref=sheet.meeting, name=sheet.place, said_on=sheet.held_on))
        made.append(
            collect(
                session,
                now=now,
                agenda=agenda,
                text=row.text,
                kind=row.kind,
                dimension=row.dimension or sheet.dimension,
                said=said,
                channel="paper",
                collected_on=sheet.held_on,
                person_id=person_id,
                sheet=sheet,
                line=row.line,
            )
        )
    sheet.typed_at, sheet.typed_by_id = now, person_id
    session.flush()
    return made


def attach(session: Session, *, now: datetime, store: FileStore, sheet: Sheet, data: bytes, megabytes: int) -> None:
    """Keep the scan of a sheet: a PDF, JPEG or PNG. Raises `Invalid`, `TooLarge`."""
    if len(data) > megabytes * 1024 * 1024:
        raise TooLarge(megabytes=megabytes)
    kind = next((media for head, media in SCANS.items() if data.startswith(head)), None)
    if kind is None:
        raise Invalid(fields={"file": N_("Suba un PDF, una foto JPEG o un PNG.")})
    sheet.scan_sha256, sheet.scan_type = store.put(session, data, kind, now=now), kind
    session.flush()
