"""What a meeting leaves: one relatoría that two people edit, agreements that come back, an acta that is signed."""

import re
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugins.groups import attending, convening, groups, meetings
from plugins.groups.models import Group, Meeting
from plugins.groups.records import queries, service
from plugins.groups.records.models import Agreement, Wording
from plugins.groups.records.printing import acta_html
from portal.accounts.models import Person
from portal.actas import signing
from portal.actas.models import Acta
from portal.agendas.models import Agenda
from portal.context import Portal
from portal.errors import Conflict, Invalid, Stale
from portal.ledger.audit import audit
from portal.mail import MailMessage
from portal.notices.models import Notice
from portal.search.models import SearchDocument
from portal.testing.agendas import sample_draft
from portal.testing.fixtures import Actors
from portal.threads.models import ThreadLink

TEXT = "# Apertura\n\nSe presentó el diagnóstico de la provincia.\n\n- Faltan **tres** puestos de salud."


@dataclass
class Scene:
    """A group that met once and will meet again, and who writes it down."""

    portal: Portal
    session: Session
    agenda: Agenda
    group: Group
    first: Meeting
    staff: Person
    people: list[Person]

    def report(self, now: datetime, text: str = TEXT, revision: int = 0, by: Person | None = None) -> None:
        service.write_report(self.session, now=now, meeting=self.first, text=text, revision=revision, person_id=(by or self.staff).id)
        self.session.commit()

    def agree(self, now: datetime, text: str, due_on: date | None = None) -> Agreement:
        made = service.add_agreement(
            self.session, now=now, meeting=self.first, text=text, person=self.people[0], due_on=due_on, person_id=self.staff.id
        )
        self.session.commit()
        return made

    def next_meeting(self, now: datetime, days: int = 7) -> Meeting:
        made = meetings.create_meeting(
            self.session,
            now=now,
            agenda=self.agenda,
            kind="grupo",
            group=self.group,
            title="Segunda reunión (muestra)",
            starts_at=now + timedelta(days=days),
            ends_at=now + timedelta(days=days, hours=2),
            place="Local comunal de muestra",
            points="Priorización",
        )
        self.session.commit()
        return made


@pytest.fixture
def scene(portal: Portal, session: Session, actors: Actors, now: datetime) -> Scene:
    agenda = sample_draft(session, now=now, ask=portal.ask, items=1)
    session.commit()
    staff = actors.grant(actors.person("Equipo de muestra"), "staff", agenda)
    group = groups.create_group(session, now=now, agenda=agenda, kind="grupo", name="Salud (muestra)", person_id=staff.id)
    for n, role in enumerate(("coordinator", "secretary", "member"), 1):
        groups.add_member(
            session,
            group,
            now=now,
            full_name=f"Persona {n} de Muestra",
            email=f"m{n}@muestra.example",
            organisation="Red de muestra",
            sector="sociedad_civil",
            role=role,
        )
    first = meetings.create_meeting(
        session,
        now=now,
        agenda=agenda,
        kind="grupo",
        group=group,
        title="Primera reunión (muestra)",
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=2) + timedelta(hours=2),
        place="Local comunal de muestra",
        points="Diagnóstico\nRecojo de demandas",
    )
    invited = convening.invited(session, first)
    attending.mark(session, first, now=now, by=staff.id, way="screen", invited=[one.id for one in invited])
    meetings.hold(session, first, now=now, person_id=staff.id)
    session.commit()
    people = [one.person for one in sorted(invited, key=lambda one: one.person.full_name)]
    return Scene(portal, session, agenda, group, first, staff, people)


@pytest.mark.settings(plugins=("social", "groups"))
def test_who_saves_second_is_told_and_every_wording_stays(scene: Scene, now: datetime) -> None:
    scene.report(now)
    scene.report(now, TEXT + "\n\nCierre.", revision=1)
    with pytest.raises(Stale) as stale:
        scene.report(now, "# Otro texto", revision=1, by=scene.people[1])
    scene.session.rollback()
    assert (stale.value.theirs.revision, stale.value.theirs.text) == (2, TEXT + "\n\nCierre.")
    scene.report(now, "# Otro texto", revision=2, by=scene.people[1])
    rows = scene.session.execute(select(Wording.revision, Wording.text, Wording.by_id).order_by(Wording.revision)).all()
    assert [tuple(row) for row in rows] == [
        (1, TEXT, scene.staff.id),
        (2, TEXT + "\n\nCierre.", scene.staff.id),
        (3, "# Otro texto", scene.people[1].id),
    ]
    with pytest.raises(Stale):
        scene.report(now, "a ciegas", revision=0)
    with pytest.raises(Invalid):
        service.write_report(scene.session, now=now, meeting=scene.first, text="x" * 100_001, revision=3, person_id=None)


@pytest.mark.once
@pytest.mark.settings(plugins=("social", "groups"))
def test_the_page_shows_both_texts_word_by_word_and_keeps_what_was_typed(scene: Scene, actors: Actors, now: datetime) -> None:
    scene.report(now, "Asistieron doce personas.")
    client = actors.signed_in(scene.staff)
    path = "/gestion/agendas/APU-T/reuniones/R-001/relatoria"
    assert "Asistieron doce personas." in client.get(path).get_data(as_text=True)
    assert client.post(path, data={"text": "Asistieron trece personas.", "revision": "1"}).status_code == 303
    answer = client.post(path, data={"text": "Asistieron doce mujeres.", "revision": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    changes = re.sub(r'<span class="visually-hidden">[^<]*</span>', "", page)
    assert re.findall(r"<(ins|del)>(.*?)</", changes) == [("del", "trece"), ("ins", "doce"), ("del", "personas"), ("ins", "mujeres")]
    assert "Asistieron doce mujeres.</textarea>" in page
    assert 'name="revision" type="hidden" value="2"' in page
    assert client.post(path, data={"text": "Asistieron trece mujeres.", "revision": "2"}).status_code == 303
    kept = client.get(f"{path}/versiones?v=3").get_data(as_text=True)
    assert all(f"Versión {n}" in kept for n in (1, 2, 3))
    reader = actors.client("reader", scene.agenda)
    assert [reader.get(path).status_code, reader.post(path, data={"text": "x", "revision": "3"}).status_code] == [200, 403]


@pytest.mark.settings(plugins=("social", "groups"))
def test_agreements_come_back_until_they_are_closed(scene: Scene, now: datetime) -> None:
    session = scene.session
    one, two = scene.agree(now, "Visitar el puesto de Muestra"), scene.agree(now, "Pedir el padrón")
    assert [one.code, two.code] == ["AC-001", "AC-002"]
    later = scene.next_meeting(now)
    assert queries.points_of(session, later) == [
        "Priorización",
        "Seguimiento del acuerdo AC-001: Visitar el puesto de Muestra",
        "Seguimiento del acuerdo AC-002: Pedir el padrón",
    ]
    assert queries.points_of(session, scene.first) == ["Diagnóstico", "Recojo de demandas"]
    mails = convening.convene(scene.portal, session, later, now=now, person_id=scene.staff.id)
    session.commit()
    text = session.get_one(MailMessage, mails[0]).text
    assert "Seguimiento del acuerdo AC-002: Pedir el padrón" in str(text)
    change = {"revision": 1, "text": one.text, "person": scene.people[0], "body": "", "due_on": None, "person_id": scene.staff.id}
    with pytest.raises(Invalid) as refused:
        service.change_agreement(session, now=now, agreement=one, state="done", outcome=" ", **change)
    assert set(refused.value.fields) == {"outcome"}
    service.change_agreement(session, now=now, agreement=one, state="done", outcome="Se visitó.", **change)
    session.commit()
    with pytest.raises(Stale):
        service.change_agreement(session, now=now, agreement=one, state="open", outcome="", **change)
    session.rollback()
    assert [found.code for found in queries.carried(session, later)] == ["AC-002"]
    tie = session.scalars(select(ThreadLink).where(ThreadLink.source == "agreement:APU-T/AC-001")).one()
    assert (tie.relation, tie.target) == ("came_from", "meeting:APU-T/R-001")
    assert session.scalar(select(SearchDocument.kind).where(SearchDocument.ref == "agreement:APU-T/AC-001")) == "Acuerdo"


@pytest.mark.settings(plugins=("social", "groups"))
def test_who_answers_is_reminded_once_before_and_once_after(scene: Scene, now: datetime) -> None:
    session, day = scene.session, timedelta(days=1)
    scene.agree(now, "Pedir el padrón", due_on=now.date() + 10 * day)
    scene.agree(now, "Sin fecha")
    told = []
    for moment in (now, now + 4 * day, now + 5 * day, now + 11 * day, now + 12 * day):
        ids = queries.to_remind(session, moment)
        for identity in ids:
            assert service.remind(session, now=moment, agreement_id=int(identity))
        session.commit()
        told.append(len(ids))
    assert told == [0, 1, 0, 1, 0]
    titles = session.scalars(select(Notice.title).where(Notice.person_id == scene.people[0].id).order_by(Notice.id)).all()
    assert titles == [
        "Queda a su cargo el acuerdo AC-001",
        "Queda a su cargo el acuerdo AC-002",
        "Está por vencer el acuerdo AC-001",
        "Venció el acuerdo AC-001",
    ]


@pytest.mark.settings(plugins=("social", "groups"))
def test_an_agreement_needs_a_text_and_somebody_who_answers(scene: Scene, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        service.add_agreement(
            scene.session, now=now, meeting=scene.first, text=" ", due_on=now.date() - timedelta(days=30), person_id=scene.staff.id
        )
    assert set(refused.value.fields) == {"text", "body", "due_on"}
    assert scene.session.scalar(select(func.count(Agreement.id))) == 0


def issue(scene: Scene, now: datetime, *, public: bool = True) -> Acta:
    """Issue the acta of the first meeting, signed by its first two people."""
    signers = [(one.id, "Asistente", "Red de muestra") for one in scene.people[:2]]
    made = service.issue_acta(
        scene.portal, scene.session, now=now, meeting=scene.first, signers=signers, public=public, person_id=scene.staff.id
    )
    scene.session.commit()
    return made


def words(portal: Portal, acta: Acta, folder: Path) -> str:
    """Return the text of an acta's PDF, in one line."""
    file = folder / f"{acta.code}.pdf"
    file.write_bytes(portal.store.get(acta.sha256))
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


@pytest.mark.settings(plugins=("social", "groups", "commitments"))
def test_the_acta_holds_everything_and_is_signed(scene: Scene, now: datetime, tmp_path: Path) -> None:
    portal, session = scene.portal, scene.session
    with pytest.raises(Conflict):
        issue(scene, now)
    session.rollback()
    scene.report(now)
    scene.agree(now, "Pedir el padrón", due_on=date(2030, 3, 31))
    acta = issue(scene, now, public=False)
    text = words(portal, acta, tmp_path)
    told = ("Primera reunión (muestra)", "Persona 3 de Muestra", "Recojo de demandas", "Faltan tres puestos", "AC-001", "Pedir el padrón")
    assert [one for one in told if one not in text] == []
    for one in scene.people[:2]:
        mail = signing.send_code(portal, session, now=now, acta=acta, person_id=one.id)
        code = re.search(r"^ +(\d{3} \d{3})$", str(mail.text), re.MULTILINE)
        assert code is not None
        signing.sign(portal, session, now=now, acta=acta, person_id=one.id, code=code[1], agrees=True)
        session.commit()
    assert acta.state == "complete"
    file = tmp_path / "signed.pdf"
    file.write_bytes(portal.store.get(acta.sha256))
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout
    assert re.findall(r"Signature Validation: (.*)\.", said) == ["Signature is Valid"] * 3
    scene.report(now, TEXT + "\n\nCorrección.", revision=1)
    corrected = issue(scene, now)
    session.refresh(acta)
    assert (acta.state, corrected.replaces_id, corrected.about) == ("replaced", acta.id, "meeting:APU-T/R-001")
    assert "Corrección." in words(portal, corrected, tmp_path)
    assert "Persona 3 de Muestra" not in words(portal, corrected, tmp_path)  # a public one counts, it does not name
    assert audit(portal, session)[1] == []


@pytest.mark.once
@pytest.mark.settings(plugins=("social", "groups"))
def test_the_pages_lead_from_the_meeting_to_its_acta(scene: Scene, actors: Actors, client: FlaskClient, now: datetime) -> None:
    scene.report(now)
    staff = actors.signed_in(scene.staff)
    place = "/gestion/agendas/APU-T/reuniones/R-001"
    data = {"text": "Pedir el padrón", "person": str(scene.people[0].id), "due_on": "2030-03-31"}
    assert staff.post(f"{place}/acuerdos", data={**data, "person": ""}).status_code == 422
    assert staff.post(f"{place}/acuerdos", data=data).status_code == 303
    page = staff.get(place).get_data(as_text=True)
    assert ("1 acuerdo" in page, "Sin emitir" in page) == (True, True)
    assert staff.get(f"{place}/acta/borrador.pdf").data.startswith(b"%PDF-")
    assert staff.post(f"{place}/acta", data={}).status_code == 422
    answer = staff.post(
        f"{place}/acta",
        data={f"firma-{scene.people[0].id}": "1", f"calidad-{scene.people[0].id}": "Coordinadora del grupo", "public": "y"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/actas/APU-T-ACTA-001")
    assert "Coordinadora del grupo" in client.get("/actas/APU-T-ACTA-001").get_data(as_text=True)
    assert "Pedir el padrón" in staff.get("/gestion/agendas/APU-T/acuerdos?q=padrón").get_data(as_text=True)
    assert "Ningún acuerdo coincide" in staff.get("/gestion/agendas/APU-T/acuerdos?vencidos=1").get_data(as_text=True)
    path = "/gestion/agendas/APU-T/acuerdos/AC-001"
    change = {**data, "revision": "1", "state": "done", "outcome": "Se pidió."}
    assert [staff.post(path, data=change).status_code, staff.post(path, data=change).status_code] == [303, 409]
    assert "Pedir el padrón" in actors.signed_in(scene.people[0]).get("/mis-acuerdos").get_data(as_text=True)


@pytest.mark.settings(plugins=("social", "groups"))
def test_what_a_meeting_that_is_not_announced_agreed_on_is_on_no_public_page(scene: Scene, client: FlaskClient, now: datetime) -> None:
    scene.agree(now, "Pedir el padrón")
    later = scene.next_meeting(now)
    convening.convene(scene.portal, scene.session, later, now=now, person_id=scene.staff.id)
    scene.session.commit()

    def told() -> bool:
        return "Pedir el padrón" in client.get("/agendas/APU-T/reuniones/R-002").get_data(as_text=True)

    def printed(*, public: bool) -> bool:
        html = acta_html(scene.portal, scene.session, later, report=None, agreements=[], public=public)
        return "Pedir el padrón" in html

    assert (told(), printed(public=True)) == (True, True)
    scene.first.public = False
    scene.session.commit()
    assert (told(), printed(public=True), printed(public=False)) == (False, False, True)
