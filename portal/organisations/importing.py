"""Imports organisations and their people: `plan` says what a table would change and which rows it cannot use; `apply` does it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.documents.canonical import digest
from portal.i18n import N_
from portal.organisations.cells import Problem, organisation_values, person_values
from portal.organisations.models import KINDS, Membership, Organisation
from portal.organisations.names import folded, sort_name
from portal.organisations.queries import territories, territory_label
from portal.organisations.reading import COLUMNS, Row, Table
from portal.organisations.service import add_member, create_organisation, edit_organisation

OWN = ("name", "short_name", "kind", "jne_code", "territory_inei")
LABELS = {**COLUMNS, "territory_inei": COLUMNS["territory"]}


@dataclass
class Change:
    """What the import does with one organisation; `organisation` None means it is new."""

    values: dict[str, Any]
    row: int
    organisation: Organisation | None = None
    changed: list[tuple[str, str, str]] = field(default_factory=list)  # (column, before, after)
    people: list[dict[str, Any]] = field(default_factory=list)

    @property
    def does_nothing(self) -> bool:
        """Whether everything is already so."""
        return self.organisation is not None and not self.changed and not self.people


@dataclass
class Plan:
    """What a table would do, in the file's order."""

    changes: list[Change]
    problems: list[Problem]

    @property
    def effective(self) -> list[Change]:
        """The changes that change something."""
        return [one for one in self.changes if not one.does_nothing]

    @property
    def digest(self) -> str:
        """Names exactly this plan: what is confirmed is what was shown."""
        return digest(
            [
                [
                    one.row,
                    one.organisation.id if one.organisation else 0,
                    one.organisation.revision if one.organisation else 0,
                    sorted((key, str(value)) for key, value in one.values.items()),
                    [sorted((key, str(value)) for key, value in person.items()) for person in one.people],
                ]
                for one in self.effective
            ]
        )


def plan(session: Session, table: Table) -> Plan:
    """Compare a table with what there is. Four queries, whatever its size. Empty cells leave what there is."""
    everyone = session.scalars(
        select(Organisation).options(
            joinedload(Organisation.territory), selectinload(Organisation.memberships).joinedload(Membership.person)
        )
    ).all()
    by_code = {one.jne_code: one for one in everyone if one.jne_code}
    by_name: dict[str, list[Organisation]] = {}
    for one in everyone:
        by_name.setdefault(one.sort_name, []).append(one)
    places = territories(session)
    names = {one.inei: territory_label(one) for one in places}
    made = Plan([], [])
    seen: dict[str, Change] = {}
    codes: dict[str, str] = {}
    for row in table.rows:
        problems: list[Problem] = []
        values = organisation_values(row, places, problems)
        person = person_values(row, problems)
        key = sort_name(row.values.get("name", ""))
        change = seen.get(key)
        if change is None:
            existing = _existing(values, by_code, by_name.get(key, []), row, problems)
            change = Change(values, row.number, existing)
            _compare(change, row, names, problems)
        else:
            _agree(change, values, row, problems)
        code = values.get("jne_code")
        if code and codes.setdefault(code, key) != key:
            problems.append(Problem(row.number, "jne_code", code, N_("Otra organización de este archivo tiene el mismo código.")))
        if problems:
            made.problems += problems
            continue
        if key not in seen:
            seen[key] = change
            made.changes.append(change)
        if person:
            _add_person(change, person)
    return made


def apply(session: Session, prepared: Plan, *, now: datetime) -> tuple[int, int, int]:
    """Write a plan; return how many organisations were added and changed, and how many people added."""
    added = changed = people = 0
    for one in prepared.effective:
        organisation = one.organisation
        if organisation is None:
            organisation, added = create_organisation(session, now=now, **one.values), added + 1
        elif one.changed:
            changed += edit_organisation(session, organisation, revision=organisation.revision, **one.values)
        for person in one.people:
            add_member(session, organisation, now=now, **person)
            people += 1
    return added, changed, people


def _existing(
    values: dict[str, Any], by_code: dict[str, Organisation], namesakes: list[Organisation], row: Row, problems: list[Problem]
) -> Organisation | None:
    """Return whom a row means: by JNE code, else by name; never two different ones."""
    coded = by_code.get(values.get("jne_code", ""))
    if coded is not None:
        return coded
    fitting = [one for one in namesakes if "kind" not in values or one.kind == values["kind"]]
    fitting = [one for one in fitting if not one.jne_code or "jne_code" not in values]
    if len(fitting) > 1:
        problems.append(
            Problem(
                row.number,
                "name",
                row.values.get("name", ""),
                N_("Hay varias organizaciones con ese nombre: agregue el código del JNE o el tipo."),
            )
        )
    return fitting[0] if fitting else None


def _compare(change: Change, row: Row, names: dict[str, str], problems: list[Problem]) -> None:
    if change.organisation is None:
        if "kind" not in change.values and not any(one.column == "kind" for one in problems):
            problems.append(Problem(row.number, "kind", "", N_("Falta el tipo de la organización, que es nueva.")))
        return
    for key in OWN:
        before, after = getattr(change.organisation, key), change.values.get(key)
        if after is not None and after != before:
            shown = {"kind": KINDS, "territory_inei": names}.get(key, {})
            change.changed.append((key, shown.get(before, before or "–"), shown.get(after, after)))


def _agree(change: Change, values: dict[str, Any], row: Row, problems: list[Problem]) -> None:
    """Check that another row of the same organisation does not say something else of it."""
    sentence = N_("No coincide con la fila %(row)s, que es de la misma organización.") % {"row": change.row}
    columns = [key.removesuffix("_inei") for key in OWN[1:] if key in values and change.values.get(key) != values[key]]
    problems += [Problem(row.number, column, row.values.get(column, ""), sentence) for column in columns]


def _add_person(change: Change, person: dict[str, Any]) -> None:
    """Add a person unless the organisation has them in that capacity already: by e-mail, or by name when either has none."""

    def same(email: str | None, name: str) -> bool:
        return email.lower() == person["email"] if email and person.get("email") else folded(name) == folded(person["full_name"])

    members = change.organisation.memberships if change.organisation else []
    known = any(one.capacity == person["capacity"] and same(one.person.email, one.person.full_name) for one in members)
    if not known and not any(one["capacity"] == person["capacity"] and same(one.get("email"), one["full_name"]) for one in change.people):
        change.people.append(person)
