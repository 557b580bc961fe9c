"""Planned and done: states with evidence, lateness from the dates, new dates with a reason, notices to who answers."""

import io
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.workplan import late, queries, reporting, service
from plugins.workplan.models import Activity, Plan, Report
from portal.context import Portal
from portal.errors import Invalid
from portal.notices.models import Notice
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))
PDF = b"%PDF-1.4 muestra"


def _row(session: Session, plan: Plan, code: str) -> Activity:
    return next(one for one in service.rows_of(session, plan) if one.code == code)


def _report(portal: Portal, session: Session, plan: Plan, code: str, now: datetime, **values: object) -> Report:
    row = _row(session, plan, code)
    wanted = {
        "state": "completo",
        "done_on": date(2022, 4, 20),
        "note": "",
        "link": "/agendas",
        "given": None,
        "public": False,
        "by": None,
    } | values
    return reporting.report(  # type: ignore[call-overload, no-any-return, unused-ignore]
        session, portal.store, plan, row, now=now, revision=row.revision, today=date(2022, 12, 31), **wanted  # type: ignore[arg-type]
    )  # fmt: skip


def test_late_is_computed_from_the_dates(portal: Portal, session: Session, plan: Plan, now: datetime) -> None:
    late_on = {
        day: [one.activity.code for one in queries.rows(session, plan, today=day) if one.late]
        for day in (date(2022, 4, 30), date(2022, 5, 1))
    }
    assert late_on == {date(2022, 4, 30): [], date(2022, 5, 1): ["P-01", "P-03", "P-05", "P-06"]}
    _report(portal, session, plan, "P-05", now)
    _report(portal, session, plan, "P-06", now, state="sustancial", link="")
    assert [one.activity.code for one in queries.rows(session, plan, today=date(2022, 5, 1)) if one.late] == ["P-01", "P-03", "P-06"]


def test_progress_by_objective(portal: Portal, session: Session, plan: Plan, now: datetime) -> None:
    for code in ("P-01", "P-05", "P-06"):
        _report(portal, session, plan, code, now)
    _report(portal, session, plan, "P-07", now, state="limitado", link="")
    found = queries.progress(queries.rows(session, plan, today=date(2022, 6, 1)))
    assert [(one.part, one.total, one.complete, one.under_way, one.late, one.percent) for one in found] == [
        (1, 4, 1, 0, 3, 25),
        (2, 5, 2, 1, 1, 40),
        (3, 2, 0, 0, 0, 0),
        (4, 3, 0, 0, 0, 0),
        (5, 2, 0, 0, 0, 0),
        (6, 2, 0, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"link": ""}, "link"),
        ({"done_on": None}, "done_on"),
        ({"done_on": date(2023, 1, 1)}, "done_on"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "//otro.example"}, "link"),
        ({"given": reporting.Given("virus.pdf", b"MZ\x90\x00")}, "file"),
        ({"given": reporting.Given("libro.docx", b"PK\x03\x04 nothing of Word")}, "file"),
        ({"given": reporting.Given("grande.pdf", b"%PDF-" + b"0" * 10_000_000)}, "file"),
        ({"state": "terminado"}, "state"),
    ],
)
def test_what_is_no_evidence_is_refused(
    portal: Portal, session: Session, plan: Plan, now: datetime, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _report(portal, session, plan, "P-05", now, **values)
    assert list(refused.value.fields) == [field]
    assert _row(session, plan, "P-05").state == "sin_evidencia"


def test_evidence_is_given_as_a_file_to_save_and_to_everybody_only_if_so_said(plan: Plan, actors: Actors, session: Session) -> None:
    client, anybody = actors.client("delegate", plan.agenda, dimension="social"), actors.client()
    session.commit()
    page = "/gestion/agendas/APU-T/plan/P-05/avance"
    for public in ("", "y"):
        revision = str(_row(session, plan, "P-05").revision)
        session.commit()
        sent = {"state": "completo", "done_on": "2022-04-20", "revision": revision, "file": (io.BytesIO(PDF), "..\\acta <1>.exe")}
        data = sent | ({"public": public} if public else {})
        assert client.post(page, data=data, content_type="multipart/form-data").status_code == 303
        session.expire_all()
    closed, opened = session.scalars(select(Report).order_by(Report.id)).all()
    session.commit()
    answer = anybody.get(f"/agendas/APU-T/plan/evidencia/{opened.id}")
    assert (answer.data, answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (
        PDF,
        "application/octet-stream",
        "nosniff",
    )
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acta 1.pdf"'
    assert anybody.get(f"/agendas/APU-T/plan/evidencia/{closed.id}").status_code == 404
    assert client.get(f"/gestion/agendas/APU-T/plan/evidencia/{closed.id}").data == PDF
    shown = unescape(anybody.get("/agendas/APU-T/plan/P-05").get_data(as_text=True))
    assert shown.count("acta 1.pdf") == 1
    assert "Completo" in shown


def test_progress_that_cannot_be_saved_keeps_what_was_typed(plan: Plan, actors: Actors, session: Session) -> None:
    client = actors.client("staff", plan.agenda)
    session.commit()
    typed = {"state": "completo", "note": "lo que se hizo", "done_on": "31/02/2022", "revision": "1"}
    answer = client.post("/gestion/agendas/APU-T/plan/P-05/avance", data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "lo que se hizo</textarea>" in page
    assert (
        client.post(
            "/gestion/agendas/APU-T/plan/P-05/avance", data=typed | {"done_on": "2022-04-02", "revision": "9", "link": "/x"}
        ).status_code
        == 409
    )


def test_new_dates_keep_the_old_ones_and_the_reason_and_move_lateness(session: Session, plan: Plan, actors: Actors, now: datetime) -> None:
    client, anybody = actors.client("staff", plan.agenda), actors.client()
    session.commit()
    page = "/gestion/agendas/APU-T/plan/P-05/reprogramar"
    refused = client.post(page, data={"text": "cuando se pueda", "reason": "", "revision": "1"})
    assert refused.status_code == 422
    assert "cuando se pueda" in refused.get_data(as_text=True)
    assert client.post(page, data={"text": "julio - agosto", "reason": "Paro regional de muestra", "revision": "1"}).status_code == 303
    session.expire_all()
    row = _row(session, plan, "P-05")
    assert (row.date_text, row.due_text, row.planned_to, row.due_to) == ("Abril", "julio - agosto", date(2022, 4, 30), date(2022, 8, 31))
    assert not queries.is_late(row, date(2022, 8, 31))
    assert queries.is_late(row, date(2022, 9, 1))
    session.commit()
    shown = unescape(anybody.get("/agendas/APU-T/plan/P-05").get_data(as_text=True))
    assert "de «Abril» a «julio - agosto»" in shown
    assert "Paro regional de muestra" in shown
    service.change_plan(session, plan, now=now, revision=plan.revision, title=plan.title, year=2023, public=True)
    session.refresh(row)
    assert (row.planned_to, row.due_to) == (date(2023, 4, 30), date(2022, 8, 31))  # what people moved stays where they moved it


def test_who_answers_is_told_once_that_an_activity_is_late_and_again_after_new_dates(
    portal: Portal, session: Session, plan: Plan, actors: Actors, now: datetime
) -> None:
    person = actors.grant(actors.person("Responsable de muestra"), "staff", plan.agenda)
    row = _row(session, plan, "P-05")
    with pytest.raises(Invalid):
        reporting.entrust(session, plan, row, now=now, person_ids=[actors.person("Ajena").id])
    reporting.entrust(session, plan, row, now=now, person_ids=[person.id])
    session.commit()
    with time_machine.travel(datetime(2022, 4, 30, 20, tzinfo=UTC), tick=False):
        assert list(late.pending(session, datetime(2022, 4, 30, 20, tzinfo=UTC))) == []
    may = datetime(2022, 5, 2, 15, tzinfo=UTC)
    with time_machine.travel(may, tick=False):
        assert list(late.pending(session, may)) == [str(row.id)]
        session.commit()
        for _ in range(2):
            late.tell(portal, str(row.id))
        assert list(late.pending(session, may)) == []
    told = session.scalars(select(Notice)).all()
    assert [(one.person_id, one.topic, one.href) for one in told] == [(person.id, "workplan.late", "/gestion/agendas/APU-T/plan/P-05")]
    assert told[0].title == "Venció P-05: reuniones de grupos de trabajo"
    assert told[0].text.startswith("Debía terminar el 30 de abril de 2022 (")
    session.refresh(row)
    reporting.reschedule(session, plan, row, now=may, revision=row.revision, text="mayo", days=None, reason="Muestra", by=person.id)
    session.commit()
    june = datetime(2022, 6, 2, 15, tzinfo=UTC)
    assert list(late.pending(session, june)) == [str(row.id)]


def test_an_erased_person_answers_for_nothing_and_is_named_nowhere(
    portal: Portal, session: Session, plan: Plan, actors: Actors, now: datetime
) -> None:
    person = actors.grant(actors.person("Rosa Muestra Quispe"), "staff", plan.agenda)
    row = _row(session, plan, "P-05")
    reporting.entrust(session, plan, row, now=now, person_ids=[person.id])
    _report(portal, session, plan, "P-05", now, by=person.id, note="Lo hizo Rosa Muestra Quispe")
    session.commit()
    copy = {one.label: one.rows for one in portal.ask.person_data(session, person.id)}
    assert [one["actividad"] for one in copy["Actividades del plan a su cargo"]] == ["P-05"]
    assert [one["nota"] for one in copy["Avances del plan que usted anotó"]] == ["Lo hizo Rosa Muestra Quispe"]
    assert portal.ask.person_erased(session, person.id, now) == []
    session.commit()
    assert queries.people_of(session, [row.id]) == {}
    noted = session.scalars(select(Report)).one()
    assert (noted.person_id, noted.note) == (None, f"Lo hizo Persona {person.id} (datos eliminados)")
