"""What a page asks of the database does not grow with what it shows."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.agendas.models import Agenda
from portal.context import Portal
from portal.testing.agendas import sample_agenda, sample_draft
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries


@pytest.mark.parametrize("address", ["/", "/agendas"])
def test_lists_cost_the_same_with_one_and_with_thirty_agendas(
    address: str, actors: Actors, portal: Portal, session: Session, now: datetime
) -> None:
    client = actors.client("administrator")
    counts = []
    for start, end in ((0, 1), (1, 30)):
        for number in range(start, end):
            sample_agenda(session, portal.store, now=now, code=f"T-{number}", title=f"Agenda {number}", items=2)
        session.commit()
        with count_queries(portal.engine) as sent:
            page = client.get(address).text
        assert page.count('href="/agendas/T-') == end
        counts.append(len(sent))
    assert counts[0] == counts[1] < 12


def test_the_drafts_cost_the_same_with_one_and_with_thirty(actors: Actors, portal: Portal, session: Session, now: datetime) -> None:
    client = actors.client("administrator")
    counts = []
    for start, end in ((0, 1), (1, 30)):
        for number in range(start, end):
            sample_draft(session, now=now, code=f"T-{number}", items=1)
        session.commit()
        with count_queries(portal.engine) as sent:
            assert client.get("/gestion/agendas").text.count('href="/gestion/agendas/T-') == end
        counts.append(len(sent))
    assert counts[0] == counts[1]


PAGES = (
    "/agendas/T-{n}",
    "/agendas/T-{n}/v1.json",
    "/gestion/agendas/T-{n}",
    "/gestion/agendas/T-{n}/dimension/social",
    "/gestion/agendas/T-{n}/congelar",
    "/gestion/agendas/T-{n}/cambios",
    "/gestion/agendas/T-{n}/puntos/SOC-01",
)


@pytest.mark.parametrize("page", PAGES)
def test_an_agenda_costs_the_same_with_one_and_with_thirty_items_a_dimension(
    page: str, actors: Actors, portal: Portal, session: Session, now: datetime
) -> None:
    client = actors.client("administrator")
    counts = []
    for items in (4, 120):
        sample_agenda(session, portal.store, now=now, ask=portal.ask, code=f"T-{items}", items=items)
        session.commit()
        with count_queries(portal.engine) as sent:
            assert client.get(page.format(n=items)).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] < 20


@pytest.mark.slow
def test_an_agenda_of_two_thousand_items_still_comes(
    actors: Actors, portal: Portal, session: Session, now: datetime, frozen: object
) -> None:
    small = actors.client()
    with count_queries(portal.engine) as few:
        small.get("/agendas/APU-T")
    sample_agenda(session, portal.store, now=now, ask=portal.ask, code="GRANDE", items=2000)
    session.commit()
    with count_queries(portal.engine) as many:
        assert small.get("/agendas/GRANDE").text.count('class="agenda-item') >= 2000
    assert len(many) == len(few)


def test_counting_counts(portal: Portal, session: Session, draft: Agenda) -> None:
    from portal.agendas import queries

    with count_queries(portal.engine) as sent:
        queries.items(session, draft.id)
    assert len(sent) == 1
    queries.items(session, draft.id)
    assert len(sent) == 1
