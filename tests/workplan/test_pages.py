"""The plan's pages: filters, figures, weight, queries, who sees what, search and threads, the printed sheet, the plugin alone and gone."""

import io
from collections.abc import Callable
from datetime import date, datetime
from html import unescape

import pypdfium2
import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from plugins.workplan import board, queries, service
from plugins.workplan.models import Plan
from plugins.workplan.sampling import SOURCE, sample
from plugins.workplan.timeline import chart
from portal.context import Portal
from portal.search.models import SearchDocument
from portal.testing.agendas import sample_agenda
from portal.testing.fixtures import Actors, Installation

pytestmark = pytest.mark.settings(plugins=("social", "workplan"))


def test_a_plan_is_nobodys_but_the_staffs_until_it_is_published(plan: Plan, actors: Actors, session: Session) -> None:
    staff, anybody = actors.client("staff", plan.agenda), actors.client()
    assert anybody.get("/agendas/APU-T/plan").status_code == 200
    session.refresh(plan)
    form = {"title": plan.title, "year": str(plan.year), "revision": str(plan.revision)}
    session.commit()
    assert staff.post("/gestion/agendas/APU-T/plan/ajustes", data=form).status_code == 303
    for address in ("plan", "plan/P-01", "plan.ics", "plan.pdf"):
        assert anybody.get(f"/agendas/APU-T/{address}").status_code == 404
    assert staff.get("/gestion/agendas/APU-T/plan").status_code == 200
    assert set(session.scalars(select(SearchDocument.public).where(SearchDocument.source == "workplan"))) == {False}


def test_filters_live_in_the_address(plan: Plan, actors: Actors) -> None:
    client = actors.client()

    def shown(query: str) -> list[str]:
        page = unescape(client.get(f"/agendas/{plan.agenda.code}/plan?{query}").get_data(as_text=True))
        return sorted({part[:4] for part in page.split("/agendas/APU-T/plan/")[1:]})

    assert shown("responsable=CER") == ["P-09", "P-10"]
    assert shown("objetivo=5") == ["P-15", "P-16"]
    assert shown("objetivo=5&responsable=CER") == []
    assert len(shown("estado=sin_evidencia")) == 18
    assert shown("estado=completo") == []
    assert len(shown("objetivo=x&pagina=99&responsable=")) == 18


def test_a_long_plan_is_paged_with_a_constant_number_of_queries(
    plan: Plan, actors: Actors, session: Session, portal: Portal, now: datetime
) -> None:
    client = actors.client("staff", plan.agenda)
    counted: list[str] = []
    event.listen(portal.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def queries_of(address: str) -> int:
        client.get(address)
        counted.clear()
        assert client.get(address).status_code == 200
        return len(counted)

    session.commit()
    few = [queries_of(address) for address in ("/gestion/agendas/APU-T/plan", "/agendas/APU-T/plan")]
    rows = service.rows_of(session, plan)
    for number in range(200):
        made = service.make(plan, ("", "", f"Reunión {number}", "", "mayo", ""), position=100 + number, now=now, by=None)
        session.add(made)
    session.commit()
    assert len(rows) == 18
    assert [queries_of(address) for address in ("/gestion/agendas/APU-T/plan", "/agendas/APU-T/plan")] == few
    answer = client.get("/agendas/APU-T/plan?pagina=2", headers={"Accept-Encoding": "identity"})
    assert "51 a 100 de 218" in answer.get_data(as_text=True)
    assert len(answer.data) < 100_000


def test_bars_stand_where_the_months_are(session: Session, plan: Plan) -> None:
    drawn = chart(queries.rows(session, plan, today=date(2022, 5, 16)), today=date(2022, 5, 16))
    rows = {one.code: one.id for one in service.rows_of(session, plan)}
    assert [(label, year) for label, year, _ in drawn.months][::5] == [("mar", 2022), ("ago", 2022), ("ene", 2023)]
    assert [(drawn.bars[rows[code]].x, drawn.bars[rows[code]].width) for code in ("P-01", "P-02", "P-09", "P-18")] == [
        (0, 60),
        (60, 30),
        (30, 120),
        (300, 30),
    ]
    assert drawn.today == pytest.approx(60 + 30 * 15 / 31, abs=0.1)
    assert (drawn.width, drawn.outside) == (330, False)


def test_the_printed_plan_says_everything_on_a4(plan: Plan, actors: Actors, session: Session) -> None:
    client = actors.client()
    session.commit()
    answer = client.get("/agendas/APU-T/plan.pdf")
    assert answer.content_type == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.data))
    sizes = {(round(page.get_width()), round(page.get_height())) for page in document}
    assert sizes == {(842, 595)}
    text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())
    for row in service.rows_of(session, plan):
        assert row.code in text
        assert all(" ".join(part.split())[:20] in text for part in (row.strategy, row.date_text) if part)
    assert board._laid_out.cache_info().currsize >= 1


def test_activities_are_found_and_stand_in_threads(plan: Plan, portal: Portal, session: Session, actors: Actors) -> None:
    from portal.accounts.actor import NOBODY

    del actors
    found = session.scalars(select(SearchDocument).where(SearchDocument.ref == "activity:APU-T/P-07")).one()
    assert (found.title, found.href, found.public) == (
        "P-07 Priorización demandas, productos, resultados y políticas",
        "/agendas/APU-T/plan/P-07",
        True,
    )
    again = {one.ref: (one.title, one.body, one.href) for one in portal.ask.search_entries(session, [])}
    kept = {
        one.ref: (one.title, one.body, one.href)
        for one in session.scalars(select(SearchDocument).where(SearchDocument.source == "workplan"))
    }
    assert {ref: entry for ref, entry in again.items() if ref.startswith("activity:")} == kept
    refs = frozenset({"activity:APU-T/P-05", "activity:OTRA/P-05", "meeting:APU-T/R-001"})
    stations = portal.ask.thread_stations(session, NOBODY, refs)
    assert [(one.ref, one.stage, one.title, one.at, one.href) for one in stations if one.plugin == "workplan"] == [
        ("activity:APU-T/P-05", "plan", "reuniones de grupos de trabajo", date(2022, 4, 1), "/agendas/APU-T/plan/P-05")
    ]
    plan.public = False
    session.flush()
    assert portal.ask.thread_stations(session, NOBODY, refs) == []


def test_the_staff_page_of_the_agenda_leads_to_the_plan(plan: Plan, actors: Actors) -> None:
    page = unescape(actors.client("staff", plan.agenda).get("/gestion/agendas/APU-T").get_data(as_text=True))
    assert 'href="/gestion/agendas/APU-T/plan"' in page
    assert "0 de 18 actividades completas; " in page
    public = unescape(actors.client().get("/agendas/APU-T").get_data(as_text=True))
    assert 'href="/agendas/APU-T/plan"' in public


def test_the_sample_plan_says_that_it_is_one_and_is_made_once(
    portal: Portal, session: Session, agenda: object, actors: Actors, now: datetime
) -> None:
    people = {"staff": actors.person("Equipo de muestra")}
    made = sample(portal, session, now=now, agenda=agenda, people=people)  # type: ignore[arg-type] # the fixture's
    assert sample(portal, session, now=now, agenda=agenda, people=people) is made  # type: ignore[arg-type]
    rows = queries.rows(session, made, today=date(2022, 6, 1))
    assert queries.counts(rows)["completo"] == 6
    assert service.exact(session, made).encode() == SOURCE.read_bytes()  # progress and new dates touch no cell
    assert {one.note for one in queries.reports(session, rows[0].activity.id)} == {"Avance de ejemplo (muestra)."}


@pytest.mark.once
def test_the_plugin_works_with_one_dimension_and_its_removal_leaves_the_agenda_whole(
    with_plugins: Callable[..., Installation], now: datetime
) -> None:
    alone = with_plugins("economica", "workplan")
    agenda = sample_agenda(alone.session, alone.portal.store, now=now, ask=alone.portal.ask).agenda
    sample(alone.portal, alone.session, now=now, agenda=agenda, people={})
    alone.session.commit()
    assert alone.client.get("/agendas/APU-T/plan").status_code == 200
    without = with_plugins("economica", like=alone)
    assert without.client.get("/agendas/APU-T/plan").status_code == 404
    assert without.client.get("/agendas/APU-T").status_code == 200
    assert without.actors.client("staff", agenda).get("/gestion/agendas/APU-T").status_code == 200
