"""What can be read of a work plan: its rows with what they inherit, what is late, progress by objective."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from plugins.workplan.filling import filled, own_cells
from plugins.workplan.finding import title_of
from plugins.workplan.models import Activity, Plan, Report, Reschedule, Responsible
from plugins.workplan.words import ANSWERING, COMPLETE, NONE, STATES, UNDER_WAY, bodies
from portal.accounts.models import Grant, Person
from portal.agendas.models import Agenda
from portal.errors import NotFound

PER_PAGE = 50
LATE = "vencido"


@dataclass
class Row:
    """An activity with the three levels that it has or inherits, and what is so today. `part`: the number of its objective."""

    activity: Activity
    objective: str
    action: str
    sub_activity: str
    late: bool
    part: int
    people: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What it is called: the most precise thing that it says."""
        return title_of((self.objective, self.action, self.sub_activity), self.activity)

    @property
    def bodies(self) -> tuple[str, ...]:
        """The bodies that answer for it."""
        return bodies(self.activity.responsible)

    @property
    def date_text(self) -> str:
        """The date as people say it now."""
        return self.activity.due_text or self.activity.date_text.strip()

    @property
    def rescheduled(self) -> bool:
        """Whether its dates were moved."""
        return bool(self.activity.due_text)


@dataclass(frozen=True)
class Progress:
    """How far the activities of one objective are."""

    part: int
    objective: str
    total: int
    complete: int
    under_way: int
    late: int

    @property
    def left(self) -> int:
        """Neither complete nor under way."""
        return self.total - self.complete - self.under_way

    @property
    def percent(self) -> int:
        """Complete ones of a hundred."""
        return round(100 * self.complete / self.total) if self.total else 0


@dataclass(frozen=True)
class Page:
    """A page of rows; `first` and `last`: the positions shown."""

    rows: list[Row]
    number: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """Position of the first row shown."""
        return (self.number - 1) * PER_PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Position of the last row shown."""
        return min(self.number * PER_PAGE, self.total)


def plan(session: Session, agenda: Agenda) -> Plan | None:
    """Return the agenda's plan, None when there is none."""
    return session.scalar(select(Plan).where(Plan.agenda_id == agenda.id).options(joinedload(Plan.agenda)))


def plan_by_code(session: Session, code: str, *, public: bool) -> Plan:
    """Return the plan of the agenda `code`; with `public`, only one that everybody may read. Raises `NotFound`."""
    query = select(Plan).join(Plan.agenda).where(Agenda.code == code).options(joinedload(Plan.agenda))
    found = session.scalar(query.where(Plan.public.is_(True)) if public else query)
    if found is None:
        raise NotFound
    return found


def rows(session: Session, found: Plan, *, today: date, names: bool = False) -> list[Row]:
    """Return the plan's rows in order. One query; two with the `names` of the people who answer for each."""
    query = select(Activity).where(Activity.plan_id == found.id, Activity.retired.is_(False)).order_by(Activity.position, Activity.number)
    activities = list(session.scalars(query))
    made: list[Row] = []
    part, before = 0, None
    for activity, levels in zip(activities, filled(own_cells(one) for one in activities), strict=True):
        part += levels[0] != before
        before = levels[0]
        made.append(Row(activity, *levels, late=is_late(activity, today), part=part))
    if names:
        people = people_of(session, [one.id for one in activities])
        for row in made:
            row.people = [person.full_name for person in people.get(row.activity.id, [])]
    return made


def is_late(activity: Activity, today: date) -> bool:
    """Tell whether an activity's days are over and it is not complete."""
    return activity.due_to is not None and activity.due_to < today and activity.state != COMPLETE and not activity.retired


def people_of(session: Session, activity_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Return who answers for each activity, in alphabetical order. One query."""
    query = (
        select(Responsible)
        .join(Responsible.person)
        .options(joinedload(Responsible.person))
        .where(Responsible.activity_id.in_(activity_ids))
    )
    found: dict[int, list[Person]] = {}
    for one in session.scalars(query.order_by(Person.full_name, Person.id)):
        found.setdefault(one.activity_id, []).append(one.person)
    return found


def one(session: Session, found: Plan, code: str, *, today: date) -> Row:
    """Return the row with this code. Raises `NotFound` when there is none, or it was taken out."""
    for row in rows(session, found, today=today):
        if row.activity.code == code:
            return row
    raise NotFound


def progress(found: Iterable[Row]) -> list[Progress]:
    """Return how far each objective is, in the plan's order."""
    parts: dict[int, list[Row]] = {}
    for row in found:
        parts.setdefault(row.part, []).append(row)
    return [
        Progress(
            part=part,
            objective=some[0].objective,
            total=len(some),
            complete=sum(row.activity.state == COMPLETE for row in some),
            under_way=sum(row.activity.state in UNDER_WAY for row in some),
            late=sum(row.late for row in some),
        )
        for part, some in parts.items()
    ]


def chosen(
    found: Sequence[Row], *, state: str = "", body: str = "", part: int | None = None, ids: frozenset[int] | None = None
) -> list[Row]:
    """Return the rows that fit: `state` one of the scale or "vencido"; `body` one that answers for it; `part` an objective; `ids` activities."""
    return [
        row
        for row in found
        if (not state or (row.late if state == LATE else row.activity.state == state))
        and (not body or body in row.bodies)
        and (part is None or row.part == part)
        and (ids is None or row.activity.id in ids)
    ]


def page(found: Sequence[Row], number: int) -> Page:
    """Return a page of rows."""
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(number, pages)
    return Page(list(found[(number - 1) * PER_PAGE : number * PER_PAGE]), number, pages, len(found))


def counts(found: Iterable[Row]) -> Counter[str]:
    """Return how many rows are in each state, and how many are late."""
    made: Counter[str] = Counter(dict.fromkeys((*STATES, LATE), 0))
    for row in found:
        made[row.activity.state if row.activity.state in STATES else NONE] += 1
        made[LATE] += row.late
    return made


def reports(session: Session, activity_id: int) -> list[Report]:
    """Return what was noted of an activity, newest first."""
    return list(session.scalars(select(Report).where(Report.activity_id == activity_id).order_by(Report.at.desc(), Report.id.desc())))


def report(session: Session, found: Plan, report_id: int) -> Report:
    """Return a note of this plan. Raises `NotFound`."""
    query = select(Report).join(Activity, Activity.id == Report.activity_id).where(Report.id == report_id, Activity.plan_id == found.id)
    made = session.scalar(query)
    if made is None:
        raise NotFound
    return made


def reschedules(session: Session, activity_id: int) -> list[Reschedule]:
    """Return how an activity's dates were moved, newest first."""
    query = select(Reschedule).where(Reschedule.activity_id == activity_id)
    return list(session.scalars(query.order_by(Reschedule.at.desc(), Reschedule.id.desc())))


def mine(session: Session, found: Plan, person_id: int) -> frozenset[int]:
    """Return the ids of the activities that a person answers for."""
    query = select(Responsible.activity_id).join(Activity, Activity.id == Responsible.activity_id)
    return frozenset(session.scalars(query.where(Responsible.person_id == person_id, Activity.plan_id == found.id)))


def candidates(session: Session, agenda_id: int) -> list[Person]:
    """Return the people who may answer for the agenda's activities, in alphabetical order."""
    held = select(Grant.person_id).where(Grant.agenda_id == agenda_id, Grant.ended_at.is_(None), Grant.role.in_(ANSWERING))
    return list(
        session.scalars(select(Person).where(Person.id.in_(held), Person.erased_at.is_(None)).order_by(Person.full_name, Person.id))
    )
