"""Rows are written, put in and taken out; what others inherit stays as it was; nobody overwrites anybody unseen."""

from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plugins.workplan import queries, service
from plugins.workplan.filling import Levels, filled, own_cells
from plugins.workplan.models import Activity, Plan
from plugins.workplan.words import COLUMNS
from portal.errors import Invalid, Stale
from portal.search.models import SearchDocument
from portal.testing.fixtures import Actors

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))


def _levels(session: Session, plan: Plan) -> dict[str, Levels]:
    rows = service.rows_of(session, plan)
    return dict(zip((one.code for one in rows), filled(own_cells(one) for one in rows), strict=True))


def _row(session: Session, plan: Plan, code: str) -> Activity:
    return next(one for one in service.rows_of(session, plan) if one.code == code)


def _cells(activity: Activity, **changed: str) -> dict[str, str]:
    return {name: getattr(activity, name) for name in COLUMNS} | changed


def test_taking_out_the_first_row_of_a_group_leaves_the_others_what_they_inherited(
    session: Session, plan: Plan, now: datetime, actors: Actors
) -> None:
    before = _levels(session, plan)
    by = actors.person().id
    gone = _row(session, plan, "P-12")
    service.retire(session, plan, gone, now=now, revision=1, by=by)
    session.commit()
    after = _levels(session, plan)
    assert after == {code: levels for code, levels in before.items() if code != "P-12"}
    assert _row(session, plan, "P-13").objective == "CAMPAÑA EDUCACION CIUDADANA VALORACION DEL VOTO"
    made = service.add(session, plan, now=now, cells={"strategy": "otra"}, after=None, days=None, by=by)
    assert made.code == "P-19"  # a code is never given twice
    assert session.scalars(select(SearchDocument.ref).where(SearchDocument.ref == "activity:APU-T/P-12")).all() == []


def test_a_row_put_in_between_changes_nothing_of_its_neighbours(session: Session, plan: Plan, now: datetime, actors: Actors) -> None:
    before = _levels(session, plan)
    cells = {"objective": "Objetivo nuevo", "sub_activity": "Reunión", "date_text": "ene-23"}
    made = service.add(session, plan, now=now, cells=cells, after=_row(session, plan, "P-06").id, days=None, by=actors.person().id)
    after = _levels(session, plan)
    assert after.pop(made.code) == ("Objetivo nuevo", "", "Reunión")
    assert after == before
    assert [one.code for one in service.rows_of(session, plan)][5:8] == ["P-06", "P-19", "P-07"]
    assert (made.due_from, made.due_to) == (date(2023, 1, 1), date(2023, 1, 31))


def test_a_new_text_in_a_cell_that_others_inherit_is_theirs_too(session: Session, plan: Plan, now: datetime, actors: Actors) -> None:
    row = _row(session, plan, "P-01")
    service.edit(
        session, plan, row, now=now, revision=1, cells=_cells(row, objective="Información preliminar"), days=None, by=actors.person().id
    )
    levels = _levels(session, plan)
    assert [levels[f"P-0{number}"][0] for number in range(1, 6)] == [
        *["Información preliminar"] * 4,
        "TRABAJO EN GRUPOS POR DIMENSIONES",
    ]


def test_a_text_in_a_cell_that_inherited_is_that_rows_alone(session: Session, plan: Plan, now: datetime, actors: Actors) -> None:
    before = _levels(session, plan)
    row = _row(session, plan, "P-13")
    service.edit(session, plan, row, now=now, revision=1, cells=_cells(row, sub_activity="Publicaciones"), days=None, by=actors.person().id)
    after = _levels(session, plan)
    assert after.pop("P-13")[2] == "Publicaciones"
    assert after == {code: levels for code, levels in before.items() if code != "P-13"}


def test_a_date_nobody_understands_takes_the_days_that_are_typed(session: Session, plan: Plan, now: datetime, actors: Actors) -> None:
    row, by = _row(session, plan, "P-05"), actors.person().id
    typed = (date(2022, 4, 4), date(2022, 4, 8))
    service.edit(session, plan, row, now=now, revision=1, cells=_cells(row, date_text="1ra semana de abril"), days=typed, by=by)
    assert (row.date_text, row.due_from, row.due_to) == ("1ra semana de abril", *typed)
    with pytest.raises(Invalid):
        service.edit(session, plan, row, now=now, revision=2, cells=_cells(row, date_text="otra"), days=(typed[1], typed[0]), by=by)


def test_another_year_reads_the_dates_again_but_those_that_say_theirs(session: Session, plan: Plan, now: datetime) -> None:
    service.change_plan(session, plan, now=now, revision=plan.revision, title=plan.title, year=2026, public=True)
    rows = service.rows_of(session, plan)
    assert rows[0].due_to == date(2026, 4, 30)
    assert [one.due_to for one in rows][-2:] == [date(2022, 12, 31), date(2023, 1, 31)]


def test_two_people_edit_one_row_the_second_sees_what_the_first_saved(plan: Plan, actors: Actors, session: Session) -> None:
    one, two = actors.client("staff", plan.agenda), actors.client("coordinator", plan.agenda)
    address = "/gestion/agendas/APU-T/plan/P-05/editar"
    row = _row(session, plan, "P-05")
    typed = {name: getattr(row, name) for name in COLUMNS} | {"revision": "1"}
    session.commit()
    assert one.post(address, data=typed | {"strategy": "cronograma de la primera persona"}).status_code == 303
    answer = two.post(address, data=typed | {"strategy": "cronograma de la segunda persona"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Otra persona cambió esta fila mientras usted la tenía abierta. Nada se guardó todavía." in page
    assert "cronograma de la primera persona" in page
    assert "cronograma de la segunda persona</textarea>" in page
    session.expire_all()
    assert _row(session, plan, "P-05").strategy == "cronograma de la primera persona"
    session.commit()
    again = two.post(
        address, data=typed | {"strategy": "las dos", "revision": page.split('name="revision" type="hidden" value="')[1].split('"')[0]}
    )
    assert again.status_code == 303
    session.expire_all()
    assert _row(session, plan, "P-05").strategy == "las dos"


def test_a_stale_service_call_says_so_and_writes_nothing(session: Session, plan: Plan, now: datetime, actors: Actors) -> None:
    row, by = _row(session, plan, "P-02"), actors.person().id
    with pytest.raises(Stale):
        service.edit(session, plan, row, now=now, revision=7, cells=_cells(row, strategy="x"), days=None, by=by)
    assert row.strategy == "PPT y Reporte"


def test_a_row_without_objective_is_refused_and_keeps_what_was_typed(plan: Plan, actors: Actors, session: Session) -> None:
    client = actors.client("staff", plan.agenda)
    session.commit()
    typed = {"objective": "", "sub_activity": "algo que escribí", "revision": "1"}
    answer = client.post("/gestion/agendas/APU-T/plan/P-01/editar", data=typed)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Escriba el objetivo: no hay una fila anterior que lo diga." in page
    assert "algo que escribí</textarea>" in page


def test_a_plan_may_begin_empty_and_grow_row_by_row(agenda: object, actors: Actors, session: Session) -> None:
    client = actors.client("staff", agenda)  # type: ignore[arg-type] # the fixture's agenda
    assert client.post("/gestion/agendas/APU-T/plan/comenzar").status_code == 303
    first = {"objective": "Información", "action": "Reporte", "date_text": "marzo - abril", "responsible": "Equipo de muestra"}
    assert client.post("/gestion/agendas/APU-T/plan/nueva", data=first).location == "/gestion/agendas/APU-T/plan/P-01"
    assert client.post("/gestion/agendas/APU-T/plan/nueva", data={"sub_activity": "Socializar", "date_text": "mayo"}).status_code == 303
    made = queries.plan_by_code(session, "APU-T", public=False)
    rows = queries.rows(session, made, today=date(2022, 1, 1))
    assert [(one.activity.code, one.objective, one.title, one.activity.due_to) for one in rows] == [
        ("P-01", "Información", "Reporte", date(2022, 4, 30)),
        ("P-02", "Información", "Socializar", date(2022, 5, 31)),
    ]
