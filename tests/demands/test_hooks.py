"""What the rest of the portal is told: the thread, search, a person's data; and the portal without this plugin, or with it alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import api, deciding, desk, finding, people, queries, story
from plugins.demands.collecting import Said, collect
from plugins.demands.models import Ballot, Demand, Source
from portal.accounts.actor import NOBODY, Actor, Held
from portal.accounts.models import Person
from portal.accounts.redacting import mark
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.search.models import SearchDocument
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors, Installation
from portal.testing.traces import in_tables
from tests.demands.conftest import Collect

ALONE = pytest.mark.settings(plugins=("demands", "social"))


@ALONE
def test_the_thread_says_to_each_what_they_may_know(session: Session, agenda: Agenda, collected: Collect) -> None:
    shown, hidden = collected("Agua segura"), collected("Propuesta", channel="form")
    refs = frozenset(f"demand:APU-T/{one.code}" for one in (shown, hidden)) | {"demand:OTRA/D-001", "item:APU-T/SOC-01"}
    staff = Actor(1, "Mesa", (Held("staff", agenda.id),))
    elsewhere = Actor(2, "Otra", (Held("staff", agenda.id + 1),))

    def stations(actor: Actor) -> list[tuple[str, str]]:
        return sorted((one.ref.split("/")[1], one.href) for one in story.stations(session, actor, refs))

    assert (stations(NOBODY), stations(elsewhere)) == ([], [])
    assert stations(staff) == [("D-001", "/gestion/agendas/APU-T/demandas/D-001"), ("D-002", "/gestion/agendas/APU-T/demandas/D-002")]
    desk.locked(session, agenda.id).public = True
    session.flush()
    assert stations(NOBODY) == [("D-001", "/agendas/APU-T/demandas/D-001")]
    assert [href for _, href in stations(staff)] == ["/agendas/APU-T/demandas/D-001", "/gestion/agendas/APU-T/demandas/D-002"]


@ALONE
def test_what_services_index_is_what_the_index_is_made_of_anew(
    session: Session, agenda: Agenda, staff: Person, collected: Collect, now: datetime
) -> None:
    collected("Agua segura")
    collected("Propuesta", channel="form")
    desk.change(session, agenda=agenda, revision=1, public=True, form=True, opens_at=None, closes_at=None, intro="")
    collected("Riego por goteo")
    kept = {
        row.ref: (row.public, row.title, row.href)
        for row in session.scalars(select(SearchDocument).where(SearchDocument.source == "demands"))
    }
    assert kept == {one.ref: (one.public, one.title, one.href) for one in finding.entries(session)}
    assert [kept[name][0] for name in sorted(kept)] == [True, False, True]


@ALONE
def test_a_person_gets_their_data_and_is_erased_from_everything(
    portal: Portal, session: Session, agenda: Agenda, actors: Actors, now: datetime
) -> None:
    who = actors.person("Illari Ñahui Muestra")
    made = collect(
        session,
        now=now,
        agenda=agenda,
        text="Agua, lo pide Illari Ñahui Muestra",
        said=[Said(kind="group", name="Grupo de Illari Ñahui Muestra", said="Yo, Illari Ñahui Muestra")],
        person_id=who.id,
    )
    plan = api.Plan(title="Ronda", criteria=[api.Weighed(name="Urgencia", weight="1")], by="person")
    held = api.open_round(session, now=now, agenda=agenda, plan=plan, demands=[made], people=[who.id], person_id=who.id)
    api.score(session, now=now, round_=held, ballot="V-01", values={("D-001", "Urgencia"): 4}, person_id=who.id)
    api.close_round(session, now=now, round_=held)
    deciding.decide(session, now=now, agenda=agenda, demand=made, outcome="included", reason="Sí", place="Plenario", person_id=who.id)
    session.commit()
    copied = {one.label: len(one.rows) for one in people.data(session, who.id)}
    assert copied == {
        "Demandas que registró": 1,
        "Fichas de puntaje": 1,
        "Hojas de papel que escribió": 0,
        "Decisiones del grupo que anotó": 1,
    }

    people.erase(session, who.id, now)
    people.erase(session, who.id, now)
    session.commit()

    left = in_tables(portal, ["Illari", "Ñahui"])
    assert {name for name in left if name.startswith("demands_")} == set()
    session.expire_all()
    one = queries.demand(session, agenda.id, "D-001")
    assert (one.text, one.created_by_id, one.decision) == (f"Agua, lo pide {mark(who.id)}", None, "included")
    assert finding.stems("illari").strip() not in one.terms.split()
    assert [row.total for row in api.ranking(session, queries.round_(session, agenda.id, "RP-01")).rows] == [4]  # the vote stays, nobody's
    assert session.scalars(select(Ballot.person_id)).all() == [None]


@ALONE
def test_the_road_leads_here_and_the_sample_is_whole(
    portal: Portal, session: Session, agenda: Agenda, actors: Actors, staff: Person, now: datetime
) -> None:
    people_ = {"staff": staff}
    made = api.sample(portal, session, now=now, agenda=agenda, people=people_)
    assert (len(made), api.sample(portal, session, now=now, agenda=agenda, people=people_)) == (7, [])
    assert [one.code for one in api.included(session, agenda.id)] == ["D-001", "D-003", "D-005"]
    assert all("(muestra)" in one.text for one in session.scalars(select(Demand)))
    assert all("(muestra)" in one.name for one in session.scalars(select(Source)) if one.name)
    session.commit()
    draft = actors.signed_in(staff).get("/gestion/agendas/APU-T").text
    assert ("/gestion/agendas/APU-T/demandas" in draft, "3 incluidas" in draft) == (True, True)
    assert "/agendas/APU-T/demandas" in actors.client().get("/agendas/APU-T/camino").text
    assert list(portal.ask.faults) == []


@pytest.mark.once
def test_without_the_plugin_its_addresses_and_entries_are_gone_and_the_rest_stands(
    with_plugins: Callable[..., Installation], now: datetime
) -> None:
    whole = with_plugins("demands", "groups", "drafting", "social")
    agenda = sample_draft(whole.session, now=now, ask=whole.portal.ask, items=3)
    staff = whole.actors.grant(whole.actors.person(), "staff", agenda)
    api.sample(whole.portal, whole.session, now=now, agenda=agenda, people={"staff": staff})
    whole.session.commit()
    mesa = whole.actors.signed_in(staff)
    places = ("/gestion/agendas/APU-T", "/gestion/agendas/APU-T/reuniones", "/gestion/agendas/APU-T/redaccion", "/buscar?q=agua")
    assert [mesa.get(one).status_code for one in ("/agendas/APU-T/demandas", *places)] == [200] * 5

    less = with_plugins("groups", "drafting", "social", like=whole)
    mesa = less.actors.signed_in(staff)
    assert [mesa.get(one).status_code for one in ("/agendas/APU-T/demandas", *places)] == [404] + [200] * 4
    assert "D-001" not in mesa.get("/buscar?q=agua").text
    assert list(less.portal.ask.faults) == []


@ALONE
def test_people_who_register_at_one_instant_get_codes_of_their_own(portal: Portal, agenda: Agenda, now: datetime) -> None:
    start = Barrier(4)

    def one(n: int) -> str:
        start.wait()
        with portal.sessions() as own:
            made = collect(own, now=now, agenda=own.get_one(Agenda, agenda.id), text=f"Demanda {n}")
            own.commit()
            return made.code

    with ThreadPoolExecutor(4) as people_:
        assert sorted(people_.map(one, range(4))) == ["D-001", "D-002", "D-003", "D-004"]
