"""What can be read of organisations and territories; every list costs a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.errors import Invalid, NotFound
from portal.i18n import N_
from portal.organisations.models import Membership, Organisation, Territory
from portal.organisations.names import folded, like

LEVELS = {"country": N_("país"), "department": N_("departamento"), "province": N_("provincia"), "district": N_("distrito")}
PAGE = 50


@dataclass(frozen=True)
class Page:
    """A page of a list: its rows, its number from 1, how many rows there are in all."""

    rows: Sequence[Any]
    number: int
    total: int
    size: int = PAGE
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The position of the first row shown, from 1."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The position of the last row shown."""
        return min(self.total, self.number * self.size)


def matching(*, q: str = "", kind: str = "", territory: str = "") -> list[ColumnElement[bool]]:
    """Return the criteria of a search: words of the name, short name or JNE code; a kind; a territory with all inside it."""
    found = [_says(word) for word in folded(q).split()[:8]]
    if kind:
        found.append(Organisation.kind == kind)
    if territory:
        found.append(Organisation.territory_inei.startswith(territory, autoescape=True))  # INEI codes nest: 03, 0301, 030101
    return found


def _says(word: str) -> ColumnElement[bool]:
    code, short = func.lower(Organisation.jne_code), func.lower(Organisation.short_name)
    return or_(
        Organisation.sort_name.like(like(word), escape="\\"), short.contains(word, autoescape=True), code.contains(word, autoescape=True)
    )


def active_ids(session: Session, *, q: str = "", kind: str = "", territory: str = "") -> list[int]:
    """Return the ids of every organisation in activity that matches, in alphabetical order."""
    criteria = matching(q=q, kind=kind, territory=territory)
    return list(
        session.scalars(select(Organisation.id).where(Organisation.active, *criteria).order_by(Organisation.sort_name, Organisation.id))
    )


def organisations_page(
    session: Session, *, number: int = 1, q: str = "", kind: str = "", territory: str = "", size: int = PAGE, active: bool = False
) -> Page:
    """Return organisations in alphabetical order as (Organisation, members): two queries. `active`: only those in activity."""
    criteria = matching(q=q, kind=kind, territory=territory) + ([Organisation.active.is_(True)] if active else [])
    total = session.scalar(select(func.count(Organisation.id)).where(*criteria)) or 0
    number = max(1, min(number, -(-total // size)))
    members = (
        select(func.count(func.distinct(Membership.person_id)))
        .where(Membership.organisation_id == Organisation.id)
        .correlate(Organisation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Organisation, members)
        .where(*criteria)
        .options(joinedload(Organisation.territory))
        .order_by(Organisation.sort_name, Organisation.id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, number, total, size)


def organisation_of(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation with territory, memberships and people. Raises `NotFound`."""
    found = session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .options(joinedload(Organisation.territory), selectinload(Organisation.memberships).joinedload(Membership.person))
    )
    if found is None:
        raise NotFound
    return found


def standing(memberships: Iterable[Membership], day: date) -> list[Membership]:
    """Return the memberships in force on `day`, oldest first."""
    valid = [one for one in memberships if (one.since is None or one.since <= day) and (one.until is None or one.until >= day)]
    return sorted(valid, key=lambda one: (one.since or date.min, one.id))


def territories(session: Session) -> Sequence[Territory]:
    """Return every territory by INEI code, which puts what is inside after what contains it."""
    return session.scalars(select(Territory).order_by(Territory.inei)).all()


def territory_label(territory: Territory | None) -> str:
    """Return `Abancay (provincia, 0301)`, which `find_territory` understands."""
    return f"{territory.name} ({LEVELS.get(territory.level, territory.level)}, {territory.inei})" if territory else ""


def find_territory(known: Sequence[Territory], text: str) -> Territory | None:
    """Return the territory that `text` names: an INEI code, a label, or a name that only one has; None for nothing typed.

    Raises `Invalid` (field "territory") naming the candidates when there are none or several.
    """
    text = text.strip()
    if not text:
        return None
    code = text.rpartition(",")[2].strip(" )") if text.endswith(")") else text
    by_code = next((one for one in known if one.inei == code), None)
    if by_code is not None:
        return by_code
    named = [one for one in known if folded(one.name) == folded(text)]
    if len(named) == 1:
        return named[0]
    if named:
        choices = "; ".join(territory_label(one) for one in named[:5])
        raise Invalid(
            N_("Hay varios territorios con ese nombre; escriba uno de estos: %(choices)s."),
            choices=choices,
            fields={"territory": N_("Hay varios territorios con ese nombre; escriba uno de estos: %(choices)s.") % {"choices": choices}},
        )
    raise Invalid(
        N_("No encontramos ese territorio. Escriba su nombre o su ubigeo del INEI."),
        fields={"territory": N_("No encontramos ese territorio. Escriba su nombre o su ubigeo del INEI.")},
    )
