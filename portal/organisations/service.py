"""What can be done with organisations: add, edit (the second of two editors is told), members with capacities, logo."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import Grant, Passkey, Person
from portal.documents.canonical import digest
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.ledger.service import record
from portal.organisations.finding import keep
from portal.organisations.models import CAPACITIES, KINDS, Membership, Organisation, Territory
from portal.organisations.names import sort_name

FIELDS = ("name", "short_name", "kind", "jne_code", "territory_inei", "is_sample", "active")


def checked(session: Session, values: Mapping[str, Any], *, besides: int | None = None) -> dict[str, Any]:
    """Return an organisation's values, trimmed, "" as None. Raises `Invalid` with `fields`. `besides`: its own id, if it exists."""
    clean = {key: (value.strip() or None if isinstance(value, str) else value) for key, value in values.items() if key in FIELDS}
    bad: dict[str, str] = {}
    if not clean.get("name"):
        bad["name"] = N_("Escriba el nombre de la organización.")
    for key, most in (("name", 200), ("short_name", 60), ("jne_code", 30)):
        if len(clean.get(key) or "") > most:
            bad[key] = N_("Escriba menos letras: el límite es %(most)s.") % {"most": most}
    if clean.get("kind") not in KINDS:
        bad["kind"] = N_("Elija qué tipo de organización es.")
    code = clean.get("jne_code")
    if code and session.scalar(select(Organisation.id).where(Organisation.jne_code == code, Organisation.id != (besides or 0))) is not None:
        bad["jne_code"] = N_("Otra organización ya tiene ese código del JNE.")
    inei = clean.get("territory_inei")
    if inei and session.get(Territory, inei) is None:
        bad["territory"] = N_("Ese ubigeo no está en la tabla de territorios del portal.")
    if bad:
        raise Invalid(fields=bad)
    return clean


def create_organisation(session: Session, *, now: datetime, **values: Any) -> Organisation:
    """Add an organisation (see `FIELDS`). Raises `Invalid`, also when one with the same name and kind exists."""
    clean = checked(session, values)
    key = sort_name(clean["name"])
    if session.scalar(select(Organisation.id).where(Organisation.sort_name == key, Organisation.kind == clean["kind"])) is not None:
        raise Invalid(fields={"name": N_("Ya hay una organización de ese tipo con el mismo nombre.")})
    organisation = Organisation(sort_name=key, created_at=now, **clean)
    session.add(organisation)
    session.flush()
    keep(session, organisation)
    return organisation


def edit_organisation(session: Session, organisation: Organisation, *, revision: int, **values: Any) -> bool:
    """Change an organisation read at `revision`; return whether anything changed.

    Raises `Invalid`, or `Stale` (`theirs`: the row as it is now) when somebody saved since.
    """
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())  # PostgreSQL locks no outer join
    session.refresh(organisation)
    if organisation.revision != revision:
        raise Stale(
            N_(
                "Otra persona guardó cambios en esta organización mientras usted la editaba. Lo que escribió sigue abajo: compárelo y guarde de nuevo."
            ),
            theirs=organisation,
        )
    clean = checked(session, {**{key: getattr(organisation, key) for key in FIELDS}, **values}, besides=organisation.id)
    changed = {key: value for key, value in clean.items() if getattr(organisation, key) != value}
    for key, value in changed.items():
        setattr(organisation, key, value)
    if changed:
        organisation.sort_name = sort_name(organisation.name)
        organisation.revision += 1
        session.flush()
        keep(session, organisation)
    return bool(changed)


def set_logo(session: Session, organisation: Organisation, sha256: str | None) -> None:
    """Point to a stored picture (see `logos.cleaned`), or to none."""
    organisation.logo_sha256 = sha256
    organisation.revision += 1
    session.flush()


def add_member(
    session: Session,
    organisation: Organisation,
    *,
    now: datetime,
    full_name: str,
    capacity: str,
    email: str | None = None,
    phone: str | None = None,
    dni: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Membership:
    """Add a person to an organisation in a capacity. A known e-mail means that known person, whose name is left alone."""
    address = accounts.address(email) if email and email.strip() else None
    _check_member(full_name, capacity, dni, since, until)
    person = accounts.add_person(session, now=now, full_name=full_name, email=address)
    held = select(Membership.id).where(
        Membership.organisation_id == organisation.id, Membership.person_id == person.id, Membership.capacity == capacity
    )
    if session.scalar(held) is not None:
        raise Invalid(fields={"capacity": N_("Esa persona ya figura en esta organización con esa calidad.")})
    person.phone = (phone or "").strip() or person.phone
    person.dni = (dni or "").strip() or person.dni
    membership = Membership(organisation=organisation, person=person, capacity=capacity, since=since, until=until)
    session.add(membership)
    session.flush()
    return membership


def edit_member(
    session: Session,
    membership: Membership,
    *,
    now: datetime,
    full_name: str,
    capacity: str,
    email: str | None,
    phone: str | None,
    dni: str | None,
    since: date | None,
    until: date | None,
) -> None:
    """Change a member's data, capacity or dates. The e-mail is what a person signs in with: see `_move_address`."""
    address = accounts.address(email) if email and email.strip() else None
    _check_member(full_name, capacity, dni, since, until)
    person = membership.person
    twin = select(Membership.id).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.person_id == person.id,
        Membership.capacity == capacity,
        Membership.id != membership.id,
    )
    if session.scalar(twin) is not None:
        raise Invalid(fields={"capacity": N_("Esa persona ya figura en esta organización con esa calidad.")})
    if address != (person.email or "").lower():
        _move_address(session, person, address, now=now)
    if full_name.strip() != person.full_name and uses_account(session, person):
        raise Invalid(fields={"full_name": N_("Esta persona ya usa su cuenta: solo ella puede cambiar su nombre.")})
    person.full_name, person.phone, person.dni = full_name.strip(), (phone or "").strip() or None, (dni or "").strip() or None
    membership.capacity, membership.since, membership.until = capacity, since, until
    session.flush()


def uses_account(session: Session, person: Person) -> bool:
    """Tell whether `person` set up a way to sign in, or holds a role beyond representing an organisation."""
    if person.password or person.confirmed_at:
        return True
    if session.scalar(select(Passkey.id).where(Passkey.user_id == person.id).limit(1)) is not None:
        return True
    return session.scalar(select(Grant.id).where(Grant.person_id == person.id, Grant.role != "representative").limit(1)) is not None


def _move_address(session: Session, person: Person, address: str | None, *, now: datetime) -> None:
    """Change where a person's links and codes go, unless they already use the account; the ledger keeps digests of both."""
    if uses_account(session, person):
        raise Invalid(fields={"email": N_("Esta persona ya usa su cuenta: solo ella puede cambiar su correo.")})
    if address and session.scalar(select(Person.id).where(func.lower(Person.email) == address, Person.id != person.id)) is not None:
        raise Invalid(fields={"email": N_("Ese correo es de otra persona del portal.")})
    before, person.email = person.email, address
    session.flush()
    record(
        session,
        now=now,
        kind="person.address_changed",
        subject=f"person:{person.id}",
        data={
            "before": digest([person.salt, before]),
            "after": digest([person.salt, address]),
        },
    )


def _check_member(full_name: str, capacity: str, dni: str | None, since: date | None, until: date | None) -> None:
    bad: dict[str, str] = {}
    if not full_name.strip():
        bad["full_name"] = N_("Escriba nombres y apellidos.")
    if capacity not in CAPACITIES:
        bad["capacity"] = N_("Elija la calidad en que participa.")
    if dni and dni.strip() and not re.fullmatch(r"[0-9A-Za-z]{8,12}", dni.strip()):
        bad["dni"] = N_("El DNI tiene 8 cifras; el carné de extranjería, hasta 12.")
    if since and until and until < since:
        bad["until"] = N_("La fecha final debe ser posterior a la inicial.")
    if bad:
        raise Invalid(fields=bad)
