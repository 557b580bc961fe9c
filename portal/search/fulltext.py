"""Where one database's full-text search differs from another's: how words are asked for and how what is found is ranked."""

from typing import Any

from sqlalchemy import CTE, Numeric, Select, cast, column, func, literal_column, select, table, text
from sqlalchemy.orm import Session

from portal.search.asking import Term
from portal.search.models import SearchDocument

_INDEX = table("ft_search", column("rowid"))
_VECTOR: Any = literal_column("search_document.ft_vector")
_NONE: Any = literal_column("0")


def hits(session: Session, terms: tuple[Term, ...], *, ranked: bool = True) -> CTE:
    """Return (id, rank) of the documents that have all of `terms`, as a part of a statement; the lowest rank is the best.

    A title counts above a body, and a body above whole words, which only help whoever has not finished typing.
    """
    if session.get_bind().dialect.name == "postgresql":
        asked = func.to_tsquery(literal_column("'simple'"), _postgresql(terms))
        rank: Any = -func.round(cast(func.ts_rank(literal_column("'{0, 0.02, 0.2, 1}'::real[]"), _VECTOR, asked, 1), Numeric), 3)
        rows: Select[Any] = select(SearchDocument.id.label("id"), (rank if ranked else _NONE).label("rank"))
        return rows.where(_VECTOR.op("@@")(asked)).cte("hits")
    rank = literal_column("bm25(ft_search, 100.0, 1.0, 0.1)")  # a title's word weighs as a hundred of the body's
    rows = select(_INDEX.c.rowid.label("id"), (rank if ranked else _NONE).label("rank"))
    # MATERIALIZED, else the planner may ask the index about each document in turn.
    return rows.where(text("ft_search MATCH :asked").bindparams(asked=_sqlite(terms))).cte("hits").prefix_with("MATERIALIZED")


def _sqlite(terms: tuple[Term, ...]) -> str:
    """Return an FTS5 expression. The words have only letters and figures, and stand in quotes: none is an operator."""
    return " AND ".join(f"({_sqlite_term(one)})" for one in terms)


def _sqlite_term(term: Term) -> str:
    exact = f'{{title_terms terms}} : "{" ".join(term.stems)}"'
    return f'{exact} OR "{term.beginning}" *' if term.beginning else exact


def _postgresql(terms: tuple[Term, ...]) -> str:
    """Return a `tsquery`; A and B are title and body (revision 0003)."""
    return " & ".join(f"({_postgresql_term(one)})" for one in terms)


def _postgresql_term(term: Term) -> str:
    exact = " <-> ".join(f"'{stem}':AB" for stem in term.stems)
    return f"{exact} | '{term.beginning}':*" if term.beginning else exact


def indexed(session: Session) -> int | None:
    """Return how many documents the database's index has; None where it cannot fall out of step."""
    if session.get_bind().dialect.name != "sqlite":
        return None
    return session.scalar(select(func.count()).select_from(table("ft_search_docsize")))
