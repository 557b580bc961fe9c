"""Understands the cells of a row: an organisation's values and a person's, and what cannot be used in which column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from portal.errors import Invalid
from portal.i18n import N_
from portal.organisations.models import CAPACITIES, KINDS, Territory
from portal.organisations.names import folded
from portal.organisations.queries import find_territory
from portal.organisations.reading import Row

_KINDS = {folded(alias): name for name, label in KINDS.items() for alias in (name, label)} | {
    "movimiento": "movimiento_regional",
    "partido": "partido_politico",
    "alianza": "alianza_electoral",
    "mr": "movimiento_regional",
    "pp": "partido_politico",
    "ae": "alianza_electoral",
}
_CAPACITIES = {folded(alias): name for name, label in CAPACITIES.items() for alias in (name, label)} | {
    "candidato": "candidato_gobernador",
    "candidata": "candidato_gobernador",
    "candidato a gobernador": "candidato_gobernador",
    "candidata a gobernadora": "candidato_gobernador",
    "personero": "personero_titular",
    "personera": "personero_titular",
    "personero legal": "personero_titular",
    "personero legal titular": "personero_titular",
    "personera legal titular": "personero_titular",
    "personero legal alterno": "personero_alterno",
    "personera legal alterna": "personero_alterno",
    "personero alterno": "personero_alterno",
    "personero titular": "personero_titular",
    "representante legal": "representante",
}


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be used: number, column ("" for the whole row), what it says, the sentence with its values."""

    row: int
    column: str
    value: str
    sentence: str


def organisation_values(row: Row, places: Sequence[Territory], problems: list[Problem]) -> dict[str, Any]:
    """Return what a row says of its organisation; adds to `problems` what it cannot use. Empty cells are left out."""
    typed = row.values
    values: dict[str, Any] = {key: typed[key] for key in ("name", "short_name", "jne_code") if typed.get(key)}
    for key, most in (("name", 200), ("short_name", 60), ("jne_code", 30)):
        if len(typed.get(key, "")) > most:
            problems.append(Problem(row.number, key, typed[key][:40] + "…", N_("Es muy largo: acórtelo.")))
    if not typed.get("name"):
        problems.append(Problem(row.number, "name", "", N_("Falta el nombre de la organización.")))
    if typed.get("kind"):
        kind = _KINDS.get(folded(typed["kind"]))
        if kind:
            values["kind"] = kind
        else:
            problems.append(
                Problem(
                    row.number,
                    "kind",
                    typed["kind"],
                    N_("Ese tipo no existe. Use partido político, movimiento regional o alianza electoral."),
                )
            )
    if typed.get("territory"):
        try:
            text = typed["territory"]
            found = find_territory(
                places, text.zfill(len(text) + len(text) % 2) if text.isdigit() else text
            )  # a spreadsheet drops the zero of 030101
            values["territory_inei"] = found.inei if found else None
        except Invalid as error:
            problems.append(Problem(row.number, "territory", typed["territory"], error.text))
    return values


def person_values(row: Row, problems: list[Problem]) -> dict[str, Any] | None:
    """Return what a row says of a person, or None when it names nobody; adds to `problems` what it cannot use."""
    typed = row.values
    if not any(typed.get(key) for key in ("full_name", "capacity", "email", "phone", "dni")):
        return None
    person: dict[str, Any] = {key: typed[key] for key in ("full_name", "email", "phone", "dni") if typed.get(key)}
    if not typed.get("full_name"):
        problems.append(Problem(row.number, "full_name", "", N_("Falta el nombre de la persona.")))
    capacity = _CAPACITIES.get(folded(typed.get("capacity", "")))
    if capacity:
        person["capacity"] = capacity
    else:
        problems.append(
            Problem(
                row.number,
                "capacity",
                typed.get("capacity", ""),
                N_("Escriba la calidad: candidato/a a gobernador/a, personero/a legal titular o alterno/a, representante."),
            )
        )
    if typed.get("email"):
        try:
            person["email"] = validate_email(typed["email"], check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            problems.append(Problem(row.number, "email", typed["email"], N_("No es un correo. Escríbalo como nombre@ejemplo.pe.")))
    problems += [*_check_dni(row, person), *_read_days(row, person)]
    return person


def _check_dni(row: Row, person: dict[str, Any]) -> Iterator[Problem]:
    dni = row.values.get("dni", "")
    if dni.isdigit() and len(dni) < 8:  # noqa: PLR2004 - a spreadsheet drops the zeros a DNI begins with
        person["dni"] = dni = dni.zfill(8)
    if dni and not (dni.isalnum() and 8 <= len(dni) <= 12):  # noqa: PLR2004 - a DNI has 8, a foreigner's card up to 12
        yield Problem(row.number, "dni", dni, N_("El DNI tiene 8 cifras; el carné de extranjería, hasta 12."))


def _read_days(row: Row, person: dict[str, Any]) -> Iterator[Problem]:
    for key in ("since", "until"):
        text = row.values.get(key)
        if text:
            person[key] = _day(text)
            if person[key] is None:
                yield Problem(row.number, key, text, N_("No es una fecha. Escríbala como 31/08/2022."))
    if person.get("since") and person.get("until") and person["until"] < person["since"]:
        yield Problem(row.number, "until", row.values["until"], N_("La fecha final debe ser posterior a la inicial."))


def _day(text: str) -> date | None:
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day, in no zone
        except ValueError:
            continue
    return None
