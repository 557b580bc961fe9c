"""Ten times the dimensions and five times the items cost the database not one query more, on any page of an agenda."""

from datetime import datetime
from typing import Any

import pytest

from portal.testing.agendas import sample_agenda, sample_draft
from portal.testing.fixtures import Installation
from portal.testing.queries import count_queries

MANY = """
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

@hookimpl
def dimensions():
    return [Dimension(name=f"d{n:02d}", label=f"Dimensión {n:02d}", prefix=f"D{LETTERS[n // 26]}{LETTERS[n % 26]}", weight=n) for n in range(40)]
"""
PAGES = (
    "/agendas/{code}",
    "/agendas/{code}/v1",
    "/gestion/agendas/{code}",
    "/gestion/agendas/{code}/dimension/d00",
    "/gestion/agendas/{code}/cambios",
    "/gestion/agendas/{code}/congelar",
    "/gestion/agendas/{code}/puntos/DAA-01",
)
SIZES = ((4, 60), (4, 300), (40, 60), (40, 300))  # dimensions, items


@pytest.mark.once
def test_the_queries_of_a_page_stay_as_dimensions_and_items_grow(with_plugins: Any, install: Any, now: datetime) -> None:
    made: Installation = with_plugins(install("muchas", MANY))
    for dimensions, items in SIZES:
        names = [f"d{n:02d}" for n in range(dimensions)]
        sample_agenda(
            made.session, made.portal.store, now=now, ask=made.portal.ask, code=f"F{dimensions}-{items}", items=items, dimensions=names
        )
        sample_draft(made.session, now=now, ask=made.portal.ask, code=f"B{dimensions}-{items}", items=items, dimensions=names)
    made.session.commit()
    client = made.actors.client("administrator")
    counts: dict[str, list[int]] = {}
    for page in PAGES:
        for kind in "F" if page.startswith("/agendas") else "FB":
            for dimensions, items in SIZES:
                address = page.format(code=f"{kind}{dimensions}-{items}")
                with count_queries(made.portal.engine) as sent:
                    assert client.get(address).status_code == 200, address
                counts.setdefault(f"{kind} {page}", []).append(len(sent))
    assert counts == {page: [found[0]] * len(SIZES) for page, found in counts.items()}
    assert max(found[0] for found in counts.values()) < 25
