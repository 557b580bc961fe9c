"""The library of instruments: versions that may be hostile, who was given what and when, what everybody may read."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from plugins.groups.instruments import queries, service
from plugins.groups.instruments.models import Handing, Instrument, InstrumentVersion
from plugins.groups.instruments.sampling import sample
from plugins.groups.models import Group, Meeting
from portal.accounts.actor import NOBODY
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Invalid
from portal.organisations.service import create_organisation
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "groups"))
PDF = b"%PDF-1.4 muestra"
SHELF = "/gestion/agendas/APU-T/instrumentos"


@pytest.fixture
def plan(portal: Portal, session: Session, agenda: Agenda, now: datetime) -> Instrument:
    """The regional plan, with one version as a file; committed."""
    made = service.create_instrument(
        session, now=now, agenda=agenda, by=None, title="PDRC al 2030", kind="plan", issuer="Gobierno regional"
    )
    service.add_version(session, portal.store, made, now=now, label="2030", link="", given=service.Given("pdrc.pdf", PDF), by=None)
    session.commit()
    return made


def _hand(session: Session, instrument: Instrument, now: datetime, **values: Any) -> Handing:
    usual: dict[str, Any] = {"version": 1, "to": "person", "name": "Persona en Papel", "way": "printed", "given_on": now.date(), "by": None}
    return service.hand(session, instrument, now=now, today=now.date(), **(usual | values))


def test_an_instrument_with_its_versions_from_the_pages(session: Session, agenda: Agenda, actors: Actors) -> None:
    staff, anybody = actors.client("staff", agenda), actors.client()
    made = staff.post(f"{SHELF}/nuevo", data={"title": "Agenda Regional 2019-2022", "kind": "agenda", "public": "y", "active": "y"})
    assert made.location == f"{SHELF}/I-01"
    for label, sent in (
        ("texto firmado", {"file": (io.BytesIO(PDF), "../malo/agenda <2019>.exe")}),
        ("en la web", {"link": "https://muestra.example/a"}),
    ):
        answer = staff.post(f"{SHELF}/I-01/versiones", data={"label": label, **sent}, content_type="multipart/form-data")
        assert answer.status_code == 303
    versions = session.scalars(select(InstrumentVersion).order_by(InstrumentVersion.number)).all()
    assert [(one.number, one.label, one.file_name, one.link) for one in versions] == [
        (1, "texto firmado", "agenda 2019.pdf", ""),
        (2, "en la web", "", "https://muestra.example/a"),
    ]
    session.commit()
    page = unescape(anybody.get("/agendas/APU-T/instrumentos").get_data(as_text=True))
    assert "Agenda Regional 2019-2022" in page
    assert 'href="/agendas/APU-T/instrumentos/I-01/1">texto firmado</a> (PDF, 1 KB)' in page
    assert 'href="https://muestra.example/a"' in page
    for client, address in ((anybody, "/agendas/APU-T/instrumentos/I-01/1"), (staff, f"{SHELF}/I-01/1")):
        file = client.get(address)
        assert file.data == PDF
        assert file.headers["Content-Type"] == "application/octet-stream"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Content-Disposition"] == 'attachment; filename="agenda 2019.pdf"'
    assert anybody.get("/agendas/APU-T/instrumentos/I-01/2").status_code == 404  # an address is no file


@pytest.mark.parametrize(
    ("label", "link", "given", "field"),
    [
        ("", "https://muestra.example/a", None, "label"),
        ("v1", "", None, "file"),
        ("v1", "javascript:alert(1)", None, "link"),
        ("v1", "/gestion", None, "link"),
        ("v1", "https://muestra.example/a", service.Given("a.pdf", PDF), "link"),
        ("v1", "", service.Given("virus.pdf", b"MZ\x90\x00"), "file"),
        ("v1", "", service.Given("pagina.pdf", b"<html><script>alert(1)</script>"), "file"),
        ("v1", "", service.Given("macro.docx", b"PK\x03\x04[Content_Types].xml word/ word/vbaProject.bin"), "file"),
        ("v1", "", service.Given("grande.pdf", b"%PDF-" + b"0" * 20_000_000), "file"),
    ],
)
def test_a_version_that_is_not_one_is_refused(
    portal: Portal, session: Session, plan: Instrument, now: datetime, label: str, link: str, given: service.Given | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        service.add_version(session, portal.store, plan, now=now, label=label, link=link, given=given, by=None)
    assert list(refused.value.fields) == [field]
    assert len(queries.versions(session, plan)) == 1


def test_what_is_not_public_is_the_staffs(session: Session, plan: Instrument, actors: Actors) -> None:
    anybody = actors.client()
    session.commit()
    service.edit_instrument(session, plan, revision=1, values={"public": False})
    session.commit()
    assert anybody.get("/agendas/APU-T/instrumentos").status_code == 404
    assert anybody.get("/agendas/APU-T/instrumentos/I-01/1").status_code == 404
    assert session.scalars(select(SearchDocument.public).where(SearchDocument.ref == "instrument:APU-T/I-01")).all() == [False]


def test_who_was_given_what_and_when(
    session: Session, plan: Instrument, group: Group, meet: Callable[..., Meeting], now: datetime, actors: Actors
) -> None:
    party = create_organisation(session, now=now, name="Movimiento de Muestra", kind="movimiento_regional")
    meeting = meet(starts_at=now - timedelta(days=3))
    yesterday = now.date() - timedelta(days=1)
    _hand(session, plan, now, to="group", group=group.code, way="meeting", meeting=meeting.code, copies=12, given_on=yesterday)
    known = _hand(session, plan, now, to="organisation", name="movimiento de  MUESTRA", way="mail")
    member = _hand(session, plan, now, to="person", name="tres en papel", note="En su casa")
    other = _hand(session, plan, now, to="organisation", name="Comunidad que no está en el directorio")
    session.commit()
    assert (known.organisation_id, known.recipient) == (party.id, "")
    assert (member.person_id is not None, member.recipient) == (True, "")
    assert (other.organisation_id, other.recipient) == (None, "Comunidad que no está en el directorio")
    rows = queries.handings(session, plan).rows
    assert [(one.who, one.handing.way, one.meeting, one.handing.copies, one.handing.given_on) for one in rows] == [
        ("Comunidad que no está en el directorio", "printed", None, 1, now.date()),
        ("Tres en Papel", "printed", None, 1, now.date()),
        ("Movimiento de Muestra", "mail", None, 1, now.date()),
        (f"{group.code} Grupo social (muestra)", "meeting", f"{meeting.code} Recojo de demandas (muestra)", 12, yesterday),
    ]
    staff = actors.client("staff", plan.agenda)
    page = unescape(staff.get(f"{SHELF}/I-01").get_data(as_text=True))
    assert "En una reunión: " + meeting.code in page
    told = unescape(staff.get(f"{SHELF}/entregas?q=movimiento").get_data(as_text=True))
    assert ("Movimiento de Muestra" in told, "Tres en Papel" in told, "PDRC al 2030" in told) == (True, False, True)
    assert queries.all_handings(session, plan.agenda_id).total == 4
    session.commit()
    gone = f"{SHELF}/I-01/entregas/{other.id}/quitar"
    assert staff.post(gone).status_code == 303
    session.expire_all()
    assert queries.handings(session, plan).total == 3
    session.commit()
    assert staff.post(gone).status_code == 303  # pressed twice


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"version": 2}, "version"),
        ({"to": "nadie"}, "to"),
        ({"to": "group", "group": "G-99"}, "group"),
        ({"name": " "}, "name"),
        ({"way": "paloma"}, "way"),
        ({"way": "meeting", "meeting": "R-999"}, "meeting"),
        ({"given_on": None}, "given_on"),
        ({"given_on": date(2100, 1, 1)}, "given_on"),
        ({"copies": 0}, "copies"),
    ],
)
def test_a_handing_that_says_too_little_is_refused(
    session: Session, plan: Instrument, now: datetime, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _hand(session, plan, now, **values)
    assert list(refused.value.fields) == [field]


def test_a_refused_handing_keeps_what_was_typed(session: Session, plan: Instrument, actors: Actors) -> None:
    staff = actors.client("staff", plan.agenda)
    session.commit()
    typed = {"version": "1", "to": "person", "name": "Persona que escribí", "way": "", "given_on": "2026-02-31", "note": "nota que escribí"}
    answer = staff.post(f"{SHELF}/I-01/entregas", data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert 'value="Persona que escribí"' in page
    assert "nota que escribí</textarea>" in page


def test_two_people_edit_one_instrument(session: Session, plan: Instrument, actors: Actors) -> None:
    one, two = actors.client("staff", plan.agenda), actors.client("coordinator", plan.agenda)
    session.commit()
    typed = {"kind": "plan", "public": "y", "active": "y", "revision": "1"}
    assert one.post(f"{SHELF}/I-01/editar", data=typed | {"title": "Título de la primera"}).status_code == 303
    answer = two.post(f"{SHELF}/I-01/editar", data=typed | {"title": "Título de la segunda"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Título de la primera" in page
    assert 'value="Título de la segunda"' in page


def test_an_erased_person_was_given_nothing_by_name(
    portal: Portal, session: Session, plan: Instrument, actors: Actors, now: datetime
) -> None:
    person = actors.grant(actors.person("Rosa Muestra Quispe"), "staff", plan.agenda)
    given = _hand(session, plan, now, name="Rosa Muestra Quispe", note="La recibió Rosa Muestra Quispe", by=person.id)
    session.commit()
    copy = {one.label: one.rows for one in portal.ask.person_data(session, person.id)}
    assert [one["instrumento"] for one in copy["Instrumentos que recibió"]] == ["I-01 PDRC al 2030"]
    assert portal.ask.person_erased(session, person.id, now) == []
    session.commit()
    session.refresh(given)
    mark = f"Persona {person.id} (datos eliminados)"
    assert (given.person_id, given.by_id, given.recipient, given.note) == (None, None, mark, f"La recibió {mark}")


def test_instruments_are_found_stand_in_threads_and_lists_cost_the_same(
    portal: Portal, session: Session, plan: Instrument, actors: Actors, now: datetime
) -> None:
    stations = portal.ask.thread_stations(session, NOBODY, frozenset({"instrument:APU-T/I-01", "instrument:OTRA/I-01"}))
    assert [(one.ref, one.stage, one.title, one.href) for one in stations] == [
        ("instrument:APU-T/I-01", "evidence", "PDRC al 2030", "/agendas/APU-T/instrumentos#I-01")
    ]
    entries = [one for one in portal.ask.search_entries(session, []) if one.ref.startswith("instrument:")]
    assert [(one.title, one.public) for one in entries] == [("I-01 PDRC al 2030", True)]
    staff = actors.client("staff", plan.agenda)
    session.commit()
    counted: list[str] = []
    event.listen(portal.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries_of(address: str) -> int:
        staff.get(address)
        counted.clear()
        assert staff.get(address).status_code == 200
        return len(counted)

    addresses = (SHELF, f"{SHELF}/I-01", f"{SHELF}/entregas", "/agendas/APU-T/instrumentos")
    _hand(session, plan, now)
    session.commit()
    few = [queries_of(one) for one in addresses]
    for number in range(30):
        made = service.create_instrument(session, now=now, agenda=plan.agenda, by=None, title=f"Reporte {number}", kind="reporte")
        service.add_version(session, portal.store, made, now=now, label="única", link="https://muestra.example/r", given=None, by=None)
        _hand(session, plan, now, name=f"Persona {number}")
        _hand(session, made, now, name=f"Persona {number}")
    session.commit()
    assert [queries_of(one) for one in addresses] == few


def test_the_sample_library_is_made_once(portal: Portal, session: Session, agenda: Agenda, group: Group, now: datetime) -> None:
    for _ in range(2):
        sample(portal, session, now=now, agenda=agenda, by=None)
    page = queries.shelf(session, agenda.id)
    assert [(one.instrument.code, one.versions, one.handings) for one in page.rows] == [("I-01", 1, 1), ("I-02", 1, 1), ("I-03", 1, 1)]
    assert all("(muestra)" in one.instrument.title for one in page.rows)
    assert group.id
