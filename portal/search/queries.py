"""What somebody finds: only what they may read, of what is in use, the best first; two queries whatever there is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor, Permissions
from portal.agendas.models import Agenda
from portal.organisations.queries import Page
from portal.search.asking import Asked
from portal.search.fulltext import hits
from portal.search.models import SearchDocument
from portal.search.service import CORE

SIZE = 20


@dataclass(frozen=True)
class Found:
    """A page of (SearchDocument, code of its agenda or None), and how many there are of each kind and agenda without the filters."""

    page: Page
    kinds: Mapping[str, int]
    agendas: Mapping[str, int]


NONE = Found(Page((), 1, 0, SIZE), {}, {})


def visible(permissions: Permissions, actor: Actor, plugins: Iterable[str]) -> ColumnElement[bool]:
    """Return the criterion of what `actor` may find: what is public, and what they may do the act for, in that agenda.

    A role held for one organisation finds nothing that is not public: what is found does not say whose it is.
    """
    actor = replace(actor, held=tuple(one for one in actor.held if one.organisation_id is None))
    everywhere, somewhere = set[str](), dict[frozenset[int], set[str]]()
    for action in permissions.roles if actor.signed_in else ():
        agendas = permissions.agendas(actor, action)
        if agendas is None:
            everywhere.add(action)
        elif agendas:
            somewhere.setdefault(agendas, set()).add(action)
    open_to = [SearchDocument.public, SearchDocument.action.in_(sorted(everywhere))]
    for agendas, actions in somewhere.items():
        here = or_(SearchDocument.agenda_id.is_(None), SearchDocument.agenda_id.in_(sorted(agendas)))
        open_to.append(and_(SearchDocument.action.in_(sorted(actions)), here))
    return and_(SearchDocument.source.in_([CORE, *sorted(plugins)]), or_(*open_to))


def search(
    session: Session, asked: Asked, may: ColumnElement[bool], *, agenda: str = "", kind: str = "", number: int = 1, size: int = SIZE
) -> Found:
    """Return a page of what has all the words of `asked` and satisfies `may`, the best first, then the newest."""
    if asked.problem:
        return NONE
    counted = hits(session, asked.terms, ranked=False)
    rows = (
        select(SearchDocument.kind, Agenda.code, func.count())
        .select_from(counted)
        .join(SearchDocument, SearchDocument.id == counted.c.id)
        .outerjoin(Agenda, Agenda.id == SearchDocument.agenda_id)
        .where(may)
        .group_by(SearchDocument.kind, Agenda.code)
    )
    kinds, agendas, total = Counter[str](), Counter[str](), 0
    for of_kind, code, count in session.execute(rows):
        kinds[of_kind] += count
        if code:
            agendas[code] += count
        if kind in {"", of_kind} and agenda in {"", code}:
            total += count
    number = max(1, min(number, -(-total // size)))
    return Found(
        Page(_page(session, asked, may, agenda=agenda, kind=kind, number=number, size=size) if total else (), number, total, size),
        dict(sorted(kinds.items())),
        dict(sorted(agendas.items())),
    )


def _page(
    session: Session, asked: Asked, may: ColumnElement[bool], *, agenda: str, kind: str, number: int, size: int
) -> list[tuple[SearchDocument, str | None]]:
    best = hits(session, asked.terms)
    rows = (
        select(SearchDocument, Agenda.code)
        .select_from(best)
        .join(SearchDocument, SearchDocument.id == best.c.id)
        .outerjoin(Agenda, Agenda.id == SearchDocument.agenda_id)
        .where(may)
    )
    if kind:
        rows = rows.where(SearchDocument.kind == kind)
    if agenda:
        rows = rows.where(Agenda.code == agenda)
    rows = rows.order_by(best.c.rank, SearchDocument.at.desc(), SearchDocument.id).limit(size).offset((number - 1) * size)
    return [(row[0], row[1]) for row in session.execute(rows)]


def counts(session: Session) -> dict[str, int]:
    """Return how many documents each source has."""
    rows = select(SearchDocument.source, func.count()).group_by(SearchDocument.source).order_by(SearchDocument.source)
    return {source: int(count) for source, count in session.execute(rows)}
