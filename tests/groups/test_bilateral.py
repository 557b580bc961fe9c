"""A bilateral on the commitments board: in the organisation's history, in the funnel and in the table of equal treatment; and without it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from plugins.commitments import board_queries, treatment
from plugins.commitments.history import history
from plugins.commitments.models import Commitment, Process
from plugins.commitments.plan import default_plan
from plugins.commitments.processes import CONSENT_TEXT, choose, create_process
from plugins.groups import bilaterals, meetings
from plugins.groups.models import Meeting
from portal.agendas.models import AgendaVersion
from portal.context import Portal
from portal.errors import Conflict, Invalid
from portal.extend.kinds import OrganisationMeeting
from portal.organisations.models import Membership, Organisation
from portal.testing.fixtures import Actors, Installation
from portal.testing.queries import count_queries

BOTH = ("social", "commitments", "groups")
pytestmark = pytest.mark.settings(plugins=BOTH)
NAMES = ("Movimiento Uno (muestra)", "Movimiento Dos (muestra)")


@pytest.fixture
def process(session: Session, actors: Actors, frozen: AgendaVersion, now: datetime) -> Process:
    person = actors.person()
    made = [Organisation(name=one, sort_name=one.lower(), kind="movimiento_regional", is_sample=True, created_at=now) for one in NAMES]
    session.add_all(made)
    session.flush()
    session.add(Membership(organisation_id=made[0].id, person_id=actors.person("Vocera de Muestra").id, capacity="representante"))
    process = create_process(
        session,
        now=now,
        version=frozen,
        code="APU-T-v1",
        title="Muestra",
        plan=default_plan(person.id),
        opens_at=now,
        deadline=now + timedelta(days=9),
        consent_text=CONSENT_TEXT,
        contact_name="Mesa",
        contact_email="mesa@muestra.example",
        by=person.id,
    )
    choose(session, now=now, process=process, organisation_ids=[one.id for one in made], by=person.id)
    session.commit()
    return process


@pytest.fixture
def talk(session: Session, frozen: AgendaVersion, process: Process, now: datetime) -> Callable[..., Meeting]:
    """Make a bilateral with the first organisation, an hour ago."""

    def make(**values: object) -> Meeting:
        organisation = session.query(Organisation).filter_by(name=NAMES[0]).one()
        starts = now - timedelta(hours=3)
        made = meetings.create_meeting(
            session,
            now=now,
            agenda=frozen.agenda,
            kind="bilateral",
            organisation=organisation,
            title="Presentación de la agenda",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            place="Local de muestra",
        )
        session.commit()
        return made

    return make


def stages(session: Session, process: Process, now: datetime) -> dict[str, str]:
    return {row.name: row.stage for row in board_queries.every_row(session, process.id, now=now)}


def counts(session: Session, process: Process, now: datetime) -> dict[str, int]:
    return {one.organisation: one.meetings for one in treatment.given(session, process, now=now, zone="UTC")}


def test_it_is_in_the_history_on_the_board_and_in_equal_treatment(
    portal: Portal, session: Session, process: Process, talk: Callable[..., Meeting], now: datetime
) -> None:
    meeting = talk()
    assert counts(session, process, now) == {NAMES[0]: 0, NAMES[1]: 0}  # not held yet
    bilaterals.observe(session, meeting, now=now, person_id=None, text="Pide precisar la meta.", item_code="SOC-01.1")
    meetings.hold(session, meeting, now=now, person_id=None, presented="Las cuatro dimensiones.", exchanged="Propuso una ordenanza.")
    session.commit()
    assert counts(session, process, now) == {NAMES[0]: 1, NAMES[1]: 0}
    assert stages(session, process, now) == {NAMES[0]: "reunion_realizada", NAMES[1]: "no_contactada"}
    assert [one.what for one in treatment.differences(treatment.given(session, process, now=now, zone="UTC"))] == ["Reuniones"]
    page = board_queries.board(session, process, now=now, filters=board_queries.Filters(stage="reunion_realizada"))
    assert [row.name for row in page.rows] == [NAMES[0]]
    commitment = session.query(Commitment).filter_by(organisation_id=meeting.organisation_id).one()
    entry = next(one for one in history(session, commitment) if one.href)
    assert (entry.title, entry.at, entry.href) == (
        "R-001 Presentación de la agenda",
        meeting.starts_at,
        "/gestion/agendas/APU-T/reuniones/R-001",
    )
    assert entry.lines == (
        "Conversatorio bilateral",
        "Las cuatro dimensiones.",
        "Propuso una ordenanza.",
        "Observaciones:",
        "SOC-01.1: Pide precisar la meta.",
    )


def test_the_organisation_s_people_are_invited(session: Session, talk: Callable[..., Meeting]) -> None:
    from plugins.groups.convening import invited

    assert [(one.person.full_name, one.sector) for one in invited(session, talk())] == [("Vocera de Muestra", "politico")]


def test_what_cannot_be_observed(session: Session, talk: Callable[..., Meeting], now: datetime) -> None:
    meeting = talk()
    with pytest.raises(Invalid) as refused:
        bilaterals.observe(session, meeting, now=now, person_id=None, text=" ", item_code="XXX-99")
    assert set(refused.value.fields) == {"text", "item_code"}
    meeting.kind = "foro"
    with pytest.raises(Conflict):
        bilaterals.observe(session, meeting, now=now, person_id=None, text="Algo")


@pytest.mark.once
def test_many_bilaterals_cost_as_much_as_one(
    portal: Portal, session: Session, process: Process, talk: Callable[..., Meeting], now: datetime
) -> None:
    def cost() -> int:
        session.expire_all()
        with count_queries(portal.engine) as sent:
            found = portal.ask.organisation_meetings(session, process.version.agenda_id, frozenset(range(50)))
        assert len(found) == session.query(Meeting).count()
        return len(sent)

    for many in (1, 5):
        for _ in range(many):
            meetings.hold(session, talk(), now=now, person_id=None)
        session.commit()
        _ = process.version.agenda_id
        if many == 1:
            first = cost()
    assert cost() == first


@pytest.mark.once
def test_the_pages_say_it_and_without_groups_the_board_stands(
    app: object,
    portal: Portal,
    session: Session,
    actors: Actors,
    frozen: AgendaVersion,
    process: Process,
    talk: Callable[..., Meeting],
    with_plugins: Callable[..., Installation],
    now: datetime,
) -> None:
    meeting = talk()
    mesa = actors.grant(actors.person(), "staff", frozen.agenda)
    client = actors.signed_in(mesa)
    typed = {"realizada-presented": "Punto por punto.", "realizada-exchanged": "Ninguna todavía."}
    assert client.post("/gestion/agendas/APU-T/reuniones/R-001/realizada", data=typed).status_code == 303
    seen = {"observacion-item_code": "SOC-01", "observacion-text": "Falta el plazo."}
    assert client.post("/gestion/agendas/APU-T/reuniones/R-001/observaciones", data=seen).status_code == 303
    code = session.query(Commitment).filter_by(organisation_id=meeting.organisation_id).one().code
    session.commit()
    page = client.get(f"/gestion/compromisos/APU-T-v1/{code}").get_data(as_text=True)
    for sentence in ("Punto por punto.", "SOC-01: Falta el plazo.", '<a href="/gestion/agendas/APU-T/reuniones/R-001">'):
        assert sentence in page
    without = with_plugins("social", "commitments", like=portal)
    other = without.actors.signed_in(mesa)
    page = other.get(f"/gestion/compromisos/APU-T-v1/{code}")
    assert (page.status_code, "Punto por punto." in page.get_data(as_text=True)) == (200, False)
    noted = {
        "contacto-what": "meeting",
        "contacto-at": (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
        "contacto-text": "Se conversó.",
    }
    noted["contacto-at"] = (now - timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    assert other.post(f"/gestion/compromisos/APU-T-v1/{code}/contacto", data=noted).status_code == 303
    assert counts(without.session, process, now + timedelta(minutes=1)) == {NAMES[0]: 1, NAMES[1]: 0}


def test_a_plugin_that_answers_for_others_organisations_is_not_believed(
    portal: Portal, session: Session, process: Process, now: datetime
) -> None:
    from plugins.commitments.met import met

    assert met(session, process.id, [10**6]) == {}
    assert OrganisationMeeting(organisation_id=1, ref="meeting:A/R-001", title="x", at=now, href="/x").observations == ()
