"""Groups beside the rest of the portal: threads, search, the road, a person's rights; alone, and taken away."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.groups import api, attending, convening, meetings
from plugins.groups.models import Attendance, Group, Invitation, Meeting, Member
from portal.accounts.actor import NOBODY, Actor, Held
from portal.accounts.models import Person
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors, Installation
from portal.testing.traces import in_tables
from portal.threads.words import ref


def test_stations_tell_each_only_what_they_may_know(
    portal: Portal, session: Session, agenda: Agenda, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    shown, hidden = meet(group=group), meet(group=group, starts_at=now + timedelta(days=8), public=False)
    refs = frozenset({api.meeting_ref(shown), api.meeting_ref(hidden), api.group_ref(group), "meeting:OTRA/R-001", "demand:APU-T/D-001"})
    staff = Actor(1, "x", (Held("staff", agenda.id),))

    def told(actor: Actor) -> dict[str, str]:
        return {one.ref: one.href for one in portal.ask.thread_stations(session, actor, refs)}

    assert told(NOBODY) == {}
    for one in (shown, hidden):
        convening.convene(portal, session, one, now=now, person_id=None)
    assert told(NOBODY) == {"meeting:APU-T/R-001": "/agendas/APU-T/reuniones/R-001"}
    assert set(told(staff)) == {"meeting:APU-T/R-001", "meeting:APU-T/R-002", "group:APU-T/G-01"}
    assert told(Actor(1, "x", (Held("staff", agenda.id + 1),))) == told(NOBODY)
    [station] = portal.ask.thread_stations(session, NOBODY, refs)
    assert (station.stage, station.at, station.state) == ("meeting", shown.starts_at, "Convocada")
    ties = portal.ask.thread_ties(session, refs)
    assert {(one.source, one.target) for one in ties} == {(api.meeting_ref(one), "group:APU-T/G-01") for one in (shown, hidden)}


def test_search_follows_what_is_public(portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime) -> None:
    meeting = meet(group=group)

    def found() -> tuple[bool, str]:
        row = session.scalar(select(SearchDocument).where(SearchDocument.ref == api.meeting_ref(meeting)))
        assert row is not None
        return row.public, row.href

    assert found() == (False, "/gestion/agendas/APU-T/reuniones/R-001")
    convening.convene(portal, session, meeting, now=now, person_id=None)
    assert found() == (True, "/agendas/APU-T/reuniones/R-001")
    entries = portal.ask.search_entries(session, [])
    rows = {
        one.ref: (one.title, one.body, one.public)
        for one in session.scalars(select(SearchDocument).where(SearchDocument.source == "groups"))
    }
    assert {one.ref: (one.title, one.body, one.public) for one in entries if one.ref in rows} == rows
    assert set(rows) == {"group:APU-T/G-01", "meeting:APU-T/R-001"}


def test_others_may_choose_meetings_and_groups(session: Session, agenda: Agenda, group: Group, meet: Callable[..., Meeting]) -> None:
    meet(group=group, title="Taller")
    assert [one[0] for one in api.meeting_choices(session, agenda)] == [ref("meeting", "APU-T", "R-001")]
    assert api.meeting_choices(session, agenda)[0][1].startswith("R-001 Taller (")
    assert api.group_choices(session, agenda) == [("group:APU-T/G-01", "G-01 Grupo social (muestra)")]


def test_who_is_erased_is_nowhere_and_the_count_stays(
    portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime
) -> None:
    meeting = meet(group=group, starts_at=now + timedelta(hours=1))
    [first, *_] = convening.convene(portal, session, meeting, now=now, person_id=None)
    person = session.scalars(select(Person).where(Person.email == "uno@muestra.example")).one()
    invited = session.scalars(select(Invitation).where(Invitation.person_id == person.id)).one()
    attending.mark(session, meeting, now=now, by=person.id, way="screen", invited=[invited.id], others=[attending.Came("Otra", "", "otro")])
    meeting.points = "Palabras de Uno de Muestra\nCierre"
    session.commit()
    copy = {one.label: len(one.rows) for one in portal.ask.person_data(session, person.id) if one.plugin == "groups"}
    assert {name: copy[name] for name in ("Grupos", "Convocatorias", "Asistencia")} == {"Grupos": 1, "Convocatorias": 1, "Asistencia": 1}
    assert portal.ask.person_erased(session, person.id, now) == []
    session.commit()
    assert [one for one in in_tables(portal, ["Uno de Muestra", "uno@muestra.example"]) if one.startswith("groups_")] == []
    assert session.scalars(select(Attendance.name).order_by(Attendance.id)).all() == [None, "Otra"]
    assert session.query(Member).count() == session.query(Invitation).count() == 2
    assert first > 0


def test_the_sample_is_made_once(portal: Portal, session: Session, agenda: Agenda, actors: Actors, now: datetime) -> None:
    people = {"coordinator": actors.person()}
    for _ in range(2):
        api.sample(portal, session, now=now, agenda=agenda, people=people)
        session.commit()
    assert [one.state for one in session.scalars(select(Meeting).order_by(Meeting.id))] == ["held", "convened"]
    assert session.query(Attendance).count() == 6


@pytest.mark.once
@pytest.mark.settings(plugins=("groups",))
def test_alone_it_works_and_without_it_the_rest_stands(
    portal: Portal,
    session: Session,
    agenda: Agenda,
    actors: Actors,
    group: Group,
    meet: Callable[..., Meeting],
    with_plugins: Callable[..., Installation],
    now: datetime,
) -> None:
    meeting = meet(group=group, starts_at=now - timedelta(hours=2))
    meetings.hold(session, meeting, now=now, person_id=None)
    session.commit()
    mesa = actors.grant(actors.person(), "staff", agenda)
    draft = actors.signed_in(mesa).get("/gestion/agendas/APU-T").get_data(as_text=True)
    assert ("/gestion/agendas/APU-T/grupos" in draft, "1 grupo; 1 reunión realizada." in draft) == (True, True)
    without = with_plugins("social", like=portal)
    other = without.actors.signed_in(mesa)
    page = other.get("/gestion/agendas/APU-T")
    assert (page.status_code, "/grupos" in page.get_data(as_text=True)) == (200, False)
    assert other.get("/agendas/APU-T/reuniones").status_code == 404


def test_codes_are_not_used_again(portal: Portal, session: Session, group: Group, meet: Callable[..., Meeting], now: datetime) -> None:
    first = meet(group=group)
    convening.cancel(portal, session, first, now=now, person_id=None, reason="No va.")
    assert (first.code, meet(group=group).code, first.public) == ("R-001", "R-002", False)
