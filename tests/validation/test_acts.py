"""A formal act validates a version: with quorum or not at all, with an acta, in the ledger, on the road; without it nothing goes to parties."""

import re
import subprocess
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from plugins.commitments import api
from plugins.commitments.models import Override, Process
from plugins.validation import queries
from plugins.validation.models import Act, Member
from plugins.validation.service import Row, annul
from plugins.validation.words import NO_QUORUM
from portal.actas.models import Acta
from portal.agendas.models import AgendaVersion
from portal.errors import Conflict, Invalid, Stale
from portal.ledger.models import LedgerEntry
from portal.testing.fixtures import Installation
from tests.validation.conftest import OTHERS, Hall

ALONE = pytest.mark.settings(plugins=("social", "validation"))
SIGNING = pytest.mark.settings(plugins=("social", "validation", "commitments"))


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@ALONE
def test_an_act_freezes_the_draft_issues_its_acta_and_is_in_the_ledger(hall: Hall) -> None:
    act = hall.record()
    assert (act.code, act.convened, act.present, act.required, act.froze) == ("V-01", 6, 4, 4, True)
    version = hall.session.scalars(select(AgendaVersion)).one()
    assert act.version == version
    acta = hall.session.scalars(select(Acta)).one()
    assert (acta.code, acta.about, [one.person_id for one in acta.signatures]) == (
        act.acta_code,
        "validation:APU-T/V-01",
        [hall.coordinator.id],
    )
    said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=hall.portal.store.get(acta.sha256), capture_output=True, check=True)
    words = re.sub(r"\s+", " ", said.stdout.decode())
    assert "validan la versión 1 de la agenda" in words
    assert version.sha256[:30] in words
    assert "Integrante 5 (muestra) Institución 5 (muestra) – Ausente" in words
    entry = hall.session.scalars(select(LedgerEntry).where(LedgerEntry.subject == "validation:APU-T/V-01")).one()
    assert (entry.kind, entry.data["present"], entry.data["version_sha256"]) == ("validation.recorded", 4, version.sha256)
    assert "Integrante" not in str(entry.data)
    assert hall.portal.ask.version_objections(hall.session, version) == []
    assert hall.portal.ask.ledger_audits(hall.portal, hall.session) == []
    hall.session.execute(text("UPDATE validation_act SET present = 6"))
    hall.session.expire_all()
    assert [one.sentence for one in hall.portal.ask.ledger_audits(hall.portal, hall.session)] == [
        "El acto de validación no dice lo que consta en el registro."
    ]


@ALONE
def test_without_quorum_nothing_is_validated_and_everything_typed_stays(hall: Hall) -> None:
    answer = hall.post("/gestion/agendas/APU-T/validacion/nuevo", hall.typed(required="5"))
    assert answer.status_code == 422
    assert "Sin quórum no hay validación: están presentes 4 y hacen falta 5." in answer.text
    for words in ("Palabras que no se pierden.", "Integrante 5 (muestra)", "Auditorio de muestra", 'value="5"'):
        assert words in answer.text
    assert (hall.session.scalars(select(Act)).all(), hall.session.scalars(select(AgendaVersion)).all()) == ([], [])
    answer = hall.post("/gestion/agendas/APU-T/validacion/nuevo", hall.typed(required="5", outcome=NO_QUORUM))
    assert answer.status_code == 303
    act = hall.session.scalars(select(Act)).one()
    assert (act.outcome, act.version_id, act.froze) == (NO_QUORUM, None, False)
    assert hall.session.scalars(select(AgendaVersion)).all() == []
    page = plain(hall.get("/agendas/APU-T/validacion").text)
    assert "No se validó: sin quórum" in page
    assert "5 personas: no lo hubo" in page
    assert "Integrante" not in page


@ALONE
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"required": 0}, "required"),
        ({"required": 7}, "required"),
        ({"place": "  "}, "place"),
        ({"session_kind": "fiesta"}, "session_kind"),
        ({"outcome": "quizá"}, "outcome"),
        ({"outcome": NO_QUORUM}, "outcome"),
        ({"members": []}, "members"),
        ({"members": [*OTHERS, OTHERS[0]], "required": 2}, "members"),
        ({"members": list(OTHERS), "required": 2}, "members"),
        ({"members": [Row(name="Sin cuenta", present=True, signs=True)], "required": 1}, "members"),
        ({"members": [Row(person_id=987_654, present=True, signs=True)], "required": 1}, "members"),
    ],
)
@pytest.mark.once
def test_what_cannot_be_is_refused_at_its_field(hall: Hall, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        hall.record(**wrong)
    assert field in caught.value.fields


@ALONE
@pytest.mark.once
def test_nobody_makes_the_quorum_with_an_account_and_a_name(hall: Hall) -> None:
    twice = Row(name=f"  {hall.coordinator.full_name.upper()} ", present=True)
    with pytest.raises(Invalid) as caught:
        hall.record(members=[hall.chair(), twice, *OTHERS[:2]])
    assert caught.value.fields == {"members": "Una persona está dos veces en la lista: cada presente cuenta una sola vez."}


@ALONE
@pytest.mark.once
def test_an_act_of_tomorrow_and_a_draft_that_changed_are_refused(hall: Hall) -> None:
    with pytest.raises(Invalid) as caught:
        hall.record(held_at=hall.now + timedelta(hours=1))
    assert set(caught.value.fields) == {"held_at"}
    hall.session.rollback()
    with pytest.raises(Stale):
        hall.record(expected="0" * 64)
    hall.session.rollback()
    assert hall.session.scalars(select(Act)).all() == []
    answer = hall.post("/gestion/agendas/APU-T/validacion/nuevo", hall.typed(expected="0" * 64))
    assert answer.status_code == 409
    assert "El borrador cambió" in answer.text
    assert "Palabras que no se pierden." in answer.text


@ALONE
def test_a_version_is_validated_once_until_its_act_is_annulled(hall: Hall) -> None:
    first = hall.record()
    version = first.version
    assert version is not None
    with pytest.raises(Conflict):
        hall.record(version=version)
    hall.session.rollback()
    page = hall.get("/gestion/agendas/APU-T/validacion/V-1").text
    assert "Integrante 1 (muestra)" in page
    assert hall.post("/gestion/agendas/APU-T/validacion/V-1/anular", {"reason": ""}).status_code == 422
    assert hall.post("/gestion/agendas/APU-T/validacion/V-1/anular", {"reason": "Fecha equivocada"}).status_code == 303
    hall.session.expire_all()
    assert queries.validating(hall.session, version.id) is None
    assert [one.subject for one in hall.portal.ask.version_objections(hall.session, version)] == ["v1"]
    assert "Fecha equivocada" in hall.get("/agendas/APU-T/validacion").text
    with pytest.raises(Conflict):
        annul(hall.session, now=hall.now, act=hall.session.get_one(Act, first.id), reason="Otra vez", person_id=None)
    hall.session.rollback()
    assert hall.record(version=version).code == "V-02"
    assert hall.portal.ask.ledger_audits(hall.portal, hall.session) == []


@ALONE
def test_the_act_stands_in_the_items_story_and_on_the_versions_page(hall: Hall) -> None:
    hall.record()
    story = plain(hall.get("/agendas/APU-T/puntos/SOC-01").text)
    assert "Acto de validación V-01 Sesión extraordinaria: 4 presentes de 6 convocados; el quórum pedía 4." in story
    assert "Versión validada" in hall.get("/agendas/APU-T").text
    assert "Actos de validación" in hall.get("/agendas/APU-T/camino").text
    assert "La versión 1 fue validada por el acto V-01." in hall.get("/gestion/agendas/APU-T").text


@ALONE
@pytest.mark.once
def test_a_version_without_an_act_says_so_on_its_items(hall: Hall) -> None:
    hall.record()
    annul(hall.session, now=hall.now, act=hall.session.scalars(select(Act)).one(), reason="Error", person_id=None)
    hall.session.commit()
    page = plain(hall.get("/agendas/APU-T/puntos/SOC-01").text)
    assert "Anulado" in page


@ALONE
def test_a_member_who_is_erased_is_counted_and_not_named(hall: Hall) -> None:
    someone = hall.actors.grant(hall.actors.person("Zenobia Huamaní Ttito"), "staff", hall.agenda)
    hall.record(members=[hall.chair(), Row(person_id=someone.id, organisation="Institución", present=True), *OTHERS])
    assert [one.label for one in hall.portal.ask.person_data(hall.session, someone.id) if one.plugin == "validation"] == [
        "Actos de validación a los que fue convocada"
    ]
    assert hall.portal.ask.person_erased(hall.session, someone.id, hall.now) == []
    hall.session.commit()
    assert hall.session.scalars(select(Act)).one().present == 5
    assert [one.name for one in hall.session.scalars(select(Member)) if "Zenobia" in one.name] == []
    assert hall.portal.ask.ledger_audits(hall.portal, hall.session) == []


def process_form(hall: Hall, version: AgendaVersion, **other: str) -> dict[str, str]:
    return {
        "version": str(version.id), "code": "APU-T-v1", "title": "Muestra", "reminders": "", "contact_name": "Mesa",
        "contact_email": "mesa@muestra.example", "consent_text": "Acepto.", "opens_at": f"{hall.now - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "deadline": f"{hall.now + timedelta(days=9):%Y-%m-%dT%H:%M}", "slots-0-side": "organisation", "slots-0-capacity": "personero_titular",
        "slots-0-group": "1", "slots-0-required": "y", "slots-0-method": "any", "step": "create", **other,
    }  # fmt: skip


@ALONE
def test_what_is_wrong_with_the_list_of_people_is_said_once_above_and_once_beside_it(hall: Hall) -> None:
    answer = hall.post("/gestion/agendas/APU-T/validacion/nuevo", hall.typed(**{"members-0-present": ""}, required="3"))
    assert answer.status_code == 422
    summary, rest = re.split(r"</ul>", answer.text[answer.text.index('class="error-summary"') :], maxsplit=1)
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', summary) == [("#members", "Solo firma el acta quien estuvo presente.")]
    assert rest.count("Solo firma el acta quien estuvo presente.") == rest.count('id="members"') == 1


@SIGNING
def test_nothing_goes_to_parties_without_an_act_unless_a_coordinator_says_why(hall: Hall, app: Flask) -> None:
    version = hall.record().version
    assert version is not None
    annul(hall.session, now=hall.now, act=hall.session.scalars(select(Act)).one(), reason="Error", person_id=None)
    hall.session.commit()
    assert "no tiene un acto de validación" in hall.get("/gestion/compromisos/nuevo").text
    refused = hall.post("/gestion/compromisos/nuevo", process_form(hall, version))
    assert refused.status_code == 422
    assert "Escriba por qué se envía así a las organizaciones" in refused.text
    staff = hall.actors.client("staff", hall.agenda).post(
        "/gestion/compromisos/nuevo", data=process_form(hall, version, override="Porque sí")
    )
    assert staff.status_code == 422
    assert "Solo la coordinación puede abrir el proceso así" in plain(staff.text)
    assert hall.session.scalars(select(Process)).all() == []
    why = "El plazo del calendario electoral vence antes que la sesión"
    done = hall.post("/gestion/compromisos/nuevo", process_form(hall, version, override=why))
    assert done.status_code == 303
    hall.session.expire_all()
    assert hall.post("/gestion/compromisos/APU-T-v1/organizaciones", {}).status_code == 303  # it was said why
    override = hall.session.scalars(select(Override)).one()
    assert (override.reason, override.by_id) == (why, hall.coordinator.id)
    assert override.objections == ["La versión 1 de APU-T no tiene un acto de validación."]
    entry = hall.session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "commitments.objection_overridden")).one()
    assert why not in str(entry.data)
    anybody = app.test_client()
    for address in ("/compromisos", "/agendas/APU-T/v1"):
        assert why in hall.get(address, anybody).text
        assert "Coordinadora de muestra" not in hall.get(address, anybody).text
    staff_page = hall.get("/gestion/compromisos/APU-T-v1/proceso").text
    assert why in staff_page
    assert "Coordinadora de muestra" in staff_page
    assert [
        one.label for one in hall.portal.ask.person_data(hall.session, hall.coordinator.id) if one.rows and "objeción" in one.label
    ] == ["Procesos que abrió pese a una objeción"]


@SIGNING
@pytest.mark.once
def test_another_plugin_opens_a_process_only_past_the_objections(hall: Hall) -> None:
    version = hall.record().version
    annul(hall.session, now=hall.now, act=hall.session.scalars(select(Act)).one(), reason="Error", person_id=None)
    assert not hasattr(api, "create_process")
    with pytest.raises(Conflict):
        api.open_process(hall.portal, hall.session, now=hall.now, version=version, by=hall.coordinator.id, reason="Porque sí")


@SIGNING
def test_an_act_annulled_later_keeps_an_open_process_from_more_organisations(hall: Hall) -> None:
    version = hall.record().version
    assert version is not None
    assert hall.post("/gestion/compromisos/nuevo", process_form(hall, version)).status_code == 303
    choose = "/gestion/compromisos/APU-T-v1/organizaciones"
    assert hall.post(choose, {}).status_code == 303
    annul(hall.session, now=hall.now, act=hall.session.scalars(select(Act)).one(), reason="Error", person_id=None)
    refused = hall.post(choose, {})
    assert refused.status_code == 409
    assert "Esta versión ya no puede ir a más organizaciones" in plain(refused.text)
    assert hall.post("/gestion/compromisos/APU-T-v1/trabajos", {"act": "invite", "ids": "1"}).status_code == 409


@SIGNING
def test_a_validated_version_opens_without_a_word_and_a_needless_reason_is_not_kept(hall: Hall) -> None:
    version = hall.record().version
    assert version is not None
    assert hall.post("/gestion/compromisos/nuevo", process_form(hall, version, override="Nada")).status_code == 303
    assert hall.session.scalars(select(Override)).all() == []


@ALONE
@pytest.mark.once
def test_without_the_plugin_nothing_is_asked_and_the_pages_stay(hall: Hall, with_plugins: Callable[..., Installation]) -> None:
    version = hall.record().version
    bare = with_plugins("social", "commitments", like=hall.portal)
    assert bare.portal.ask.version_objections(bare.session, version) == []
    for address in ("/agendas/APU-T", "/agendas/APU-T/puntos/SOC-01", "/agendas/APU-T/camino", "/actas/APU-T-ACTA-001"):
        assert bare.client.get(address).status_code == 200
    assert bare.client.get("/agendas/APU-T/validacion").status_code == 404
    assert "Sin validación" not in bare.client.get("/agendas/APU-T/puntos/SOC-01").text
