"""Compares a table with the plan that there is, says what would change, and does it. Rows that the table lacks stay."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.workplan import finding, service
from plugins.workplan.dates import Span, folded, understand, years_in
from plugins.workplan.filling import Levels, filled, own_cells
from plugins.workplan.models import Activity, Plan
from plugins.workplan.table import LONGEST_CELL, Line, Remark, Table
from plugins.workplan.words import COLUMNS
from portal.agendas.models import Agenda
from portal.documents.canonical import digest
from portal.errors import Conflict
from portal.i18n import N_

_DATE, _WHO = 4, 5
_Key = tuple[str, str, str, str]


@dataclass
class Change:
    """What the import does with one line; `activity` None: it is a new row. `inherits`: which of the first three cells do."""

    line: Line
    levels: Levels
    span: Span | None
    inherits: tuple[bool, bool, bool]
    activity: Activity | None = None
    changed: list[tuple[str, str, str]] = field(default_factory=list)  # (column, before, after)


@dataclass
class Prepared:
    """What a table would do, in its order. `kept`: rows of the plan that it does not have."""

    plan: Plan | None
    table: Table
    year: int
    changes: list[Change] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    kept: list[Activity] = field(default_factory=list)

    @property
    def new(self) -> list[Change]:
        """The lines that are new rows."""
        return [one for one in self.changes if one.activity is None]

    @property
    def edited(self) -> list[Change]:
        """The lines that change a row's date or who answers for it."""
        return [one for one in self.changes if one.activity is not None and one.changed]

    @property
    def same(self) -> int:
        """How many lines are already so."""
        return len(self.changes) - len(self.new) - len(self.edited)

    @property
    def digest(self) -> str:
        """Names exactly this: what is confirmed is what was shown."""
        rows = [
            [one.line.number, one.activity.id if one.activity else 0, one.activity.revision if one.activity else 0] for one in self.changes
        ]
        return digest([self.year, self.plan.revision if self.plan else 0, rows])


def plan_of(session: Session, agenda_id: int) -> Plan | None:
    """Return an agenda's plan, None when it has none."""
    return session.scalar(select(Plan).where(Plan.agenda_id == agenda_id))


def likely_year(table: Table, agenda: Agenda) -> int:
    """Return the year that a table's dates without one are of: the first that it says, else the one before the agenda's period."""
    said = [year for line in table.lines for year in years_in(line.cells[_DATE])]
    return min(said) if said else agenda.period_start - 1


def prepare(session: Session, agenda: Agenda, table: Table, *, year: int) -> Prepared:
    """Compare a table with the plan. Two queries, whatever its size."""
    plan = plan_of(session, agenda.id)
    made = Prepared(plan, table, year, remarks=list(table.remarks))
    there = service.rows_of(session, plan) if plan else []
    waiting: dict[_Key, list[Activity]] = defaultdict(list)
    for one, levels in zip(there, filled(own_cells(one) for one in there), strict=True):
        waiting[_key(levels, one.strategy)].append(one)
    read: set[tuple[str, ...]] = set()
    for line, levels in zip(table.lines, filled(line.cells for line in table.lines), strict=True):
        if any(len(cell) > LONGEST_CELL for cell in line.cells):
            continue  # `table.remarks` says so
        if not levels[0]:
            made.problems.append(Remark(f"{line.number}: {COLUMNS['objective']}", "", NO_OBJECTIVE, line.number))
            continue
        inherits = tuple(not cell.strip() and bool(level) for cell, level in zip(line.cells[:3], levels, strict=True))
        change = Change(line, levels, understand(line.cells[_DATE], year), (inherits[0], inherits[1], inherits[2]))
        named = waiting.get(_key(levels, line.cells[3]))
        if named:
            change.activity = named.pop(0)
            _compare(change, change.activity)
        elif line.cells[_DATE].strip() and change.span is None:
            made.remarks.append(Remark(f"{line.number}: {COLUMNS['date_text']}", line.cells[_DATE], UNCLEAR, line.number))
        whole = (*_key(levels, line.cells[3]), folded(line.cells[_DATE]), folded(line.cells[_WHO]))
        if whole in read:
            made.remarks.append(Remark(str(line.number), next(filter(None, reversed(levels))), TWICE, line.number))
        read.add(whole)
        made.changes.append(change)
    made.kept = [one for rows in waiting.values() for one in rows]
    made.problems += [one for one in made.remarks if one.sentence.startswith("La celda pasa")]
    made.remarks = [one for one in made.remarks if one not in made.problems]
    return made


NO_OBJECTIVE = N_("Falta el objetivo: ninguna fila anterior lo dice. La fila no se importa.")
UNCLEAR = N_("No se entiende como fecha: se guarda tal cual, sin vencimiento. Puede poner los días después, en la fila.")

TWICE = N_("La fila dice lo mismo que otra de más arriba: se importan las dos. Si sobra una, quítela de su tabla.")


def _key(levels: Levels, strategy: str) -> _Key:
    return folded(levels[0]), folded(levels[1]), folded(levels[2]), folded(strategy)


def _compare(change: Change, activity: Activity) -> None:
    for place, name in ((_DATE, "date_text"), (_WHO, "responsible")):
        before, after = getattr(activity, name), change.line.cells[place]
        if after.strip() and folded(before) != folded(after):
            change.changed.append((name, before, after))


def apply(session: Session, agenda: Agenda, prepared: Prepared, *, now: datetime, by: int | None) -> tuple[Plan, int, int]:
    """Write what was prepared; return the plan, how many rows are new and how many changed. Raises `Conflict` if a plan was begun meanwhile."""
    plan, table = prepared.plan, prepared.table
    if plan is None:
        plan = service.begin(session, now=now, agenda=agenda, title=table.title or N_("Plan de trabajo"), year=prepared.year)
        plan.opening, plan.headings, plan.closing = table.opening, table.headings, table.closing
        for place, change in enumerate(prepared.changes):
            _put(session, plan, change, change.line.cells, place, now, by)
    else:
        _merge(session, plan, prepared, now, by)
    finding.put_all(session, plan, now=now)
    return plan, len(prepared.new), len(prepared.edited)


def _put(session: Session, plan: Plan, change: Change, cells: tuple[str, ...], place: int, now: datetime, by: int | None) -> Activity:
    made = service.make(plan, cells, position=place, now=now, by=by)
    made.extra, made.blank_before = dict(change.line.extra), change.line.blank_before
    session.add(made)
    return made


def _merge(session: Session, plan: Plan, prepared: Prepared, now: datetime, by: int | None) -> None:
    for change in prepared.edited:
        activity = change.activity
        if activity is None or activity.retired:
            raise Conflict
        service.rewrite(plan, activity, {name: after for name, _, after in change.changed}, now=now, by=by)
    rows = service.rows_of(session, plan)
    levels = filled(own_cells(one) for one in rows)
    for change in prepared.new:
        place = _place(levels, change.levels)
        made = _put(session, plan, change, (*change.levels, *change.line.cells[3:]), place, now, by)
        made.blank_before = 0
        rows.insert(place, made)
        levels.insert(place, change.levels)
    session.flush()
    service.tidy(rows, levels)


def _place(levels: list[Levels], wanted: Levels) -> int:
    """Return where a row belongs: after the last of its sub-activity, of its action, of its objective, else at the end."""
    for depth in (3, 2, 1):
        same = [
            place for place, one in enumerate(levels) if [folded(text) for text in one[:depth]] == [folded(text) for text in wanted[:depth]]
        ]
        if same:
            return same[-1] + 1
    return len(levels)
