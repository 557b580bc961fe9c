"""Included demands become items or feed those that exist; without that plugin, and without any other, drafting still works."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.demands import api as demands
from plugins.drafting import feeding, people, sampling
from plugins.drafting.models import SectionOwner, Suggestion, WordReturn
from portal.accounts.actor import Actor, Held
from portal.documents.models import StoredFile
from portal.errors import Conflict
from portal.extend.kinds import ThreadStation
from portal.testing.fixtures import Actors, Installation
from portal.threads.queries import links_of
from portal.threads.words import ref

from .conftest import Desk
from .test_pages import HOME, fields

BOTH = pytest.mark.settings(plugins=("social", "demands", "drafting"))


def include(desk: Desk, text: str) -> str:
    one = demands.collect(desk.session, now=desk.now, agenda=desk.agenda, text=text, dimension="social")
    demands.decide(
        desk.session,
        now=desk.now,
        agenda=desk.agenda,
        demand=one,
        outcome="included",
        reason="Sí.",
        place="Sesión de muestra",
        person_id=None,
    )
    desk.session.commit()
    return one.code


@BOTH
def test_a_demand_becomes_an_item_that_came_from_it(desk: Desk, actors: Actors) -> None:
    code = include(desk, "Agua segura en todas las comunidades.")
    staff = actors.client("staff", desk.agenda)
    assert "1 sin punto" in staff.get(HOME).text
    new = fields(staff.get(f"{HOME}/punto-nuevo?demanda={code}").text, 'name="parent"')
    assert (new["text"], new["code"]) == ("Agua segura en todas las comunidades.", "SOC-05")
    data = {name: value or "Salud" for name, value in new.items()} | {"parent": "", "responsible": ""}
    taken = staff.post(f"{HOME}/punto-nuevo?demanda={code}", data={**data, "code": "SOC-01"})
    assert (taken.status_code, fields(taken.text, 'name="parent"')["text"]) == (422, new["text"])
    assert staff.post(f"{HOME}/punto-nuevo?demanda={code}", data=data).status_code == 303
    [link] = links_of(desk.session, [ref("demand", "APU-T", code)])
    assert (link.source, link.relation) == (ref("item", "APU-T", "SOC-05"), "came_from")


@BOTH
def test_a_demand_feeds_an_item_that_exists_and_can_be_untied(desk: Desk, actors: Actors) -> None:
    code = include(desk, "Agua segura en todas las comunidades.")
    staff = actors.client("staff", desk.agenda)
    before = desk.seen("SOC-01").revision
    assert staff.post(f"{HOME}/demandas/{code}/alimentar", data={"item": "SOC-01"}).status_code == 303
    [one] = feeding.demanded(desk.session, desk.portal.registry, desk.agenda) or []
    assert (one.items, desk.item("SOC-01").revision) == (("SOC-01",), before)
    desk.session.rollback()
    assert staff.post(f"{HOME}/demandas/{code}/soltar", data={"item": "SOC-01"}).status_code == 303
    assert links_of(desk.session, [one.ref]) == []


@BOTH
def test_a_retired_item_is_not_fed(desk: Desk) -> None:
    from portal.agendas import service

    service.retire_item(desk.session, desk.agenda, "SOC-01.1", revision=desk.item("SOC-01.1").revision, now=desk.now, person_id=None)
    with pytest.raises(Conflict):
        feeding.feed(desk.session, desk.agenda, "demand:APU-T/D-001", "SOC-01.1", now=desk.now, person_id=1)


@BOTH
def test_the_sample_is_made_once_and_labelled(desk: Desk, actors: Actors) -> None:
    include(desk, "Agua segura.")
    group = {role: actors.grant(actors.person(f"{role} de muestra"), role, desk.agenda) for role in ("coordinator", "staff")}
    for _ in range(2):
        sampling.sample(desk.portal, desk.session, now=desk.now, agenda=desk.agenda, people=group)
        desk.session.commit()
    found = desk.session.scalars(select(Suggestion).order_by(Suggestion.id)).all()
    assert [(one.code, one.state) for one in found] == [("S-001", "accepted"), ("S-002", "rejected"), ("S-003", "open")]
    assert {one.reason.endswith("(muestra).") for one in found} == {True}


@pytest.mark.settings(plugins=("drafting",))
def test_drafting_alone_with_no_dimension_plugin(make_desk: Callable[..., Desk], actors: Actors) -> None:
    desk = make_desk(items=4)
    staff = actors.client("staff", desk.agenda)
    addresses = ("", "/sugerencias", "/demandas", "/word", "/comparar", "/secciones/nueva", "/puntos/EJE-01/sugerir", "/word/agenda.docx")
    assert [staff.get(HOME + one).status_code for one in addresses] == [200] * len(addresses)
    assert "no está en uso" in staff.get(f"{HOME}/demandas").text
    assert desk.receive(desk.export()).reading["same"] == 4


@pytest.mark.settings(plugins=("social", "drafting"))
def test_without_the_plugin_the_agenda_is_whole(desk: Desk, actors: Actors, with_plugins: Callable[..., Installation]) -> None:
    desk.receive(desk.export())
    desk.freeze()
    bare = with_plugins("social", like=desk.portal)
    staff = bare.actors.client("staff", desk.agenda)
    assert [bare.client.get(one).status_code for one in ("/agendas/APU-T", "/agendas/APU-T/comparar")] == [200, 200]
    assert [staff.get(one).status_code for one in ("/gestion/agendas/APU-T", HOME)] == [200, 404]


@pytest.mark.settings(plugins=("social", "drafting"))
def test_stations_are_for_those_who_read_the_draft(desk: Desk, session: Session, now: datetime) -> None:
    from plugins.drafting import suggesting

    item = desk.item("SOC-01")
    suggesting.suggest(
        session, desk.portal.registry, desk.agenda, "SOC-01", content={**item.content, "text": "X."}, reason="Sí.", now=now, person_id=None
    )
    refs = frozenset({ref("suggestion", "APU-T", "S-001"), ref("suggestion", "APU-T", "S-999"), ref("item", "APU-T", "SOC-01")})

    def seen(*held: Held) -> list[ThreadStation]:
        return list(desk.portal.ask.thread_stations(session, Actor(1, "", held), refs))

    assert [(one.ref, one.stage, one.state) for one in seen(Held("reader", desk.agenda.id))] == [
        ("suggestion:APU-T/S-001", "drafting", "Por decidir")
    ]
    assert (seen(), seen(Held("representative", desk.agenda.id)), seen(Held("staff", desk.agenda.id + 1))) == ([], [], [])
    assert [one.ref for one in desk.portal.ask.search_entries(session)] == ["suggestion:APU-T/S-001"]


@pytest.mark.settings(plugins=("social", "drafting"))
def test_a_person_who_is_erased_is_in_no_row_and_their_files_go(desk: Desk, actors: Actors) -> None:
    from plugins.drafting import sections, suggesting

    session = desk.session
    person = actors.grant(actors.person("Wayra Illari Ñahui Muestra"), "staff", desk.agenda)
    sections.make_section(
        session, desk.portal.registry, desk.agenda, dimension="social", owners=[person.id], now=desk.now, person_id=person.id
    )
    item = desk.item("SOC-01")
    suggesting.suggest(
        session,
        desk.portal.registry,
        desk.agenda,
        "SOC-01",
        content={**item.content, "text": "Dice Wayra Illari Ñahui Muestra."},
        reason="Lo pidió Wayra Illari Ñahui Muestra.",
        now=desk.now,
        person_id=person.id,
    )
    returned = desk.receive(desk.export(), person.id)
    name = returned.sha256
    labels = [one.label for one in people.data(session, person.id) if one.rows]
    assert labels == [
        "Sugerencias que hizo o decidió",
        "Archivos de Word que subió",
        "Secciones por las que responde",
        "Historia de secciones",
    ]
    people.erase(session, person.id, desk.now)
    session.commit()
    one = session.scalars(select(Suggestion)).one()
    gone = f"Persona {person.id} (datos eliminados)"
    assert (one.author_id, one.reason, one.proposed["text"]) == (None, f"Lo pidió {gone}.", f"Dice {gone}.")
    assert session.scalars(select(SectionOwner)).all() == []
    assert session.scalars(select(WordReturn)).one().sha256 is None
    assert session.get_one(StoredFile, name).forgotten_at is not None
