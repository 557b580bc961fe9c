"""A thousand demands: each list costs as many statements as ten do, and public pages stay light."""

from datetime import datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from plugins.demands import desk, finding, rounds
from plugins.demands.models import Demand, Source
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.testing.fixtures import Actors
from portal.testing.queries import count_queries
from tests.demands.conftest import Collect

pytestmark = pytest.mark.settings(plugins=("demands", "social"))
STAFF, OPEN = "/gestion/agendas/APU-T/demandas", "/agendas/APU-T/demandas"
NOUNS = ("agua", "caminos", "escuelas", "postas", "riego", "mercados", "bosques", "semillas", "internet", "bibliotecas")


def add_many(session: Session, agenda: Agenda, first: int, last: int, now: datetime) -> None:
    rows = [
        {
            "agenda_id": agenda.id,
            "number": n,
            "code": f"D-{n:03d}",
            "kind": "demand",
            "dimension": "social",
            "text": f"Más y mejores {NOUNS[n % 10]} para el distrito {n}, con mantenimiento",
            "terms": finding.stems(f"Más y mejores {NOUNS[n % 10]} para el distrito {n}, con mantenimiento"),
            "channel": "desk",
            "state": "open",
            "collected_on": now.date(),
            "created_at": now,
            "revision": 1,
        }
        for n in range(first, last + 1)
    ]
    ids = session.scalars(insert(Demand).returning(Demand.id), rows).all()
    sources = [{"demand_id": one, "kind": "organisation", "name": f"Organización {n} de {one}", "at": now} for one in ids for n in range(3)]
    session.execute(insert(Source), sources)
    desk.locked(session, agenda.id).next_demand = last + 1
    session.commit()


def test_every_list_of_a_thousand_costs_what_one_of_forty_does(
    portal: Portal, session: Session, agenda: Agenda, staff: Person, actors: Actors, collected: Collect, now: datetime
) -> None:
    add_many(session, agenda, 1, 40, now)
    chosen = session.query(Demand).filter(Demand.number <= 30).all()
    plan = rounds.Plan(title="Ronda", criteria=[rounds.Weighed(name=name, weight="1") for name in "ABC"])
    held = rounds.prepare(session, now=now, agenda=agenda, plan=plan, demands=chosen, person_id=staff.id)
    ballots = rounds.add_ballots(session, round_=held, labels=["Uno", "Dos"])
    rounds.open_(session, now=now, round_=held)
    for ballot in ballots:
        typed = {rounds.cell(entry.id, one.id): "3" for entry in held.entries for one in held.criteria}
        rounds.score(session, now=now, round_=held, ballot=ballot, typed=typed, revision=1, person_id=staff.id)
    rounds.close(session, now=now, round_=held)
    desk.locked(session, agenda.id).public = True
    session.commit()
    pages = {
        OPEN: actors.client(),
        f"{OPEN}?q=biblioteca&dimension=social&origen=organisation": actors.client(),
        f"{OPEN}/D-007": actors.client(),
        f"{OPEN}/rondas/RP-01": actors.client(),
        STAFF: actors.signed_in(staff),
        f"{STAFF}?q=riego&origen=organisation&decision=-": actors.signed_in(staff),
        f"{STAFF}/unir?d=D-007&d=D-017": actors.signed_in(staff),
        f"{STAFF}/rondas": actors.signed_in(staff),
        f"{STAFF}/rondas/RP-01": actors.signed_in(staff),
    }

    def costs() -> dict[str, int]:
        found = {}
        for address, client in pages.items():
            client.get(address)  # templates compiled, hooks asked once
            with count_queries(portal.engine) as sent:
                page = client.get(address)
            assert (page.status_code, len(page.data) < 100_000) == (200, True), address
            found[address] = len(sent)
        return found

    few = costs()
    add_many(session, agenda, 41, 1_000, now)
    assert costs() == few
    assert max(few.values()) <= 25
    last = actors.client().get(f"{OPEN}?pagina=40").text
    assert ("D-1000" in last, "976 a 1000 de 1000" in last) == (True, True)
