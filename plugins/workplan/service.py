"""What can be done with a work plan and its rows: begin, write, put in, take out, publish."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from plugins.workplan import finding
from plugins.workplan.dates import understand
from plugins.workplan.filling import filled, own_cells, settle
from plugins.workplan.models import Activity, Plan
from plugins.workplan.table import Line, written
from plugins.workplan.words import COLUMNS, HEADINGS, LEVELS
from portal.agendas.models import Agenda
from portal.errors import Conflict, Invalid, NotFound, Stale
from portal.i18n import N_

LONGEST = 5_000
FIRST_YEAR, LAST_YEAR = 1990, 2100


def begin(session: Session, *, now: datetime, agenda: Agenda, title: str, year: int) -> Plan:
    """Begin an agenda's plan, without rows. Raises `Conflict` when it has one."""
    if session.scalar(select(Plan.id).where(Plan.agenda_id == agenda.id)) is not None:
        raise Conflict(N_("Esta agenda ya tiene un plan de trabajo."))
    title, year = _checked(title, year)
    plan = Plan(
        agenda_id=agenda.id, agenda=agenda, title=title, year=year, opening="", headings=list(HEADINGS), closing="", last_number=0,
        public=False, revision=1, created_at=now,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    return plan


def _checked(title: str, year: int | None) -> tuple[str, int]:
    wrong = {}
    if not title.strip():
        wrong["title"] = N_("Escriba el título del plan.")
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        wrong["year"] = N_("Escriba el año del plan con cuatro cifras.")
    if wrong or year is None:
        raise Invalid(fields=wrong)
    return title.strip()[:300], year


def change_plan(session: Session, plan: Plan, *, now: datetime, revision: int, title: str, year: int, public: bool) -> None:
    """Change title, year and whether everybody may read the plan; dates that were read with the other year are read again."""
    title, year = _checked(title, year)
    done = session.execute(
        update(Plan)
        .where(Plan.id == plan.id, Plan.revision == revision)
        .values(title=title, year=year, public=public, revision=revision + 1),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:  # type: ignore[attr-defined] # as SQLAlchemy says of an UPDATE's result
        session.refresh(plan)
        raise Stale(theirs=plan)
    moved = plan.year != year
    session.refresh(plan)
    for activity in rows_of(session, plan):
        if moved:
            _understand(activity, activity.date_text, year)
    finding.put_all(session, plan, now=now)


def rows_of(session: Session, plan: Plan) -> list[Activity]:
    """Return the rows in the plan's order, without those taken out. One query."""
    rows = select(Activity).where(Activity.plan_id == plan.id, Activity.retired.is_(False)).order_by(Activity.position, Activity.number)
    return list(session.scalars(rows))


def make(plan: Plan, cells: Sequence[str], *, position: int, now: datetime, by: int | None) -> Activity:
    """Return a new row of `plan` with the six `cells` as they are; the caller adds it. Its code is the plan's next."""
    plan.last_number += 1
    activity = Activity(
        plan_id=plan.id,
        number=plan.last_number,
        position=position,
        extra={},
        blank_before=0,
        due_text="",
        state="sin_evidencia",
        retired=False,
        revision=1,
        uid=f"{uuid4()}@rubrica",
        edited_at=now,
        edited_by_id=by,
        **dict(zip(COLUMNS, cells, strict=True)),
    )
    _understand(activity, activity.date_text, plan.year)
    return activity


def _understand(activity: Activity, text: str, year: int) -> None:
    """Note what a date's text means; where people moved the dates, those that they moved them to stay."""
    span = understand(text, year)
    activity.planned_from, activity.planned_to = (span.start, span.end) if span else (None, None)
    if not activity.due_text:
        activity.due_from, activity.due_to = activity.planned_from, activity.planned_to


def add(
    session: Session, plan: Plan, *, now: datetime, cells: Mapping[str, str], after: int | None, days: tuple[date, date] | None, by: int
) -> Activity:
    """Put a row in after the activity with the id `after` (None: at the end). What others inherit stays as it was."""
    rows = rows_of(session, plan)
    place = next((number for number, one in enumerate(rows, 1) if one.id == after), len(rows))
    before = dict(zip((one.id for one in rows), filled(own_cells(one) for one in rows), strict=True))
    made = make(plan, [_cell(cells.get(name, "")) for name in COLUMNS], position=place, now=now, by=by)
    _days(made, days)
    rows.insert(place, made)
    if not filled(own_cells(one) for one in rows)[place][0]:
        raise Invalid(fields={"objective": N_("Escriba el objetivo: no hay una fila anterior que lo diga.")})
    if not (made.sub_activity.strip() or made.strategy.strip() or made.action.strip()):
        raise Invalid(fields={"sub_activity": N_("Escriba qué se hará: una acción, una subactividad o una estrategia.")})
    session.add(made)
    session.flush()
    settle(rows, before)
    _number(rows)
    finding.put_all(session, plan, now=now)
    return made


def _cell(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _days(activity: Activity, days: tuple[date, date] | None) -> None:
    """Take the days that somebody typed, where the text of the date could not be understood."""
    if activity.planned_from is None and days is not None:
        if days[1] < days[0]:
            raise Invalid(fields={"ends_on": N_("El fin no puede ser anterior al comienzo.")})
        activity.planned_from, activity.planned_to = days
        if not activity.due_text:
            activity.due_from, activity.due_to = days


def _number(rows: Sequence[Activity]) -> None:
    for place, one in enumerate(rows):
        if one.position != place:
            one.position = place


def edit(
    session: Session,
    plan: Plan,
    activity: Activity,
    *,
    now: datetime,
    revision: int,
    cells: Mapping[str, str],
    days: tuple[date, date] | None,
    by: int,
) -> None:
    """Write a row's cells anew. A new text in a cell that others inherit is theirs too; one put where there was none is its own row's alone.

    Raises `Stale` (theirs: the activity) when somebody saved since `revision`, `Invalid`.
    """
    values = {name: _cell(cells.get(name, "")) for name in COLUMNS}
    too_long = {name: N_("Escriba menos de 5000 caracteres.") for name, text in values.items() if len(text) > LONGEST}
    if too_long:
        raise Invalid(fields=too_long)
    rows = rows_of(session, plan)
    here = next((one for one in rows if one.id == activity.id), None)
    if here is None:
        raise Conflict(N_("Esta fila se retiró del plan mientras usted la tenía abierta."))
    claim(session, activity, revision=revision, now=now, by=by)
    before = dict(zip((one.id for one in rows), filled(own_cells(one) for one in rows), strict=True))
    opened = {level for level, name in enumerate(LEVELS) if not getattr(here, name).strip() and values[name].strip()}
    text_before = here.date_text
    for name, text in values.items():
        if getattr(here, name).strip() != text:  # spaces around what nobody touched stay as they came
            setattr(here, name, text)
    if here.date_text != text_before or (here.planned_from is None and days is not None):
        _understand(here, here.date_text, plan.year)
        _days(here, days)
    if not filled(own_cells(one) for one in rows)[rows.index(here)][0]:
        raise Invalid(fields={"objective": N_("Escriba el objetivo: no hay una fila anterior que lo diga.")})
    if opened:
        settle(rows, {identity: levels for identity, levels in before.items() if identity != here.id})
    finding.put_all(session, plan, now=now)


def claim(session: Session, activity: Activity, *, revision: int, now: datetime, by: int) -> None:
    """Take the turn to change a row that was read at `revision`. Raises `Stale` when somebody else did."""
    done = session.execute(
        update(Activity)
        .where(Activity.id == activity.id, Activity.revision == revision)
        .values(revision=revision + 1, edited_at=now, edited_by_id=by),
        execution_options={"synchronize_session": False},
    )
    session.refresh(activity)
    if done.rowcount != 1:  # type: ignore[attr-defined] # as above
        raise Stale(theirs=activity)


def retire(session: Session, plan: Plan, activity: Activity, *, now: datetime, revision: int, by: int) -> None:
    """Take a row out of the plan; its code is not given again, its reports stay. What others inherited from it they keep."""
    rows = rows_of(session, plan)
    before = dict(zip((one.id for one in rows), filled(own_cells(one) for one in rows), strict=True))
    if activity.id not in before:
        raise NotFound
    claim(session, activity, revision=revision, now=now, by=by)
    activity.objective, activity.action, activity.sub_activity = before[activity.id]
    activity.retired = True
    left = [one for one in rows if one.id != activity.id]
    settle(left, before)
    _number(left)
    finding.forget(session, plan, activity)
    finding.put_all(session, plan, now=now)


def rewrite(plan: Plan, activity: Activity, values: Mapping[str, str], *, now: datetime, by: int | None) -> None:
    """Write cells that an import brings: a date, who answers for it. The row's revision moves, so that nobody saves over it unseen."""
    for name, text in values.items():
        setattr(activity, name, text)
    if "date_text" in values:
        _understand(activity, activity.date_text, plan.year)
    activity.revision += 1
    activity.edited_at, activity.edited_by_id = now, by


def tidy(rows: Sequence[Activity], levels: Sequence[tuple[str, str, str]]) -> None:
    """After new rows were put among the others, number them all and see that each still means what it meant."""
    settle(rows, dict(zip((one.id for one in rows), levels, strict=True)))
    _number(rows)


def understood(text: str, year: int) -> bool:
    """Tell whether a date's text says which days it means."""
    return understand(text, year) is not None


def exact(session: Session, plan: Plan) -> str:
    """Return the plan's table as text, cells between tabs: what was imported from text and not touched comes back byte for byte."""
    lines = [Line(0, tuple(getattr(one, name) for name in COLUMNS), one.blank_before) for one in rows_of(session, plan)]
    return written(plan.opening, plan.headings, lines, plan.closing)
